import json
from decimal import Decimal
from typing import Any

import pytest

from suite.core import pdf
from suite.desk import formats, papers
from suite.masterdata.models import Product, Tax
from suite.masterdata.services import parties
from tests.crm.sales.shop import Shop, line


@pytest.fixture
def set_data(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was handed to the typesetter."""
    seen: list[Any] = []
    real = pdf.render

    def watch(template: str, data: Any, **kwargs: Any) -> bytes:
        seen.extend(json.loads(json.dumps(data, default=str))["sheets"])
        return real(template, data, **kwargs)

    monkeypatch.setattr(pdf, "render", watch)
    return seen


def test_a_quotation_shows_tax_by_rate_and_the_total_in_words(shop: Shop, lamp: Product, set_data: list[Any]) -> None:
    reduced = Tax.objects.get(company=shop.company, code="VAT9")
    grain = shop.add_product("GRAIN", "109", tax=reduced, name_en="Grain")
    quotation = shop.quotation(line(lamp, "3", discount=Decimal(10)), line(grain, "2"))

    content = papers.render([quotation], actor=shop.rep, language="en")

    totals = dict(set_data[0]["totals"])
    assert content.startswith(b"%PDF-")
    assert (totals["Tax 13%"], totals["Tax 9%"], totals["Total with tax"]) == ("35.10", "18.00", "¥523.10")
    assert totals["In words"] == "CNY Five Hundred Twenty-Three and 10/100 Only"
    assert [row[1] for row in set_data[0]["rows"]] == ["LAMP", "GRAIN"]
    assert set_data[0]["mark"] == "Draft"


def test_in_chinese_the_amount_stands_in_capitals(shop: Shop, lamp: Product, set_data: list[Any]) -> None:
    order = shop.order(line(lamp, "3"))

    papers.render([order], actor=shop.rep, language="zh-hans")

    assert "人民币叁佰叁拾玖元整" in dict(set_data[0]["totals"]).values()


def test_in_chinese_seller_and_buyer_sign_an_order(shop: Shop, lamp: Product, set_data: list[Any]) -> None:
    papers.render([shop.order(line(lamp))], actor=shop.rep, language="zh-hans")

    assert set_data[0]["signatures"] == ["卖方", "买方"]


def test_text_from_customers_is_never_a_command(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp, description='#panic("x") $ \\ *b*'), note='#import "/etc/passwd"')

    assert papers.render([order], actor=shop.rep, language="en").startswith(b"%PDF-")


def test_prices_have_the_places_of_the_currency_and_more_where_they_have_more(
    shop: Shop, lamp: Product, set_data: list[Any]
) -> None:
    order = shop.order(line(lamp, price="22"), line(lamp, price="0.125"))

    papers.render([order], actor=shop.rep, language="en")

    assert [row[5] for row in set_data[0]["rows"]] == ["22.00", "0.125"]
    assert (formats.price(Decimal("1234.5"), "JPY"), formats.price(Decimal(7), "JPY")) == ("1,234.5", "7")


def test_an_address_that_has_an_english_line_stands_so_on_an_english_paper(
    shop: Shop, lamp: Product, set_data: list[Any]
) -> None:
    there = {
        "detail": "深圳市科技园路1号",
        "detail_en": "1 Keji Rd, Shenzhen",
        "contact_name": "Mo",
        "is_default": True,
    }
    parties.change_party(party=shop.customer, addresses=[there | {"is_default": True}], actor=shop.system)
    order = shop.order(line(lamp))

    for language in ("en", "zh-hans"):
        papers.render([order], actor=shop.rep, language=language)

    assert dict(set_data[0]["facts"])["Ship to"] == "1 Keji Rd, Shenzhen Mo"
    assert "深圳市科技园路1号 Mo" in dict(set_data[1]["facts"]).values()


def test_an_english_paper_names_regions_and_specifications_in_english(
    shop: Shop, lamp: Product, set_data: list[Any]
) -> None:
    Product.objects.filter(pk=lamp.pk).update(specification="绿光", specification_en="green")
    order = shop.order(line(lamp), shipping_address="广东省 深圳市 科技园路1号")

    for language in ("en", "zh-hans"):
        papers.render([order], actor=shop.rep, language=language)

    english, chinese = ([data["rows"][0][2], dict(data["facts"])] for data in set_data)
    assert "green" in english[0]
    assert "绿光" not in english[0]
    assert english[1]["Ship to"] == "Guangdong Shenzhen 科技园路1号"
    assert "绿光" in chinese[0]
    assert "广东省 深圳市 科技园路1号" in chinese[1].values()
