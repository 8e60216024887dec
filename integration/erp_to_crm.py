"""From the back wing to the front: what was delivered, invoiced and paid moves the order's state in the same
transaction; who should know is told after the commit (`integration.notices`).

One receiver per signal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.dispatch import receiver

from crm.sales.models import Order
from crm.sales.services import progress
from erp.finance.models import Invoice, MoneyMovement
from erp.finance.signals import invoice_issued, payment_received
from erp.inputs import Source
from erp.inventory import services as inventory
from erp.inventory.models import Delivery, GoodsReceipt
from erp.inventory.services.stock import Loss
from erp.inventory.signals import goods_delivered, goods_returned, reservations_lost
from integration import contracts
from integration.crm_to_erp import ask_for
from suite.core.access import Actor
from suite.core.acts import current_act
from suite.core.money import ZERO

ORDER = Order.kind()


@receiver(goods_delivered, dispatch_uid="integration.note_delivery")
def note_delivery(*, deliveries: list[Delivery], **_: Any) -> None:
    """The order's lines count what was shipped; its delivery state follows. What is on no line of it counts nowhere."""
    shipped: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for delivery in deliveries:
        order = sales_order_of(delivery)
        if order:
            for line in delivery.shipped_lines:
                if line.order_line_id is not None:
                    shipped[line.order_line_id] += line.quantity
            tell("delivered", order, delivery, delivery.number)
    progress.delivered(shipped)


@receiver(goods_returned, dispatch_uid="integration.note_return")
def note_return(*, receipts: list[GoodsReceipt], **_: Any) -> None:
    """The order's lines count what came back."""
    returned: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for receipt in receipts:
        order = sales_order_of(receipt)
        if order:
            for line in receipt.booked_lines:
                if line.order_line_id is not None:
                    returned[line.order_line_id] += line.quantity
            tell("returned", order, receipt, receipt.number)
    progress.returned(returned)


@receiver(invoice_issued, dispatch_uid="integration.note_invoice")
def note_invoice(*, invoices: list[Invoice], quantities: Mapping[Source, Mapping[int, Decimal]], **_: Any) -> None:
    """The order's lines count what was invoiced."""
    invoiced: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for billed, lines in quantities.items():
        if billed.kind == ORDER:
            for line_id, quantity in lines.items():
                invoiced[line_id] += quantity
    progress.invoiced(invoiced)
    for invoice in invoices:
        order = sales_order_of(invoice)
        if order:
            tell("invoiced", order, invoice, invoice.number)


@receiver(payment_received, dispatch_uid="integration.note_payment")
def note_payment(
    *,
    receipts: Iterable[MoneyMovement],
    settled: Mapping[Source, Decimal],
    still_open: Mapping[Source, Decimal],
    actor: Actor,
    **_: Any,
) -> None:
    """Orders know what is paid; deliveries that waited for the money may go."""
    mine = {order: amount for order, amount in settled.items() if order.kind == ORDER}
    progress.paid({order.id: amount for order, amount in mine.items()}, {order.id: still_open[order] for order in mine})
    deposits = [Source(ORDER, row.order_id, "") for row in receipts if row.order_kind == ORDER and row.order_id]
    contracts.note_money({*mine, *deposits})
    paid = [order.id for order, amount in mine.items() if amount > 0 and still_open[order] <= 0]
    if paid:
        inventory.payment_arrived(paid, order_kind=ORDER, actor=actor)
    for order, amount in mine.items():
        if amount > 0:
            current_act().announce(
                "crm.sales.order.paid",
                order,
                {"number": order.number, "amount": amount, "open": still_open[order]},
                key=uuid4().hex,
            )


@receiver(reservations_lost, dispatch_uid="integration.note_loss")
def note_loss(*, losses: list[Loss], actor: Actor, **_: Any) -> None:
    """Orders that lost goods they held lack them as at their confirmation: they are asked for, and the rep hears of it.

    What comes anyway is counted first, as the goods of a purchase order whose receipt was a mistake.
    """
    ask_for([inventory.shortage(loss.demand, loss.quantity) for loss in losses], actor)
    lost: dict[Source, dict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for loss in losses:
        demand = loss.demand
        if demand.order_kind == ORDER:
            order = Source(demand.order_kind, demand.order_id, demand.order_number)
            lost[order][demand.product_id] += loss.quantity
    for order, products in lost.items():
        payload = {"number": order.number, "lost": products}
        current_act().announce("crm.sales.order.short", order, payload, key=uuid4().hex)


def sales_order_of(paper: Delivery | GoodsReceipt | Invoice) -> Source | None:
    """The order of ours that a paper answers; None where it answers none, or another kind."""
    if paper.order_kind != ORDER or paper.order_id is None:
        return None
    return Source(ORDER, paper.order_id, paper.order_number)


def tell(what: str, order: Source, paper: Delivery | GoodsReceipt | Invoice, number: str) -> None:
    """Announce that something happened to an order, once per paper."""
    current_act().announce(
        f"crm.sales.order.{what}",
        order,
        {"number": order.number, "paper": number},
        key=f"{paper._meta.model_name}:{paper.pk}",
    )
