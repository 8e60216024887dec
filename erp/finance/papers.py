"""Invoices, money and vouchers on paper."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from erp.finance.models import Invoice, MoneyMovement, Receipt, Voucher
from suite.core import pdf
from suite.core.access import Actor
from suite.core.money import ZERO
from suite.desk import formats, papers
from suite.masterdata.papers import filled, in_words, payer, read, trade_sheet

VOUCHER_LINES = 6  # on a sheet of half a page
SIDES = ("debit", "credit")


def invoices(rows: Sequence[Invoice], actor: Actor) -> list[pdf.Sheet]:
    """发票: what the tax document says; the tax document itself comes from the tax platform."""
    read(rows, "party", "owner", "corrects", "lines__product", "lines__unit")
    return [
        trade_sheet(
            invoice,
            title=_title_of(invoice),
            to=payer(invoice.party),
            facts=[
                (_("Date"), formats.day(invoice.date)),
                (_("Kind"), invoice.get_kind_of_display()),
                (_("Serial number"), f"{invoice.year}-{invoice.serial:06d}" if invoice.serial else ""),
                (_("Number of the tax invoice"), invoice.tax_number),
                (_("Corrects"), invoice.corrects),
                (_("Due date"), formats.day(invoice.due_date)),
                (_("Order"), invoice.order_number),
                (_("Currency"), invoice.currency_id),
            ],
            signatures=papers.signed(
                (_("Prepared by"), invoice.owner), (_("Reviewed by"), ""), (_("Signed for by"), "")
            ),
        )
        for invoice in rows
    ]  # fmt: skip


def _title_of(invoice: Invoice) -> str:
    if invoice.direction == Invoice.Direction.PURCHASE:
        return _("Supplier's invoice")
    return _("Red-letter invoice") if invoice.is_red else _("Sales invoice")


def money(rows: Sequence[MoneyMovement], actor: Actor) -> list[pdf.Sheet]:
    """收款单 and 付款单: how much, by which way, for what."""
    read(rows, "party", "owner", "account", "refunds", "settlements__item")
    currency = actor.company.currency
    sheets = []
    for paper in rows:
        came_in = isinstance(paper, Receipt)
        settled = sorted(paper.settlements.all(), key=lambda settlement: settlement.pk)
        rest = [(_("Not allocated"), formats.amount(paper.unapplied, currency))] if paper.unapplied else []
        sheets.append(
            pdf.Sheet(
                title=_("Receipt") if came_in else _("Payment"),
                number=paper.number,
                to=[paper.party.label],
                facts=filled(
                    [
                        (_("Date"), formats.day(paper.date)),
                        (_("Method"), paper.get_method_display()),
                        (_("Cash or bank account"), paper.account.label),
                        (_("Bank reference"), paper.reference),
                        (_("Refund of"), paper.refunds),
                    ]
                ),
                columns=[
                    pdf.Column("#", "right"), pdf.Column(_("For"), width=1), pdf.Column(_("Summary"), width=2),
                    pdf.Column(_("Date")), pdf.Column(_("Settled"), "right"),
                ] if settled else [],
                rows=[
                    [
                        str(number), " ".join(filter(None, (each.item.number, each.item.order_number))),
                        str(each.item.summary), formats.day(each.posting_date), formats.amount(each.amount, currency),
                    ]
                    for number, each in enumerate(settled, 1)
                ],
                totals=[
                    *rest,
                    (_("Amount"), formats.money(paper.amount, currency)),
                    in_words(paper.amount, currency),
                ],
                remarks=[paper.note] if paper.note else [],
                signatures=papers.signed(
                    (_("Prepared by"), paper.owner), (_("Reviewed by"), ""), (_("Cashier"), ""),
                    (_("Payer") if came_in else _("Payee"), ""),
                ),
                mark=papers.mark_of(paper),
            )
        )  # fmt: skip
    return sheets


def vouchers(rows: Sequence[Voucher], actor: Actor) -> list[pdf.Sheet]:
    """记账凭证: half a page with six lines; a longer one goes on under its number (1/2, 2/2), the total comes last."""
    read(rows, "period", "prepared_by", "reviewed_by", "lines__account", "lines__party")
    return [sheet for voucher in rows for sheet in _sheets_of(voucher, actor.company.currency)]


def _sheets_of(voucher: Voucher, currency: str) -> list[pdf.Sheet]:
    lines = list(voucher.lines.all())
    parts = [lines[at : at + VOUCHER_LINES] for at in range(0, len(lines), VOUCHER_LINES)] or [[]]
    _label, words = in_words(sum((line.debit for line in lines), ZERO), currency)
    sums = [formats.amount(sum((getattr(line, side) for line in lines), ZERO), currency) for side in SIDES]
    columns = [pdf.Column(text) for text in (_("Summary"), _("Account"), _("Debit"), _("Credit"))]
    sheets = []
    for number, part in enumerate(parts, 1):
        is_last = number == len(parts)
        sheets.append(
            pdf.Sheet(
                title=pgettext("paper", "Voucher"),
                number=voucher.number + (f" {number}/{len(parts)}" if len(parts) > 1 else ""),
                facts=[
                    (_("Date"), formats.day(voucher.posting_date)),
                    (_("Period"), voucher.period.code),
                    (_("Attachments"), str(voucher.attachment_count)),
                ],
                columns=columns,
                rows=[
                    [
                        line.summary or voucher.summary,
                        " ".join(filter(None, (str(line.account), line.party.label if line.party else ""))),
                        *(formats.amount(getattr(line, side) or None, currency) for side in SIDES),
                    ]
                    for line in part
                ],
                totals=[
                    (f"{_('Total')}: {words}" if is_last else _("Goes on"), sums[0] if is_last else ""),
                    ("", sums[1] if is_last else ""),
                ],
                signatures=[
                    f"{who}: {name or ''}"
                    for who, name in (
                        (_("Chief accountant"), ""),
                        (_("Posted by"), ""),
                        (_("Cashier"), ""),
                        (_("Reviewed by"), voucher.reviewed_by),
                        (_("Prepared by"), voucher.prepared_by),
                    )
                ],
                remarks=[_("Red-letter")] if voucher.is_red else [],
                mark=papers.mark_of(voucher),
            )
        )
    return sheets
