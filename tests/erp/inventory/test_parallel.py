"""Many at once: nothing is sold twice, nobody waits for each other in a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import Sum

from erp.inputs import DemandOrder, DemandSet, OrderChange
from erp.inventory import services
from erp.inventory.models import CostLayer, Demand, StockMove
from suite.core.errors import BusinessError
from suite.masterdata.models import Product
from tests.erp.inventory.make import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(act: Callable[[Any], Any], items: Iterable[Any], clients: int = 16) -> list[Any]:
    """Do `act` with every item, many at the same time, each client on a connection of its own."""

    def alone(item: Any) -> Any:
        try:
            return act(item)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(alone, items))


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(("refuse", "passed", "short"), [(True, 30, 0), (False, 50, 20)])
def test_fifty_orders_of_one_on_thirty_pieces_reserve_exactly_thirty(refuse: bool, passed: int, short: int) -> None:
    shop = Shop()
    tea = shop.product("tea", stock=30)
    before = deadlocks()

    def confirm(order: DemandOrder) -> services.Reserved:
        return services.reserve(DemandSet([order]), actor=shop.actor)

    outcomes = at_once(confirm, [shop.order((tea, 1), refuse=refuse) for _ in range(50)], clients=50)

    assert sum(not outcome.refused for outcome in outcomes) == passed
    assert sum(len(outcome.short) for outcome in outcomes) == short
    assert shop.balance(tea) == (30, 30)
    assert sum(Demand.objects.values_list("reserved", flat=True)) == 30
    assert deadlocks() == before


def test_a_first_demand_and_a_first_receipt_that_come_at_once_do_not_miss_each_other() -> None:
    shop = Shop()
    products = [shop.product(f"p{n}") for n in range(20)]

    def come(task: tuple[str, Any]) -> None:
        what, product = task
        if what == "demand":
            services.reserve(DemandSet([shop.order((product, 5))]), actor=shop.actor)
        else:
            shop.open_stock((product, 5, "1"))

    at_once(come, [(what, product) for product in products for what in ("demand", "receipt")])

    assert [shop.balance(product) for product in products] == [(5, 5)] * 20


def test_a_few_hot_products_in_any_order_make_no_deadlock() -> None:
    shop = Shop()
    products = [shop.product(f"p{n}", stock=200) for n in range(5)]
    dice, before = Random(7), deadlocks()
    orders = [shop.order(*((product, 1) for product in dice.sample(products, 4))) for _ in range(160)]

    at_once(lambda order: services.reserve(DemandSet([order]), actor=shop.actor), orders)

    reserved = {product.pk: Decimal(0) for product in products}
    for product_id, quantity in Demand.objects.values_list("product_id", "reserved"):
        reserved[product_id] += quantity
    assert [shop.balance(product)[1] for product in products] == list(reserved.values())
    assert deadlocks() == before


def test_a_day_of_everything_at_once_makes_no_deadlock_and_adds_up() -> None:
    shop = Shop()
    products = [shop.product(f"p{n}", costing="fifo" if n % 2 else "average") for n in range(4)]
    shop.open_stock(*((product, 60, "3.33") for product in products))
    dice, before = Random(11), deadlocks()
    tasks = [
        (kind, [(product, dice.randint(1, 5)) for product in dice.sample(products, 3)])
        for kind in ["sell"] * 40 + ["cancel"] * 10 + ["buy"] * 15 + ["count"] * 5 + ["return"] * 10
    ]
    dice.shuffle(tasks)

    def live(task: tuple[str, list[tuple[Product, int]]]) -> str:
        kind, lines = task
        try:
            if kind == "sell":
                shop.sell(*lines)
            elif kind == "cancel":
                order = shop.order(*lines)
                shop.confirm(order)
                lines_of = {line.line_id: line for line in order.lines}
                gone = {pk: replace(line, quantity=Decimal(0)) for pk, line in lines_of.items()}
                services.change_orders([OrderChange(order, lines_of, gone)], actor=shop.actor)
            elif kind == "buy":
                shop.buy(*((product, quantity, "3") for product, quantity in lines))
            elif kind == "count":
                shop.open_stock(*((product, 1, "3") for product, _quantity in lines))
            else:
                wanted = {line.pk: Decimal(1) for line in shop.sell(*lines).lines.all()}
                services.return_goods(wanted, actor=shop.actor, reason="")
        except BusinessError as refusal:
            return refusal.code
        return "done"

    outcomes = at_once(live, tasks)

    assert set(outcomes) <= {"done", "short_of_stock"}
    assert deadlocks() == before
    for product in products:
        on_hand, reserved = shop.balance(product)
        quantity, value = shop.worth(product)
        moved = StockMove.objects.filter(product=product).aggregate(quantity=Sum("quantity"), value=Sum("value"))
        held = Demand.objects.filter(product=product).aggregate(sum=Sum("reserved"))["sum"]
        assert (on_hand, reserved) == (moved["quantity"], held)
        assert (quantity, value) == (moved["quantity"], moved["value"])
        if product.costing == "fifo":
            layers = CostLayer.objects.filter(product=product).aggregate(
                left=Sum("remaining"), value=Sum("remaining_value")
            )
            assert (layers["left"], layers["value"]) == (quantity, value)
