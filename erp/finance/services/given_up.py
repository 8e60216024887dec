"""What stands in the way of giving up an order, and what its customer then has to get back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from erp.finance.models import Invoice, InvoiceLine
from erp.finance.services import invoices
from erp.inputs import OrderChange
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.errors import Refusal, Refusals
from suite.core.money import ZERO
from suite.core.said import listed


class Ahead(NamedTuple):
    """Invoices over what an order gives up: the orders refused for issued ones, and the drafts, voided, by order."""

    refused: Refusals
    voided: dict[int, list[Invoice]]


@service
def end_invoices(changes: Sequence[OrderChange], *, actor: Actor) -> Ahead:
    """Void the drafts that bill what orders give up, and refuse the orders of which that is issued already.

    One statement; two more where there are such drafts. Of an order that is refused the drafts stay.
    """
    lines = list(
        InvoiceLine.objects.of(actor.company_id)
        .filter(
            invoice__direction=Invoice.Direction.SALES,
            invoice__order_kind__in={change.order.source.kind for change in changes},
            invoice__order_id__in=[change.order.id for change in changes],
            source_line_id__isnull=False,
        )
        .exclude(invoice__status=Invoice.Status.VOID)
        .select_related("invoice")
        .order_by("invoice_id", "position")
    )
    by_order: dict[int | None, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        by_order[line.invoice.order_id].append(line)
    refused: Refusals = {}
    drafts: dict[int, list[Invoice]] = {}
    for change in changes:
        issued, drafted = _beyond(change, by_order[change.order.id])
        if issued:
            numbers = listed(invoice.number for invoice in issued)
            sentence = _("%(number)s is invoiced ahead: first correct in red what %(invoices)s bills beyond delivery")
            params = {"number": change.order.source.number, "invoices": numbers}
            refused[change.order.id] = Refusal("invoiced_ahead", sentence, params)
        elif drafted:
            drafts[change.order.id] = drafted
    ended = [invoice.pk for group in drafts.values() for invoice in group]
    if ended:
        invoices.void(invoice_ids=ended, actor=actor)
    return Ahead(refused, drafts)


def _beyond(change: OrderChange, lines: Sequence[InvoiceLine]) -> tuple[list[Invoice], list[Invoice]]:
    """The invoices, issued and drafted, that bill more of a line than the order keeps of it."""
    issued: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    drafted: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    left: dict[tuple[int, int | None], Decimal] = defaultdict(lambda: ZERO)  # of an issued invoice, after its red ones
    for line in lines:
        if line.invoice.status == Invoice.Status.ISSUED:
            issued[line.source_line_id] += line.base_quantity
            left[line.invoice.corrects_id or line.invoice_id, line.source_line_id] += line.base_quantity
        elif not line.invoice.is_red:
            drafted[line.source_line_id] += line.base_quantity
    kept = {pk: line.quantity for pk, line in change.after.items()}
    ahead = {pk for pk, quantity in issued.items() if quantity > kept.get(pk or 0, ZERO)}
    unbilled = {pk for pk, quantity in drafted.items() if quantity + issued[pk] > kept.get(pk or 0, ZERO)}
    wrong: dict[int, Invoice] = {}
    drafts: dict[int, Invoice] = {}
    for line in lines:
        invoice = line.invoice
        if not invoice.is_red and invoice.status == Invoice.Status.DRAFT and line.source_line_id in unbilled:
            drafts[invoice.pk] = invoice
        elif line.source_line_id in ahead and not invoice.is_red and left[invoice.pk, line.source_line_id] > 0:
            wrong[invoice.pk] = invoice
    return list(wrong.values()), list(drafts.values())


def owed_back(order_ids: Collection[int], kind: str, *, actor: Actor) -> dict[int, Decimal]:
    """What customers of orders paid beyond what the orders still ask for: open credits, and deposits not used up.

    In the currency of the books; orders with nothing to pay back are left out. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT order_id, sum(amount) FROM (
              SELECT order_id, -open_amount AS amount FROM erp_finance_openitem
                WHERE company_id = %(company)s AND order_kind = %(kind)s AND order_id = ANY(%(orders)s)
                  AND side = 'receivable' AND status = 'open'
              UNION ALL SELECT order_id, unapplied FROM erp_finance_moneymovement
                WHERE company_id = %(company)s AND order_kind = %(kind)s AND order_id = ANY(%(orders)s)
                  AND direction = 'in'
            ) paid GROUP BY order_id HAVING sum(amount) > 0
            """,
            {"company": actor.company_id, "kind": kind, "orders": list(order_ids)},
        )
        return dict(cursor.fetchall())
