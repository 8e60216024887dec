"""Goods go back: from a customer into the house, or out of the house to the supplier."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from erp.finance import services as finance
from erp.finance.services import Issue
from erp.inventory.models import Delivery, DeliveryLine, Demand, GoodsReceipt, GoodsReceiptLine, StockMove
from erp.inventory.services.costing import share
from erp.inventory.services.dates import Booking, booking, demand_not_before
from erp.inventory.services.receipts import give_back, value_at
from erp.inventory.services.stock import Key, Paper, Stock, source_of
from erp.inventory.services.warehouses import default_warehouse_id
from erp.inventory.signals import goods_returned
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.desk import formats
from suite.masterdata.models import Party, Product
from suite.masterdata.services.units import misfit

Line = TypeVar("Line", DeliveryLine, GoodsReceiptLine)
SOLD = (Delivery.Kind.SALE, Delivery.Kind.DIRECT)


@service
def return_goods(
    quantities: Mapping[int, Decimal],
    *,
    actor: Actor,
    reason: str,
    posting_date: dt.date | None = None,
    warehouse_id: int | None = None,
) -> list[GoodsReceipt]:
    """Take goods of deliveries back, by delivery line in base units; one receipt per delivery.

    They come back at the cost at which they left, into the warehouse they left unless told otherwise, and go to those
    who wait. Revenue, VAT and receivable are taken back in red. Raises BusinessError, by line id, where more would come
    back than was delivered, or before it was.
    """
    when = booking(posting_date, actor=actor)
    wanted = _positive(quantities)
    parties = Delivery.objects.of(actor.company_id).filter(lines__in=wanted).values_list("party_id", flat=True)
    finance.hold_credit(set(parties), actor=actor)
    lines = list(
        DeliveryLine.objects.of(actor.company_id)
        .filter(pk__in=wanted, delivery__status=Delivery.Status.SHIPPED, delivery__kind_of__in=SOLD)
        .select_related("delivery", "product")
        .order_by("delivery_id", "position", "id")
        .select_for_update(of=("self", "delivery"))
    )
    _demand_returnable(lines, wanted, {line.pk: line.quantity - line.returned for line in lines})
    for line in lines:
        demand_not_before(line.delivery.shipped_on, line.delivery, when)
    receipt_of = _write_receipts(lines, wanted, when, warehouse_id, actor, reason)
    receipts = list(receipt_of.values())
    _bring_back(receipts, when, actor)
    bulk.update(lines, "returned", "returned_cost")
    finance.take_back(
        [_issue(receipt, line) for receipt in receipts for line in receipt.booked_lines],
        posting_date=when.date,
        actor=actor,
    )
    act = current_act()
    for delivery, receipt in receipt_of.items():
        act.link(delivery, receipt, "return")
        act.audit(receipt, "posted")
        act.announce("erp.inventory.goods.returned", receipt, {"number": receipt.number, "order": receipt.order_number})
    goods_returned.send(sender=GoodsReceipt, receipts=receipts, actor=actor)
    return receipts


@dataclass(frozen=True, slots=True)
class Unsold:
    """Goods that a customer brings and no delivery of ours shows: quantities in base units by product."""

    party_id: int
    quantities: Mapping[int, Decimal]
    reason: str
    date: dt.date | None = None


@service
def take_in(returns: Sequence[Unsold], *, actor: Actor, reason: str = "") -> list[GoodsReceipt]:
    """Take goods back that were sold before the books began; one receipt each, at what such goods cost now.

    Their cost is taken back in red; what the customer gets for them is a credit note of finance. Services stay away.
    """
    products = Product.objects.of(actor.company_id).in_bulk({pk for each in returns for pk in each.quantities})
    _demand_goods(returns, products)
    _demand_customers({each.party_id for each in returns}, actor)
    bookings = [booking(each.date, actor=actor, field="date") for each in returns]
    warehouse_id = default_warehouse_id(actor.company_id)
    stock = Stock.lock({Key(pk, warehouse_id) for pk in products}, actor=actor)
    receipts = GoodsReceipt.objects.bulk_create(
        GoodsReceipt(
            company_id=actor.company_id,
            owner_id=actor.user_id,
            kind_of=GoodsReceipt.Kind.CUSTOMER_RETURN,
            party_id=each.party_id,
            warehouse_id=warehouse_id,
            received_on=when.date,
            reason=each.reason[:200],
        )
        for each, when in zip(returns, bookings, strict=True)
    )
    for receipt, each in zip(receipts, returns, strict=True):
        receipt.booked_lines = [
            GoodsReceiptLine(
                company_id=actor.company_id,
                receipt=receipt,
                position=position,
                product=products[pk],
                quantity=quantity,
                value=value_at(products[pk], quantity, stock.worths[pk].unit_cost()),
            )
            for position, (pk, quantity) in enumerate(each.quantities.items())
        ]
    GoodsReceiptLine.objects.bulk_create([line for receipt in receipts for line in receipt.booked_lines])
    for receipt, when in zip(receipts, bookings, strict=True):
        paper = Paper(source_of(receipt), StockMove.Kind.CUSTOMER_RETURN, *when)
        for line in receipt.booked_lines:
            stock.bring(Key(line.product_id, warehouse_id), line.quantity, line.value, paper, line_id=line.pk)
    stock.fill()
    stock.write()
    finance.take_back(
        [
            _issue(receipt, line, when.date)
            for receipt, when in zip(receipts, bookings, strict=True)
            for line in receipt.booked_lines
        ],
        posting_date=clock.today(actor.company),
        actor=actor,
    )
    for receipt in receipts:
        current_act().audit(receipt, "posted")
        current_act().announce("erp.inventory.goods.returned", receipt, {"number": receipt.number, "order": ""})
    return receipts


def _demand_goods(returns: Sequence[Unsold], products: Mapping[int, Product]) -> None:
    for each in returns:
        _positive(each.quantities)
    odd = [misfit(products[pk], quantity) for each in returns for pk, quantity in each.quantities.items()]
    if any(odd):
        raise BusinessError(*filter(None, odd))
    if any(not product.is_stocked for product in products.values()):
        raise ValidationError({"product": _("Only goods come back into stock")})


def _demand_customers(party_ids: set[int], actor: Actor) -> None:
    if Party.objects.of(actor.company_id).filter(pk__in=party_ids).count() < len(party_ids):
        raise BusinessError(Refusal("no_customer", _("Say which customer brings the goods back"), field="party"))


@service
def return_to_supplier(
    quantities: Mapping[int, Decimal], *, actor: Actor, reason: str, posting_date: dt.date | None = None
) -> list[Delivery]:
    """Send received goods back, by receipt line in base units; one delivery per receipt, shipped at once.

    They leave at the value they came in with, and the supplier is owed so much less. Raises BusinessError where more
    would go back than came, or than is free.
    """
    when = booking(posting_date, actor=actor)
    wanted = _positive(quantities)
    lines = list(
        GoodsReceiptLine.objects.of(actor.company_id)
        .filter(pk__in=wanted, receipt__status=GoodsReceipt.Status.POSTED, receipt__kind_of=GoodsReceipt.Kind.PURCHASE)
        .select_related("receipt", "product")
        .order_by("receipt_id", "position", "id")
        .select_for_update(of=("self", "receipt"))
    )
    _demand_returnable(lines, wanted, {line.pk: line.quantity - line.returned for line in lines})
    receipts = {line.receipt_id: line.receipt for line in lines}
    for receipt in receipts.values():
        demand_not_before(receipt.received_on, receipt, when)
    deliveries = Delivery.objects.bulk_create(
        Delivery(
            company_id=actor.company_id,
            owner_id=actor.user_id,
            kind_of=Delivery.Kind.SUPPLIER_RETURN,
            status=Delivery.Status.SHIPPED,
            party_id=receipt.party_id,
            warehouse_id=receipt.warehouse_id,
            order_kind=receipt.order_kind,
            order_id=receipt.order_id,
            order_number=receipt.order_number,
            shipped_on=when.date,
            note=reason,
        )
        for receipt in receipts.values()
    )
    by_receipt = dict(zip(receipts, deliveries, strict=True))
    given = give_back(
        {line: wanted[line.pk] for line in lines},
        {line: source_of(by_receipt[line.receipt_id]) for line in lines},
        when,
        actor,
        mistake=False,
    )
    DeliveryLine.objects.bulk_create(
        DeliveryLine(
            company_id=actor.company_id,
            delivery=by_receipt[line.receipt_id],
            position=line.position,
            order_line_id=line.order_line_id,
            product=line.product,
            quantity=wanted[line.pk],
            cost=given.left[line.pk],
        )
        for line in lines
    )
    act = current_act()
    for receipt_id, delivery in by_receipt.items():
        act.link(receipts[receipt_id], delivery, "return")
        act.audit(delivery, "shipped")
    return deliveries


def _positive(quantities: Mapping[int, Decimal]) -> dict[int, Decimal]:
    wanted = {pk: quantity for pk, quantity in quantities.items() if quantity}
    if not wanted or min(wanted.values()) < 0:
        raise ValidationError({"quantity": _("The quantity must be above zero")})
    return wanted


def _demand_returnable(lines: list[Line], wanted: Mapping[int, Decimal], left: Mapping[int, Decimal]) -> None:
    if len(lines) != len(wanted):
        raise BusinessError(Refusal("not_delivered", _("Only what was delivered can go back")))
    refused = {
        line.pk: Refusal(
            "more_than_delivered",
            _("%(product)s: only %(quantity)s can go back"),
            {"product": line.product, "quantity": formats.quantity(left[line.pk])},
            line=line.position,
            field="quantity",
        )
        for line in lines
        if wanted[line.pk] > left[line.pk]
    }
    for line in lines:
        odd = misfit(line.product, wanted[line.pk], rest=left[line.pk], line=line.position)
        if odd:
            refused.setdefault(line.pk, odd)
    if refused:
        raise BusinessError(by_key=refused)


def _write_receipts(
    lines: list[DeliveryLine],
    wanted: Mapping[int, Decimal],
    when: Booking,
    warehouse_id: int | None,
    actor: Actor,
    reason: str,
) -> dict[Delivery, GoodsReceipt]:
    """Insert one receipt per delivery, with its lines in `booked_lines`, and note it on the delivery lines."""
    groups: dict[Delivery, list[DeliveryLine]] = defaultdict(list)
    for line in lines:
        groups[line.delivery].append(line)
    receipts = GoodsReceipt.objects.bulk_create(
        GoodsReceipt(
            company_id=actor.company_id,
            owner_id=delivery.owner_id,
            team_id=delivery.team_id,
            kind_of=GoodsReceipt.Kind.CUSTOMER_RETURN,
            party_id=delivery.party_id,
            warehouse_id=warehouse_id or delivery.warehouse_id,
            order_kind=delivery.order_kind,
            order_id=delivery.order_id,
            order_number=delivery.order_number,
            received_on=when.date,
            reason=reason[:200],
        )
        for delivery in groups
    )
    for receipt, group in zip(receipts, groups.values(), strict=True):
        receipt.booked_lines = []
        for line in group:
            line.returned += wanted[line.pk]
            returned_cost = share(line.cost, line.returned, line.quantity)
            row = GoodsReceiptLine(
                company_id=actor.company_id,
                receipt=receipt,
                position=line.position,
                product=line.product,
                quantity=wanted[line.pk],
                value=returned_cost - line.returned_cost,
                order_line_id=line.order_line_id,
                delivery_line=line,
            )
            line.returned_cost = returned_cost
            receipt.booked_lines.append(row)
    GoodsReceiptLine.objects.bulk_create([line for receipt in receipts for line in receipt.booked_lines])
    return dict(zip(groups, receipts, strict=True))


def _bring_back(receipts: list[GoodsReceipt], when: Booking, actor: Actor) -> None:
    """The goods come into the stock and to those who wait; their demands remember that they came back."""
    rows = [(receipt, line) for receipt in receipts for line in receipt.booked_lines if line.product.is_stocked]
    stock = Stock.lock({Key(line.product_id, receipt.warehouse_id) for receipt, line in rows}, actor=actor)
    demands = Demand.objects.of(actor.company_id).filter(
        order_kind__in={receipt.order_kind for receipt in receipts},
        line_id__in={line.order_line_id for _receipt, line in rows if line.order_line_id},
    )
    by_line: dict[tuple[str, int | None], Demand] = {(row.order_kind, row.line_id): row for row in demands}
    for receipt, line in rows:
        paper = Paper(source_of(receipt), StockMove.Kind.CUSTOMER_RETURN, *when)
        stock.bring(Key(line.product_id, receipt.warehouse_id), line.quantity, line.value, paper, line_id=line.pk)
        demand = by_line.get((receipt.order_kind, line.order_line_id))
        if demand:
            stock.change(demand.pk).returned += line.quantity
    stock.fill()
    stock.write()


def _issue(receipt: GoodsReceipt, line: GoodsReceiptLine, day: dt.date | None = None) -> Issue:
    if receipt.party_id is None:
        raise BusinessError(Refusal("no_customer", _("Say which customer brings the goods back"), field="party"))
    return Issue(
        source=source_of(receipt),
        order=receipt.order,
        party_id=receipt.party_id,
        line_id=line.order_line_id,
        product_id=line.product_id,
        quantity=line.quantity,
        cost=line.value,
        is_service=not line.product.is_stocked,
        date=day,
    )
