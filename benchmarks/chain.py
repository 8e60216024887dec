"""An order from its draft to delivered, invoiced and posted (G5)."""

from __future__ import annotations

from typing import Any

from benchmarks import common, floor, world
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import OrderDraft, create_orders
from crm.sales.services.pricing import LineInput
from erp.finance.services import invoices
from erp.inventory import services as inventory
from erp.inventory.models import Delivery
from suite.core.money import HUNDRED

ORDERS = 30  # in each round
ODOO, TRYTON = 1.02, 0.24  # orders a second in one process: draft, confirm, invoice, post, deliver


def walk(place: world.World, lines: int) -> None:
    """One order all the way, an act after the other, each with its own commit."""
    inputs = [LineInput(product_id=pk, quantity=world.ONE, unit_price=HUNDRED) for pk in place.products[:lines]]
    (order,) = create_orders([OrderDraft(party_id=place.parties[0], lines=inputs)], actor=place.actor)
    confirm_orders(order_ids=[order.pk], actor=place.actor)
    inventory.ship(list(Delivery.objects.filter(order_id=order.pk)), actor=place.actor)
    drafts = invoices.draft_for_orders(order_ids=[order.pk], actor=place.actor)
    invoices.issue(invoice_ids=[invoice.pk for invoice in drafts], actor=place.actor)


def run() -> None:
    place = world.make(products=200, parties=50)
    world.analyze()
    walk(place, 5)
    counts = {lines: common.statements(lambda lines=lines: walk(place, lines)) for lines in (1, 5, 50)}  # type: ignore[misc]
    for lines, count in counts.items():
        common.row("G5", f"statements of the chain, {lines} lines", count, None, "", "<= 60", count <= 60)
    common.row("G5", "the same at 50 lines as at 1", counts[50], counts[1], "", "= 1", counts[50] == counts[1])
    connection = floor.connect()
    floor.prepare(connection, products=200, hot=0, lines=5, orders=ORDERS * (common.ROUNDS + 1))
    orders = floor.ids(connection)

    def ours() -> Any:
        return [walk(place, 5) for _order in range(ORDERS)]

    def plain() -> Any:
        return [floor.chain(connection, orders.pop()) for _order in range(ORDERS)]

    rates = common.interleaved({
        "ours": lambda: ORDERS / common.timed(ours),
        "floor": lambda: ORDERS / common.timed(plain),
    })  # fmt: skip
    common.row("G5", "draft to delivered, invoiced and posted; SQL floor", rates["ours"], rates["floor"], "1/s", "")
    for peer, theirs, wanted in (("Odoo", ODOO, 10), ("Tryton", TRYTON, 40)):
        ok = rates["ours"] >= wanted * theirs
        common.row("G5", f"the same against {peer}'s {theirs}", rates["ours"], theirs, "1/s", f">= {wanted}", ok)
