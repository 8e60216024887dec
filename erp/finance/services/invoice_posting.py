"""What issuing an invoice does: VAT ahead of the delivery, or the whole sale where no order stands behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import AccountRole, Deferral, FinancePolicy, Invoice, InvoiceLine, OpenItem
from erp.finance.services import credit
from erp.finance.services.items import Side, open_item
from erp.finance.services.ledger import VoucherDraft, book, wording
from erp.finance.services.order_credits import Credit, credit_orders
from erp.finance.signals import invoice_issued
from erp.inputs import Source
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import Act, current_act
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO

Role = AccountRole.Role
Status = Invoice.Status
INVOICED = ("invoiced", "invoiced_net", "invoiced_tax", "tax_posted")

# One round trip numbers all invoices of an act without gaps per company and year.
NUMBER = """
WITH ready AS (
  SELECT id, company_id, extract(year FROM date)::int AS year,
         row_number() OVER (PARTITION BY extract(year FROM date) ORDER BY id) AS nth
  FROM erp_finance_invoice WHERE id = ANY(%s) AND serial IS NULL
),
wanted AS (SELECT company_id, year, count(*) AS invoices FROM ready GROUP BY company_id, year),
taken AS (
  INSERT INTO core_counter (company_id, series, value)
  SELECT company_id, 'invoice:' || year, invoices FROM wanted ORDER BY company_id, year
  ON CONFLICT (company_id, series) DO UPDATE SET value = core_counter.value + EXCLUDED.value
  RETURNING company_id, series, value
)
UPDATE erp_finance_invoice AS invoice SET year = ready.year, serial = taken.value - wanted.invoices + ready.nth
FROM ready JOIN wanted USING (company_id, year)
JOIN taken ON taken.company_id = ready.company_id AND taken.series = 'invoice:' || ready.year
WHERE invoice.id = ready.id
RETURNING invoice.id, invoice.year, invoice.serial
"""


def issue_rows(invoices: Sequence[Invoice], actor: Actor) -> None:
    lines: dict[int, list[InvoiceLine]] = defaultdict(list)
    for line in InvoiceLine.objects.filter(invoice__in=invoices).select_related("product").order_by("position", "pk"):
        lines[line.invoice_id].append(line)
    deferrals = _locked_deferrals(invoices, lines, actor)
    drafts, free = [], []
    for invoice in invoices:
        if invoice.order_id:
            drafts.append(_vat_ahead(invoice, lines[invoice.pk], deferrals))
        else:
            free.append((invoice, _free_voucher(invoice, lines[invoice.pk])))
    bulk.update(list(deferrals.values()), *INVOICED)
    _move_exposure([invoice for invoice, _draft in free], actor)
    book([*drafts, *(draft for _invoice, draft in free)], actor=actor)
    _open_free(free, actor)
    Invoice.move_to(invoices, Status.ISSUED, issued_at=clock.now())
    act = current_act()
    for invoice in invoices:
        act.audit(invoice, "issued", {"status": (Status.DRAFT, Status.ISSUED)})
        act.announce("erp.finance.invoice.issued", invoice, {"number": invoice.number, "gross": invoice.gross})
    act.at_last(_number, *invoices)
    quantities: dict[Source, dict[int, Decimal]] = {}
    for invoice in invoices:
        if invoice.order_id:
            told = quantities.setdefault(order_of(invoice), {})
            for line in lines[invoice.pk]:
                if line.source_line_id is not None:
                    told[line.source_line_id] = told.get(line.source_line_id, ZERO) + line.base_quantity
    invoice_issued.send(sender=Invoice, invoices=list(invoices), quantities=quantities, actor=actor)


def _vat_ahead(
    invoice: Invoice, lines: Iterable[InvoiceLine], deferrals: Mapping[tuple[str, int | None], Deferral]
) -> VoucherDraft:
    """Move the order lines, and post the VAT of what is invoiced before it is delivered (or take it back)."""
    to_post = ZERO
    for index, line in enumerate(lines):
        row = deferrals.get((invoice.order_kind, line.source_line_id))
        if row is None:  # given up since this was drafted
            raise _beyond(index)
        row.invoiced += line.base_quantity
        row.invoiced_net += line.net
        row.invoiced_tax += line.tax_amount
        limit = row.quantity if row.posting == FinancePolicy.Posting.CONFIRM else row.delivered
        if not invoice.is_red and row.invoiced > limit:
            raise _beyond(index)
        owed = max(row.recognised_tax, row.invoiced_tax)
        change = min(owed - row.tax_posted, ZERO) if invoice.is_red else max(owed - row.tax_posted, ZERO)
        row.tax_posted += change
        to_post += change
    summary = wording(_("Invoice %(number)s: VAT before delivery"), number=invoice.number)
    draft = VoucherDraft(invoice.company_id, invoice.date, summary, source=invoice, is_red=to_post < 0)
    draft.debit(Role.UNDELIVERED, to_post, party_id=invoice.party_id, source=order_of(invoice))
    draft.credit(Role.OUTPUT_VAT, to_post)
    return draft


def _beyond(index: int) -> BusinessError:
    sentence = _("More would be invoiced than there is")
    return BusinessError(Refusal("more_than_ordered", sentence, line=index, field="quantity"))


def _free_voucher(invoice: Invoice, lines: Iterable[InvoiceLine]) -> VoucherDraft:
    summary = wording(_("Invoice %(number)s"), number=invoice.number)
    draft = VoucherDraft(invoice.company_id, invoice.date, summary, source=invoice, is_red=invoice.is_red)
    revenue: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        revenue[Role.REVENUE if line.product.is_stocked else Role.SERVICE_REVENUE] += line.net
    draft.debit(Role.RECEIVABLE, invoice.gross, party_id=invoice.party_id, source=_root(invoice))
    for role, amount in [*revenue.items(), (Role.OUTPUT_VAT, invoice.tax_amount)]:
        if (amount < 0) == invoice.is_red:
            draft.credit(role, amount)
        else:
            draft.move(role, -amount)
    return draft


def _open_free(free: Sequence[tuple[Invoice, VoucherDraft]], actor: Actor) -> None:
    """An invoice without an order stands for one: its open items are kept under its own name."""
    opened = [(invoice, draft) for invoice, draft in free if not invoice.is_red]
    term_of = credit.terms_of({invoice.party_id for invoice, _draft in opened}, actor=actor) if opened else {}
    if opened:
        OpenItem.objects.bulk_create(
            open_item(
                company_id=actor.company_id,
                side=Side.RECEIVABLE,
                party_id=invoice.party_id,
                date=invoice.date,
                due_date=due,
                amount=amount,
                summary=draft.summary,
                voucher=draft.voucher,
                order=_root(invoice),
                invoice_id=invoice.pk,
                owner_id=invoice.owner_id,
                team_id=invoice.team_id,
            )
            for invoice, draft in opened
            for due, amount in queries.terms(actor.company_id).split(
                invoice.gross, invoice.date, term_of[invoice.party_id]
            )
        )
    credits = [
        Credit(
            invoice.date,
            _root(invoice),
            invoice.party_id,
            -invoice.gross,
            draft.voucher,
            draft.summary,
            invoice.owner_id,
        )
        for invoice, draft in free
        if invoice.is_red
    ]
    credit_orders(credits, actor=actor)


def _move_exposure(invoices: Iterable[Invoice], actor: Actor) -> None:
    moves: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for invoice in invoices:
        moves[invoice.party_id] += invoice.gross
    credit.move_exposure(moves, actor=actor)


def _locked_deferrals(
    invoices: Sequence[Invoice], lines: Mapping[int, Sequence[InvoiceLine]], actor: Actor
) -> dict[tuple[str, int | None], Deferral]:
    billed = {line.source_line_id for invoice in invoices if invoice.order_id for line in lines[invoice.pk]}
    if not billed:
        return {}
    kinds = {invoice.order_kind for invoice in invoices}
    rows = queries.DEFERRALS(company=actor.company_id, kinds=kinds, lines=billed)
    return {(row.order_kind, row.line_id): row for row in rows}


def _number(act: Act, invoices: list[Invoice]) -> None:
    by_pk = {invoice.pk: invoice for invoice in invoices}
    with connection.cursor() as cursor:
        cursor.execute(NUMBER, [list(by_pk)])
        for pk, year, serial in cursor.fetchall():
            by_pk[pk].year, by_pk[pk].serial = year, serial


def order_of(invoice: Invoice) -> Source:
    return Source(invoice.order_kind, invoice.order_id or 0, invoice.order_number)


def _root(invoice: Invoice) -> Source:
    """The invoice under whose name the open items of an invoice without an order are kept."""
    first = invoice.corrects or invoice
    return Source(Invoice.kind(), first.pk, first.number)
