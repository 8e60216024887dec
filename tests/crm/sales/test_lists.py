import datetime as dt
from typing import Any

import pytest

from crm.sales.lists import OrderList
from crm.sales.models import Order
from crm.sales.queries import orders as queries
from crm.sales.services.confirming import confirm_orders
from suite.core import clock
from suite.desk import formats
from suite.desk.lists.state import ListState
from suite.masterdata.models import Product
from tests.crm.sales.shop import Shop, line
from tests.plans import plan


@pytest.mark.parametrize(("view", "index"), [("late", "crm_order_undelivered"), ("unpaid", "crm_order_unpaid")])
def test_what_is_still_to_be_done_is_found_among_many_orders_by_an_index_of_its_own(
    shop: Shop, view: str, index: str
) -> None:
    rows = ListState(OrderList(), shop.system, {"view": view}).rows

    assert index in plan(rows)


def test_an_order_is_late_by_its_promise_or_else_by_what_was_requested_and_never_without_a_date(
    shop: Shop, lamp: Product
) -> None:
    day = dt.timedelta(days=1)
    today = clock.today(shop.company)
    dates: dict[str, dict[str, Any]] = {
        "promised": {"promised_date": today - day, "requested_date": today + day},
        "requested": {"promised_date": None, "requested_date": today - 2 * day},
        "kept": {"promised_date": today, "requested_date": today - 2 * day},
        "undated": {"promised_date": None, "requested_date": None},
    }
    orders = {name: shop.order(line(lamp)) for name in dates}
    confirm_orders(order_ids=[order.pk for order in orders.values()], actor=shop.system)
    for name, values in dates.items():
        Order.objects.filter(pk=orders[name].pk).update(**values)

    late, others = ({row.pk for row in ListState(OrderList(), shop.system, {"late": w}).rows} for w in ("yes", "no"))

    assert late == {orders["promised"].pk, orders["requested"].pk}
    assert others == {orders["kept"].pk, orders["undated"].pk}
    assert [row.pk for row in queries.late(shop.system)] == [orders["requested"].pk, orders["promised"].pk]


def test_orders_are_summed_at_the_foot_by_currency_unless_there_are_too_many_to_count(
    shop: Shop, lamp: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, more, theirs = [shop.order(line(lamp)) for _ in range(3)]
    Order.objects.filter(pk=theirs.pk).update(currency_id="USD", gross=50)
    draft = ListState(OrderList(), shop.system, {"status": "draft"})

    (foot,) = [total for total in draft.totals if total["html"]]

    assert foot["label"] == "Total with tax"
    assert foot["html"] == f"{formats.money(ours.gross + more.gross, 'CNY')}<br>{formats.money(50, 'USD')}"
    monkeypatch.setattr("suite.desk.lists.state.COUNTED", 3)
    assert ListState(OrderList(), shop.system, {}).totals == []
    assert ListState(OrderList(), shop.system, {"count": "exact"}).totals
