"""Red invoices that follow from something else: drafts for invoiced goods that came back, and credit notes for what no
order of the house sold, such as goods from before the books began.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import Deferral, Invoice, InvoiceLine
from erp.finance.services.invoice_lines import InvoiceLineInput, TakenBack, line_by_hand, red_of
from erp.finance.services.invoice_posting import issue_rows
from erp.finance.services.invoices import write_drafts
from erp.finance.services.ledger import wording
from erp.inputs import Source
from suite.core.access import Actor
from suite.core.acts import current_act, service


class Returned(NamedTuple):
    """So much of an order line came back on a day, by a paper; the deferral is locked and knows of it already."""

    source: Source
    date: dt.date
    deferral: Deferral
    quantity: Decimal


@service
def propose_red(returned: Sequence[Returned], *, actor: Actor) -> list[Invoice]:
    """Draft red invoices for what came back after it was invoiced; somebody issues them with the tax platform's number.

    Of a line comes back what is invoiced beyond what is delivered, the latest invoice first; one draft per returning
    paper and invoice. The draft moves no money: the return has credited the customer. Five statements; none where
    nothing that came back was invoiced.
    """
    returned = [each for each in returned if each.deferral.invoiced > each.deferral.delivered]
    if not returned:
        return []
    lines = list(
        InvoiceLine.objects.of(actor.company_id)
        .filter(
            invoice__direction=Invoice.Direction.SALES,
            invoice__order_kind__in={each.deferral.order_kind for each in returned},
            source_line_id__in={each.deferral.line_id for each in returned},
        )
        .exclude(invoice__status=Invoice.Status.VOID)
        .select_related("invoice")
        .order_by("-invoice_id", "position")
    )
    taken = TakenBack(line for line in lines if line.invoice.corrects_id)
    issued: dict[tuple[str, int | None], list[InvoiceLine]] = defaultdict(list)
    excess = {_key(each.deferral): each.deferral.invoiced - each.deferral.delivered for each in returned}
    for line in lines:
        key = line.invoice.order_kind, line.source_line_id
        if not line.invoice.is_red and line.invoice.status == Invoice.Status.ISSUED:
            issued[key].append(line)
        elif line.invoice.is_red and line.invoice.status == Invoice.Status.DRAFT and key in excess:
            excess[key] += line.base_quantity
    drafts: dict[tuple[Source, int], list[InvoiceLine]] = defaultdict(list)
    days = {each.source: each.date for each in returned}
    for each in returned:
        key = _key(each.deferral)
        left = min(each.quantity, excess[key])
        for line in issued[key]:
            part = min(left, taken.left(line))
            if part > 0:
                drafts[each.source, line.invoice_id].append(taken.take(line, part))
                left -= part
                excess[key] -= part
    originals = {line.invoice_id: line.invoice for line in lines}
    heads = [
        red_of(originals[pk], days[source], wording(_("Return %(number)s"), number=source.number))
        for source, pk in drafts
    ]
    notes = write_drafts(heads, list(drafts.values()), actor)
    for (source, _pk), note in zip(drafts, notes, strict=True):
        current_act().link(source, note, "red")
    return notes


def _key(deferral: Deferral) -> tuple[str, int | None]:
    return deferral.order_kind, deferral.line_id


@dataclass(frozen=True, slots=True)
class CreditNote:
    """What a customer gets back; quantities and prices of the lines are positive, `note` says what for."""

    party_id: int
    lines: Sequence[InvoiceLineInput]
    note: str
    date: dt.date | None = None
    prices_include_tax: bool = False


@service
def give_credit(notes: Sequence[CreditNote], *, actor: Actor, reason: str = "") -> list[Invoice]:
    """Issue a red invoice per note that corrects no invoice of ours; the customer has so much to his credit.

    What was invoiced here is corrected by `invoices.red` or `propose_red` instead. A fixed number of statements. Raises
    BusinessError for prices below zero, or a day that is still to come.
    """
    days = [queries.happened_on(each.date, company=actor.company) for each in notes]
    drafts = [
        Invoice(
            company=actor.company,
            direction=Invoice.Direction.SALES,
            party_id=each.party_id,
            date=day,
            due_date=day,
            prices_include_tax=each.prices_include_tax,
            is_red=True,
            note=each.note,
            owner_id=actor.user_id,
        )
        for each, day in zip(notes, days, strict=True)
    ]
    lines = [
        [_in_red(line_by_hand(line, at, each.prices_include_tax, actor)) for at, line in enumerate(each.lines)]
        for each in notes
    ]
    invoices = write_drafts(drafts, lines, actor)
    issue_rows(invoices, actor)
    return invoices


def _in_red(line: InvoiceLine) -> InvoiceLine:
    for name in ("quantity", "base_quantity", "net", "tax_amount", "gross"):
        setattr(line, name, -getattr(line, name))
    return line
