"""Who gets goods, who waits, who is refused."""

import datetime as dt
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.inputs import DemandSet
from erp.inventory import services
from erp.inventory.models import Delivery, DeliveryLine, Demand
from tests.erp.inventory.make import Shop


def test_what_is_free_is_reserved_and_the_rest_is_short(shop: Shop) -> None:
    tea = shop.product("tea", stock=60)
    order = shop.order((tea, 100), promised=dt.date(2026, 4, 1))

    reserved = shop.reserve(order)

    [short] = reserved.short
    assert (short.quantity, short.line_id, short.needed_by) == (40, order.lines[0].line_id, dt.date(2026, 4, 1))
    assert short.source == order.source
    assert Demand.objects.get(pk=short.demand_id).waiting == 40
    assert shop.balance(tea) == (60, 60)


def test_of_orders_that_must_not_be_short_only_the_one_that_is_gets_refused(shop: Shop) -> None:
    tea = shop.product("tea", stock=100)
    orders = [shop.order((tea, quantity), refuse=True) for quantity in (60, 50, 40)]

    reserved = shop.reserve(*orders)

    assert list(reserved.refused) == [orders[1].id]
    refusal = reserved.refused[orders[1].id]
    assert (refusal.code, refusal.line, refusal.field) == ("short_of_stock", 0, "quantity")
    assert refusal.params["wanted"], refusal.params["free"] == ("50", "40")
    assert shop.balance(tea) == (100, 100)
    assert Demand.objects.count() == 2


def test_a_refused_order_gives_up_all_its_lines(shop: Shop) -> None:
    tea, cup = shop.product("tea", stock=10), shop.product("cup", stock=1)
    both, cups = shop.order((tea, 10), (cup, 2), refuse=True), shop.order((tea, 4))

    reserved = shop.reserve(both, cups)

    assert list(reserved.refused) == [both.id]
    assert shop.balance(tea) == (10, 4)
    assert shop.balance(cup) == (1, 0)


def test_two_lines_of_one_product_do_not_take_the_same_piece(shop: Shop) -> None:
    tea = shop.product("tea", stock=5)

    reserved = shop.reserve(shop.order((tea, 3), (tea, 3)))

    assert [short.quantity for short in reserved.short] == [1]
    assert shop.balance(tea) == (5, 5)


def test_services_need_no_stock(shop: Shop) -> None:
    advice = shop.product("advice", kind="service")

    reserved = shop.reserve(shop.order((advice, 3), refuse=True))

    assert not reserved.refused
    assert not reserved.short
    assert not Demand.objects.exists()


def test_deliveries_are_opened_with_all_lines_and_dropped_again(shop: Shop) -> None:
    tea, advice = shop.product("tea"), shop.product("advice", kind="service")
    orders = DemandSet([shop.order((tea, 2), (advice, 1)), shop.order((tea, 5))])

    first, second = services.open_deliveries(orders, actor=shop.actor, unpaid={orders[1].id})

    assert first.number.startswith("DN")
    assert [line.quantity for line in first.lines.all()] == [2, 1]
    assert (first.waits_for_payment, second.waits_for_payment) == (False, True)
    services.drop_deliveries(DemandSet(orders[:1]), actor=shop.actor)
    assert list(Delivery.objects.all()) == [second]
    assert DeliveryLine.objects.count() == 1


def test_the_number_of_statements_does_not_depend_on_lines_or_orders(shop: Shop) -> None:
    products = [shop.product(f"p{n}", stock=1000) for n in range(20)]
    counts = []

    for orders, lines in ((1, 1), (1, 20), (30, 20)):
        demanded = DemandSet(shop.order(*((product, 1) for product in products[:lines])) for _ in range(orders))
        with CaptureQueriesContext(connection) as opening:
            services.open_deliveries(demanded, actor=shop.actor)
        with CaptureQueriesContext(connection) as reserving:
            services.reserve(demanded, actor=shop.actor)
        counts.append((len(opening) - 1, len(reserving)))

    # Less the links, which a larger act writes with its own; savepoints of the test do not count.
    assert counts == [(4, 4)] * 3


def test_availability_tells_what_is_free_and_who_waits(shop: Shop) -> None:
    tea, cup = shop.product("tea", stock=60), shop.product("cup")
    shop.reserve(shop.order((tea, 70)))

    stock = services.availability([tea.pk, cup.pk], company=shop.company)

    assert (stock[tea.pk].on_hand, stock[tea.pk].reserved, stock[tea.pk].free) == (60, 60, 0)
    assert (stock[tea.pk].waiting, stock[tea.pk].incoming) == (10, 0)
    assert stock[cup.pk].free == Decimal(0)
    assert services.availability([], company=shop.company) == {}


def test_what_lies_in_other_warehouses_is_told_but_not_promised(shop: Shop) -> None:
    tea = shop.product("tea", stock=3)
    north = services.save_warehouse(values={"code": "N", "name": "北仓"}, actor=shop.actor)
    difference = services.Difference(tea.pk, Decimal(5), Decimal(1))
    services.opening_stock([difference], warehouse_id=north.pk, actor=shop.actor)

    known = services.availability([tea.pk], company=shop.company)[tea.pk]

    assert (known.on_hand, known.free, known.elsewhere) == (3, 3, 5)
