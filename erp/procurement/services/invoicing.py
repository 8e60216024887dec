"""Suppliers' invoices: matched with what was ordered and what came, held or booked."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from erp.finance.models import Invoice
from erp.finance.services.bills import BillLine, Match, book_bill, draft_bill
from erp.inputs import Source
from erp.inventory.models import GoodsReceipt, GoodsReceiptLine
from erp.inventory.services.receipts import enters
from erp.inventory.services.revaluation import ValueChange, revalue
from erp.procurement.models import PurchaseOrder, PurchaseOrderLine, Supplier
from erp.procurement.services.policy import policy_of
from erp.procurement.services.receiving import plain
from suite.core import bulk
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.money import HUNDRED, ZERO, LineAmounts, line_amounts, round_money, round_quantity, spread


@dataclass(frozen=True, slots=True)
class Bill:
    """A line of the supplier's invoice: quantity in the unit of the order line, price as the order counts it.

    Negative quantities are a credit note. `unit_price` None is the order's price; `tax_amount` is what the invoice says
    where it differs by cents from what we reckon.
    """

    line_id: int
    quantity: Decimal
    unit_price: Decimal | None = None
    tax_amount: Decimal | None = None


@dataclass(slots=True)
class Billed:
    """A billed order line in base units and the company's currency."""

    line: PurchaseOrderLine
    quantity: Decimal
    amounts: LineAmounts

    @property
    def ordered_price(self) -> Decimal:
        """Net of a base unit as ordered."""
        return self.line.net * self.line.order.exchange_rate / self.line.base_quantity

    @property
    def price(self) -> Decimal:
        return self.amounts.net / self.quantity


@service
def book_invoice(
    *,
    order_id: int,
    bills: Sequence[Bill],
    actor: Actor,
    tax_number: str = "",
    date: dt.date | None = None,
    hold: bool = False,
    accept_difference: bool = False,
    reason: str = "",
) -> Invoice:
    """Book a supplier's invoice after matching it with order and receipts: payable, input VAT, difference of price.

    Refused where more is billed than came and is not billed yet, or where a price lies beyond the tolerance, unless
    `accept_difference`. `hold` only writes it down, whatever it says; `book_held` books it later.
    """
    lines = _lock(order_id, actor)
    billed = _billed(lines, bills)
    if not hold:
        _refuse(billed, actor, accept_difference)
    order = billed[0].line.order
    invoice = draft_bill(
        order=Source(order.kind(), order.pk, order.number),
        party_id=order.party_id,
        lines=[_bill_line(each) for each in billed],
        tax_number=tax_number,
        date=date,
        actor=actor,
        note=reason,
    )
    if hold:
        current_act().audit(order, "invoice held", {"invoice": (None, invoice.number)})
    else:
        _book(invoice, billed, actor)
    return invoice


@service
def book_held(*, invoice_id: int, actor: Actor, accept_difference: bool = False, reason: str = "") -> Invoice:
    """Book an invoice that was held; it is matched again. Raises BusinessError as `book_invoice` does."""
    invoice = Invoice.objects.of(actor.company_id).lock([invoice_id]).get()
    invoice.demand_status(Invoice.Status.DRAFT)
    lines = _lock(invoice.order_id or 0, actor)
    billed = [
        Billed(lines[row.source_line_id or 0], row.quantity, LineAmounts(row.net, row.tax_amount, row.gross))
        for row in invoice.lines.all()
    ]
    _refuse(billed, actor, accept_difference)
    _book(invoice, billed, actor)
    return invoice


def _lock(order_id: int, actor: Actor) -> dict[int, PurchaseOrderLine]:
    """The lines of the order, locked with it."""
    rows = (
        PurchaseOrderLine.objects.of(actor.company_id)
        .filter(order=order_id)
        .select_related("order", "product", "tax")
        .order_by("position", "id")
        .select_for_update(of=("self", "order"))
    )
    return {row.pk: row for row in rows}


def _billed(lines: Mapping[int, PurchaseOrderLine], bills: Sequence[Bill]) -> list[Billed]:
    """The bill in base units and own currency. Raises BusinessError for lines of other orders and for nothing."""
    wanted = [bill for bill in bills if bill.quantity]
    if (
        not wanted
        or any(bill.line_id not in lines for bill in wanted)
        or len({b.line_id for b in wanted}) != len(wanted)
    ):
        raise BusinessError(Refusal("unknown_line", _("Each line must bill a line of the order, once")))
    found = []
    for bill in wanted:
        line = lines[bill.line_id]
        amounts = line_amounts(
            quantity=bill.quantity,
            unit_price=line.unit_price if bill.unit_price is None else bill.unit_price,
            discount=line.discount,
            rate=line.tax_rate,
            included=line.order.prices_include_tax,
        )
        tax = amounts.tax if bill.tax_amount is None else bill.tax_amount
        net, tax = (round_money(amount * line.order.exchange_rate) for amount in (amounts.net, tax))
        base = round_quantity(bill.quantity * line.base_quantity / line.quantity)
        found.append(Billed(line, base, LineAmounts(net, tax, net + tax)))
    return found


def _refuse(billed: Sequence[Billed], actor: Actor, accept_difference: bool) -> None:
    """Three-way: no more than came and is unbilled, at about the price that was ordered."""
    tolerance = policy_of(actor.company_id).price_tolerance_percent
    refused: Refusals = {}
    for each in billed:
        line = each.line
        names = {"product": line.product, "billed": plain(each.quantity), "open": plain(line.unbilled)}
        if each.quantity * line.unbilled <= 0 or abs(each.quantity) > abs(line.unbilled):
            refused[line.pk] = Refusal(
                "quantity_not_received",
                _("%(product)s: %(billed)s billed, %(open)s received and not billed yet"),
                names,
                line.position,
                "quantity",
            )
        elif not accept_difference and abs(each.price - each.ordered_price) > each.ordered_price * tolerance / HUNDRED:
            refused[line.pk] = Refusal(
                "price_difference",
                _("%(product)s: billed at %(price)s, ordered at %(ordered)s; at most %(tolerance)s %% may differ"),
                {
                    **names,
                    "price": f"{each.price:,.2f}",
                    "ordered": f"{each.ordered_price:,.2f}",
                    "tolerance": plain(tolerance),
                },
                line.position,
                "unit_price",
            )
    if refused:
        raise BusinessError(by_key=refused)


def _bill_line(each: Billed) -> BillLine:
    return BillLine(
        product=each.line.product,
        quantity=each.quantity,
        unit_price=round_quantity(each.price),
        tax=each.line.tax,
        amounts=each.amounts,
        source_line_id=each.line.pk,
        description=each.line.description,
    )


@dataclass(slots=True)
class Part:
    """So much of a receipt line is billed at `net`; `accrued` is what it was expected to cost."""

    receipt: GoodsReceiptLine
    quantity: Decimal
    accrued: Decimal
    net: Decimal = ZERO


def _book(invoice: Invoice, billed: Sequence[Billed], actor: Actor) -> None:
    """Match with receipts, put the difference where the goods are, book the invoice, remember what is billed."""
    parts = _match(billed, actor)
    source = Source(invoice.kind(), invoice.pk, invoice.number)
    differing = [part for part in parts if part.net != part.accrued and part.quantity > 0 and enters(part.receipt)]
    changes = [
        ValueChange(
            source, part.receipt.product_id, part.receipt.receipt.warehouse_id, part.quantity, part.net - part.accrued,
            part.receipt.pk,
        )
        for part in differing
    ]  # fmt: skip
    splits = revalue(changes, actor=actor) if changes else []
    to_stock = {id(part): split.to_stock for part, split in zip(differing, splits, strict=True)}
    matches = [
        Match(
            receipt=Source(GoodsReceipt.kind(), part.receipt.receipt_id, str(part.receipt.receipt)),
            accrued=part.accrued,
            net=part.net,
            to_stock=to_stock.get(id(part), ZERO),
            is_service=not part.receipt.product.is_stocked,
            is_direct=part.receipt.receipt.kind_of == GoodsReceipt.Kind.DIRECT,
        )
        for part in parts
    ]
    term = Supplier.objects.of(actor.company_id).filter(party=invoice.party_id).values_list("term", flat=True).first()
    book_bill(invoice=invoice, matches=matches, term_id=term, actor=actor)
    for each in billed:
        each.line.invoiced += each.quantity
    origins = _origins(billed)
    bulk.update([*(each.line for each in billed), *origins], "invoiced")
    act = current_act()
    for receipt in {part.receipt.receipt_id: part.receipt.receipt for part in parts}.values():
        act.link(receipt, invoice)
    act.audit(billed[0].line.order, "invoiced", {"invoice": (None, invoice.number)})
    act.announce("erp.procurement.invoice.booked", invoice, {"number": invoice.number, "gross": invoice.gross})


def _origins(billed: Sequence[Billed]) -> list[PurchaseOrderLine]:
    """The earlier lines whose goods the negative lines sent back: the credit note is theirs, too."""
    given = {each.line.sends_back_id: each.quantity for each in billed if each.line.sends_back_id}
    if not given:
        return []
    origins = list(PurchaseOrderLine.objects.filter(pk__in=given).order_by("pk").select_for_update())
    for origin in origins:
        origin.invoiced += given[origin.pk]
    return origins


def _match(billed: Sequence[Billed], actor: Actor) -> list[Part]:
    """The receipt lines that the bill pays for, the oldest first, each with its share of the net; marked as billed."""
    receipts: dict[int, list[GoodsReceiptLine]] = defaultdict(list)
    wanted = {each.line.sends_back_id or each.line.pk for each in billed}
    rows = GoodsReceiptLine.objects.of(actor.company_id).filter(
        order_line_id__in=wanted,
        receipt__order_kind=PurchaseOrder.kind(),
        receipt__order_id__in=PurchaseOrderLine.objects.filter(pk__in=wanted).values("order"),
        receipt__status=GoodsReceipt.Status.POSTED,
    )
    for row in rows.select_related("receipt", "product").order_by("pk").select_for_update(of=("self",)):
        receipts[row.order_line_id or 0].append(row)
    parts = [part for each in billed for part in _parts_of(each, receipts[each.line.sends_back_id or each.line.pk])]
    bulk.update(list({part.receipt.pk: part.receipt for part in parts}.values()), "invoiced", "invoiced_value")
    return parts


def _parts_of(each: Billed, receipts: Sequence[GoodsReceiptLine]) -> list[Part]:
    sign, left, parts = (1 if each.quantity > 0 else -1), abs(each.quantity), []
    for row in receipts:
        unbilled = row.quantity - row.returned - row.invoiced
        taken = min(left, unbilled * sign)
        if taken <= 0:
            continue
        value = row.value - row.returned_value - row.invoiced_value
        accrued = value if taken == unbilled * sign else round_money(value * taken / abs(unbilled))
        row.invoiced += taken * sign
        row.invoiced_value += accrued
        left -= taken
        parts.append(Part(row, taken * sign, accrued))
    # Sent back before it was billed: the credit note comes first, and the bill will be for all that came.
    for row in receipts if left and each.line.sends_back_id else ():
        taken = min(left, row.returned + row.invoiced)
        if taken > 0:
            accrued = -round_money(row.value * taken / row.quantity)
            row.invoiced -= taken
            row.invoiced_value += accrued
            left -= taken
            parts.append(Part(row, -taken, accrued))
    if left:
        raise BusinessError(Refusal("quantity_not_received", _("More is billed than the receipts say")))
    for part, net in zip(parts, spread(each.amounts.net, [abs(part.quantity) for part in parts]), strict=True):
        part.net = net
    return parts
