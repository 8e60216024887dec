"""Sales invoices: drafted from what was delivered or ordered, or line by line; issued with a serial without gaps."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import Deferral, FinancePolicy, Invoice, InvoiceLine
from erp.finance.services import credit
from erp.finance.services.invoice_lines import (
    InvoiceLineInput,
    date_anew,
    line_by_hand,
    line_of,
    red_lines,
    red_of,
)
from erp.finance.services.invoice_posting import issue_rows, order_of
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal, Stale
from suite.core.money import ZERO
from suite.desk import formats
from suite.masterdata.models import Party

Status, Direction = Invoice.Status, Invoice.Direction


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """An invoice of no order as somebody wants it; by default of today, and of the kind that its customer can have."""

    party_id: int
    lines: Sequence[InvoiceLineInput]
    date: dt.date | None = None
    prices_include_tax: bool = True
    kind: str | None = None
    note: str = ""


@service
def draft_for_orders(
    *,
    order_ids: Collection[int],
    actor: Actor,
    order_kind: str = "crm_sales.order",
    of_ordered: bool = False,
    quantities: Mapping[int, Decimal] | None = None,
    date: dt.date | None = None,
    dates: Mapping[int, dt.date] | None = None,
    kind: str | None = None,
    note: str = "",
    reason: str = "",
) -> list[Invoice]:
    """Draft an invoice per order for what is delivered and not invoiced yet; `of_ordered`: for all that is ordered.

    What stands in drafts counts as invoiced. `quantities` by order line, in base units, invoices less; `dates` by
    order, where they differ; without `kind` it is a special one for who has a taxpayer number. Four statements. Raises
    BusinessError for an order of which nothing can be invoiced, or not so much, or for a `date` still to come; where
    revenue comes with the delivery, an invoice cannot come before it.
    """
    owed = Deferral.objects.of(actor.company_id).filter(order_kind=order_kind, order_id__in=order_ids)
    # Locked by a statement of its own: a later one sees the drafts of whoever held the lock.
    list(owed.order_by("pk").select_for_update().values_list("pk"))
    rows: list[Any] = list(
        owed.annotate(**{f"drafted_{of}": queries.drafted(of) for of in ("base_quantity", "net", "tax_amount")})
        .select_related("product__tax", "charged_tax", "party")
        .order_by("order_id", "line_id")
    )
    known = {row.line_id for row in rows}
    if strange := [index for index, line_id in enumerate(quantities or ()) if line_id not in known]:
        unknown = _("There is no such line in this document")
        raise BusinessError(*[Refusal("unknown_line", unknown, line=index, field="line") for index in strange])
    by_order: dict[int, list[InvoiceLine]] = defaultdict(list)
    for row in rows:
        row.invoiced += row.drafted_base_quantity
        row.invoiced_net += row.drafted_net
        row.invoiced_tax += row.drafted_tax_amount
        ahead = row.posting == FinancePolicy.Posting.CONFIRM and (of_ordered or quantities is not None)
        left = max((row.quantity if ahead else row.delivered) - row.invoiced, ZERO)
        wanted = left if quantities is None else quantities.get(row.line_id, ZERO)
        if wanted > left:
            raise BusinessError(
                Refusal(
                    "more_than_left",
                    _("%(product)s: only %(left)s can be invoiced, with what stands in drafts"),
                    {"product": row.product.label, "left": formats.quantity(left)},
                    line=list(quantities or ()).index(row.line_id),
                    field="quantity",
                )
            )
        if wanted > 0:
            by_order[row.order_id].append(line_of(row, wanted, len(by_order[row.order_id])))
    nothing = Refusal("nothing_to_invoice", _("There is nothing that could be invoiced"))
    if refused := {pk: nothing for pk in order_ids if not by_order.get(pk)}:
        raise BusinessError(by_key=refused)
    heads = {row.order_id: row for row in rows}
    day_of = dict.fromkeys(by_order, queries.happened_on(date, company=actor.company)) | dict(dates or {})
    term_of = credit.terms_of({row.party_id for row in rows}, actor=actor)
    taxpayers = {row.party_id for row in rows if row.party.credit_code}
    invoices = [
        Invoice(
            company=actor.company,
            direction=Direction.SALES,
            party_id=heads[pk].party_id,
            date=day_of[pk],
            due_date=_due(actor, day_of[pk], term_of[heads[pk].party_id]),
            kind_of=kind or usual_kind(heads[pk].party_id, taxpayers),
            note=note,
            prices_include_tax=False,
            order_kind=order_kind,
            order_id=pk,
            order_number=heads[pk].order_number,
            owner_id=heads[pk].owner_id,
            team_id=heads[pk].team_id,
        )
        for pk in by_order
    ]
    return write_drafts(invoices, list(by_order.values()), actor)


@service
def draft_for_lines(*, deferral_ids: Collection[int], actor: Actor, reason: str = "") -> list[Invoice]:
    """Draft an invoice for each order of these lines, for what of the order is delivered and not invoiced yet."""
    orders: dict[str, set[int]] = defaultdict(set)
    chosen = Deferral.objects.of(actor.company_id).filter(pk__in=deferral_ids)
    for kind, order_id in chosen.values_list("order_kind", "order_id"):
        orders[kind].add(order_id)
    drafts: list[Invoice] = []
    for kind, ids in orders.items():
        drafts += draft_for_orders(order_ids=ids, order_kind=kind, actor=actor)
    return drafts


@service
def create(
    *,
    party: Party,
    lines: Sequence[InvoiceLineInput],
    actor: Actor,
    date: dt.date | None = None,
    prices_include_tax: bool = True,
    kind: str | None = None,
    note: str = "",
    reason: str = "",
) -> Invoice:
    """Draft an invoice that belongs to no order; issuing it opens the receivable and books revenue and VAT.

    Lines below zero credit the customer; when they outweigh the others, it is a credit note: red, with a negative item.
    Raises BusinessError without lines, or for a day that is still to come.
    """
    draft = InvoiceDraft(party.pk, lines, date, prices_include_tax, kind, note)
    return create_many([draft], actor=actor, reason=reason)[0]


@service
def create_many(drafts: Sequence[InvoiceDraft], *, actor: Actor, reason: str = "") -> list[Invoice]:
    """Draft invoices as `create` does, by a fixed number of statements."""
    terms = credit.terms_of([draft.party_id for draft in drafts], actor=actor)
    taxpayers = taxpayers_among({draft.party_id for draft in drafts}, actor)
    invoices, lines = [], []
    for draft in drafts:
        day, rows = judged(draft, actor)
        invoices.append(
            Invoice(
                company=actor.company,
                direction=Direction.SALES,
                party_id=draft.party_id,
                date=day,
                due_date=_due(actor, day, terms[draft.party_id]),
                kind_of=draft.kind or usual_kind(draft.party_id, taxpayers),
                prices_include_tax=draft.prices_include_tax,
                note=draft.note,
                owner_id=actor.user_id,
                is_red=sum((row.gross for row in rows), ZERO) < 0,
            )
        )
        lines.append(rows)
    return write_drafts(invoices, lines, actor)


def judged(draft: InvoiceDraft, actor: Actor) -> tuple[dt.date, list[InvoiceLine]]:
    """The day and the lines of a draft; no statement. Raises BusinessError as `create`."""
    if not draft.lines:
        raise BusinessError(Refusal("no_lines", _("An invoice needs at least one line"), field="lines"))
    day = queries.happened_on(draft.date, company=actor.company)
    included = draft.prices_include_tax
    return day, [line_by_hand(each, index, included, actor) for index, each in enumerate(draft.lines)]


@service
def annotate(
    *, invoice_id: int, actor: Actor, expected_version: int | None = None, reason: str = "", **values: str
) -> Invoice:
    """Note the number that the tax platform gave (`tax_number`), or a remark; the figures stay as they are."""
    (invoice,) = _locked([invoice_id], actor)
    invoice.demand_version(expected_version)
    save_changes(invoice, values)
    return invoice


@service
def issue(*, invoice_ids: Collection[int], actor: Actor, reason: str = "") -> list[Invoice]:
    """Issue drafts; their serials follow at the end of the act. VAT is posted now where the delivery is still to come.

    A draft of a period that is closed, or of a day still to come, is issued today. A fixed number of statements.
    Raises BusinessError when more would be invoiced than the order allows, for what a supplier issued, and for special
    invoices of customers without a taxpayer number: nobody could deduct them.
    """
    invoices = _locked(invoice_ids, actor)
    for invoice in invoices:
        invoice.demand_status(Status.DRAFT)
        if invoice.direction != Direction.SALES:
            sentence = _("%(number)s is a supplier's invoice: it is booked with its purchase order")
            raise BusinessError(Refusal("not_ours", sentence, {"number": invoice}))
    _refuse_nameless(invoices, actor)
    date_anew(invoices, actor)
    issue_rows(invoices, actor)
    return invoices


def _refuse_nameless(invoices: Sequence[Invoice], actor: Actor) -> None:
    """A special invoice names title and taxpayer number of who deducts it; the title is the customer's name, where no
    other is kept. What is corrected in red is named as it was issued."""
    special = [row for row in invoices if row.kind_of == Invoice.Kind.SPECIAL and not row.is_red]
    taxpayers = taxpayers_among({row.party_id for row in special}, actor)
    lacking = {row.pk: row for row in special if row.party_id not in taxpayers}
    if not lacking:
        return
    names = Party.objects.of(actor.company_id).in_bulk({row.party_id for row in lacking.values()})
    sentence = _(
        "%(number)s: a special VAT invoice needs the taxpayer number of %(party)s: add the unified social credit code "
        "to the customer, or draft an ordinary invoice"
    )
    raise BusinessError(
        by_key={
            pk: Refusal("no_taxpayer_number", sentence, {"number": row, "party": names[row.party_id]}, field="kind")
            for pk, row in lacking.items()
        }
    )


def taxpayers_among(party_ids: Collection[int], actor: Actor) -> set[int]:
    """Which of these customers have a taxpayer number; one statement."""
    rows = Party.objects.of(actor.company_id).filter(pk__in=party_ids).exclude(credit_code="") if party_ids else None
    return set() if rows is None else set(rows.values_list("pk", flat=True))


def usual_kind(party_id: int, taxpayers: Collection[int]) -> str:
    """Which kind of VAT invoice a customer gets unless somebody says otherwise."""
    return Invoice.Kind.SPECIAL if party_id in taxpayers else Invoice.Kind.ORDINARY


@service
def void(*, invoice_ids: Collection[int], actor: Actor, reason: str = "") -> list[Invoice]:
    """Give up drafts; what is issued is corrected by a red invoice."""
    invoices = _locked(invoice_ids, actor)
    for invoice in invoices:
        invoice.demand_status(Status.DRAFT)
    Invoice.move_to(invoices, Status.VOID)
    for invoice in invoices:
        current_act().audit(invoice, "voided", {"status": (Status.DRAFT, Status.VOID)})
    return invoices


@service
def red(*, invoice_id: int, actor: Actor, quantities: Mapping[int, Decimal] | None = None, reason: str = "") -> Invoice:
    """Correct an issued sales invoice by a red one, in whole or for some `quantities` (by line of the original).

    What came back to us stands in a draft already. Raises BusinessError when more is taken back than is left of it.
    """
    (original,) = _locked([invoice_id], actor)
    original.demand_status(Status.ISSUED)
    if original.is_red or original.direction != Direction.SALES:
        raise BusinessError(Refusal("not_correctable", _("Only an issued sales invoice can be corrected in red")))
    lines = red_lines(original, quantities)
    (note,) = write_drafts([red_of(original, clock.today(actor.company), reason)], [lines], actor)
    issue_rows([note], actor)
    return note


def write_drafts(invoices: list[Invoice], lines: Sequence[list[InvoiceLine]], actor: Actor) -> list[Invoice]:
    """Write drafts with their lines; the header is the sum of its lines."""
    act = current_act()
    for invoice, rows in zip(invoices, lines, strict=True):
        invoice.net = sum((row.net for row in rows), ZERO)
        invoice.tax_amount = sum((row.tax_amount for row in rows), ZERO)
        invoice.gross = invoice.net + invoice.tax_amount
    invoices = Invoice.objects.bulk_create(invoices)
    for invoice, rows in zip(invoices, lines, strict=True):
        for row in rows:
            row.invoice = invoice
        act.audit(invoice, "created", {"gross": (None, invoice.gross)})
        if invoice.order_id:
            act.link(order_of(invoice), invoice)
        if invoice.corrects:
            act.link(invoice.corrects, invoice, "red")
    InvoiceLine.objects.bulk_create([row for rows in lines for row in rows])
    return invoices


def _locked(invoice_ids: Collection[int], actor: Actor) -> list[Invoice]:
    invoices = list(Invoice.objects.of(actor.company_id).lock(invoice_ids))
    if len(invoices) != len(set(invoice_ids)):
        raise Stale(Refusal("not_found", _("The invoice does not exist any more")))
    return invoices


def _due(actor: Actor, day: dt.date, term_id: int | None) -> dt.date:
    return queries.terms(actor.company_id).split(Decimal(1), day, term_id)[-1][0]
