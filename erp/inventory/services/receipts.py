"""Goods come in, from a supplier or otherwise; a receipt that was a mistake is reversed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from erp.finance import services as finance
from erp.finance.models import AccountRole
from erp.finance.services import Accrual, StockPosting
from erp.inputs import Source
from erp.inventory import ports
from erp.inventory.models import GoodsReceipt, GoodsReceiptLine, StockMove
from erp.inventory.services import losses
from erp.inventory.services.costing import share
from erp.inventory.services.dates import Booking, booking, demand_not_before
from erp.inventory.services.stock import Key, Loss, Paper, Stock, source_of
from erp.inventory.services.wording import demand_bookable
from suite.core import bulk
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import round_money
from suite.masterdata.models import Product
from suite.masterdata.services.units import misfit


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What came in: quantity in base units, and what all of it is worth without tax."""

    product_id: int
    quantity: Decimal
    value: Decimal
    order_line_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReceiptInput:
    """One goods receipt; `order` is the purchase order it answers. Without a supplier it is an "other receipt".

    What `is_direct` went straight to the customer: it is owed to the supplier and sold, and never was in the stock.
    """

    warehouse_id: int
    lines: Sequence[ReceiptLine]
    party_id: int | None = None
    order: Source | None = None
    reference: str = ""
    reason: str = ""
    is_direct: bool = False


def value_at(product: Product, quantity: Decimal, unit_cost: Decimal | None = None) -> Decimal:
    """What pieces that come in are worth: at a cost, or at the product's standard cost when nobody says."""
    return round_money(quantity * (product.standard_cost if unit_cost is None else unit_cost))


@service
def receive(
    receipts: Sequence[ReceiptInput], *, actor: Actor, received_on: dt.date | None = None, reason: str = ""
) -> list[GoodsReceipt]:
    """Book goods in; waiting demands are filled by promised date in the same act. Ten statements for any number.

    Goods of a supplier are owed as received and not invoiced; an other receipt is a gain of stock.
    """
    when = booking(received_on, actor=actor, field="received_on")
    wanted = {line.product_id for receipt in receipts for line in receipt.lines}
    products = Product.objects.of(actor.company_id).in_bulk(wanted)
    _demand_sense(receipts, products)
    booked = _write_receipts(receipts, products, when, actor)
    stock = Stock.lock(
        {
            Key(line.product_id, receipt.warehouse_id)
            for receipt in booked
            for line in receipt.booked_lines
            if enters(line)
        },
        actor=actor,
    )
    for receipt in booked:
        paper = Paper(source_of(receipt), StockMove.Kind.RECEIPT, *when)
        for line in receipt.booked_lines:
            if enters(line):
                key = Key(line.product_id, receipt.warehouse_id)
                stock.bring(key, line.quantity, line.value, paper, line_id=line.pk)
    stock.fill()
    stock.write()
    accrue(((source_of(receipt), line, line.value) for receipt in booked for line in receipt.booked_lines), when, actor)
    act = current_act()
    for receipt in booked:
        if receipt.order_id:
            act.link(Source(receipt.order_kind, receipt.order_id, receipt.order_number), receipt)
        act.audit(receipt, "posted")
        act.announce("erp.inventory.goods.received", receipt, {"number": receipt.number, "order": receipt.order_number})
    return booked


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Goods that went out again: the stock value that left, by receipt line, and who held them."""

    left: Mapping[int, Decimal]
    lost: Sequence[Loss]


@service
def reverse_receipt(
    receipt: GoodsReceipt, *, actor: Actor, reason: str, posting_date: dt.date | None = None, release: bool = False
) -> GoodsReceipt:
    """Take back a receipt that was booked by mistake: the goods go out again, and what was owed for them in red.

    Those to whom the goods were reserved wait again, the last promised first; `lost` of the answer names them. Raises
    BusinessError that names them before, unless `release` agrees to it, and when goods of it have left the house, went
    back or were invoiced.
    """
    when = booking(posting_date, actor=actor)
    receipt = GoodsReceipt.objects.of(actor.company_id).lock([receipt.pk]).get()
    receipt.demand_status(GoodsReceipt.Status.POSTED)
    if receipt.kind_of == GoodsReceipt.Kind.CUSTOMER_RETURN:
        raise BusinessError(Refusal("customer_return", _("Deliver the goods again instead")))
    if receipt.kind_of == GoodsReceipt.Kind.DIRECT:
        raise BusinessError(Refusal("direct", _("The goods are with the customer: take them back from there")))
    demand_not_before(receipt.received_on, receipt, when)
    lines = list(receipt.lines.select_related("product"))
    if any(line.invoiced or line.returned for line in lines):
        raise BusinessError(
            Refusal("invoiced", _("%(number)s is invoiced or returned in part: return the rest"), {"number": receipt})
        )
    source = source_of(receipt)
    quantities = {line: line.quantity for line in lines}
    given = give_back(quantities, dict.fromkeys(lines, source), when, actor, mistake=True, release=release)
    receipt.lost = given.lost
    GoodsReceipt.move_to([receipt], GoodsReceipt.Status.REVERSED)
    act = current_act()
    act.audit(receipt, "reversed", {"status": (GoodsReceipt.Status.POSTED, GoodsReceipt.Status.REVERSED)})
    act.announce("erp.inventory.goods.reversed", receipt, {"number": receipt.number, "order": receipt.order_number})
    return receipt


def give_back(
    quantities: Mapping[GoodsReceiptLine, Decimal],
    sources: Mapping[GoodsReceiptLine, Source],
    when: Booking,
    actor: Actor,
    *,
    mistake: bool,
    release: bool = False,
) -> GivenBack:
    """Goods that were received go out again.

    The supplier is owed so much less as the goods were received at; where the stock is worth something else by now, the
    difference is cost of sales. Reserved goods stay in the house unless the receipt never really happened.
    """
    lines = [line for line in quantities if line.product.is_stocked]
    keys = {Key(line.product_id, line.receipt.warehouse_id) for line in lines}
    stock = Stock.lock(keys, actor=actor)
    stock.look_back((key, when.date) for key in keys)
    stock.read_layers()
    moves = moves_in([line.pk for line in lines], {line.product_id for line in lines}, actor)
    kind = StockMove.Kind.RECEIPT if mistake else StockMove.Kind.SUPPLIER_RETURN
    values, left = {}, {}
    for index, (line, quantity) in enumerate(quantities.items()):
        done = share(line.value, line.returned + quantity, line.quantity)
        values[line.pk] = left[line.pk] = done - line.returned_value
        line.returned += quantity
        line.returned_value = done
        if line.pk in moves:
            key = Key(line.product_id, line.receipt.warehouse_id)
            cell = stock.cells[key]
            paper = Paper(sources[line], kind, *when)
            there = cell.on_hand if mistake else cell.free
            lack = stock.lack(line.product, quantity, key, paper, there=there, line=index)
            if lack:
                raise BusinessError(lack)
            left[line.pk] = stock.take_back(key, moves[line.pk], quantity, values[line.pk], paper, line_id=line.pk)
    places = {Key(line.product_id, line.receipt.warehouse_id): index for index, line in enumerate(quantities)}
    lost = losses.squeeze(stock, places, release=release)
    stock.write()
    bulk.update(list(quantities), "returned", "returned_value")
    accrue([(sources[line], line, -values[line.pk]) for line in quantities], when, actor)
    _post_differences([(sources[line], values[line.pk] - left[line.pk]) for line in quantities], when, actor)
    for kind in {line.receipt.order_kind for line in quantities}:  # type: ignore[assignment]
        by_line: dict[int, Decimal] = defaultdict(Decimal)  # an order line may have come with several receipts
        for line, quantity in quantities.items():
            if line.receipt.order_kind == kind and line.order_line_id:
                by_line[line.order_line_id] += quantity
        ports.gone_back(kind, by_line, mistake=mistake, actor=actor)
    return GivenBack(left, lost)


def accrue(parts: Iterable[tuple[Source, GoodsReceiptLine, Decimal]], when: Booking, actor: Actor) -> None:
    """Book what lines are worth, in red when negative: owed to the supplier, or a gain where there is none."""
    owed, gained = [], []
    for source, line, value in parts:
        if line.receipt.party_id:
            is_direct = line.receipt.kind_of == GoodsReceipt.Kind.DIRECT
            owed.append(Accrual(source, line.receipt.party_id, value, not line.product.is_stocked, is_direct=is_direct))
        else:
            gained.append(StockPosting(source, AccountRole.Role.STOCK_GAIN, value, is_red=value < 0))
    if owed:
        finance.accrue_receipts(owed, posting_date=when.date, actor=actor)
    if gained:
        finance.post_stock(gained, posting_date=when.date, actor=actor)


def _post_differences(parts: Iterable[tuple[Source, Decimal]], when: Booking, actor: Actor) -> None:
    postings = [StockPosting(source, AccountRole.Role.COST, value) for source, value in parts if value]
    if postings:
        finance.post_stock(postings, posting_date=when.date, actor=actor)


def moves_in(line_ids: Collection[int], product_ids: Collection[int], actor: Actor) -> dict[int | None, StockMove]:
    """The moves by which receipt lines of these products came in, by receipt line."""
    if not line_ids or not product_ids:
        return {}
    moves = StockMove.objects.of(actor.company_id).filter(
        source_kind=GoodsReceipt.kind(), source_line_id__in=line_ids, product__in=product_ids, quantity__gt=0
    )
    return {move.source_line_id: move for move in moves}


def enters(line: GoodsReceiptLine) -> bool:
    """Whether what came lies in our stock."""
    return line.product.is_stocked and line.receipt.kind_of != GoodsReceipt.Kind.DIRECT


def _kind(receipt: ReceiptInput) -> GoodsReceipt.Kind:
    if receipt.is_direct:
        return GoodsReceipt.Kind.DIRECT
    return GoodsReceipt.Kind.PURCHASE if receipt.party_id else GoodsReceipt.Kind.OTHER


def _demand_sense(receipts: Sequence[ReceiptInput], products: Mapping[int, Product]) -> None:
    for receipt in receipts:
        if not receipt.lines:
            raise ValidationError({"lines": _("Enter at least one line")})
        for index, line in enumerate(receipt.lines):
            if line.quantity <= 0:
                raise ValidationError({"quantity": _("The quantity must be above zero")})
            if line.value < 0:
                raise ValidationError({"value": _("The value must not be negative")})
            demand_bookable(line.value, line=index, field="quantity")
            product = products[line.product_id]
            odd = None if receipt.order else misfit(product, line.quantity, line=index)  # an order has said its places
            if odd:
                raise BusinessError(odd)
            if not product.is_stocked and not receipt.party_id:
                sentence = _("%(product)s is a service: there is nothing to put on stock")
                raise BusinessError(Refusal("is_service", sentence, {"product": product}, index, "product"))


def _write_receipts(
    receipts: Sequence[ReceiptInput], products: Mapping[int, Product], when: Booking, actor: Actor
) -> list[GoodsReceipt]:
    """Insert the papers, each with its lines in `booked_lines`; two statements."""
    booked = GoodsReceipt.objects.bulk_create(
        GoodsReceipt(
            company_id=actor.company_id,
            owner_id=actor.user_id,
            kind_of=_kind(receipt),
            party_id=receipt.party_id,
            warehouse_id=receipt.warehouse_id,
            order_kind=receipt.order.kind if receipt.order else "",
            order_id=receipt.order.id if receipt.order else None,
            order_number=receipt.order.number if receipt.order else "",
            received_on=when.date,
            reference=receipt.reference,
            reason=receipt.reason,
        )
        for receipt in receipts
    )
    for row, receipt in zip(booked, receipts, strict=True):
        row.booked_lines = [
            GoodsReceiptLine(
                company_id=actor.company_id,
                receipt=row,
                position=position,
                product=products[line.product_id],
                quantity=line.quantity,
                value=line.value,
                order_line_id=line.order_line_id,
            )
            for position, line in enumerate(receipt.lines)
        ]
    GoodsReceiptLine.objects.bulk_create([line for row in booked for line in row.booked_lines])
    return booked
