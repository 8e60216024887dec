"""Suppliers' invoices, matched with what was received."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import AccountRole, Invoice, InvoiceLine, OpenItem
from erp.finance.services.items import Settling, Side, open_item, settle
from erp.finance.services.ledger import VoucherDraft, book, explained, wording
from erp.inputs import Source
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.money import ZERO, LineAmounts
from suite.masterdata.models import Product, Tax

Role = AccountRole.Role


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line of a supplier's invoice: quantity in the product's unit, price without tax, amounts as billed."""

    product: Product
    quantity: Decimal
    unit_price: Decimal
    tax: Tax
    amounts: LineAmounts
    source_line_id: int | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What a bill says about goods received: what was accrued for them, what they cost without tax,

    and how much of the difference belongs to pieces still in stock (the rest is cost of sales).
    """

    receipt: Source
    accrued: Decimal
    net: Decimal
    to_stock: Decimal = ZERO
    is_service: bool = False
    is_direct: bool = False

    @property
    def is_goods(self) -> bool:
        """Whether what is billed went into the stock."""
        return not self.is_service and not self.is_direct


@dataclass(frozen=True, slots=True)
class BillDraft:
    """A supplier's invoice as it came: for which order, of whom, under which number of theirs."""

    order: Source
    party_id: int
    lines: Sequence[BillLine]
    date: dt.date | None = None
    tax_number: str = ""
    note: str = ""


@service
def draft_bills(drafts: Sequence[BillDraft], *, actor: Actor, reason: str = "") -> list[Invoice]:
    """Write suppliers' invoices down, in the sequence given; `book_bills` books them. Two statements for any number.

    Raises BusinessError when the supplier's invoice with such a number is there already, or for a day still to come.
    """
    try:
        invoices = Invoice.objects.bulk_create(_invoice(draft, actor) for draft in drafts)
    except IntegrityError as error:
        raise explained(error) from error
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            company=actor.company,
            invoice=invoice,
            position=position,
            product=line.product,
            description=line.description or line.product.label,
            unit_id=line.product.unit_id,
            quantity=line.quantity,
            base_quantity=line.quantity,
            unit_price=line.unit_price,
            discount=ZERO,
            tax=line.tax,
            tax_rate=line.tax.rate,
            net=line.amounts.net,
            tax_amount=line.amounts.tax,
            gross=line.amounts.gross,
            source_line_id=line.source_line_id,
        )
        for invoice, draft in zip(invoices, drafts, strict=True)
        for position, line in enumerate(draft.lines)
    )
    for invoice, draft in zip(invoices, drafts, strict=True):
        current_act().link(draft.order, invoice)
    return invoices


def _invoice(draft: BillDraft, actor: Actor) -> Invoice:
    gross = sum((line.amounts.gross for line in draft.lines), ZERO)
    return Invoice(
        company=actor.company,
        direction=Invoice.Direction.PURCHASE,
        party_id=draft.party_id,
        date=queries.happened_on(draft.date, company=actor.company),
        prices_include_tax=False,
        net=sum((line.amounts.net for line in draft.lines), ZERO),
        tax_amount=sum((line.amounts.tax for line in draft.lines), ZERO),
        gross=gross,
        is_red=gross < 0,
        tax_number=draft.tax_number,
        order_kind=draft.order.kind,
        order_id=draft.order.id,
        order_number=draft.order.number,
        note=draft.note,
        owner_id=actor.user_id,
    )


@service
def book_bills(
    matches: Mapping[Invoice, Sequence[Match]],
    *,
    actor: Actor,
    terms: Mapping[int, int | None] | None = None,
    posting_date: dt.date | None = None,
    reason: str = "",
) -> list[OpenItem]:
    """Book suppliers' invoices: the accrual goes back in red, then Dr inventory, cost, input VAT / Cr payable.

    Opens each payable by the supplier's term (`terms`, by party), counted from the date of the invoice, and returns the
    last instalment of each; a total of nothing opens none. Call it after `inventory.revalue` has said what of a price
    difference is still in stock.
    Five statements for any number.
    """
    day = posting_date or clock.today(actor.company)
    accruals = [_accrual_back(invoice, received, day) for invoice, received in matches.items()]
    bills = {invoice: _bill(invoice, received, day) for invoice, received in matches.items()}
    book([draft for both in zip(accruals, bills.values(), strict=True) for draft in both], actor=actor)
    usual = queries.terms(actor.company_id)
    items: dict[Invoice, list[OpenItem]] = {}
    for invoice, bill in bills.items():
        dues = usual.split(invoice.gross, invoice.date, (terms or {}).get(invoice.party_id))
        items[invoice] = [
            open_item(
                company_id=actor.company_id,
                side=Side.PAYABLE,
                party_id=invoice.party_id,
                date=day,
                due_date=due,
                amount=amount,
                summary=bill.summary,
                voucher=bill.voucher,
                order=_order(invoice),
                invoice_id=invoice.pk,
                owner_id=invoice.owner_id,
            )
            for due, amount in dues
        ]
        invoice.due_date = dues[-1][0] if dues else invoice.date
    OpenItem.objects.bulk_create(item for owed in items.values() for item in owed)
    bulk.update(list(items), "due_date")
    Invoice.move_to(items, Invoice.Status.ISSUED, issued_at=clock.now())
    act = current_act()
    for invoice, owed in items.items():
        act.audit(invoice, "booked", {"status": (Invoice.Status.DRAFT, Invoice.Status.ISSUED)})
        for item in owed:
            act.link(invoice, item)
    return [owed[-1] for owed in items.values() if owed]


@service
def take_back_bills(
    matches: Mapping[Invoice, Sequence[Match]], *, actor: Actor, posting_date: dt.date | None = None, reason: str = ""
) -> None:
    """Take booked invoices of suppliers off the books: the bill in red, and what came is expected to be billed again.

    `matches` say what was accrued and billed as for `book_bills`, and what of the difference leaves the stock. The
    credit takes what is open of its invoice; the supplier owes what was paid of it. A fixed number of statements.
    """
    day = posting_date or clock.today(actor.company)
    drafts = {}
    for invoice, received in matches.items():
        summary = wording(_("Supplier's invoice %(number)s taken back"), number=invoice.tax_number or invoice.number)
        drafts[invoice] = [_undone(make(invoice, received, day), summary) for make in (_bill, _accrual_back)]
    book([draft for both in drafts.values() for draft in both], actor=actor)
    owed: dict[int, list[OpenItem]] = defaultdict(list)
    rows = OpenItem.objects.of(actor.company_id).filter(invoice__in=matches, side=Side.PAYABLE, open_amount__gt=0)
    for item in rows.order_by("pk").select_for_update(of=("self",)):
        owed[item.invoice_id or 0].append(item)
    notes = []
    worth = {invoice: drafted for invoice, drafted in drafts.items() if invoice.gross}
    for invoice, (bill, _accrual) in worth.items():
        taken = sum((item.open_amount for item in owed[invoice.pk]), ZERO)
        notes.append(
            open_item(
                company_id=actor.company_id,
                side=Side.PAYABLE,
                party_id=invoice.party_id,
                date=day,
                due_date=day,
                amount=-invoice.gross,
                settled=-taken,
                taken_back=-taken,
                summary=bill.summary,
                voucher=bill.voucher,
                order=_order(invoice),
                invoice_id=invoice.pk,
                owner_id=invoice.owner_id,
            )
        )
    notes = OpenItem.objects.bulk_create(notes)
    pairs = [(note, item, item.open_amount) for note in notes for item in owed[note.invoice_id or 0]]
    settle(
        [Settling(item, part, day, counter=note) for note, item, part in pairs],
        born=[Settling(note, -part, day, counter=item) for note, item, part in pairs],
    )
    Invoice.move_to(matches, Invoice.Status.VOID)
    for invoice in matches:
        current_act().audit(invoice, "taken back", {"status": (Invoice.Status.ISSUED, Invoice.Status.VOID)})
    for invoice, note in zip(worth, notes, strict=True):
        current_act().link(invoice, note)


def _undone(draft: VoucherDraft, summary: str) -> VoucherDraft:
    """The same entries with the opposite sign."""
    draft.summary, draft.is_red = summary, not draft.is_red
    for line in draft.lines:
        line.debit, line.credit, line.summary = -line.debit, -line.credit, summary
    return draft


def _order(invoice: Invoice) -> Source | None:
    """The purchase order that the invoice is for."""
    return None if invoice.order_id is None else Source(invoice.order_kind, invoice.order_id, invoice.order_number)


def _accrual_back(invoice: Invoice, matches: Sequence[Match], day: dt.date) -> VoucherDraft:
    accrued = sum((match.accrued for match in matches), ZERO)
    summary = wording(_("Invoice %(number)s: accrual taken back"), number=invoice.number)
    draft = VoucherDraft(invoice.company_id, day, summary, source=invoice, is_red=accrued > 0)
    sold = [match for match in matches if match.is_direct and not match.is_service]
    draft.debit(Role.INVENTORY, -sum((match.accrued for match in matches if match.is_goods), ZERO))
    draft.debit(Role.COST, -sum((match.accrued for match in sold), ZERO))
    draft.debit(Role.SERVICE_COST, -sum((match.accrued for match in matches if match.is_service), ZERO))
    for match in matches:
        draft.credit(Role.RECEIVED, -match.accrued, party_id=invoice.party_id, source=match.receipt)
    return draft


def _bill(invoice: Invoice, matches: Sequence[Match], day: dt.date) -> VoucherDraft:
    summary = wording(_("Supplier's invoice %(number)s"), number=invoice.tax_number or invoice.number)
    draft = VoucherDraft(invoice.company_id, day, summary, source=invoice, is_red=invoice.gross < 0)
    goods = [match for match in matches if match.is_goods]
    sold = [match for match in matches if match.is_direct and not match.is_service]
    draft.debit(Role.INVENTORY, sum((match.accrued + match.to_stock for match in goods), ZERO))
    draft.move(Role.COST, sum((match.net - match.accrued - match.to_stock for match in goods), ZERO))
    draft.debit(Role.COST, sum((match.net for match in sold), ZERO))
    draft.debit(Role.SERVICE_COST, sum((match.net for match in matches if match.is_service), ZERO))
    draft.debit(Role.INPUT_VAT, invoice.tax_amount)
    draft.credit(
        Role.PAYABLE,
        invoice.gross,
        party_id=invoice.party_id,
        source=_order(invoice),
    )
    return draft
