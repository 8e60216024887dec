"""How products stand between what comes and what waits, and who would deliver more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Any, NamedTuple

from django.db import connection

from suite.core import clock
from suite.core.models import Company
from suite.core.sql import unnested


class Key(NamedTuple):
    """A product in a warehouse."""

    product_id: int
    warehouse_id: int


class Offer(NamedTuple):
    """Who delivers a product, on which terms, in base units; price without tax in the company's currency.

    Without a supplier the price is the product's standard cost, so that a limit of approval is never passed unseen.
    """

    supplier_id: int | None
    price: Decimal
    minimum: Decimal
    pack: Decimal
    lead_days: int

    def lot(self, needed: Decimal) -> Decimal:
        """The quantity to ask for when `needed` is missing: at least the minimum, in whole packs."""
        packs = (max(needed, self.minimum) / self.pack).to_integral_value(ROUND_CEILING)
        return packs * self.pack


class Supply(NamedTuple):
    """Of a product in a warehouse: what comes, what waits for it, who would deliver more."""

    coming: Decimal
    waiting: Decimal
    offer: Offer


# Everything that is asked for and not there yet: on requisitions, on purchase orders, on the way from elsewhere.
COMING = """
  SELECT l.company_id, l.product_id, r.warehouse_id, l.pending AS quantity
  FROM erp_procurement_requisitionline l JOIN erp_procurement_requisition r ON r.id = l.requisition_id
  WHERE l.pending > 0 AND r.status IN ('submitted', 'approved') AND NOT r.is_direct
  UNION ALL
  SELECT l.company_id, l.product_id, o.warehouse_id, l.base_quantity - l.received
  FROM erp_procurement_purchaseorderline l JOIN erp_procurement_purchaseorder o ON o.id = l.order_id
  WHERE l.base_quantity > l.received AND o.status IN ('draft', 'ordered') AND NOT o.is_direct
  UNION ALL
  SELECT l.company_id, l.product_id, t.target_id, l.under_way
  FROM erp_inventory_stocktransferline l JOIN erp_inventory_stocktransfer t ON t.id = l.transfer_id
  WHERE l.under_way > 0
"""

WAITING = """
  SELECT d.company_id, d.product_id, d.warehouse_id, d.wanted - d.reserved - d.shipped AS quantity
  FROM erp_inventory_demand d WHERE d.is_waiting
"""

# The offer asked first; foreign prices at the latest rate.
OFFER = """
  SELECT i.supplier_id, round(i.price * coalesce(
           (SELECT x.rate FROM masterdata_exchangerate x
            WHERE x.company_id = i.company_id AND x.currency_id = s.currency_id AND x.valid_from <= %(today)s
            ORDER BY x.valid_from DESC LIMIT 1), 1), 6) AS price,
         i.minimum, i.pack, coalesce(i.lead_days, s.lead_days) AS lead_days
  FROM erp_procurement_supplieritem i
  JOIN erp_procurement_supplier s ON s.id = i.supplier_id JOIN masterdata_party q ON q.id = s.party_id
  WHERE i.product_id = p.id AND NOT s.is_blocked AND NOT q.is_archived {chosen}
  ORDER BY i.priority, i.price, i.id LIMIT 1
"""

OFFER_COLUMNS = """
  o.supplier_id, coalesce(o.price, p.standard_cost), coalesce(o.minimum, 0), coalesce(o.pack, 1),
  coalesce(o.lead_days, 0)
"""

_SUPPLY = f"""
WITH asked AS (SELECT DISTINCT product_id, warehouse_id FROM {{asked}}),
coming AS (
  SELECT product_id, warehouse_id, sum(c.quantity) AS quantity
  FROM ({COMING}) c JOIN asked USING (product_id, warehouse_id) GROUP BY 1, 2
), waiting AS (
  SELECT product_id, warehouse_id, sum(w.quantity) AS quantity
  FROM ({WAITING}) w JOIN asked USING (product_id, warehouse_id) GROUP BY 1, 2
)
SELECT product_id, warehouse_id, coalesce(coming.quantity, 0), coalesce(waiting.quantity, 0), {OFFER_COLUMNS}
FROM asked JOIN masterdata_product p ON p.id = product_id
LEFT JOIN coming USING (product_id, warehouse_id) LEFT JOIN waiting USING (product_id, warehouse_id)
LEFT JOIN LATERAL ({OFFER.format(chosen="")}) o ON true
"""

_OFFERS = f"""
SELECT {OFFER_COLUMNS}
FROM unnest(%(products)s::bigint[], %(suppliers)s::bigint[]) WITH ORDINALITY AS asked(product_id, supplier_id, place)
JOIN masterdata_product p ON p.id = asked.product_id
LEFT JOIN LATERAL ({OFFER.format(chosen="AND i.supplier_id = coalesce(asked.supplier_id, i.supplier_id)")}) o ON true
ORDER BY asked.place
"""


def supply_of(keys: Iterable[Key], *, today: dt.date) -> dict[Key, Supply]:
    """How products stand and who delivers them; one statement."""
    asked, (products, warehouses) = unnested("asked", {"product_id": "bigint", "warehouse_id": "bigint"}, keys)
    params: dict[str, Any] = {"today": today, "products": products, "warehouses": warehouses}
    asked = asked.replace("%s", "%(products)s", 1).replace("%s", "%(warehouses)s", 1)
    with connection.cursor() as cursor:
        cursor.execute(_SUPPLY.format(asked=asked), params)
        return {Key(*row[:2]): Supply(row[2], row[3], Offer(*row[4:])) for row in cursor.fetchall()}


def offers(asked: Sequence[tuple[int, int | None]], *, today: dt.date) -> list[Offer]:
    """The terms for products, each of a certain supplier or (None) of the one asked first; one statement."""
    products, suppliers = zip(*asked, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_OFFERS, {"products": list(products), "suppliers": list(suppliers), "today": today})
        return [Offer(*row) for row in cursor.fetchall()]


def lead_days(product_ids: Collection[int], *, company: Company) -> dict[int, int]:
    """How many days a purchase of each product takes, by the offer asked first; products nobody offers are missing."""
    ids = sorted(set(product_ids))
    found = offers([(pk, None) for pk in ids], today=clock.today(company)) if ids else []
    return {pk: offer.lead_days for pk, offer in zip(ids, found, strict=True) if offer.supplier_id}
