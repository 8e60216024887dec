"""Filling shelves up again: below its reorder point a product is asked for once."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from erp.procurement.models import Requisition
from erp.procurement.queries.supply import COMING, OFFER, OFFER_COLUMNS, WAITING, Offer
from erp.procurement.services.requisitions import Wish, write
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import service

REORDERING = 731_101  # with the company: key of the advisory lock, so that two runs do not ask twice

# free + coming - waiting below the point; the balances of `only` products are locked by the caller.
_LOW = f"""
WITH coming AS (
  SELECT product_id, warehouse_id, sum(quantity) AS quantity
  FROM ({COMING}) c WHERE company_id = %(company)s GROUP BY 1, 2
), waiting AS (
  SELECT product_id, warehouse_id, sum(quantity) AS quantity
  FROM ({WAITING}) w WHERE company_id = %(company)s GROUP BY 1, 2
), standing AS (
  SELECT r.product_id, r.warehouse_id, r.reorder_point, r.target, coalesce(b.on_hand - b.reserved, 0) AS free,
         coalesce(coming.quantity, 0) AS coming, coalesce(waiting.quantity, 0) AS waiting,
         (SELECT coalesce(sum(e.on_hand - e.reserved), 0) FROM erp_inventory_stockbalance e
          JOIN erp_inventory_warehouse w ON w.id = e.warehouse_id AND NOT w.is_transit
          WHERE e.product_id = r.product_id AND e.warehouse_id <> r.warehouse_id) AS elsewhere
  FROM erp_inventory_stockrule r
  LEFT JOIN erp_inventory_stockbalance b USING (product_id, warehouse_id)
  LEFT JOIN coming USING (product_id, warehouse_id) LEFT JOIN waiting USING (product_id, warehouse_id)
  WHERE r.company_id = %(company)s {{only}}
)
SELECT s.product_id, s.warehouse_id, s.free, s.coming, s.waiting, s.reorder_point, s.target, s.elsewhere,
       {OFFER_COLUMNS}
FROM standing s JOIN masterdata_product p ON p.id = s.product_id
LEFT JOIN LATERAL ({OFFER.format(chosen="")}) o ON true
WHERE s.free + s.coming - s.waiting < s.reorder_point AND p.kind <> 'service' AND NOT p.is_archived
ORDER BY s.product_id, s.warehouse_id
"""


class Low(NamedTuple):
    """A product below its point in a warehouse, with the figures that say so; base units."""

    product_id: int
    warehouse_id: int
    free: Decimal
    coming: Decimal
    waiting: Decimal
    reorder_point: Decimal
    target: Decimal
    elsewhere: Decimal  # free in other warehouses: a transfer may do instead
    offer: Offer

    @property
    def missing(self) -> Decimal:
        return self.target - (self.free + self.coming - self.waiting)


@service
def reorder(*, actor: Actor, product_ids: list[int] | None = None) -> list[Requisition]:
    """Ask for everything below its reorder point up to its target, one requisition per supplier and warehouse.

    Counts what is free, what comes and what waits; minimum and pack are applied once. A repeat adds nothing. The
    number of statements does not depend on the number of rules. `product_ids` narrows the run; else every rule counts.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [REORDERING, actor.company_id])
    low = _low(actor, product_ids)
    if low:
        # An order confirmed at this moment asks for its shortage under the same locks: look again once they are held.
        _lock_stock([row.product_id for row in low], actor)
        low = _low(actor, [row.product_id for row in low])
    wishes: dict[tuple[int | None, int], list[Wish]] = defaultdict(list)
    for row in low:
        wishes[row.offer.supplier_id, row.warehouse_id].append(_wish(row, actor))
    asked = [(_requisition(warehouse_id, actor), lines) for (_supplier, warehouse_id), lines in wishes.items()]
    return write(asked, actor=actor, asker=Actor.system(actor.company))


def _low(actor: Actor, product_ids: list[int] | None) -> list[Low]:
    only = "" if product_ids is None else "AND r.product_id = ANY(%(only)s)"
    params: dict[str, Any] = {"company": actor.company_id, "today": clock.today(actor.company), "only": product_ids}
    with connection.cursor() as cursor:
        cursor.execute(_LOW.format(only=only), params)
        return [Low(*row[:8], Offer(*row[8:])) for row in cursor.fetchall()]  # type: ignore[call-arg]


def _lock_stock(product_ids: list[int], actor: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM erp_inventory_stockbalance WHERE product_id = ANY(%s) AND company_id = %s"
            " ORDER BY product_id, warehouse_id FOR UPDATE",
            [product_ids, actor.company_id],
        )


def _wish(low: Low, actor: Actor) -> Wish:
    return Wish(
        product_id=low.product_id,
        supplier_id=low.offer.supplier_id,
        needed=low.missing,
        quantity=low.offer.lot(low.missing),
        price=low.offer.price,
        needed_by=clock.today(actor.company) + timedelta(days=low.offer.lead_days),
        terms={
            "free": str(low.free), "coming": str(low.coming), "waiting": str(low.waiting),
            "point": str(low.reorder_point), "target": str(low.target),
            "minimum": str(low.offer.minimum), "pack": str(low.offer.pack),
            **({"elsewhere": str(low.elsewhere)} if low.elsewhere else {}),
        },
    )  # fmt: skip


def _requisition(warehouse_id: int, actor: Actor) -> Requisition:
    return Requisition(
        company=actor.company, origin=Requisition.Origin.REORDER, warehouse_id=warehouse_id, owner=actor.user
    )
