"""Freight, duty and insurance are put on the goods they were paid for, and taken off again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from erp.finance.models import AccountRole
from erp.finance.services.stock import StockPosting, post_stock
from erp.inputs import Source
from erp.inventory.models import GoodsReceipt, GoodsReceiptLine
from erp.inventory.services.dates import booking, demand_not_before
from erp.inventory.services.receipts import enters
from erp.inventory.services.revaluation import Split, ValueChange, revalue
from erp.procurement.models import LandedCost, LandedCostLine
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO, spread

Basis = LandedCost.Basis


@service
def put_on(
    *,
    receipt_ids: Collection[int],
    amount: Decimal,
    note: str,
    actor: Actor,
    basis: str = Basis.VALUE,
    product_ids: Collection[int] = (),
    date: dt.date | None = None,
    reason: str = "",
) -> LandedCost:
    """Spread an amount without tax over what came in with these receipts, or over some products of it only.

    By what the lines were worth when they came, or by their quantities, without what went back. Of n pieces of which m
    are still there, m / n goes to stock and the rest to cost of sales: Dr inventory, cost of sales / Cr purchased
    services, where the supplier's invoice for the freight put it. A fixed number of statements for any number of lines.
    Raises ValidationError for an amount that is none, BusinessError where nothing of the receipts can bear it.
    """
    if amount <= 0:
        raise ValidationError({"amount": _("Goods are charged with more than nothing")})
    when = booking(date, actor=actor, field="date")
    receipts = list(GoodsReceipt.objects.of(actor.company_id).lock(receipt_ids))
    for receipt in receipts:
        receipt.demand_status(GoodsReceipt.Status.POSTED)
        demand_not_before(receipt.received_on, receipt, when, field="date")
    lines = _bearers(receipts, product_ids)
    weights = [line.value - line.returned_value if basis == Basis.VALUE else _left(line) for line in lines]
    if not sum(weights, ZERO):
        sentence = _("Nothing of these receipts was worth anything: spread the amount by quantity")
        raise BusinessError(Refusal("nothing_bears", sentence, field="basis"))
    landed = LandedCost.objects.create(
        company=actor.company, owner_id=actor.user_id, date=when.date, basis=basis, amount=amount, note=note
    )
    shares = spread(amount, weights)
    splits = _revalued(landed, lines, shares, actor, when.date)
    LandedCostLine.objects.bulk_create(
        LandedCostLine(
            company_id=actor.company_id,
            landed_cost=landed,
            position=position,
            receipt_line=line,
            amount=share,
            to_stock=split.to_stock,
        )
        for position, (line, share, split) in enumerate(zip(lines, shares, splits, strict=True))
    )
    _post(landed, splits, when.date, actor)
    act = current_act()
    act.audit(landed, "posted")
    for receipt in receipts:
        act.link(receipt, landed)
    act.announce("erp.procurement.landedcost.posted", landed, {"number": landed.number, "amount": amount})
    return landed


@service
def take_off(landed: LandedCost, *, actor: Actor, reason: str, date: dt.date | None = None) -> LandedCost:
    """Take a landed cost back: what is still in stock is worth less again, the rest leaves the cost of sales, in red.

    Raises BusinessError when it was taken back already, or for a day before it was put on.
    """
    when = booking(date, actor=actor, field="date")
    landed = LandedCost.objects.of(actor.company_id).lock([landed.pk]).get()
    landed.demand_status(LandedCost.Status.POSTED)
    demand_not_before(landed.date, landed, when, field="date")
    rows = list(landed.lines.select_related("receipt_line__product", "receipt_line__receipt"))
    splits = _revalued(landed, [row.receipt_line for row in rows], [-row.amount for row in rows], actor, when.date)
    _post(landed, splits, when.date, actor, is_red=True)
    LandedCost.move_to([landed], LandedCost.Status.REVERSED)
    act = current_act()
    act.audit(landed, "reversed", {"status": (LandedCost.Status.POSTED, LandedCost.Status.REVERSED)})
    act.announce("erp.procurement.landedcost.reversed", landed, {"number": landed.number})
    return landed


def _bearers(receipts: Sequence[GoodsReceipt], product_ids: Collection[int]) -> list[GoodsReceiptLine]:
    """The lines that can bear a charge: goods that lie in our stock or lay there, and did not go back."""
    rows = GoodsReceiptLine.objects.filter(receipt__in=receipts).select_related("product", "receipt")
    if product_ids:
        rows = rows.filter(product__in=product_ids)
    rows = rows.order_by("receipt_id", "position", "id").select_for_update(of=("self",))
    lines = [line for line in rows if enters(line) and _left(line) > 0]
    if not lines:
        sentence = _("Of these receipts nothing came into the stock that such a cost could be put on")
        raise BusinessError(Refusal("nothing_bears", sentence, field="product" if product_ids else "receipt"))
    return lines


def _left(line: GoodsReceiptLine) -> Decimal:
    return line.quantity - line.returned


def _revalued(
    landed: LandedCost, lines: Sequence[GoodsReceiptLine], amounts: Sequence[Decimal], actor: Actor, day: dt.date
) -> list[Split]:
    source = Source(landed.kind(), landed.pk, landed.number)
    changes = [
        ValueChange(source, line.product_id, line.receipt.warehouse_id, _left(line) or line.quantity, amount, line.pk)
        for line, amount in zip(lines, amounts, strict=True)
    ]
    return revalue(changes, actor=actor, posting_date=day)


def _post(landed: LandedCost, splits: Sequence[Split], day: dt.date, actor: Actor, *, is_red: bool = False) -> None:
    """Dr inventory and cost of sales / Cr purchased services."""
    source, to_cost = Source(landed.kind(), landed.pk, landed.number), sum((split.to_cost for split in splits), ZERO)
    whole = to_cost + sum((split.to_stock for split in splits), ZERO)
    summary = landed.note
    postings = [StockPosting(source, AccountRole.Role.SERVICE_COST, whole, is_red=is_red, summary=summary)]
    if to_cost:
        postings.append(StockPosting(source, AccountRole.Role.COST, -to_cost, is_red=is_red, summary=summary))
    post_stock(postings, posting_date=day, actor=actor)
