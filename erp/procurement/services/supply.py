"""Asking for what orders lack, and taking it back when they no longer do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import uuid4

from django.db.models import F

from erp.inputs import OrderChange, Shortage, Source
from erp.procurement.models import PurchaseOrder, PurchaseOrderLine, Requisition, RequisitionLine
from erp.procurement.queries.supply import Key, Offer, supply_of
from erp.procurement.services.requisitions import Wish, give_up, write
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.money import ZERO


@service
def request_supply(shortages: Sequence[Shortage], *, actor: Actor) -> list[Requisition]:
    """Ask for what orders lack, one requisition an order and warehouse; four statements for any number of orders.

    What is on its way and not spoken for by earlier demands is counted first; minimum and pack of the supplier are
    applied once, and what they bring beyond the need serves the next in the set. The caller holds the stock lock of the
    products, so that two orders cannot both count on the same arrival. Returns the requisitions made.
    """
    if not shortages:
        return []
    supply = supply_of({_key(each) for each in shortages}, today=clock.today(actor.company))
    spare = {key: row.coming - row.waiting for key, row in supply.items()}
    for each in shortages:
        if not each.is_direct:
            spare[_key(each)] += each.quantity  # the shortages themselves are among those who wait
    wishes: dict[tuple[Source, int, bool], list[Wish]] = defaultdict(list)
    for each in shortages:
        key = _key(each)
        if each.is_direct:  # the customer gets just this, whatever comes for the stock
            wish = replace(_wish(each, ZERO, supply[key].offer), quantity=each.quantity)
            wishes[each.source, each.warehouse_id, True].append(wish)
            continue
        taken = min(max(spare[key], ZERO), each.quantity)
        spare[key] -= each.quantity
        if taken < each.quantity:
            wish = _wish(each, taken, supply[key].offer)
            spare[key] += wish.quantity
            wishes[each.source, each.warehouse_id, False].append(wish)
    asked = [(_requisition(*key, actor), lines) for key, lines in wishes.items()]
    made = write(asked, actor=actor, asker=Actor.system(actor.company))  # the customer asks, not who confirmed
    for requisition, (source, _warehouse, _direct) in zip(made, wishes, strict=True):
        current_act().link(source, requisition)
    return made


def _key(shortage: Shortage) -> Key:
    return Key(shortage.product_id, shortage.warehouse_id)


def _wish(shortage: Shortage, taken: Decimal, offer: Offer) -> Wish:
    needed = shortage.quantity - taken
    return Wish(
        product_id=shortage.product_id,
        supplier_id=offer.supplier_id,
        needed=needed,
        quantity=offer.lot(needed),
        price=offer.price,
        needed_by=shortage.needed_by,
        order_line_id=shortage.line_id,
        terms={
            "short": str(shortage.quantity), "coming": str(taken),
            "minimum": str(offer.minimum), "pack": str(offer.pack),
        },
    )  # fmt: skip


def _requisition(source: Source, warehouse_id: int, is_direct: bool, actor: Actor) -> Requisition:
    return Requisition(
        company=actor.company,
        origin=Requisition.Origin.ORDER,
        warehouse_id=warehouse_id,
        is_direct=is_direct,
        order_kind=source.kind,
        order_id=source.id,
        order_number=source.number,
    )


@dataclass(frozen=True, slots=True)
class StillComing:
    """Goods that an order no longer needs but a supplier was asked for already; base units."""

    order_line_id: int
    product_id: int
    quantity: Decimal
    purchase_order_id: int
    number: str


@service
def withdraw_supply(changes: Sequence[OrderChange], *, actor: Actor) -> list[StillComing]:
    """Give up requests that amended or cancelled orders no longer need; called after stock has taken the change.

    Only what is not ordered yet shrinks or goes, and only as far as nobody else waits for it; what is left still obeys
    minimum and pack. What stands on purchase orders stays; as far as nobody waits for it, it is returned by name, and
    the buyers hear of it.
    """
    kinds = {change.order.source.kind for change in changes}
    reduced = {
        line_id: fewer
        for change in changes
        for line_id, line in change.before.items()
        if (fewer := line.quantity - (change.after[line_id].quantity if line_id in change.after else ZERO)) > 0
    }
    if not reduced:
        return []
    lines = list(
        RequisitionLine.objects.of(actor.company_id)
        .filter(order_line_id__in=reduced, requisition__order_kind__in=kinds, pending__gt=0)
        .filter(requisition__status__in=[Requisition.Status.SUBMITTED, Requisition.Status.APPROVED])
        .select_related("requisition")
        .order_by("requisition_id", "-pk")
        .select_for_update(of=("self", "requisition"))
    )
    if lines:
        requisitions = {line.requisition_id: line.requisition for line in lines}
        stocked = [line for line in lines if not line.requisition.is_direct]
        given = _superfluous(stocked, actor) if stocked else {}
        less = dict(reduced)
        for line in lines:
            if line.requisition.is_direct and line.order_line_id is not None:
                given[line.pk] = min(line.pending, less[line.order_line_id])
                less[line.order_line_id] -= given[line.pk]
        give_up(list(requisitions.values()), {pk: part for pk, part in given.items() if part}, actor=actor)
    still = _still_coming(reduced, actor)
    for each in still:
        current_act().announce(
            "erp.procurement.purchaseorder.unneeded",
            Source(PurchaseOrder.kind(), each.purchase_order_id, each.number),
            {"number": each.number, "product": each.product_id, "quantity": each.quantity},
            key=uuid4().hex,
        )
    return still


def _superfluous(lines: Sequence[RequisitionLine], actor: Actor) -> dict[int, Decimal]:
    """How much of each line nobody waits for."""
    keys = {line.pk: Key(line.product_id, line.requisition.warehouse_id) for line in lines}
    supply = supply_of(set(keys.values()), today=clock.today(actor.company))
    spare = {key: row.coming - row.waiting for key, row in supply.items()}
    found = {}
    for line in lines:
        key = keys[line.pk]
        kept = max(line.pending - max(spare[key], ZERO), ZERO)
        if kept:
            kept = min(supply[key].offer.lot(kept), line.pending)
        if kept < line.pending:
            found[line.pk] = line.pending - kept
            spare[key] -= line.pending - kept
    return found


def _still_coming(reduced: Mapping[int, Decimal], actor: Actor) -> list[StillComing]:
    """What of purchase orders these order lines wanted, and neither they nor anybody else wants now."""
    ordered = (
        PurchaseOrderLine.objects.of(actor.company_id)
        .filter(
            requisition_line__order_line_id__in=reduced,
            order__status__in=[PurchaseOrder.Status.DRAFT, PurchaseOrder.Status.ORDERED],
        )
        .select_related("order")
        .annotate(wanted_by=F("requisition_line__order_line_id"))
        .order_by("-pk")
    )
    lines = [line for line in ordered if line.outstanding > 0]
    keys = {Key(line.product_id, line.order.warehouse_id) for line in lines if not line.order.is_direct}
    supply = supply_of(keys, today=clock.today(actor.company)) if keys else {}
    spare = {key: row.coming - row.waiting for key, row in supply.items()}
    less, found = dict(reduced), []
    for line in lines:
        key = Key(line.product_id, line.order.warehouse_id)
        part = min(line.outstanding, less[line.wanted_by], spare.get(key, line.outstanding))
        if part > 0:
            less[line.wanted_by] -= part
            if key in spare:
                spare[key] -= part
            found.append(StillComing(line.wanted_by, line.product_id, part, line.order_id, str(line.order)))
    return found
