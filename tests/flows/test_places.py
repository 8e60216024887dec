"""An amount has the places of its currency wherever it is read, written or reckoned."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from crm.sales.models import Order
from crm.sales.services.confirming import confirm_orders
from erp.procurement.services import Bill, SupplierInvoice, book_invoices, receive
from suite.core import pdf
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.desk import formats, papers
from suite.masterdata.models import Currency
from suite.masterdata.services import settings
from tests import make
from tests.crm.sales.shop import Shop, line
from tests.erp.procurement.make import placed

YEN: dict[str, Any] = {"currency_id": "JPY", "exchange_rate": Decimal("0.05")}  # for shop.system: a rep gives no rate


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


@pytest.fixture
def order(shop: Shop) -> Order:
    return shop.order(line(shop.add_product("LAMP"), "3", "411.5"), **YEN, actor=shop.system)


@pytest.fixture
def set_data(monkeypatch: pytest.MonkeyPatch) -> list[pdf.Sheet]:
    """The sheets that would be printed."""
    sheets: list[pdf.Sheet] = []
    monkeypatch.setattr(pdf, "sheets", lambda printed, **_rest: sheets.extend(printed) or b"")
    return sheets


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(actor.user, "suite.core.auth.CompanyBackend")
    return client


def test_yen_have_no_places_on_any_page_of_sales(shop: Shop, order: Order) -> None:
    browser = signed_in(shop.rep)

    pages = {
        path: browser.get(path).content.decode()
        for path in (
            reverse("sales:order", args=[order.pk]),
            reverse("sales:orders") + "?cols=party,gross,net",
            reverse("customers:customer", args=[shop.customer.customer.pk]),
            reverse("insight:party_orders", args=[shop.customer.pk]),
        )
    }

    for path, page in pages.items():
        assert "1,235" in page, path
        assert "1,234.5" not in page, path
        assert "1,235.0" not in page, path


def test_yen_have_no_places_on_papers(shop: Shop, order: Order, set_data: list[pdf.Sheet]) -> None:
    papers.render([order], actor=shop.system, language="en")

    (sheet,) = set_data
    assert [row[-1] for row in sheet.rows] == ["1,235"]
    assert dict(sheet.totals)["Net"] == "1,093"
    assert dict(sheet.totals)["Total with tax"] == "JP¥1,235"


def test_yen_have_no_places_at_the_api(shop: Shop, order: Order) -> None:
    answer = make.client(shop.rep).get(f"/api/v1/crm/sales/orders/{order.pk}/").json()

    assert (answer["net"], answer["tax_amount"], answer["gross"]) == ("1093", "142", "1235")
    assert answer["lines"][0]["gross"] == "1235"
    assert answer["paid"] == "0.00"  # in the company's own money


def test_what_is_typed_into_an_order_in_yen_is_reckoned_in_yen(shop: Shop, order: Order) -> None:
    (row,) = order.lines.all()
    typed = {
        "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-product": row.product_id,
        "lines-0-quantity": "3", "lines-0-unit_price": "411.5",
    }  # fmt: skip

    browser = signed_in(shop.rep)
    sheet = browser.get(reverse("sales:order_edit", args=[order.pk])).context["reckon"]

    for address in (sheet, f"{reverse('sales:reckon')}?order={order.pk}"):
        page = browser.post(address, typed | {"party": shop.customer.pk, "date": order.date}).content.decode()
        assert "1,235" in page
        assert "1,234.50" not in page


def test_the_margin_of_an_order_in_yen_is_reckoned_in_the_money_of_the_company(shop: Shop) -> None:
    lamp = shop.add_product("LAMP", standard_cost=Decimal(10))
    order = shop.order(line(lamp, "3", "452"), **YEN, actor=shop.system)
    typed = {
        "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-product": lamp.pk,
        "lines-0-quantity": "3", "lines-0-unit_price": "452",
    }  # fmt: skip

    page = signed_in(make.actor(shop.company, "administrator")).post(
        f"{reverse('sales:reckon')}?order={order.pk}", typed
    )

    assert page.context["margin"]["amount"] == 30  # 1,200 yen without tax are 60, the lamps cost 30


def test_purchases_in_yen_are_reckoned_and_billed_in_whole_yen(shop: Shop, set_data: list[pdf.Sheet]) -> None:
    boss = make.actor(shop.company, "executive")
    supplier = make.supplier(shop.company, "東京商事")
    settings.set_exchange_rate(
        currency=Currency.objects.get(pk="JPY"), valid_from=dt.date(2026, 1, 1), rate=Decimal("0.05"), actor=boss
    )
    order = placed(supplier, (shop.add_product("P"), 3, "411.5"), actor=boss, currency=Currency.objects.get(pk="JPY"))
    (row,) = order.lines.all()
    receive(quantities={row.pk: row.base_quantity}, actor=boss)

    papers.render([order], actor=boss, language="en")
    bill = Bill(row.pk, Decimal(3), tax_amount=Decimal("160.5"))
    with pytest.raises(BusinessError) as refused:
        book_invoices(invoices=[SupplierInvoice(order.pk, [bill])], actor=boss)

    assert (row.net, row.tax_amount) == (1235, 161)
    assert dict(set_data[0].totals)["Net"] == "1,235"
    assert refused.value.refusals[0].field == "tax_amount"


def test_a_currency_has_no_more_places_than_amounts_hold(shop: Shop) -> None:
    with pytest.raises(ValidationError) as wrong:
        settings.create_shared(model=Currency, actor=shop.system, code="KWD", name="第纳尔", digits=3)

    assert list(wrong.value.message_dict) == ["digits"]


def test_places_that_are_put_right_are_shown_at_once(shop: Shop) -> None:
    assert formats.money(Decimal("1234.5"), "SGD") == "SGD 1,234.50"

    settings.change_shared(row=Currency.objects.get(pk="SGD"), actor=shop.system, digits=0)

    assert (formats.money(Decimal("-1234.5"), "SGD"), formats.price(Decimal(7), "SGD")) == ("-SGD 1,235", "7")


def test_confirmed_orders_in_yen_stand_in_the_books_in_the_money_of_the_company(shop: Shop, order: Order) -> None:
    confirm_orders(order_ids=[order.pk], actor=shop.rep)

    page = signed_in(shop.rep).get(reverse("sales:order", args=[order.pk])).content.decode()

    assert "¥61.75 open" in page
