import json
from decimal import Decimal
from typing import Any

import pytest

from crm.sales import papers
from suite.core import pdf
from suite.masterdata.models import Product, Tax
from tests.crm.sales.shop import Shop, line


@pytest.fixture
def set_data(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was handed to the typesetter."""
    seen: list[Any] = []
    real = pdf.render

    def watch(template: str, data: Any, **kwargs: Any) -> bytes:
        seen.append(json.loads(json.dumps(data, default=str)))
        return real(template, data, **kwargs)

    monkeypatch.setattr(pdf, "render", watch)
    return seen


def test_a_quotation_shows_tax_by_rate_and_the_total_in_words(shop: Shop, lamp: Product, set_data: list[Any]) -> None:
    reduced = Tax.objects.get(company=shop.company, code="VAT9")
    grain = shop.add_product("GRAIN", "109", tax=reduced, name_en="Grain")
    quotation = shop.quotation(line(lamp, "3", discount=Decimal(10)), line(grain, "2"))

    content = papers.quotation_pdf(quotation, language="en")

    totals = dict(set_data[0]["totals"])
    assert content.startswith(b"%PDF-")
    assert (totals["Tax 13%"], totals["Tax 9%"], totals["Total with tax"]) == ("35.10", "18.00", "¥523.10")
    assert totals["In words"] == "CNY Five Hundred Twenty-Three and 10/100 Only"
    assert [row[1] for row in set_data[0]["rows"]] == ["LAMP", "GRAIN"]
    assert set_data[0]["mark"] == "Draft"


def test_in_chinese_the_amount_stands_in_capitals(shop: Shop, lamp: Product, set_data: list[Any]) -> None:
    order = shop.order(line(lamp, "3"))

    papers.order_pdf(order, language="zh-hans")

    assert "叁佰叁拾玖元整" in dict(set_data[0]["totals"]).values()


def test_text_from_customers_is_never_a_command(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp, description='#panic("x") $ \\ *b*'), note='#import "/etc/passwd"')

    assert papers.order_pdf(order, language="en").startswith(b"%PDF-")
