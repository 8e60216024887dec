"""Credit notes: red invoices for what no order of the house sold, such as goods from before the books began."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from erp.finance.models import Invoice, InvoiceLine
from erp.finance.services.invoice_lines import InvoiceLineInput, line_by_hand
from erp.finance.services.invoices import issue_rows, write_drafts
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import service


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

    What was invoiced here is corrected by `invoices.red` instead. A fixed number of statements. Raises BusinessError
    for quantities or prices below zero.
    """
    today = clock.today(actor.company)
    drafts = [
        Invoice(
            company=actor.company,
            direction=Invoice.Direction.SALES,
            party_id=each.party_id,
            date=each.date or today,
            due_date=each.date or today,
            prices_include_tax=each.prices_include_tax,
            is_red=True,
            note=each.note,
            owner_id=actor.user_id,
        )
        for each in notes
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
