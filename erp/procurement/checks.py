"""What purchasing must satisfy at any time; registered for `manage.py check_invariants` from wiring.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from suite.core import invariants

# A line beside the goods receipts and the supplier's invoices that answer it. Negative lines send goods of an earlier
# line back: what they do stands on the receipts of that line, and so does their credit note.
DONE = """
SELECT l.company_id, l.order_id, l.id AS line_id, l.received, l.returned, l.invoiced,
       coalesce(r.received, 0) AS receipts, coalesce(r.returned, 0) AS went_back, coalesce(r.invoiced, 0) AS matched,
       coalesce(i.invoiced, 0) AS billed
FROM erp_procurement_purchaseorderline l
LEFT JOIN (
  SELECT g.order_id, r.order_line_id, sum(r.quantity) AS received, sum(r.returned) AS returned,
         sum(r.invoiced) AS invoiced
  FROM erp_inventory_goodsreceiptline r JOIN erp_inventory_goodsreceipt g ON g.id = r.receipt_id
  WHERE g.order_kind = 'erp_procurement.purchaseorder' AND g.status = 'posted' GROUP BY 1, 2
) r ON r.order_id = l.order_id AND r.order_line_id = l.id
LEFT JOIN (
  SELECT coalesce(billed.sends_back_id, billed.id) AS line_id, sum(i.base_quantity) AS invoiced
  FROM erp_finance_invoiceline i JOIN erp_finance_invoice v ON v.id = i.invoice_id
  JOIN erp_procurement_purchaseorderline billed ON billed.id = i.source_line_id
  WHERE v.direction = 'purchase' AND v.status = 'issued' GROUP BY 1
) i ON i.line_id = l.id
WHERE l.base_quantity > 0
  AND (l.received <> coalesce(r.received, 0) OR l.returned <> coalesce(r.returned, 0)
       OR l.invoiced <> coalesce(r.invoiced, 0) OR l.invoiced <> coalesce(i.invoiced, 0))
"""

# The widest tolerance the company ever had counts: what was accepted under it stays accepted.
WITHIN = """
SELECT l.company_id, l.order_id, l.id AS line_id, l.base_quantity AS ordered, l.received, l.returned, l.invoiced
FROM erp_procurement_purchaseorderline l JOIN erp_procurement_purchasepolicy p USING (company_id)
CROSS JOIN LATERAL (
  SELECT greatest(p.over_receipt_percent, max((changes -> 'over_receipt_percent' ->> 0)::numeric)) AS percent
  FROM core_audit
  WHERE kind = 'erp_procurement.purchasepolicy' AND object_id = p.id AND changes ? 'over_receipt_percent'
) tolerance
WHERE l.base_quantity > 0
  AND (l.received - l.returned > l.base_quantity * (100 + tolerance.percent) / 100 OR l.invoiced > l.received)
"""

STATES = """
SELECT o.company_id, o.id AS order_id, o.status, count(l.id) FILTER (WHERE l.base_quantity > l.received) AS outstanding
FROM erp_procurement_purchaseorder o LEFT JOIN erp_procurement_purchaseorderline l ON l.order_id = o.id
GROUP BY o.id
HAVING (o.status = 'received') AND bool_or(CASE WHEN l.base_quantity > 0 THEN l.base_quantity > l.received
                                               ELSE l.base_quantity < l.received END)
  OR o.status IN ('draft', 'cancelled') AND bool_or(l.received <> 0 OR l.invoiced <> 0)
"""

# What stands on orders of what was asked for: cancelled orders count for nothing, those closed short for what came.
ASKED = """
SELECT r.company_id, r.requisition_id, r.id AS line_id, r.quantity, r.ordered, r.cancelled, on_orders.quantity AS placed
FROM erp_procurement_requisitionline r
CROSS JOIN LATERAL (
  SELECT coalesce(sum(CASE o.status WHEN 'cancelled' THEN 0 WHEN 'closed' THEN l.received ELSE l.base_quantity END), 0)
    AS quantity
  FROM erp_procurement_purchaseorderline l JOIN erp_procurement_purchaseorder o ON o.id = l.order_id
  WHERE l.requisition_line_id = r.id
) on_orders
WHERE r.ordered <> least(r.quantity - r.cancelled, on_orders.quantity)
UNION ALL
SELECT q.company_id, q.id, NULL, sum(l.quantity), sum(l.ordered), sum(l.cancelled), sum(l.pending)
FROM erp_procurement_requisition q JOIN erp_procurement_requisitionline l ON l.requisition_id = q.id
WHERE q.status IN ('ordered', 'cancelled')
GROUP BY q.id HAVING sum(l.pending) > 0
"""


def register() -> None:
    """Called once, when the project starts."""
    invariants.register("I13", _("Purchase orders count what came, went back and was billed"), DONE)
    invariants.register("I13", _("No more came than was ordered, nor was more billed than came"), WITHIN)
    invariants.register("I13", _("Purchase orders are done when nothing is outstanding"), STATES)
    invariants.register("I13", _("Requisitions add up with the orders they stand on"), ASKED)
