"""What waits in the warehouse, for menu and workbench."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from erp.inventory.models import Delivery, DeliveryLine, Demand, StockMove, StockRule
from suite.core import clock
from suite.core.access import Actor
from suite.core.sql import unnested

SHOWN = 8
COUNTED = 1001


def to_ship(actor: Actor) -> QuerySet[Delivery]:
    """Deliveries that may leave the house now, the first promised first."""
    rows = Delivery.objects.visible_to(actor).filter(status=Delivery.Status.OPEN, waits_for_payment=False)
    rows = rows.exclude(kind_of=Delivery.Kind.DIRECT)
    return rows.order_by("promised_date", "id")


def count_to_ship(actor: Actor) -> int:
    return to_ship(actor).order_by()[:COUNTED].count()


def shipping_block(actor: Actor) -> dict[str, Any]:
    """What to ship next, what is late, and what waits for money."""
    today = clock.today(actor.company)
    waiting = Delivery.objects.visible_to(actor).filter(status=Delivery.Status.OPEN, waits_for_payment=True)
    return {
        "rows": list(to_ship(actor).select_related("party")[:SHOWN]),
        "count": count_to_ship(actor),
        "late": to_ship(actor).filter(promised_date__lt=today).order_by()[:COUNTED].count(),
        "unpaid": waiting[:COUNTED].count(),
        "today": today,
    }


def reserved_for(lines: Iterable[DeliveryLine]) -> dict[int | None, Decimal]:
    """What the orders hold for lines of their deliveries, by order line; one statement."""
    rows = list(lines)
    demands = Demand.objects.filter(
        order_kind__in={line.delivery.order_kind for line in rows}, line_id__in=[line.order_line_id for line in rows]
    )
    return dict(demands.values_list("line_id", "reserved"))


def shortage_block(actor: Actor) -> dict[str, Any]:
    """Who waits for goods, the first promised first."""
    waiting = Demand.objects.visible_to(actor).filter(is_waiting=True)
    rows = waiting.order_by("promised_date", "id").select_related("product", "party")
    return {"rows": list(rows[:SHOWN]), "count": waiting[:COUNTED].count()}


def low_block(actor: Actor) -> dict[str, Any]:
    """Products below their reorder point."""
    low = StockRule.objects.visible_to(actor).filter(is_low=True)
    rows = low.select_related("product", "warehouse").order_by("product__code")
    return {"rows": list(rows[:SHOWN]), "count": low[:COUNTED].count()}


class After(NamedTuple):
    """What was there of a product in a warehouse after a move, and what it was worth."""

    quantity: Decimal
    value: Decimal


def balances_after(moves: Iterable[StockMove]) -> dict[int, After]:
    """The balance after each of these moves, by its key: of all moves of its product and warehouse up to it, by date.

    One statement, which reads the moves of each product and warehouse once, up to the last of the given ones.
    """
    last: dict[tuple[int, int], tuple[dt.date, int]] = {}
    wanted = []
    for move in moves:
        wanted.append(move.pk)
        key, place = (move.product_id, move.warehouse_id), (move.posting_date, move.pk)
        last[key] = max(last.get(key, place), place)
    if not wanted:
        return {}
    kinds = {"product_id": "bigint", "warehouse_id": "bigint", "posting_date": "date", "id": "bigint"}
    ends, params = unnested("last", kinds, [(*key, *place) for key, place in last.items()])
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES_AFTER.format(ends=ends), [*params, wanted])
        return {pk: After(quantity, value) for pk, quantity, value in cursor.fetchall()}


_BALANCES_AFTER = """
SELECT id, quantity, value FROM (
  SELECT m.id, sum(m.quantity) OVER up_to AS quantity, sum(m.value) OVER up_to AS value
  FROM erp_inventory_stockmove m
  JOIN {ends} ON m.product_id = last.product_id AND m.warehouse_id = last.warehouse_id
    AND (m.posting_date, m.id) <= (last.posting_date, last.id)
  WINDOW up_to AS (PARTITION BY m.product_id, m.warehouse_id ORDER BY m.posting_date, m.id)
) balance WHERE id = ANY(%s)
"""


def moved(product_ids: Collection[int]) -> set[int]:
    """Which of these products have ever moved."""
    moves = StockMove.objects.filter(product__in=product_ids) if product_ids else StockMove.objects.none()
    return set(moves.values_list("product", flat=True).distinct())
