"""Goods that came before their order was written: the order takes their receipt over, and they can be billed."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from erp.inventory.models import GoodsReceipt, GoodsReceiptLine
from erp.procurement.models import PurchaseOrder, PurchaseOrderLine
from erp.procurement.services.policy import policy_of
from erp.procurement.services.receiving import follow, lock_lines, refuse_receiving
from suite.core import bulk
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO


@service
def adopt_receipt(*, order_id: int, receipt_id: int, actor: Actor, reason: str = "") -> PurchaseOrder:
    """Count goods that came from the supplier without an order as received for this one; nothing moves.

    They keep the value they came in with; the supplier's invoice says the rest. Eight statements. Raises BusinessError,
    by line, for an order that is not placed or wants less, and for a receipt of somebody else, of other goods, or of
    another warehouse.
    """
    lines = lock_lines(actor, None, [order_id])
    receipt = GoodsReceipt.objects.of(actor.company_id).lock([receipt_id]).first()
    order = lines[0].order if lines else None
    if order is None or receipt is None or not _fits(receipt, order):
        sentence = _("Only goods of the same supplier and warehouse that came without an order fit here")
        raise BusinessError(Refusal("other_receipt", sentence, field="receipt"))
    rows = list(receipt.lines.select_related("product").order_by("position", "id"))
    taken: dict[PurchaseOrderLine, Decimal] = {}
    for row in rows:
        line = _line_for(row, lines, taken)
        taken[line] = taken.get(line, ZERO) + row.quantity
        row.order_line_id = line.pk
    refuse_receiving(list(taken), {line.pk: quantity for line, quantity in taken.items()}, policy_of(actor.company_id))
    for line, quantity in taken.items():
        line.received += quantity
    for row in rows:
        next(line for line in lines if line.pk == row.order_line_id).returned += row.returned
    bulk.update(list(taken), "received", "returned")
    bulk.update(rows, "order_line_id")
    receipt.order_kind, receipt.order_id, receipt.order_number = order.kind(), order.pk, order.number
    bulk.update([receipt], "order_kind", "order_id", "order_number")
    follow(lines)
    current_act().link(order, receipt)
    current_act().audit(receipt, "changed", {"order": ("", order.number)})
    return order


def _fits(receipt: GoodsReceipt, order: PurchaseOrder) -> bool:
    came = receipt.status == GoodsReceipt.Status.POSTED and receipt.kind_of == GoodsReceipt.Kind.PURCHASE
    same = (receipt.party_id, receipt.warehouse_id) == (order.party_id, order.warehouse_id)
    return came and same and receipt.order_id is None and not order.is_direct


def _line_for(
    row: GoodsReceiptLine, lines: list[PurchaseOrderLine], taken: dict[PurchaseOrderLine, Decimal]
) -> PurchaseOrderLine:
    """The line of the order that still wants such goods, or else the last one of that product."""
    mine = [line for line in lines if line.product_id == row.product_id and line.base_quantity > 0]
    if not mine:
        sentence = _("%(product)s is not on the order")
        raise BusinessError(Refusal("not_ordered", sentence, {"product": row.product}, row.position, "product"))
    return next((line for line in mine if line.outstanding - taken.get(line, ZERO) >= row.quantity), mine[-1])
