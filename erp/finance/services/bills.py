"""Suppliers' invoices, matched with what was received."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import AccountRole, Invoice, InvoiceLine, OpenItem
from erp.finance.services.items import Side, open_item
from erp.finance.services.ledger import VoucherDraft, book, explained, wording
from erp.inputs import Source
from suite.core import clock
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


@service
def draft_bill(
    *,
    order: Source,
    party_id: int,
    lines: Sequence[BillLine],
    actor: Actor,
    date: dt.date | None = None,
    tax_number: str = "",
    note: str = "",
    reason: str = "",
) -> Invoice:
    """Write a supplier's invoice down; `book_bill` books it. Two statements.

    Raises BusinessError when the supplier's invoice with this number is there already.
    """
    invoice = Invoice(
        company=actor.company,
        direction=Invoice.Direction.PURCHASE,
        party_id=party_id,
        date=date or clock.today(actor.company),
        prices_include_tax=False,
        net=sum((line.amounts.net for line in lines), ZERO),
        tax_amount=sum((line.amounts.tax for line in lines), ZERO),
        gross=sum((line.amounts.gross for line in lines), ZERO),
        is_red=sum((line.amounts.gross for line in lines), ZERO) < 0,
        tax_number=tax_number,
        order_kind=order.kind,
        order_id=order.id,
        order_number=order.number,
        note=note,
        owner_id=actor.user_id,
    )
    try:
        invoice.save(force_insert=True)
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
        for position, line in enumerate(lines)
    )
    current_act().link(order, invoice)
    return invoice


@service
def book_bill(
    *,
    invoice: Invoice,
    matches: Sequence[Match],
    actor: Actor,
    term_id: int | None = None,
    posting_date: dt.date | None = None,
    reason: str = "",
) -> OpenItem:
    """Book a supplier's invoice: the accrual goes back in red, then Dr inventory, cost, input VAT / Cr payable.

    Opens the payable by the payment term, counted from the invoice date, and returns its last instalment.
    Call it after `inventory.revalue` has said what of a price difference is still in stock. Four statements.
    """
    day = posting_date or clock.today(actor.company)
    accrual, bill = _accrual_back(invoice, matches, day), _bill(invoice, matches, day)
    book([accrual, bill], actor=actor)
    dues = queries.terms(actor.company_id).split(invoice.gross, invoice.date, term_id)
    items = OpenItem.objects.bulk_create(
        open_item(
            company_id=actor.company_id,
            side=Side.PAYABLE,
            party_id=invoice.party_id,
            date=day,
            due_date=due,
            amount=amount,
            summary=bill.summary,
            voucher=bill.voucher,
            order=Source(invoice.order_kind, invoice.order_id or 0, invoice.order_number),
            invoice_id=invoice.pk,
            owner_id=invoice.owner_id,
        )
        for due, amount in dues
    )
    Invoice.move_to([invoice], Invoice.Status.ISSUED, issued_at=clock.now(), due_date=dues[-1][0])
    act = current_act()
    act.audit(invoice, "booked", {"status": (Invoice.Status.DRAFT, Invoice.Status.ISSUED)})
    for item in items:
        act.link(invoice, item)
    return items[-1]


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
        source=Source(invoice.order_kind, invoice.order_id or 0, invoice.order_number),
    )
    return draft
