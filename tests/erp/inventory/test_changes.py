"""Orders change after they were confirmed."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.inputs import DemandLine, DemandOrder, OrderChange
from erp.inventory import services
from erp.inventory.models import Delivery, DeliveryLine, Demand
from suite.core.acts import acting
from suite.core.errors import BusinessError
from tests.erp.inventory.make import Shop


def become(order: DemandOrder, *lines: DemandLine, **fields: object) -> OrderChange:
    """The order with these lines; those left out are given up."""
    after = {line.line_id: line for line in lines}
    gone = {line.line_id: replace(line, quantity=Decimal(0)) for line in order.lines if line.line_id not in after}
    now = replace(order, lines=list(lines), **fields)
    return OrderChange(now, {line.line_id: line for line in order.lines}, after | gone)


def with_quantity(order: DemandOrder, *quantities: int) -> OrderChange:
    lines = zip(order.lines, quantities, strict=True)
    return become(order, *(replace(line, quantity=Decimal(quantity)) for line, quantity in lines))


def test_a_cancelled_order_passes_its_goods_on_to_who_was_promised_first(shop: Shop) -> None:
    tea = shop.product("tea", stock=10)
    order = shop.order((tea, 10))
    [delivery] = shop.confirm(order)
    late, early = shop.order((tea, 8), promised=dt.date(2026, 5, 2)), shop.order((tea, 6), promised=dt.date(2026, 5, 1))
    shop.confirm(late, early)

    services.change_orders([become(order)], actor=shop.actor, reason="cancelled")

    reserved = {demand.order_id: (demand.wanted, demand.reserved) for demand in Demand.objects.all()}
    assert reserved == {order.id: (0, 0), early.id: (6, 6), late.id: (8, 4)}
    delivery.refresh_from_db()
    assert delivery.status == Delivery.Status.CANCELLED
    assert delivery.lines.count() == 1
    assert shop.balance(tea) == (10, 10)


def test_what_is_on_no_line_of_the_order_stays_on_its_delivery(shop: Shop) -> None:
    tea, leaflet = shop.product("tea", stock=10), shop.product("leaflet", stock=5)
    order = shop.order((tea, 10))
    [delivery] = shop.confirm(order)
    DeliveryLine.objects.create(company=shop.company, delivery=delivery, position=1, product=leaflet, quantity=2)

    services.change_orders([with_quantity(order, 4)], actor=shop.actor)

    assert list(delivery.lines.values_list("product__code", "quantity")) == [("tea", 4), ("leaflet", 2)]


def test_of_a_line_that_shrinks_what_waits_goes_first(shop: Shop) -> None:
    tea = shop.product("tea", stock=6)
    order = shop.order((tea, 10))
    [delivery] = shop.confirm(order)

    services.change_orders([with_quantity(order, 5)], actor=shop.actor)

    demand = Demand.objects.get()
    assert (demand.wanted, demand.reserved) == (5, 5)
    assert shop.balance(tea) == (6, 5)
    assert delivery.lines.get().quantity == 5


def test_what_is_wanted_beyond_is_reserved_or_short(shop: Shop) -> None:
    tea, cup = shop.product("tea", stock=12), shop.product("cup", stock=1)
    order = shop.order((tea, 10))
    [delivery] = shop.confirm(order)
    more = replace(order.lines[0], quantity=Decimal(15))
    new = replace(order.lines[0], line_id=order.lines[0].line_id + 1_000_000, product_id=cup.pk, quantity=Decimal(2))

    short = services.change_orders([become(order, more, new)], actor=shop.actor)

    assert {(each.line_id, each.quantity) for each in short} == {(more.line_id, 3), (new.line_id, 1)}
    assert (shop.balance(tea), shop.balance(cup)) == ((12, 12), (1, 1))
    assert set(delivery.lines.values_list("product_id", "quantity")) == {(tea.pk, 15), (cup.pk, 2)}
    assert Delivery.objects.count() == 1


def test_a_line_that_must_not_be_short_stops_the_amendment(shop: Shop) -> None:
    tea, cup = shop.product("tea", stock=10), shop.product("cup", stock=5)
    order = shop.order((tea, 10), (cup, 5), refuse=True)
    shop.confirm(order)

    with pytest.raises(BusinessError) as refusal, acting(shop.actor):
        services.change_orders([with_quantity(order, 11, 1)], actor=shop.actor)

    assert refusal.value.code == "short_of_stock"


def test_what_was_shipped_cannot_be_given_up(shop: Shop) -> None:
    tea = shop.product("tea", stock=10)
    order = shop.order((tea, 10))
    [delivery] = shop.confirm(order)
    services.ship([delivery], quantities={delivery.lines.get().pk: Decimal(7)}, actor=shop.actor)

    with pytest.raises(BusinessError) as refusal:
        services.change_orders([with_quantity(order, 6)], actor=shop.actor)
    services.change_orders([with_quantity(order, 7)], actor=shop.actor)

    assert refusal.value.code == "delivered_already"
    demand = Demand.objects.get()
    assert (demand.wanted, demand.reserved, demand.shipped) == (7, 0, 7)
    assert shop.balance(tea) == (3, 0)
    assert delivery.backorders.get().status == Delivery.Status.CANCELLED


def test_an_order_undone_and_confirmed_again_wants_its_goods_once(shop: Shop) -> None:
    tea = shop.product("tea", stock=10)
    order = shop.order((tea, 4))
    shop.confirm(order)
    services.change_orders([become(order)], actor=shop.actor)

    with acting(shop.actor):
        services.open_deliveries([order], actor=shop.actor)
        shop.reserve(order)

    demand = Demand.objects.get()
    assert (demand.wanted, demand.reserved) == (4, 4)
    assert Delivery.objects.filter(status=Delivery.Status.OPEN).count() == 1


def test_services_are_given_up_and_added_too(shop: Shop) -> None:
    tea, advice = shop.product("tea", stock=10), shop.product("advice", kind="service")
    order = shop.order((tea, 1), (advice, 4))
    [delivery] = shop.confirm(order)

    services.change_orders([with_quantity(order, 1, 3)], actor=shop.actor)

    assert set(delivery.lines.values_list("product_id", "quantity")) == {(tea.pk, 1), (advice.pk, 3)}


def test_dates_follow_the_order(shop: Shop) -> None:
    tea, day = shop.product("tea", stock=10), dt.date(2026, 12, 24)
    order = shop.order((tea, 1), promised=dt.date(2026, 12, 1))
    [delivery] = shop.confirm(order)

    services.change_orders([become(order, *order.lines, promised_date=day)], actor=shop.actor)

    delivery.refresh_from_db()
    assert (delivery.promised_date, Demand.objects.get().promised_date) == (day, day)


def test_cancelling_takes_as_many_statements_for_many_orders_as_for_one(shop: Shop) -> None:
    products = [shop.product(f"p{n}", stock=100) for n in range(5)]
    counts = []

    for size in (1, 10):
        orders = [shop.order(*((product, 2) for product in products[: 1 if size == 1 else 5])) for _ in range(size)]
        shop.confirm(*orders)
        with CaptureQueriesContext(connection) as statements, acting(shop.actor):
            services.change_orders([become(order) for order in orders], actor=shop.actor)
        counts.append(len([each for each in statements.captured_queries if "SAVEPOINT" not in each["sql"]]))

    assert counts == [8, 8]
    assert not DeliveryLine.objects.filter(delivery__status=Delivery.Status.OPEN).exists()
