from datetime import timedelta

import pytest

from crm.sales.lists import OrderList
from crm.sales.services.orders import change_order
from crm.sales.services.promising import promise_order
from suite.core import clock
from suite.core.errors import BusinessError
from suite.desk.dashboards.lists import look_at
from suite.desk.lists.state import ListState
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop, line


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
