"""What stock must satisfy at any time; registered for `manage.py check_invariants` from wiring.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from erp.finance.services import reconciliation
from suite.core import invariants

BALANCES = """
SELECT coalesce(b.company_id, m.company_id) AS company_id, product_id, warehouse_id, b.on_hand, m.quantity AS moved
FROM erp_inventory_stockbalance b
FULL JOIN (
  SELECT company_id, product_id, warehouse_id, sum(quantity) AS quantity FROM erp_inventory_stockmove GROUP BY 1, 2, 3
) m USING (product_id, warehouse_id)
WHERE coalesce(b.on_hand, 0) <> coalesce(m.quantity, 0)
"""

VALUES = """
SELECT coalesce(v.company_id, m.company_id) AS company_id, product_id, v.quantity, v.value,
       m.quantity AS moved, m.value AS moved_value
FROM erp_inventory_stockvalue v
FULL JOIN (
  SELECT company_id, product_id, sum(quantity) AS quantity, sum(value) AS value
  FROM erp_inventory_stockmove GROUP BY 1, 2
) m USING (product_id)
WHERE coalesce(v.quantity, 0) <> coalesce(m.quantity, 0) OR coalesce(v.value, 0) <> coalesce(m.value, 0)
"""

SANE = """
SELECT company_id, product_id, warehouse_id, on_hand, reserved FROM erp_inventory_stockbalance
WHERE on_hand < 0 OR reserved < 0 OR reserved > on_hand
"""

# Whatever day it was entered on, nothing left before it was there.
EVERY_DAY = """
SELECT company_id, product_id, warehouse_id, posting_date, there FROM (
  SELECT company_id, product_id, warehouse_id, posting_date,
         sum(quantity) OVER (PARTITION BY product_id, warehouse_id ORDER BY posting_date, id) AS there
  FROM erp_inventory_stockmove
) ledger WHERE there < 0
"""

RESERVED = """
SELECT coalesce(b.company_id, d.company_id) AS company_id, product_id, warehouse_id, b.reserved, d.reserved AS demanded
FROM erp_inventory_stockbalance b
FULL JOIN (
  SELECT company_id, product_id, warehouse_id, sum(reserved) AS reserved FROM erp_inventory_demand
  WHERE reserved <> 0 GROUP BY 1, 2, 3
) d USING (product_id, warehouse_id)
WHERE coalesce(b.reserved, 0) <> coalesce(d.reserved, 0)
"""

# Nobody waits for goods that are free.
FILLED = """
SELECT d.company_id, d.id AS demand_id, d.product_id, d.warehouse_id, b.on_hand - b.reserved AS free
FROM erp_inventory_demand d JOIN erp_inventory_stockbalance b USING (product_id, warehouse_id)
WHERE d.is_waiting AND b.on_hand > b.reserved
"""

# What an order still waits for or holds stands on its open deliveries, and what it got on the shipped ones.
DELIVERED = """
SELECT d.company_id, d.id AS demand_id, d.wanted, d.shipped, l.open, l.shipped AS delivered
FROM erp_inventory_demand d
LEFT JOIN (
  SELECT v.order_kind, l.order_line_id,
         coalesce(sum(l.quantity) FILTER (WHERE v.status = 'open'), 0) AS open,
         coalesce(sum(l.quantity) FILTER (WHERE v.status = 'shipped'), 0) AS shipped
  FROM erp_inventory_deliveryline l JOIN erp_inventory_delivery v ON v.id = l.delivery_id
  WHERE v.kind_of = 'sale' GROUP BY 1, 2
) l ON l.order_kind = d.order_kind AND l.order_line_id = d.line_id
WHERE d.wanted - d.shipped <> coalesce(l.open, 0) OR d.shipped <> coalesce(l.shipped, 0)
"""

# What is on the way is what transfers shipped and nobody received yet.
ON_THE_WAY = """
SELECT coalesce(b.company_id, l.company_id) AS company_id, product_id, b.on_hand, l.under_way
FROM (
  SELECT b.company_id, b.product_id, b.on_hand FROM erp_inventory_stockbalance b
  JOIN erp_inventory_warehouse w ON w.id = b.warehouse_id AND w.is_transit
) b
FULL JOIN (
  SELECT company_id, product_id, sum(under_way) AS under_way FROM erp_inventory_stocktransferline
  WHERE under_way > 0 GROUP BY 1, 2
) l USING (product_id)
WHERE coalesce(b.on_hand, 0) <> coalesce(l.under_way, 0)
"""

LAYERED = """
SELECT v.company_id, product_id, v.quantity, v.value, l.remaining, l.value AS layered
FROM erp_inventory_stockvalue v
JOIN masterdata_product p ON p.id = v.product_id AND p.costing = 'fifo'
JOIN (
  SELECT product_id, sum(remaining) AS remaining, sum(remaining_value) AS value FROM erp_inventory_costlayer GROUP BY 1
) l USING (product_id)
WHERE l.remaining > v.quantity OR l.value > v.value OR (l.remaining = v.quantity AND l.value <> v.value)
"""

# Per document: what it moved in value, and what its voucher posted to the inventory account.
STOCK = """
SELECT company_id, kind, id, sum(sub) AS sub, sum(ledger) AS ledger FROM (
  SELECT company_id, source_kind AS kind, source_id AS id, value AS sub, 0 AS ledger FROM erp_inventory_stockmove
  UNION ALL
  SELECT company_id, paper_kind, paper_id, 0, amount FROM erp_finance_ledger WHERE role = 'inventory'
) documents GROUP BY company_id, kind, id
"""


def register() -> None:
    """Called once, when the project starts."""
    invariants.register("I2", _("Stock on hand is what moved"), BALANCES)
    invariants.register("I2", _("Stock value is what moved"), VALUES)
    invariants.register("I2", _("On the way is what transfers shipped"), ON_THE_WAY)
    invariants.register("I3", _("No stock below zero, no more reserved than there is"), SANE)
    invariants.register("I3", _("No stock below zero on any day"), EVERY_DAY)
    invariants.register("I4", _("Reservations are what is reserved"), RESERVED)
    invariants.register("I4", _("Nobody waits for goods that are free"), FILLED)
    invariants.register("I4", _("Deliveries are what orders want"), DELIVERED)
    invariants.register("I5", _("Cost layers are the stock value"), LAYERED)
    reconciliation.register("stock", _("Inventory"), STOCK, invariant="I5")
