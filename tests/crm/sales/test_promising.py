from datetime import timedelta
from decimal import Decimal

import pytest

from crm.sales.lists import OrderList
from crm.sales.services.orders import change_order
from crm.sales.services.promising import Wanted, in_words, promise_lines, promise_order
from crm.sales.services.quotations import send_quotation
from suite.core import clock
from suite.core.errors import BusinessError
from suite.desk.dashboards.lists import look_at
from suite.desk.lists.state import ListState
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop, line
from tests.crm.sales.views.conftest import signed_in
from tests.crm.sales.views.sheets import typed
from tests.erp.procurement.make import placed


def test_goods_on_hand_are_promised_for_today_others_for_when_they_can_be_bought(shop: Shop, lamp: Product) -> None:
    today = clock.today(shop.company)
    bulb = shop.add_product("BULB")
    make.stock(lamp, 10)
    make.terms(make.supplier(shop.company), bulb, 50, lead_days=9)
    order = shop.order(line(lamp, "10"), line(bulb, "1"))

    promised = promise_order(order_id=order.pk, actor=shop.rep)

    assert list(order.lines.values_list("promised_date", flat=True)) == [today, today + timedelta(days=9)]
    assert promised.promised_date == today + timedelta(days=9)


def test_nothing_is_promised_before_it_is_wanted(shop: Shop, lamp: Product) -> None:
    wanted = clock.today(shop.company) + timedelta(days=20)
    make.stock(lamp, 10)
    order = shop.order(line(lamp, "1"), requested_date=wanted)

    assert promise_order(order_id=order.pk, actor=shop.rep).promised_date == wanted


def test_where_nobody_knows_nothing_is_promised(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp, "1"))

    with pytest.raises(BusinessError) as refused:
        promise_order(order_id=order.pk, actor=shop.rep)

    assert refused.value.code == "no_promise"


def test_other_lines_need_another_promise(shop: Shop, lamp: Product) -> None:
    make.stock(lamp, 10)
    order = shop.order(line(lamp, "1"))
    promise_order(order_id=order.pk, actor=shop.rep)

    change_order(order_id=order.pk, actor=shop.rep, lines=[line(lamp, "500")])

    order.refresh_from_db()
    assert order.promised_date is None


def test_what_is_not_promised_stands_on_the_day_it_is_wanted_for(shop: Shop, lamp: Product) -> None:
    wanted = clock.today(shop.company) + timedelta(days=3)
    order = shop.order(line(lamp, "1"), requested_date=wanted)
    day = wanted.isoformat()

    found = ListState(OrderList(), shop.rep, {"promised": day})
    empty = ListState(OrderList(), shop.rep, {"promised_empty": "yes"})
    calendar = ListState(OrderList(), shop.rep, {"show": "calendar", "group": "promised", "span": "day", "on": day})

    assert [row.pk for row in found.rows] == [order.pk]
    assert not empty.rows.exists()
    assert [entry.at for entry in calendar.calendar.days[0].entries] == [wanted]
    assert [bar.label for bar in look_at(ListState(OrderList(), shop.rep, {}), "months.promised").bars] == [day[:7]]


def asked(product: Product, quantity: str) -> Wanted:
    return Wanted(product, Decimal(quantity))


def test_each_line_is_promised_from_what_the_lines_before_it_leave(shop: Shop, lamp: Product) -> None:
    today = clock.today(shop.company)
    make.stock(lamp, 30)
    supplier, buyer = make.supplier(shop.company), make.actor(shop.company, "administrator")
    make.terms(supplier, lamp, 40, lead_days=9)
    purchase = placed(supplier, (lamp, 40, "40"), actor=buyer, expected_date=today + timedelta(days=5))
    stranger = shop.add_product("RARE")

    first, second, third, service = promise_lines(
        [asked(lamp, "50"), asked(lamp, "30"), asked(stranger, "2"),
         asked(shop.add_product("WORK", kind="service"), "1")],
        actor=shop.rep,
    )  # fmt: skip

    assert [(part, day) for part, day, _why in first.terms] == [(30, today), (20, today + timedelta(days=5))]
    assert str(purchase) in first.terms[1][2]
    assert first.date == today + timedelta(days=5)
    assert [(part, day) for part, day, _why in second.terms] == [
        (20, today + timedelta(days=5)), (10, today + timedelta(days=9)),
    ]  # fmt: skip
    assert second.date == today + timedelta(days=9)
    assert (third.date, third.missing, "no supplier is known" in in_words(third)) == (None, 2, True)
    assert (service.date, in_words(service)) == (None, "")


def test_what_comes_later_than_one_could_buy_it_is_not_waited_for(shop: Shop, lamp: Product) -> None:
    today = clock.today(shop.company)
    supplier, buyer = make.supplier(shop.company), make.actor(shop.company, "administrator")
    make.terms(supplier, lamp, 40, lead_days=3)
    placed(supplier, (lamp, 40, "40"), actor=buyer, expected_date=today + timedelta(days=50))

    (promise,) = promise_lines([asked(lamp, "5")], actor=shop.rep)

    assert promise.date == today + timedelta(days=3)


def test_open_quotations_are_shown_as_soft_claims_but_the_own_is_not(shop: Shop, lamp: Product) -> None:
    make.stock(lamp, 10)
    offers = [shop.quotation(line(lamp, "20")) for _each in range(3)]
    for offer in offers:
        send_quotation(quotation_id=offer.pk, actor=shop.rep, by_mail=False)
    shop.quotation(line(lamp, "99"))  # a draft asks for nothing yet

    (promise,) = promise_lines([asked(lamp, "5")], actor=shop.rep, apart_from=offers[0])

    assert (promise.claims, promise.claimed, promise.date) == (2, 40, clock.today(shop.company))
    assert "ask for 40 of it: 2" in in_words(promise)


def test_it_stands_at_the_line_while_it_is_typed_and_in_the_api(shop: Shop, lamp: Product) -> None:
    make.stock(lamp, 3)
    typed_ = typed({"product": lamp.pk, "quantity": "2"}, party=shop.customer.pk)
    page = signed_in(shop.rep).post("/crm/sales/orders/reckon/", typed_).content.decode()
    api = make.client(shop.rep)
    address = "/api/v1/crm/sales/quotations/promise/"
    answer = api.post(address, {"lines": [{"product": lamp.pk, "quantity": "5"}]}, format="json")
    wrong = api.post(address, {"lines": [{"product": 0, "quantity": "5"}]}, format="json")

    assert f"Earliest {clock.today(shop.company)}" in page
    assert (answer.status_code, answer.data[0]["missing"], answer.data[0]["date"]) == (200, "2.000000", None)
    assert answer.data[0]["terms"][0]["quantity"] == "3.000000"
    assert (wrong.status_code, list(wrong.data)) == (400, ["lines"])
