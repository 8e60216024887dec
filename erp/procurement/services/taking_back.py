"""Suppliers' invoices that were booked by mistake are taken off the books, and can be booked anew as they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils.translation import gettext_lazy as _

from erp.finance.models import Invoice, InvoiceLine
from erp.finance.services.bills import take_back_bills
from erp.inventory.models import GoodsReceiptLine
from erp.inventory.services.costing import share
from erp.procurement.models import PurchaseOrder
from erp.procurement.services.invoicing import Part, lock_lines, match_of, received, revalued
from suite.core import bulk
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO, spread


@service
def take_back_invoices(*, invoice_ids: Collection[int], actor: Actor, reason: str) -> list[Invoice]:
    """Undo the booking of suppliers' invoices: what came waits for its invoice again, at the price it was received at.

    The difference of price leaves the goods still in stock, and the cost of those sold. What was paid stays to our
    credit. Raises BusinessError without a reason, for what is not booked, and for credit notes and what they build on.
    """
    if not reason.strip():
        raise BusinessError(Refusal("reason_needed", _("Say why it is taken back"), field="reason"))
    invoices = list(
        Invoice.objects.of(actor.company_id)
        .filter(direction=Invoice.Direction.PURCHASE, order_kind=PurchaseOrder.kind())
        .lock(invoice_ids)
        .prefetch_related("lines")
    )
    for invoice in invoices:
        invoice.demand_status(Invoice.Status.ISSUED)
    lines = lock_lines({invoice.order_id for invoice in invoices}, actor)
    receipts = received([pk for pk in lines if pk], actor)
    parts = {
        invoice: [part for row in invoice.lines.all() for part in _parts_of(row, receipts[row.source_line_id])]
        for invoice in invoices
    }
    touched = {part.receipt.pk: part.receipt for of_it in parts.values() for part in of_it}
    bulk.update(list(touched.values()), "invoiced", "invoiced_value")
    billed = {row.source_line_id: lines[row.source_line_id] for each in invoices for row in each.lines.all()}
    for invoice in invoices:
        for row in invoice.lines.all():
            billed[row.source_line_id].invoiced -= row.quantity
    bulk.update(list(billed.values()), "invoiced")
    off_stock = revalued(parts, actor, taking_back=True)
    matches = {
        invoice: [match_of(part, off_stock.get(id(part), ZERO)) for part in of_it] for invoice, of_it in parts.items()
    }
    take_back_bills(matches, actor=actor)
    return invoices


def _parts_of(row: InvoiceLine, receipts: Sequence[GoodsReceiptLine]) -> list[Part]:
    """The receipt lines that a line of an invoice paid for, the latest first; no longer marked as billed."""
    left, parts = row.quantity, []
    for receipt in reversed(receipts):
        taken = min(left, receipt.invoiced)
        if taken > 0:
            accrued = share(receipt.invoiced_value, taken, receipt.invoiced)
            receipt.invoiced -= taken
            receipt.invoiced_value -= accrued
            left -= taken
            parts.append(Part(receipt, taken, accrued))
    if left or row.quantity <= 0:
        sentence = _("Credit notes, and what was credited since, are corrected by another invoice")
        raise BusinessError(Refusal("credited", sentence, line=row.position))
    for part, net in zip(parts, spread(row.net, [part.quantity for part in parts]), strict=True):
        part.net = net
    return parts
