import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.sales.models import Order
from crm.sales.services.confirming import confirm_orders
from erp.finance.models import FinancePolicy
from erp.inventory import services as inventory
from suite.core import cached, clock
from suite.core.models import IdempotencyKey
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop, line
from tests.crm.sales.views.conftest import signed_in
from tests.crm.sales.views.sheets import typed
from tests.erp.procurement.make import placed

ORDERS = "/crm/sales/orders/"


def test_an_order_is_typed_and_saved(shop: Shop, lamp: Product, mei: Client) -> None:
    lines = [{"product": lamp.pk, "quantity": "3"}, {"product": lamp.pk, "quantity": "1", "unit_price": "100"}, {}]

    answer = mei.post(f"{ORDERS}new/", typed(*lines, party=shop.customer.pk, customer_reference="PO-1"))

    order = Order.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{ORDERS}{order.pk}/")
    assert (order.gross, order.customer_reference) == (439, "PO-1")


def test_an_order_of_two_hundred_lines_is_saved(shop: Shop, lamp: Product, mei: Client) -> None:
    blank = dict.fromkeys(("id", "unit", "unit_price", "discount", "tax", "requested_date"), "")
    lines = [{**blank, "product": lamp.pk, "quantity": "1"}] * 200

    answer = mei.post(f"{ORDERS}new/", typed(*lines, party=shop.customer.pk))

    assert answer.status_code == 302
    assert Order.objects.get().lines.count() == 200


def test_a_higher_discount_is_saved_warned_of_at_its_line_and_refused_there_when_it_is_confirmed(
    shop: Shop, lamp: Product, mei: Client
) -> None:
    lines = [{"product": lamp.pk, "quantity": "1"}, {"product": lamp.pk, "quantity": "1", "discount": "50"}]

    saved = mei.post(f"{ORDERS}new/", typed(*lines, party=shop.customer.pk), follow=True).content.decode()
    order = Order.objects.get()
    answer = mei.post(f"{ORDERS}{order.pk}/confirm/")
    refused = answer.content.decode()

    sentence = "50% discount is above the 20% you may give"
    assert saved.count(sentence) == 1
    assert saved.index('id="line-1"') < saved.index(sentence)
    assert (answer.status_code, refused.count(sentence)) == (409, 2)
    assert 'href="#line-1"' in refused


def test_the_same_sheet_sent_twice_is_one_order(shop: Shop, lamp: Product, mei: Client) -> None:
    sheet = typed({"product": lamp.pk, "quantity": "1"}, party=shop.customer.pk, once="one-and-the-same")

    answers = [mei.post(f"{ORDERS}new/", sheet) for _click in range(2)]

    assert {answer["Location"] for answer in answers} == {f"{ORDERS}{Order.objects.get().pk}/"}
    assert IdempotencyKey.objects.count() == 1


def test_every_new_sheet_has_a_key_of_its_own(shop: Shop, mei: Client) -> None:
    keys = {re.search(r'name="once" value="(\w+)"', mei.get(f"{ORDERS}new/").content.decode())[1] for _n in range(2)}

    assert len(keys) == 2


def test_what_is_refused_stands_at_its_line_and_nothing_typed_is_lost(shop: Shop, lamp: Product, mei: Client) -> None:
    sheet = typed(
        {"product": lamp.pk, "quantity": "7"},
        {"product": lamp.pk, "quantity": "3.5"},
        party=shop.customer.pk,
        note="by Friday",
    )

    answer = mei.post(f"{ORDERS}new/", sheet)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'id="id_lines-1-quantity_error"' in page
    assert "by Friday" in page
    assert re.search(r'name="lines-0-quantity" value="7"', page)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("quantity", "-1"), ("quantity", "1e30"), ("quantity", "NaN"), ("unit_price", "-5"),
                         ("discount", "101"), ("requested_date", "2026-02-30"), ("product", "999999999999")]
)  # fmt: skip
def test_bad_input_is_said_at_the_field(shop: Shop, lamp: Product, mei: Client, field: str, value: str) -> None:
    sheet = typed({"product": lamp.pk, "quantity": "1", field: value}, party=shop.customer.pk)

    answer = mei.post(f"{ORDERS}new/", sheet)

    assert answer.status_code == 400
    assert f'id="id_lines-0-{field}_error"' in answer.content.decode()


def test_prices_and_stock_are_shown_while_people_type(shop: Shop, lamp: Product, mei: Client, bo: Client) -> None:
    make.stock(lamp, 2)
    shop.add_prices("大客户", (lamp, "3", "99"), name_en="Wholesale")
    sheet = typed({"product": lamp.pk, "quantity": "3"}, {"product": "", "quantity": "x"}, party=shop.customer.pk)

    page = mei.post(f"{ORDERS}reckon/", sheet).content.decode()

    assert "297.00" in page
    assert "99.00 · Wholesale" in page
    assert re.search(r'id="id_lines-0-available"[^>]*>2<', page)
    assert re.search(r'id="id_lines-0-product_help"[^>]*>short 1 [^<]*the rest will be bought<', page)
    assert "Two Hundred Ninety-Seven" in page


def test_a_product_shows_its_price_and_stock_before_its_quantity_is_typed(
    shop: Shop, lamp: Product, mei: Client
) -> None:
    make.stock(lamp, 2)
    sheet = typed({"product": lamp.pk, "quantity": ""}, {"product": lamp.pk, "quantity": "x"})

    page = mei.post(f"{ORDERS}reckon/", sheet).content.decode()

    assert "113.00 · product price" in page
    assert re.search(r'id="id_lines-0-available"[^>]*>2</output>', page)
    assert re.search(r'id="id_lines-1-available"[^>]*>2</output>', page)
    assert re.search(r'id="id_lines-0-amount"[^>]*></output>', page)
    assert re.search(r"Total with tax</dt><dd[^>]*><strong>0.00", page)


def test_margins_are_for_those_who_may_see_costs(shop: Shop, mei: Client, bo: Client) -> None:
    lamp = shop.add_product("L", standard_cost=Decimal(60))
    sheet = typed({"product": lamp.pk, "quantity": "1"}, party=shop.customer.pk)

    assert "Margin" not in mei.post(f"{ORDERS}reckon/", sheet).content.decode()
    assert "40.00 · 40%" in bo.post(f"{ORDERS}reckon/", sheet).content.decode()


def test_reckoning_takes_as_many_statements_for_fifty_lines_as_for_two(shop: Shop, lamp: Product, mei: Client) -> None:
    def statements(lines: int) -> int:
        sheet = typed(*[{"product": lamp.pk, "quantity": "1"}] * lines, party=shop.customer.pk)
        with CaptureQueriesContext(connection) as captured:
            mei.post(f"{ORDERS}reckon/", sheet)
        return len(captured)

    statements(2)

    assert statements(2) == statements(50)


def test_editing_keeps_lines_that_were_not_touched(shop: Shop, lamp: Product, mei: Client) -> None:
    order = shop.order(line(lamp, "1", "100"), line(lamp, "2"))
    first, second = order.lines.all()
    sheet = typed(
        {"id": first.pk, "product": lamp.pk, "quantity": "1", "unit_price": "100"},
        {"id": second.pk, "product": lamp.pk, "quantity": "5", "unit_price": "113"},
        party=shop.customer.pk,
        version=1,
    )

    mei.post(f"{ORDERS}{order.pk}/edit/", sheet)

    assert list(order.lines.values_list("pk", "quantity")) == [(first.pk, 1), (second.pk, 5)]


def test_a_save_over_an_older_copy_shows_what_stands_there_and_may_be_repeated(
    shop: Shop, lamp: Product, mei: Client, bo: Client
) -> None:
    order = shop.order(line(lamp))
    row = {"id": order.lines.get().pk, "product": lamp.pk, "quantity": "1", "unit_price": "113"}
    bo.post(f"{ORDERS}{order.pk}/edit/", typed(row, party=shop.customer.pk, version=1, note="from Bo"))

    stale = mei.post(f"{ORDERS}{order.pk}/edit/", typed(row, party=shop.customer.pk, version=1, note="from Mei"))
    page = stale.content.decode()
    assert stale.status_code == 409
    assert "Meanwhile: from Bo" in page
    assert "from Mei" in page

    again = mei.post(f"{ORDERS}{order.pk}/edit/", typed(row, party=shop.customer.pk, version=2, note="from Mei"))
    assert again.status_code == 302
    order.refresh_from_db()
    assert order.note == "from Mei"


def test_a_save_over_an_older_copy_shows_the_lines_that_stand_there_now(
    shop: Shop, lamp: Product, mei: Client, bo: Client
) -> None:
    order = shop.order(line(lamp), line(lamp, "2"))
    first, second = order.lines.all()
    price = {"product": lamp.pk, "unit_price": "113"}
    rows = [{"id": first.pk, "quantity": "7", **price}, {"id": second.pk, "quantity": "2", **price}]
    theirs = [{"id": first.pk, "quantity": "5", **price}, {"quantity": "9", **price}]
    bo.post(f"{ORDERS}{order.pk}/edit/", typed(*theirs, party=shop.customer.pk, version=1))

    stale = mei.post(f"{ORDERS}{order.pk}/edit/", typed(*rows, party=shop.customer.pk, version=1))

    page = stale.content.decode()
    assert stale.status_code == 409
    assert "Meanwhile: 5" in page
    assert "Meanwhile a line was added: LAMP" in page
    assert "Meanwhile this line was taken out" in page
    known = re.findall(r'name="lines-\d+-id"[^>]*? value="(\d+)"', page)
    assert (str(first.pk) in known, str(second.pk) in known) == (True, False)

    rows[1]["id"] = ""  # as the page sends it now
    again = mei.post(f"{ORDERS}{order.pk}/edit/", typed(*rows, party=shop.customer.pk, version=2))
    assert again.status_code == 302
    assert [row.quantity for row in order.lines.all()] == [7, 2]


def test_an_amendment_over_an_older_copy_shows_what_stands_there_and_may_be_repeated(
    shop: Shop, lamp: Product, mei: Client
) -> None:
    order = shop.order(line(lamp))
    confirm_orders(order_ids=[order.pk], actor=shop.rep)
    order.refresh_from_db()
    row = {"id": order.lines.get().pk, "product": lamp.pk, "unit_price": "113"}

    def amend(quantity: str, version: int) -> Any:
        sheet = typed({**row, "quantity": quantity}, version=version, reason="More")
        return mei.post(f"{ORDERS}{order.pk}/amend/", sheet)

    before = order.version
    amend("5", before)
    stale = amend("7", before)
    order.refresh_from_db()
    again = amend("7", order.version)

    assert stale.status_code == 409
    assert "Meanwhile: 5" in stale.content.decode()
    assert f'name="version" value="{order.version}"' in stale.content.decode()
    assert again.status_code == 302
    assert order.lines.get().quantity == 7


def test_a_bulk_confirm_names_the_orders_that_were_refused(shop: Shop, mei: Client) -> None:
    scarce = shop.add_product("SCARCE", shortage="refuse")
    refused, fine = shop.order(line(scarce, "3")), shop.order(line(shop.add_product("PLENTY")))

    page = mei.post(ORDERS, {"act": "confirm", "pk": [refused.pk, fine.pk]}, follow=True).content.decode()

    assert f'Confirm: <a href="{ORDERS}{fine.pk}/">{fine.number}</a>' in page
    assert f"{refused.number}: " in page


def test_the_page_says_how_far_the_order_is_and_who_is_next(shop: Shop, lamp: Product, mei: Client) -> None:
    make.stock(lamp, 2)
    order = shop.order(line(lamp, "5"))
    assert "confirm the order" in mei.get(f"{ORDERS}{order.pk}/").content.decode()

    answer = mei.post(f"{ORDERS}{order.pk}/confirm/", follow=True)

    page = answer.content.decode()
    assert "is confirmed" in page
    assert "Purchasing: 3 to come" in page
    assert "565.00 open" in page
    assert re.search(r'data-label="Reserved">2<', page)


def test_a_second_click_on_confirm_does_no_harm(shop: Shop, lamp: Product, mei: Client) -> None:
    order = shop.order(line(lamp))

    answers = [mei.post(f"{ORDERS}{order.pk}/confirm/", follow=True) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "is confirmed" in answers[1].content.decode()


def test_a_short_order_is_refused_at_its_line_with_the_choices_there_are(shop: Shop, mei: Client) -> None:
    lamp = shop.add_product("L", shortage=Product.Shortage.REFUSE)
    make.stock(lamp, 3)
    order = shop.order(line(lamp, "2"), line(lamp, "9"))

    refused = mei.post(f"{ORDERS}{order.pk}/confirm/")
    page = refused.content.decode()
    assert refused.status_code == 409
    assert 'href="#line-1"' in page
    assert f"{ORDERS}{order.pk}/confirm-waiting/" in page

    mei.post(f"{ORDERS}{order.pk}/confirm-waiting/")
    order.refresh_from_db()
    assert order.status == "confirmed"


def test_a_confirmed_order_is_amended_and_no_longer_edited(shop: Shop, lamp: Product, mei: Client) -> None:
    make.stock(lamp, 50)
    order = shop.order(line(lamp, "5"))
    confirm_orders(order_ids=[order.pk], actor=shop.rep)
    row = {"id": order.lines.get().pk, "product": lamp.pk, "quantity": "7", "unit_price": "113"}

    assert mei.get(f"{ORDERS}{order.pk}/edit/")["Location"] == f"{ORDERS}{order.pk}/amend/"
    amended = mei.post(f"{ORDERS}{order.pk}/amend/", typed(row, reason="they need more", version=2))

    assert amended.status_code == 302, amended.content.decode()
    order.refresh_from_db()
    assert (order.gross, order.revision) == (791, 1)
    assert "they need more" in mei.get(f"{ORDERS}{order.pk}/").content.decode()


@pytest.mark.parametrize("posting", FinancePolicy.Posting.values)
def test_what_is_open_of_an_order_in_foreign_money_is_said_in_the_companys_own(
    shop: Shop, lamp: Product, mei: Client, posting: str
) -> None:
    FinancePolicy.objects.filter(company=shop.company).update(posting=posting)
    cached.forget(shop.company.pk)
    make.stock(lamp, 5)
    order = shop.order(line(lamp, "2", "100"), currency_id="USD", exchange_rate=Decimal("7.1"), actor=shop.system)
    mei.post(f"{ORDERS}{order.pk}/confirm/")

    page = mei.get(f"{ORDERS}{order.pk}/").content.decode()

    assert "¥1,420.00 open" in page


def test_undo_and_cancel_are_acts_of_the_page(shop: Shop, lamp: Product, mei: Client) -> None:
    order = shop.order(line(lamp, "5"))
    mei.post(f"{ORDERS}{order.pk}/confirm/")

    mei.post(f"{ORDERS}{order.pk}/undo/", {"reason": "too early"})
    order.refresh_from_db()
    assert order.status == "draft"

    mei.post(f"{ORDERS}{order.pk}/cancel/", {"reason": "no longer wanted"})
    order.refresh_from_db()
    assert order.status == "cancelled"


def test_several_orders_are_confirmed_from_the_list(shop: Shop, lamp: Product, mei: Client) -> None:
    orders = [shop.order(line(lamp)) for _n in range(3)]

    mei.post(ORDERS, {"act": "confirm", "pk": [order.pk for order in orders]})

    assert set(Order.objects.values_list("status", flat=True)) == {"confirmed"}


def test_a_list_takes_twelve_statements_at_most_however_many_rows(shop: Shop, lamp: Product, mei: Client) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert mei.get(ORDERS).status_code == 200
        return len(captured)

    for _n in range(10):
        shop.order(line(lamp))
    statements()
    few = statements()
    for _n in range(30):
        shop.order(line(lamp))

    assert statements() == few <= 12


def test_nobody_reaches_the_orders_of_others(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp))
    for stranger in (shop.other_rep, Shop("globex").manager):
        client = signed_in(stranger)
        for path in ("", "edit/", "amend/", "history/", "tasks/"):
            assert client.get(f"{ORDERS}{order.pk}/{path}").status_code == 404
        assert client.post(f"{ORDERS}{order.pk}/confirm/").status_code == 404


def test_history_and_tasks_hang_on_the_page(shop: Shop, lamp: Product, mei: Client) -> None:
    order = shop.order(line(lamp))

    assert "Created" in mei.get(f"{ORDERS}{order.pk}/history/").content.decode()
    assert mei.get(f"{ORDERS}{order.pk}/tasks/").status_code == 200


@pytest.mark.parametrize(
    ("language", "value", "words"),
    [
        ("en", "1.1234567", "At most 6 places after the point"),
        ("zh-hans", "1.1234567", "小数点后最多 6 位"),
        ("en", "1234567890123", "This number is too large"),
        ("zh-hans", "1234567890123", "数字太大"),
        ("zh-hans", "0", "必须大于零"),
    ],
)
def test_what_is_wrong_with_a_figure_is_said_in_plain_words(
    shop: Shop, lamp: Product, mei: Client, language: str, value: str, words: str
) -> None:
    mei.cookies["django_language"] = language
    answer = mei.post(f"{ORDERS}new/", typed({"product": lamp.pk, "quantity": value}, party=shop.customer.pk))

    assert answer.status_code == 400
    assert words in answer.content.decode()


def reckoned(client: Client, sheet: dict[str, Any], query: str = "") -> str:
    return client.post(f"{ORDERS}reckon/{query}", sheet).content.decode()


def test_a_shortage_is_said_with_the_next_arrival_and_what_follows(shop: Shop, lamp: Product, mei: Client) -> None:
    make.stock(lamp, 2)
    day = clock.today(shop.company) + dt.timedelta(days=5)
    supplier = make.supplier(shop.company)
    placed(supplier, (lamp, 4, "50"), actor=make.actor(shop.company, "administrator"), expected_date=day)

    def said(quantity: str, **header: Any) -> str:
        return reckoned(mei, typed({"product": lamp.pk, "quantity": quantity}, party=shop.customer.pk, **header))

    assert ">short " not in said("2")
    assert f"short 3 · 4 more on {day}" in said("5")
    assert "waits for what is coming" in said("5")
    assert "the rest will be bought" in said("9")
    assert "the order will be refused" in said("5", shortage="refuse")


def test_two_lines_of_one_product_share_what_is_there(shop: Shop, lamp: Product, mei: Client) -> None:
    make.stock(lamp, 5)
    row = {"product": lamp.pk, "quantity": "3"}

    page = reckoned(mei, typed(row, row, party=shop.customer.pk))

    assert ">short 1 " in page
    assert page.count(">short ") == 1


def test_amending_counts_what_the_order_has_reserved_as_there(shop: Shop, lamp: Product, mei: Client) -> None:
    make.stock(lamp, 5)
    order = shop.order(line(lamp, "8"))
    confirm_orders(order_ids=[order.pk], actor=shop.rep)
    row = {"id": order.lines.get().pk, "product": lamp.pk, "unit_price": "113"}

    def said(quantity: str) -> str:
        return reckoned(mei, typed({**row, "quantity": quantity}), f"?order={order.pk}")

    assert ">short " not in said("5")
    assert "requested already" in said("8")
    assert "the rest will be bought" in said("9")


def test_what_lies_in_other_warehouses_is_no_stock_of_the_order(shop: Shop, lamp: Product, mei: Client) -> None:
    make.stock(lamp, 3)
    north = inventory.save_warehouse(values={"code": "N", "name": "北仓"}, actor=shop.system)
    there = inventory.Difference(lamp.pk, Decimal(5), Decimal(50))
    inventory.opening_stock([there], warehouse_id=north.pk, actor=shop.system)

    page = reckoned(mei, typed({"product": lamp.pk, "quantity": "7"}, party=shop.customer.pk))

    assert "short 4 · 5 lie in other warehouses · the rest will be bought" in page
