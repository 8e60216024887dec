"""Suppliers' invoices: matched with what was ordered and what came, held or booked."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from erp.finance.models import Invoice, InvoiceLine
from erp.finance.services.bills import BillDraft, BillLine, Match, book_bills, draft_bills
from erp.inputs import Source
from erp.inventory.models import GoodsReceipt, GoodsReceiptLine
from erp.inventory.services.receipts import enters
from erp.inventory.services.revaluation import ValueChange, revalue
from erp.procurement.models import PurchaseOrder, PurchaseOrderLine, Supplier
from erp.procurement.services.policy import policy_of
from suite.automation.services import approvals
from suite.core import bulk, money
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.models import AuditRow
from suite.core.money import HUNDRED, ZERO, LineAmounts, line_amounts, round_money, round_quantity, spread
from suite.desk import formats
from suite.masterdata.services.units import misfit

ACCEPT, INVOICE = "erp_procurement.accept_difference", "erp_procurement.invoice_purchaseorder"


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


@dataclass(frozen=True, slots=True)
class SupplierInvoice:
    """A supplier's invoice for one purchase order, as it came."""

    order_id: int
    bills: Sequence[Bill]
    tax_number: str = ""
    date: dt.date | None = None


@service
def book_invoices(
    invoices: Sequence[SupplierInvoice],
    *,
    actor: Actor,
    hold: bool = False,
    accept_difference: bool = False,
    reason: str = "",
) -> list[Invoice]:
    """Book suppliers' invoices after matching them with orders and receipts: payable, input VAT, difference of price.

    All of them or none; a fixed number of statements for any number. Refused, by order line, where more is billed than
    came and is not billed yet, or where a price lies beyond the tolerance or the tax is another one, unless
    `accept_difference`: that is not for who ordered, while somebody else may. `hold` only writes them down, whatever
    they say; `book_held` books them later.
    """
    lines = lock_lines({each.order_id for each in invoices}, actor)
    billed = [_billed(lines, each) for each in invoices]
    if not hold:
        _refuse([each for group in billed for each in group], actor, accept_difference)
    drafts = draft_bills(
        [
            BillDraft(
                order=Source(order.kind(), order.pk, order.number),
                party_id=order.party_id,
                lines=[_bill_line(each) for each in group],
                tax_number=came.tax_number,
                date=came.date,
                note=reason,
            )
            for came, group in zip(invoices, billed, strict=True)
            for order in [group[0].line.order]
        ],
        actor=actor,
    )
    booked = dict(zip(drafts, billed, strict=True))
    if hold:
        for invoice, group in booked.items():
            current_act().audit(group[0].line.order, "invoice held", {"invoice": (None, invoice.number)})
    else:
        _book(booked, lines, actor)
    return drafts


@service
def book_held(
    *, invoice_ids: Collection[int], actor: Actor, accept_difference: bool = False, reason: str = ""
) -> list[Invoice]:
    """Book invoices that were held; they are matched again. Raises BusinessError as `book_invoices` does."""
    invoices = list(Invoice.objects.of(actor.company_id).lock(invoice_ids).prefetch_related("lines"))
    for invoice in invoices:
        invoice.demand_status(Invoice.Status.DRAFT)
    lines = lock_lines({invoice.order_id for invoice in invoices if invoice.order_kind == PurchaseOrder.kind()}, actor)
    billed = {invoice: [_held(row, lines) for row in invoice.lines.all()] for invoice in invoices}
    _refuse([each for group in billed.values() for each in group], actor, accept_difference)
    _book(billed, lines, actor)
    return invoices


Lines = dict[int | None, PurchaseOrderLine]


def lock_lines(order_ids: Collection[int | None], actor: Actor) -> Lines:
    """The lines of the orders, locked with them in key order."""
    rows = (
        PurchaseOrderLine.objects.of(actor.company_id)
        .filter(order__in=order_ids)
        .select_related("order", "product", "tax")
        .order_by("order_id", "position", "id")
        .select_for_update(of=("self", "order"))
    )
    return {row.pk: row for row in rows}


def _billed(lines: Lines, invoice: SupplierInvoice) -> list[Billed]:
    """The bill in base units and own currency. Raises BusinessError for lines of other orders and for nothing."""
    wanted = [bill for bill in invoice.bills if bill.quantity]
    if not wanted:
        raise BusinessError(Refusal("nothing_billed", _("Say what is billed")))
    named = [bill.line_id for bill in wanted if bill.line_id in lines]
    if len(set(named)) != len(wanted) or any(lines[pk].order_id != invoice.order_id for pk in named):
        raise BusinessError(Refusal("unknown_line", _("Each line must bill a line of the order, once")))
    found = []
    for bill in wanted:
        line = lines[bill.line_id]
        places = money.places_of(str(line.order.currency_id))
        amounts = line_amounts(
            quantity=bill.quantity,
            unit_price=line.unit_price if bill.unit_price is None else bill.unit_price,
            discount=line.discount,
            rate=line.tax_rate,
            included=line.order.prices_include_tax,
            digits=places,
        )
        tax = amounts.tax if bill.tax_amount is None else bill.tax_amount
        if tax != round_money(tax, places):
            sentence = _("Amounts in %(currency)s have %(places)s decimal places")
            params = {"currency": line.order.currency_id, "places": places}
            raise BusinessError(Refusal("places", sentence, params, line.position, "tax_amount"))
        net, tax = (round_money(amount * line.order.exchange_rate) for amount in (amounts.net, tax))
        base = round_quantity(bill.quantity * line.base_quantity / line.quantity)
        found.append(Billed(line, base, LineAmounts(net, tax, net + tax)))
    return found


def _held(row: InvoiceLine, lines: Lines) -> Billed:
    if row.source_line_id not in lines:
        raise BusinessError(Refusal("unknown_line", _("Each line must bill a line of the order, once")))
    return Billed(lines[row.source_line_id], row.quantity, LineAmounts(row.net, row.tax_amount, row.gross))


# Suppliers reckon the tax of a line, of a piece or of the whole invoice, and round it there: what they say of one line
# differs by some of the smallest coins of its currency from what we reckon of that line.
COINS = 5


def _odd_tax(each: Billed) -> Decimal | None:
    """What we reckon as tax of a billed line, where the invoice says another one by more than rounding.

    At most 0.05 may differ at a line in a currency of two places, five of the smallest coins in any, at the order's
    rate. Both amounts are in the company's currency.
    """
    order = each.line.order
    reckoned = round_money(each.amounts.net * each.line.tax_rate / HUNDRED)
    coin = Decimal(1).scaleb(-money.places_of(str(order.currency_id)))
    rounding = max(round_money(COINS * coin * order.exchange_rate), round_money(COINS * Decimal("0.01")))
    return reckoned if abs(each.amounts.tax - reckoned) > rounding else None


def _refuse(billed: Sequence[Billed], actor: Actor, accept_difference: bool) -> None:
    """Three-way: no more than came and is unbilled, at about the price that was ordered, with the tax of its rate."""
    tolerance = policy_of(actor.company_id).price_tolerance_percent
    refused: Refusals = {}
    differing: Refusals = {}
    unbilled = {each.line: each.line.unbilled for each in billed}
    for each in billed:
        line, left = each.line, unbilled[each.line]
        unbilled[line] -= each.quantity
        names = {"product": line.product, "billed": formats.quantity(each.quantity), "open": formats.quantity(left)}
        if each.quantity * left <= 0 or abs(each.quantity) > abs(left):
            refused[line.pk] = Refusal(
                "quantity_not_received",
                _("%(product)s: %(billed)s billed, %(open)s received and not billed yet"),
                names,
                line.position,
                "quantity",
            )
        elif abs(each.price - each.ordered_price) > each.ordered_price * tolerance / HUNDRED:
            differing[line.pk] = Refusal(
                "price_difference",
                _("%(product)s: billed at %(price)s, ordered at %(ordered)s; at most %(tolerance)s %% may differ"),
                {
                    **names,
                    "price": formats.money(each.price),
                    "ordered": formats.money(each.ordered_price),
                    "tolerance": formats.quantity(tolerance),
                },
                line.position,
                "unit_price",
            )
        elif (reckoned := _odd_tax(each)) is not None:
            params = {**names, "tax": formats.money(each.amounts.tax), "reckoned": formats.money(reckoned)}
            sentence = _("%(product)s: the invoice says %(tax)s of tax, its rate makes %(reckoned)s")
            differing[line.pk] = Refusal("tax_difference", sentence, params, line.position, "tax_amount")
        if line.pk not in refused and (odd := misfit(line.product, each.quantity, rest=left, line=line.position)):
            refused[line.pk] = odd
    if differing and not accept_difference:
        refused = differing | refused
    elif differing:
        refused |= _own_orders([each.line for each in billed if each.line.pk in differing], actor)
    if refused:
        raise BusinessError(by_key=refused)


def _own_orders(lines: Sequence[PurchaseOrderLine], actor: Actor) -> Refusals:
    """Lines whose difference the actor may not accept, who owns or placed their order; unless nobody else may."""
    if actor.user_id is None:
        return {}
    ordered: dict[int, set[int | None]] = {line.order_id: {line.order.owner_id} for line in lines}
    placed = AuditRow.objects.filter(
        company_id=actor.company_id, kind=PurchaseOrder.kind(), object_id__in=ordered, action="placed"
    )
    for order_id, user_id in placed.values_list("object_id", "actor_id"):
        ordered[order_id].add(user_id)
    own = [line for line in lines if actor.user_id in ordered[line.order_id]]
    apart = {user for line in own for user in ordered[line.order_id]}
    if not own or not approvals.others_may(actor, ACCEPT, INVOICE, apart_from=apart):
        return {}
    sentence = _("%(number)s is your own order: somebody else must accept the difference")
    return {
        line.pk: Refusal("own_order", sentence, {"number": line.order}, line.position, "unit_price") for line in own
    }


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


def _book(bills: Mapping[Invoice, Sequence[Billed]], lines: Lines, actor: Actor) -> None:
    """Match with receipts, put the differences where the goods are, book the invoices, remember what is billed."""
    parts = _match(bills, actor)
    to_stock = revalued(parts, actor)
    matches = {
        invoice: [match_of(part, to_stock.get(id(part), ZERO)) for part in of_it] for invoice, of_it in parts.items()
    }
    parties = {invoice.party_id for invoice in bills}
    terms = dict(Supplier.objects.of(actor.company_id).filter(party__in=parties).values_list("party", "term"))
    book_bills(matches, terms=terms, actor=actor)
    _remember([each for group in bills.values() for each in group], lines)
    act = current_act()
    for invoice, billed in bills.items():
        for receipt in {part.receipt.receipt for part in parts[invoice]}:
            act.link(receipt, invoice)
        act.audit(billed[0].line.order, "invoiced", {"invoice": (None, invoice.number)})
        act.announce("erp.procurement.invoice.booked", invoice, {"number": invoice.number, "gross": invoice.gross})


def match_of(part: Part, to_stock: Decimal) -> Match:
    """A part as the books need it; `to_stock` is what of its difference of price the goods in stock bear."""
    return Match(
        receipt=Source(GoodsReceipt.kind(), part.receipt.receipt_id, str(part.receipt.receipt)),
        accrued=part.accrued,
        net=part.net,
        to_stock=to_stock,
        is_service=not part.receipt.product.is_stocked,
        is_direct=part.receipt.receipt.kind_of == GoodsReceipt.Kind.DIRECT,
    )


def revalued(parts: Mapping[Invoice, Sequence[Part]], actor: Actor, *, taking_back: bool = False) -> dict[int, Decimal]:
    """Bring the stock to what was billed, or back: what of each difference the goods still there bear, by part's id."""
    sign = -1 if taking_back else 1
    differing = [
        (invoice, part)
        for invoice, of_it in parts.items()
        for part in of_it
        if part.net != part.accrued and part.quantity > 0 and enters(part.receipt)
    ]
    changes = [
        ValueChange(
            source=Source(invoice.kind(), invoice.pk, invoice.number),
            product_id=part.receipt.product_id,
            warehouse_id=part.receipt.receipt.warehouse_id,
            quantity=part.quantity,
            amount=sign * (part.net - part.accrued),
            receipt_line_id=part.receipt.pk,
        )
        for invoice, part in differing
    ]
    splits = revalue(changes, actor=actor) if changes else []
    return {id(part): sign * split.to_stock for (_invoice, part), split in zip(differing, splits, strict=True)}


def _remember(billed: Sequence[Billed], lines: Lines) -> None:
    """Count on the order lines what is billed; a credit note counts on the lines whose goods went back, too."""
    credited = {each.line.sends_back_id for each in billed if each.line.sends_back_id}
    others = credited - lines.keys()
    origins = PurchaseOrderLine.objects.filter(pk__in=others).order_by("pk").select_for_update() if others else ()
    known = lines | {row.pk: row for row in origins}
    moved = {each.line for each in billed} | {known[pk] for pk in credited}
    for each in billed:
        each.line.invoiced += each.quantity
        if each.line.sends_back_id:
            known[each.line.sends_back_id].invoiced += each.quantity
    bulk.update(sorted(moved, key=lambda line: line.pk), "invoiced")


def received(wanted: Collection[int], actor: Actor) -> dict[int | None, list[GoodsReceiptLine]]:
    """The receipt lines of order lines, locked, the oldest first."""
    receipts: dict[int | None, list[GoodsReceiptLine]] = defaultdict(list)
    rows = GoodsReceiptLine.objects.of(actor.company_id).filter(
        order_line_id__in=wanted,
        receipt__order_kind=PurchaseOrder.kind(),
        receipt__order_id__in=PurchaseOrderLine.objects.filter(pk__in=wanted).values("order"),
        receipt__status=GoodsReceipt.Status.POSTED,
    )
    for row in rows.select_related("receipt", "product").order_by("pk").select_for_update(of=("self",)):
        receipts[row.order_line_id].append(row)
    return receipts


def _match(bills: Mapping[Invoice, Sequence[Billed]], actor: Actor) -> dict[Invoice, list[Part]]:
    """The receipt lines that each bill pays for, the oldest first, with their shares of the net; marked as billed."""
    receipts = received({each.line.sends_back_id or each.line.pk for of_it in bills.values() for each in of_it}, actor)
    parts = {
        invoice: [
            part for each in billed for part in _parts_of(each, receipts[each.line.sends_back_id or each.line.pk])
        ]
        for invoice, billed in bills.items()
    }
    touched = {part.receipt.pk: part.receipt for of_it in parts.values() for part in of_it}
    bulk.update(list(touched.values()), "invoiced", "invoiced_value")
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
