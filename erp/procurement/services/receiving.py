"""Goods of purchase orders come in, and go back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from django.utils.translation import gettext_lazy as _

from erp.inputs import Source
from erp.inventory.models import Delivery, DeliveryLine, GoodsReceipt, GoodsReceiptLine
from erp.inventory.services.dates import booking
from erp.inventory.services.receipts import ReceiptInput, ReceiptLine
from erp.inventory.services.receipts import receive as receive_goods
from erp.inventory.services.returns import return_to_supplier
from erp.inventory.services.shipping import ship
from erp.procurement.models import PurchaseOrder, PurchaseOrderLine, PurchasePolicy, RequisitionLine
from erp.procurement.services.policy import policy_of
from suite.core import bulk
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.money import HUNDRED, ZERO, part_of, round_money
from suite.desk import formats
from suite.masterdata.services.units import misfit

Status = PurchaseOrder.Status


@service
def receive(
    *,
    actor: Actor,
    quantities: Mapping[int, Decimal] | None = None,
    order_ids: Collection[int] = (),
    received_on: dt.date | None = None,
    reference: str = "",
    reason: str = "",
) -> list[GoodsReceipt]:
    """Book in what came, by order line in base units; of `order_ids` everything that is outstanding.

    One goods receipt per order. Negative lines send goods back in the same act. More than ordered is accepted within
    the tolerance of the company. Raises BusinessError, by line, for orders that are not placed and quantities beyond.
    """
    booking(received_on, actor=actor, field="received_on")
    lines = lock_lines(actor, quantities, order_ids)
    if quantities is None:
        quantities = {line.pk: line.outstanding for line in lines if line.outstanding}
    came = [line for line in lines if quantities.get(line.pk)]
    refuse_receiving(came, quantities, policy_of(actor.company_id))
    before = {line.pk: line.received for line in came}
    for line in came:
        line.received += quantities[line.pk]
    bulk.update(came, "received")
    follow(lines)
    backwards: dict[int, Decimal] = defaultdict(lambda: ZERO)  # several lines may send back goods of one
    for line in came:
        if line.sends_back_id:
            backwards[line.sends_back_id] -= quantities[line.pk]
    if backwards:
        _send_back(backwards, actor=actor, reason=reason, received_on=received_on)
    receipts = [
        ReceiptInput(
            warehouse_id=order.warehouse_id,
            party_id=order.party_id,
            order=Source(order.kind(), order.pk, order.number),
            reference=reference,
            is_direct=order.is_direct,
            lines=[
                ReceiptLine(line.product_id, quantities[line.pk], _value(line, before[line.pk]), line.pk)
                for line in group
            ],
        )
        for order, group in _by_order(line for line in came if line.base_quantity > 0)
    ]
    booked = receive_goods(receipts, actor=actor, received_on=received_on) if receipts else []
    arrived = [receipt for receipt in booked if receipt.kind_of == GoodsReceipt.Kind.DIRECT]
    if arrived:
        _deliver(arrived, came, actor=actor, posting_date=received_on)
    for order, _group in _by_order(came):
        current_act().audit(order, "received", {"status": (Status.ORDERED, order.status)})
    return booked


def _deliver(
    receipts: Sequence[GoodsReceipt], lines: Sequence[PurchaseOrderLine], *, actor: Actor, posting_date: dt.date | None
) -> None:
    """What the supplier brought to the customer is delivered, at the cost at which it was received.

    Raises BusinessError where more came than the customer's order still wants.
    """
    asked = {line.pk: line.requisition_line_id for line in lines if line.requisition_line_id}
    wanted_by = dict(RequisitionLine.objects.filter(pk__in=asked.values()).values_list("pk", "order_line_id"))
    sold: dict[int | None, int | None] = {pk: wanted_by[requested] for pk, requested in asked.items()}
    rows = (
        DeliveryLine.objects.of(actor.company_id)
        .filter(order_line_id__in=[pk for pk in sold.values() if pk])
        .filter(delivery__status=Delivery.Status.OPEN, delivery__kind_of=Delivery.Kind.DIRECT)
        .select_related("delivery", "product")
    )
    open_lines = {row.order_line_id: row for row in rows.order_by("-pk")}
    quantities: dict[int, Decimal] = {}
    costs: dict[int, Decimal] = {}
    deliveries: dict[int, Delivery] = {}
    for receipt in receipts:
        for line in receipt.booked_lines:
            row = open_lines.get(sold.get(line.order_line_id))
            left = row.quantity - quantities.get(row.pk, ZERO) if row else ZERO
            if row is None or line.quantity > left:
                raise BusinessError(
                    Refusal(
                        "not_wanted",
                        _("%(product)s: the customer's order wants only %(quantity)s"),
                        {"product": line.product, "quantity": formats.quantity(left)},
                        line.position,
                        "quantity",
                    )
                )
            quantities[row.pk] = quantities.get(row.pk, ZERO) + line.quantity
            costs[row.pk] = costs.get(row.pk, ZERO) + line.value
            deliveries[row.delivery_id] = row.delivery
            current_act().link(receipt, row.delivery)
    ship(list(deliveries.values()), quantities=quantities, direct_costs=costs, posting_date=posting_date, actor=actor)


def lock_lines(
    actor: Actor, quantities: Mapping[int, Decimal] | None, order_ids: Collection[int]
) -> list[PurchaseOrderLine]:
    """All lines of the orders concerned, locked with them; one statement."""
    orders = PurchaseOrder.objects.of(actor.company_id)
    orders = orders.filter(pk__in=order_ids) if quantities is None else orders.filter(lines__in=list(quantities))
    lines = list(
        PurchaseOrderLine.objects.of(actor.company_id)
        .filter(order__in=orders.values("pk"))
        .select_related("order", "product__unit")
        .order_by("order_id", "position", "id")
        .select_for_update(of=("self", "order"))
    )
    shared: dict[int, PurchaseOrder] = {}
    for line in lines:
        line.order = shared.setdefault(line.order_id, line.order)
    return lines


def _by_order(lines: Iterable[PurchaseOrderLine]) -> list[tuple[PurchaseOrder, list[PurchaseOrderLine]]]:
    groups: dict[int, list[PurchaseOrderLine]] = defaultdict(list)
    for line in lines:
        groups[line.order_id].append(line)
    return [(group[0].order, group) for group in groups.values()]


def refuse_receiving(
    lines: Sequence[PurchaseOrderLine], quantities: Mapping[int, Decimal], policy: PurchasePolicy
) -> None:
    """Raise BusinessError, by line, for what is not expected: other states, other signs, more than may come."""
    refused: Refusals = {}
    for line in lines:
        quantity = quantities[line.pk]
        names = {"number": line.order, "product": line.product, "status": line.order.get_status_display()}
        if line.order.status not in (Status.ORDERED, Status.RECEIVED):
            refused[line.pk] = Refusal("wrong_state", _("%(number)s is %(status)s: nothing is expected of it"), names)
        elif quantity * line.base_quantity < 0:
            sentence = _("%(product)s: the sign does not agree with the order")
            refused[line.pk] = Refusal("sign", sentence, names, line.position, "quantity")
        elif line.base_quantity < 0 and line.received + quantity < line.base_quantity:
            sentence = _("%(product)s: more would go back than the order says")
            refused[line.pk] = Refusal("over_return", sentence, names, line.position, "quantity")
        elif line.base_quantity > 0:
            most = most_of(line, policy.over_receipt_percent)
            if quantity > most:
                refused[line.pk] = Refusal(
                    "over_receipt",
                    _("%(product)s: %(quantity)s came, at most %(most)s can be accepted"),
                    {**names, "quantity": formats.quantity(quantity), "most": formats.quantity(max(most, ZERO))},
                    line.position,
                    "quantity",
                )
        odd = misfit(line.product, quantity, rest=line.outstanding, line=line.position)
        if odd:
            refused.setdefault(line.pk, odd)
    if refused:
        raise BusinessError(by_key=refused)
    if not lines:
        raise BusinessError(Refusal("nothing", _("Nothing is outstanding")))


def most_of(line: PurchaseOrderLine, tolerance: Decimal) -> Decimal:
    """How much of a line may still come in, with the tolerance in percent; of what is counted, in whole units."""
    most = line.base_quantity * (HUNDRED + tolerance) / HUNDRED + line.returned - line.received
    return most if line.product.unit.digits else max(most.to_integral_value(ROUND_FLOOR), line.outstanding)


def worth(line: PurchaseOrderLine) -> Decimal:
    """The line without tax in the company's currency."""
    return round_money(line.net * line.order.exchange_rate)


def _value(line: PurchaseOrderLine, before: Decimal) -> Decimal:
    """What the part that came now is worth; parts are cumulative and add up to the line."""
    total = worth(line)
    already = part_of(total, done=before, ordered=line.base_quantity, already=ZERO)
    return part_of(total, done=line.received, ordered=line.base_quantity, already=already)


def follow(lines: Sequence[PurchaseOrderLine]) -> None:
    """Let orders be received when nothing is outstanding, and ordered again when something is."""
    moves: dict[str, list[PurchaseOrder]] = defaultdict(list)
    for order, group in _by_order(lines):
        complete = not any(line.outstanding for line in group)
        if complete and order.status == Status.ORDERED:
            moves[Status.RECEIVED].append(order)
        elif not complete and order.status == Status.RECEIVED:
            moves[Status.ORDERED].append(order)
    for status, orders in moves.items():
        PurchaseOrder.move_to(orders, status)


@service
def return_goods(
    *, quantities: Mapping[int, Decimal], actor: Actor, reason: str, posting_date: dt.date | None = None
) -> list[Delivery]:
    """Send goods back to the supplier, by order line in base units; what was invoiced already is owed as a credit note.

    Goods of the latest receipt go first. Raises BusinessError where more would go back than came, or than is free.
    """
    lines = lock_lines(actor, quantities, ())
    refused = {
        line.pk: Refusal(
            "over_return",
            _("%(product)s: only %(quantity)s can go back"),
            {"product": line.product, "quantity": formats.quantity(max(line.received - line.returned, ZERO))},
            line.position,
            "quantity",
        )
        for line in lines
        if quantities.get(line.pk, ZERO) > line.received - line.returned
    }
    for line in lines:
        wanted = quantities.get(line.pk, ZERO)
        odd = misfit(line.product, wanted, rest=line.received - line.returned, line=line.position)
        if odd:
            refused.setdefault(line.pk, odd)
    if refused:
        raise BusinessError(by_key=refused)
    deliveries = _send_back(quantities, actor=actor, reason=reason, received_on=posting_date)
    for order, _group in _by_order(line for line in lines if quantities.get(line.pk)):
        current_act().audit(order, "returned")
    return deliveries


def _send_back(
    quantities: Mapping[int, Decimal], *, actor: Actor, reason: str, received_on: dt.date | None
) -> list[Delivery]:
    """Find the receipts of the order lines, the latest first, and have stock send the goods back."""
    left = dict(quantities)
    found: dict[int, Decimal] = {}
    receipts = GoodsReceiptLine.objects.of(actor.company_id).filter(
        order_line_id__in=left,
        receipt__order_kind=PurchaseOrder.kind(),
        receipt__order_id__in=PurchaseOrderLine.objects.filter(pk__in=left).values("order"),
        receipt__status=GoodsReceipt.Status.POSTED,
    )
    for row in receipts.order_by("-pk"):
        part = min(left[row.order_line_id], row.quantity - row.returned)  # type: ignore[index]
        if part > 0:
            found[row.pk] = part
            left[row.order_line_id] -= part  # type: ignore[index]
    return return_to_supplier(found, actor=actor, reason=reason, posting_date=received_on)


def gone_back(quantities: Mapping[int, Decimal], *, mistake: bool, actor: Actor) -> None:
    """Stock tells that received goods went back, or never came: the order lines follow."""
    lines = lock_lines(actor, quantities, ())
    moved = [line for line in lines if line.pk in quantities]
    for line in moved:
        if mistake:
            line.received -= quantities[line.pk]
        else:
            line.returned += quantities[line.pk]
    bulk.update(moved, "received", "returned")
    if mistake:
        follow(lines)
