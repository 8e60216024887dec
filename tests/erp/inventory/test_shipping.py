"""Goods leave: in full, in part, or not."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.finance.services import periods
from erp.inventory import services
from erp.inventory.models import Delivery, Demand, StockMove
from erp.inventory.signals import goods_delivered
from suite.core import clock
from suite.core.acts import acting
from suite.core.errors import BusinessError
from suite.core.models import AuditRow, OutboxEvent
from tests.erp.finance.books import balance, warm
from tests.erp.inventory.make import Shop


def test_a_delivery_takes_goods_reservation_and_value_and_books_revenue_and_cost(shop: Shop) -> None:
    tea = shop.product("tea", stock=10, cost="600")
    [delivery] = shop.confirm(shop.order((tea, 4)))

    [shipped] = services.ship([delivery], actor=shop.actor)

    assert (shipped.status, shipped.shipped_on) == (Delivery.Status.SHIPPED, clock.today(shop.company))
    assert shop.balance(tea) == (6, 0)
    assert shop.worth(tea) == (6, 3600)
    demand = Demand.objects.get()
    assert (demand.wanted, demand.reserved, demand.shipped) == (4, 0, 4)
    [line] = shipped.lines.all()
    assert line.cost == 2400
    move = StockMove.objects.get(kind=StockMove.Kind.DELIVERY)
    assert (move.quantity, move.value, move.source_line_id) == (-4, -2400, line.pk)
    assert (balance(shop.company, "5401"), balance(shop.company, "5001")) == (2400, -4000)
    assert balance(shop.company, "1405") == shop.worth(tea)[1]
    assert AuditRow.objects.filter(kind=Delivery.kind(), action="shipped").count() == 1
    assert OutboxEvent.objects.filter(event="erp.inventory.delivery.shipped").count() == 1


def test_what_is_not_shipped_goes_on_in_a_backorder_with_a_new_date(shop: Shop) -> None:
    tea, cup = shop.product("tea", stock=10), shop.product("cup", stock=10)
    [delivery] = shop.confirm(shop.order((tea, 10), (cup, 3)))
    lines = {line.product_id: line for line in delivery.lines.all()}

    services.ship(
        [delivery],
        quantities={lines[tea.pk].pk: Decimal(6)},
        backorder_date=dt.date(2026, 12, 24),
        actor=shop.actor,
    )

    [backorder] = delivery.backorders.all()
    assert list(delivery.lines.values_list("product_id", "quantity")) == [(tea.pk, 6)]
    assert list(backorder.lines.values_list("product_id", "quantity")) == [(tea.pk, 4), (cup.pk, 3)]
    assert (backorder.status, backorder.promised_date) == (Delivery.Status.OPEN, dt.date(2026, 12, 24))
    assert shop.balance(tea) == (4, 4)
    assert shop.balance(cup) == (10, 3)
    services.ship([backorder], actor=shop.actor)
    assert shop.balance(tea) == (0, 0)
    assert balance(shop.company, "220302") == 0


def test_worked_example_of_the_chain_as_far_as_stock_goes(shop: Shop) -> None:
    pot = shop.product("pot", stock=10, cost="600")
    [delivery] = shop.confirm(shop.order((pot, 10)))
    costs = []

    for quantity in (4, 2):
        [line] = delivery.lines.all()
        services.ship([delivery], quantities={line.pk: Decimal(quantity)}, actor=shop.actor)
        costs.append(delivery.lines.get().cost)
        delivery = delivery.backorders.get()

    assert costs == [2400, 1200]
    assert balance(shop.company, "220302") == -4520
    assert balance(shop.company, "5401") == 3600


def test_goods_of_others_are_not_shipped(shop: Shop) -> None:
    tea = shop.product("tea", stock=10)
    first, second = shop.confirm(shop.order((tea, 8)), shop.order((tea, 5)))

    with pytest.raises(BusinessError) as refusal:
        services.ship([second], actor=shop.actor)

    [reason] = refusal.value.by_key.values()
    assert list(refusal.value.by_key) == [second.pk]
    assert (reason.code, reason.line) == ("short_of_stock", 0)
    assert shop.balance(tea) == (10, 10)
    services.ship([first], actor=shop.actor)


def test_free_goods_may_be_shipped_beyond_the_reservation(shop: Shop) -> None:
    tea = shop.product("tea", stock=3)
    [delivery] = shop.confirm(shop.order((tea, 5)))
    shop.open_stock((tea, 4, "10"))

    services.ship([delivery], actor=shop.actor)

    assert shop.balance(tea) == (2, 0)


def test_an_unpaid_delivery_waits_for_the_money(shop: Shop) -> None:
    tea = shop.product("tea", stock=5)
    order = shop.order((tea, 5))
    [delivery] = shop.confirm(order)
    Delivery.objects.filter(pk=delivery.pk).update(waits_for_payment=True)

    with pytest.raises(BusinessError) as refusal:
        services.ship([delivery], actor=shop.actor)
    services.payment_arrived([order.id], order_kind=order.source.kind, actor=shop.actor)

    assert refusal.value.code == "waits_for_payment"
    [shipped] = services.ship([delivery], actor=shop.actor)
    assert shipped.status == Delivery.Status.SHIPPED


def test_a_delivery_is_shipped_once(shop: Shop) -> None:
    tea = shop.product("tea", stock=5)
    delivery = shop.sell((tea, 2))

    with pytest.raises(BusinessError) as refusal:
        services.ship([delivery], actor=shop.actor)

    assert refusal.value.code == "wrong_state"
    assert shop.balance(tea) == (3, 0)


@pytest.mark.parametrize("quantity", ["-1", "6"])
def test_no_more_and_no_less_than_what_is_on_the_delivery(shop: Shop, quantity: str) -> None:
    tea = shop.product("tea", stock=5)
    [delivery] = shop.confirm(shop.order((tea, 5)))

    with pytest.raises(BusinessError) as refusal:
        services.ship([delivery], quantities={delivery.lines.get().pk: Decimal(quantity)}, actor=shop.actor)

    assert (refusal.value.refusals[0].line, refusal.value.refusals[0].field) == (0, "quantity")
    assert shop.balance(tea) == (5, 5)


def test_nothing_named_is_nothing_shipped(shop: Shop) -> None:
    tea = shop.product("tea", stock=5)
    [delivery] = shop.confirm(shop.order((tea, 5)))

    with pytest.raises(BusinessError) as refusal:
        services.ship([delivery], quantities={}, actor=shop.actor)

    assert refusal.value.code == "nothing_to_ship"


def test_services_go_out_with_the_goods_without_touching_stock(shop: Shop) -> None:
    tea, advice = shop.product("tea", stock=5), shop.product("advice", kind="service")

    delivery = shop.sell((tea, 1), (advice, 2))

    assert [line.cost for line in delivery.lines.all()] == [10, 0]
    assert StockMove.objects.filter(product=advice).count() == 0
    assert balance(shop.company, "220302") == 0


def test_the_signal_tells_what_left(shop: Shop) -> None:
    tea, told = shop.product("tea", stock=5), []

    def listen(*, deliveries: list[Delivery], **_: Any) -> None:
        told.extend((delivery.pk, [line.quantity for line in delivery.shipped_lines]) for delivery in deliveries)

    goods_delivered.connect(listen)
    try:
        delivery = shop.sell((tea, 2))
    finally:
        goods_delivered.disconnect(listen)

    assert told == [(delivery.pk, [2])]


def test_fourteen_statements_are_enough_for_any_number_of_deliveries_and_lines(shop: Shop) -> None:
    products = [shop.product(f"p{n}") for n in range(10)]
    shop.open_stock(*((product, 100, "1") for product in products))
    warm(shop.company)
    counts = []

    for orders, lines in ((1, 1), (1, 10), (8, 10)):
        deliveries = shop.confirm(*(shop.order(*((each, 1) for each in products[:lines])) for _ in range(orders)))
        with CaptureQueriesContext(connection) as statements, acting(shop.actor):
            services.ship(deliveries, actor=shop.actor)
        counts.append(len([each for each in statements.captured_queries if "SAVEPOINT" not in each["sql"]]))

    assert len(set(counts)) == 1
    assert counts[0] <= 14


def test_a_posting_date_of_a_closed_month_is_refused_and_a_day_by_delivery_is_kept(shop: Shop) -> None:
    today = clock.today(shop.company)
    last_month = today.replace(day=1) - dt.timedelta(days=5)
    with clock.at(clock.day_starts(shop.company, last_month)):
        [delivery] = shop.confirm(shop.order((shop.product("tea", stock=5), 5)))
    periods.close(period_ids=[shop.company_period(last_month).pk], actor=shop.actor)

    with pytest.raises(BusinessError) as refused:
        services.ship([delivery], posting_date=last_month, actor=shop.actor)
    services.ship([delivery], days={delivery.pk: last_month}, actor=shop.actor)

    move = StockMove.objects.filter(kind=StockMove.Kind.DELIVERY).get()
    assert [(each.code, each.field) for each in refused.value.refusals] == [("period_closed", "posting_date")]
    assert (move.posting_date, move.effective_date) == (today, last_month)
