"""Orders that change after they were confirmed: less is wanted, or more, or at another time; or nothing at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from erp.inputs import DemandLine, DemandOrder, DemandSet, OrderChange, Shortage
from erp.inventory.models import Delivery, DeliveryLine, Demand
from erp.inventory.services.deliveries import insert_lines, open_deliveries, promised_date
from erp.inventory.services.reservations import reserve
from erp.inventory.services.stock import Key, Stock
from erp.inventory.services.warehouses import default_warehouse_id
from suite.core import bulk
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.money import ZERO
from suite.core.sql import unnested
from suite.desk import formats


@service
def change_orders(changes: Sequence[OrderChange], *, actor: Actor, reason: str = "") -> list[Shortage]:
    """Follow amended, cancelled or undone orders; a fixed number of statements for any number of orders and lines.

    Of what is given up, that which waits goes before that which is reserved; freed goods go to those who wait, by
    promised date. Open deliveries shrink, the latest first, and are cancelled when nothing is left of them. What is
    wanted beyond is reserved as at the confirmation, and what of it is short comes back. Dates follow.
    Raises BusinessError, by order id, when less is undelivered than is given up, or a line that must not be short is.
    """
    warehouse_id = default_warehouse_id(actor.company_id)
    orders = [change.order for change in changes]
    less = {line_id: -quantity for change in changes for line_id, quantity in _moves(change).items() if quantity < 0}
    more = DemandSet(replace(change.order, lines=lines) for change in changes if (lines := _beyond(change)))
    papers = _open_lines(orders, actor)
    refused = _undelivered(changes, less, papers)
    if refused:
        raise BusinessError(by_key=refused)
    # All stock of the act at once: what is given up and what is wanted would otherwise be locked in two orders.
    keys = {Key(line.product_id, line.delivery.warehouse_id) for line in papers if line.order_line_id in less}
    keys |= {Key(line.product_id, warehouse_id) for order in more for line in order.lines if line.is_stocked}
    services = {line.product_id for line in papers if not line.product.is_stocked}
    stock = Stock.lock({key for key in keys if key.product_id not in services}, actor=actor, valued=False)
    _free(less, orders, stock)
    _shrink(less, papers)
    short: list[Shortage] = []
    if more:
        _deliver_more(more, papers, warehouse_id, actor)
        reserved = reserve(more, actor=actor)
        if reserved.refused:
            raise BusinessError(by_key=reserved.refused)
        short = reserved.short
    _follow_dates(changes, actor)
    return short


def _moves(change: OrderChange) -> dict[int, Decimal]:
    """By how much each line of an order changes, in base units."""
    return {
        line_id: after.quantity - (change.before[line_id].quantity if line_id in change.before else ZERO)
        for line_id, after in change.after.items()
    }


def _beyond(change: OrderChange) -> list[DemandLine]:
    """What is wanted beyond what was, as lines of their own."""
    moves = _moves(change)
    return [replace(line, quantity=moves[pk]) for pk, line in change.after.items() if moves[pk] > 0]


def _open_lines(orders: Sequence[DemandOrder], actor: Actor) -> list[DeliveryLine]:
    """All lines of the open deliveries of these orders, locked with these in key order."""
    return list(
        DeliveryLine.objects.of(actor.company_id)
        .filter(
            delivery__order_kind__in={order.source.kind for order in orders},
            delivery__order_id__in=[order.id for order in orders],
            delivery__status=Delivery.Status.OPEN,
        )
        .select_related("delivery", "product")
        .order_by("delivery_id", "id")
        .select_for_update(of=("self", "delivery"))
    )


def _undelivered(
    changes: Sequence[OrderChange], less: Mapping[int, Decimal], papers: Sequence[DeliveryLine]
) -> Refusals:
    """Orders that give up more of a line than is still to be delivered."""
    left: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    for line in papers:
        left[line.order_line_id] += line.quantity
    return {
        change.order.id: Refusal(
            "delivered_already",
            _("Only %(quantity)s of it is not delivered yet"),
            {"quantity": formats.quantity(left[line_id])},
            line=index,
            field="quantity",
        )
        for change in changes
        for index, line_id in enumerate(change.after)
        if less.get(line_id, ZERO) > left[line_id]
    }


def _free(less: Mapping[int, Decimal], orders: Sequence[DemandOrder], stock: Stock) -> None:
    """Take what is given up off the demands and pass on what was reserved; three statements."""
    if not less:
        return
    kinds = {order.source.kind for order in orders}
    for demand in Demand.objects.of(stock.actor.company_id).filter(order_kind__in=kinds, line_id__in=less):
        quantity = less[demand.line_id]
        change, freed = stock.change(demand.pk), max(ZERO, quantity - demand.waiting)
        change.wanted -= quantity
        change.reserved -= freed
        stock.hold(Key(demand.product_id, demand.warehouse_id), -freed)
    stock.fill()
    stock.write()


def _shrink(less: Mapping[int, Decimal], papers: Sequence[DeliveryLine]) -> None:
    """Take what is given up off open deliveries; one that loses everything keeps its lines and is cancelled."""
    still, lines_of = dict(less), defaultdict(list)
    for line in reversed(papers):
        if line.order_line_id is not None and line.order_line_id in still:
            part = min(line.quantity, still[line.order_line_id])
            still[line.order_line_id] -= part
            line.quantity -= part
        lines_of[line.delivery].append(line)
    cancelled = [delivery for delivery, lines in lines_of.items() if not any(line.quantity for line in lines)]
    Delivery.move_to(cancelled, Delivery.Status.CANCELLED)
    for delivery in cancelled:
        current_act().audit(delivery, "cancelled")
    left = [line for line in papers if line.delivery not in cancelled and line.order_line_id in less]
    bulk.update([line for line in left if line.quantity], "quantity")
    gone = [line.pk for line in left if not line.quantity]
    if gone:
        DeliveryLine.objects.filter(pk__in=gone).delete()


def _deliver_more(more: DemandSet, papers: Sequence[DeliveryLine], warehouse_id: int, actor: Actor) -> None:
    """Put what is wanted beyond onto the open deliveries of the orders, or open some."""
    lines = [line for line in papers if line.quantity and line.delivery.warehouse_id == warehouse_id]
    delivery_of = {
        (line.delivery.order_id, line.delivery.kind_of == Delivery.Kind.DIRECT): line.delivery_id for line in lines
    }
    known = {line.order_line_id: line for line in lines}
    grown, rows, without = [], [], set()
    for order in more:
        for line in order.lines:
            delivery_id = delivery_of.get((order.id, line.is_direct))
            if delivery_id is None:
                without.add(line.line_id)
            elif line.line_id in known:
                known[line.line_id].quantity += line.quantity
                grown.append(known[line.line_id])
            else:
                rows.append((delivery_id, line.position, line.line_id, line.product_id, line.quantity))
    bulk.update(grown, "quantity")
    insert_lines(actor.company_id, rows)
    if without:
        open_deliveries(more.with_lines(without), actor=actor)


def _follow_dates(changes: Sequence[OrderChange], actor: Actor) -> None:
    orders = [(change.order.id, promised_date(change.order)) for change in changes]
    lines = [
        (line_id, line.requested_date, line.promised_date or change.order.promised_date)
        for change in changes
        for line_id, line in change.after.items()
    ]
    kinds = [change.order.source.kind for change in changes]
    of_orders, order_params = unnested("given", {"id": "bigint", "promised": "date"}, orders)
    of_lines, line_params = unnested("given", {"id": "bigint", "requested": "date", "promised": "date"}, lines)
    with connection.cursor() as cursor:
        cursor.execute(
            _FOLLOW_DATES.format(orders=of_orders, lines=of_lines),
            [*order_params, actor.company_id, kinds, *line_params, kinds],
        )


_FOLLOW_DATES = """
WITH deliveries AS (
  UPDATE erp_inventory_delivery d SET promised_date = given.promised FROM {orders}
  WHERE d.company_id = %s AND d.order_kind = ANY(%s) AND d.order_id = given.id AND d.status = 'open'
    AND d.promised_date IS DISTINCT FROM given.promised
)
UPDATE erp_inventory_demand d SET requested_date = given.requested, promised_date = given.promised
FROM {lines} WHERE d.order_kind = ANY(%s) AND d.line_id = given.id
  AND (d.requested_date, d.promised_date) IS DISTINCT FROM (given.requested, given.promised)
"""
