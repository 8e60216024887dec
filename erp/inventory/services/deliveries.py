"""Deliveries: opened when an order is confirmed, one per order and warehouse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from erp.inputs import DemandLine, DemandOrder, DemandSet
from erp.inventory.models import Delivery, DeliveryLine
from erp.inventory.services.warehouses import default_warehouse_id
from suite.core import sql
from suite.core.access import Actor
from suite.core.acts import changes_between, current_act, save_changes, service
from suite.core.sql import unnested


@service
def open_deliveries(orders: DemandSet, *, actor: Actor, unpaid: Collection[int] = ()) -> list[Delivery]:
    """Open one delivery per order with all its lines, services included; two statements for any number.

    What suppliers deliver straight stands on a delivery of its own. Deliveries of the order ids in `unpaid` wait for
    the money before they can be shipped.
    """
    warehouse_id = default_warehouse_id(actor.company_id)
    parts = [part for order in orders for part in _parts(order)]
    deliveries = [
        Delivery(
            company_id=actor.company_id,
            kind_of=kind,
            owner_id=order.owner_id,
            team_id=order.team_id,
            party_id=order.party_id,
            warehouse_id=warehouse_id,
            order_kind=order.source.kind,
            order_id=order.source.id,
            order_number=order.source.number,
            promised_date=promised_date(order),
            waits_for_payment=order.id in unpaid,
            address=order.address,
        )
        for order, kind, _lines in parts
    ]
    Delivery.objects.bulk_create(deliveries)
    insert_lines(
        actor.company_id,
        [
            (delivery.pk, line.position, line.line_id, line.product_id, line.quantity)
            for delivery, (_order, _kind, lines) in zip(deliveries, parts, strict=True)
            for line in lines
        ],
    )
    for delivery, (order, _kind, _lines) in zip(deliveries, parts, strict=True):
        current_act().link(order.source, delivery)
    return deliveries


def _parts(order: DemandOrder) -> list[tuple[DemandOrder, Delivery.Kind, list[DemandLine]]]:
    """What of an order leaves our house, and what the supplier delivers."""
    kinds: dict[Delivery.Kind, list[DemandLine]] = {}
    for line in order.lines:
        kinds.setdefault(Delivery.Kind.DIRECT if line.is_direct else Delivery.Kind.SALE, []).append(line)
    return [(order, kind, lines) for kind, lines in kinds.items()]


@service
def drop_deliveries(orders: DemandSet, *, actor: Actor) -> None:
    """Delete the open deliveries of orders that were refused later in the same act; one statement."""
    ids = [order.id for order in orders]
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_DROP, [actor.company_id, orders[0].source.kind, ids])
        current_act().withdraw(Delivery(pk=pk) for (pk,) in cursor.fetchall())


@service
def payment_arrived(order_ids: Iterable[int], *, order_kind: str, actor: Actor) -> None:
    """Let deliveries go that waited for the money of these orders."""
    waiting = Delivery.objects.of(actor.company_id).filter(order_kind=order_kind, order_id__in=order_ids)
    waiting.filter(waits_for_payment=True).update(waits_for_payment=False)


@service
def change_delivery(*, delivery: Delivery, values: Mapping[str, Any], actor: Actor, reason: str = "") -> Delivery:
    """Note how and when a delivery goes: address, promised date, carrier, tracking number, note.

    Where and when it was to go is settled once it is shipped (raises BusinessError).
    """
    delivery = Delivery.objects.of(actor.company_id).lock([delivery.pk]).get()
    if {"address", "promised_date"} & changes_between(delivery, values).keys():
        delivery.demand_status(Delivery.Status.OPEN)
    save_changes(delivery, values)
    return delivery


def promised_date(order: DemandOrder) -> dt.date | None:
    """The earliest day on which something of the order is promised."""
    dates = [line.promised_date for line in order.lines if line.promised_date]
    return order.promised_date or min(dates, default=None)


def insert_lines(company_id: int, lines: Sequence[tuple[int, int, int | None, int, Decimal]]) -> None:
    """Insert lines given as (delivery, position, order line, product, quantity); one statement."""
    if not lines:
        return
    types = {"delivery_id": "bigint", "position": "int", "order_line_id": "bigint", "product_id": "bigint"}
    given, params = unnested("given", types | {"quantity": "numeric"}, lines)
    sql.touched(_INSERT_LINES.format(given=given), [company_id, *params])


_INSERT_LINES = f"""
INSERT INTO {DeliveryLine._meta.db_table}
  (company_id, delivery_id, position, order_line_id, product_id, quantity, returned, cost, returned_cost)
SELECT %s::bigint, given.*, 0, 0, 0 FROM {{given}}
"""

_DROP = """
WITH dropped AS (
  DELETE FROM erp_inventory_delivery
  WHERE company_id = %s AND order_kind = %s AND order_id = ANY(%s) AND status = 'open' RETURNING id
), lines AS (
  DELETE FROM erp_inventory_deliveryline USING dropped WHERE delivery_id = dropped.id
)
SELECT id FROM dropped
"""
