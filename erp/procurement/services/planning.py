"""Purchase plans: drafts of requisitions for what was agreed with a customer but is not ordered yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from erp.inputs import DemandOrder, Source
from erp.inventory import services as inventory
from erp.inventory.services.warehouses import default_warehouse_id
from erp.procurement.models import Requisition
from erp.procurement.queries.supply import Key, Offer, supply_of
from erp.procurement.services.papers import locked
from erp.procurement.services.requisitions import Wish, write
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.money import ZERO


@service
def plan_supply(demands: Mapping[Source, DemandOrder], *, actor: Actor) -> dict[Source, list[Requisition]]:
    """Draft what would have to be bought for demands to come, a requisition each (and one for what goes straight to
    the customer); a fixed number of statements for any number.

    What is free in stock, and what comes that nobody waits for, is counted first, from the first demand to the last;
    minimum and pack are applied. Nobody is asked for anything: when the order is confirmed it asks by itself, and who
    wants to buy before that submits the plan. Demands for which nothing is missing get none.
    """
    needed = {line.product_id for demand in demands.values() for line in demand.lines if line.is_stocked}
    direct = {line.product_id for demand in demands.values() for line in demand.lines if line.is_direct}
    if not needed | direct:
        return {}
    warehouse = default_warehouse_id(actor.company_id)
    supply = supply_of({Key(pk, warehouse) for pk in needed | direct}, today=clock.today(actor.company))
    stock = inventory.availability(needed, company=actor.company) if needed else {}
    spare = {
        pk: stock[pk].free + max(supply[Key(pk, warehouse)].coming - supply[Key(pk, warehouse)].waiting, ZERO)
        for pk in needed
    }
    asked: list[tuple[Requisition, list[Wish]]] = []
    for source, demand in demands.items():
        wishes: dict[bool, list[Wish]] = {False: [], True: []}
        for line in demand.lines:
            offer = supply[Key(line.product_id, warehouse)].offer if line.is_stocked or line.is_direct else None
            if offer is None:
                continue
            if line.is_direct:
                wishes[True].append(_wish(line.product_id, line.quantity, line.quantity, offer))
                continue
            taken = min(max(spare[line.product_id], ZERO), line.quantity)
            spare[line.product_id] -= line.quantity
            if missing := line.quantity - taken:
                wishes[False].append(_wish(line.product_id, missing, offer.lot(missing), offer))
                spare[line.product_id] += offer.lot(missing)
        asked += [
            (_requisition(source, is_direct, warehouse, actor), rows) for is_direct, rows in wishes.items() if rows
        ]
    made: dict[Source, list[Requisition]] = {}
    for requisition in write(asked, actor=actor):
        source = Source(requisition.order_kind, requisition.order_id or 0, requisition.order_number)
        current_act().link(source, requisition)
        made.setdefault(source, []).append(requisition)
    return made


@service
def drop_plans(sources: Collection[Source], *, actor: Actor, reason: str = "") -> Sequence[Requisition]:
    """Give up the plans of these papers that are drafts still; what was submitted has a life of its own."""
    if not sources:
        return []
    drafts = Requisition.objects.of(actor.company_id).filter(
        order_kind__in={source.kind for source in sources}, order_id__in=[source.id for source in sources],
        origin=Requisition.Origin.CONTRACT, status=Requisition.Status.DRAFT,
    )  # fmt: skip
    pks = list(drafts.values_list("pk", flat=True))
    rows = locked(Requisition, pks, actor) if pks else []
    Requisition.move_to(rows, Requisition.Status.CANCELLED)
    for row in rows:
        current_act().audit(row, "cancelled")
    return rows


def _wish(product_id: int, needed: object, quantity: object, offer: Offer) -> Wish:
    return Wish(
        product_id=product_id, supplier_id=offer.supplier_id, needed=needed, quantity=quantity, price=offer.price,  # type: ignore[arg-type]
    )  # fmt: skip


def _requisition(source: Source, is_direct: bool, warehouse: int, actor: Actor) -> Requisition:
    return Requisition(
        company=actor.company, status=Requisition.Status.DRAFT, origin=Requisition.Origin.CONTRACT,
        warehouse_id=warehouse, is_direct=is_direct, order_kind=source.kind, order_id=source.id,
        order_number=source.number, owner=actor.user,
    )  # fmt: skip
