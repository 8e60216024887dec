"""Opening stock and corrections of the book after a count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from erp.finance import services as finance
from erp.finance.models import AccountRole
from erp.finance.services import StockPosting
from erp.inputs import Source
from erp.inventory.models import StockAdjustment, StockAdjustmentLine, StockMove
from erp.inventory.services import losses
from erp.inventory.services.dates import booking, demand_not_before
from erp.inventory.services.stock import Key, Paper, Stock, source_of
from erp.inventory.services.wording import demand_bookable
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import round_money
from suite.masterdata.models import Product
from suite.masterdata.services.units import misfit


@dataclass(frozen=True, slots=True)
class Difference:
    """Stock that is there beyond the book, or missing when negative, in base units.

    `unit_cost` is what a piece found is worth; without it the average counts, then the product's standard cost.
    """

    product_id: int
    quantity: Decimal
    unit_cost: Decimal | None = None


@service
def opening_stock(
    lines: Sequence[Difference],
    *,
    warehouse_id: int,
    actor: Actor,
    date: dt.date | None = None,
    reason: str = "",
    release: bool = False,
) -> StockAdjustment:
    """Bring in the stock a company starts with; waiting demands are filled. Raises BusinessError as `adjust` does."""
    kind, reason = StockAdjustment.Kind.OPENING, reason or str(_("Opening stock"))
    return _adjust(dict(enumerate(lines)), kind, warehouse_id, actor, date, reason, release)


@service
def adjust(
    lines: Sequence[Difference],
    *,
    warehouse_id: int,
    reason: str,
    actor: Actor,
    date: dt.date | None = None,
    release: bool = False,
) -> StockAdjustment:
    """Correct the book by differences, with a reason; what is missing goes out at its cost.

    When goods are missing that were reserved, those who were promised them last wait again; `lost` of the answer names
    them. Raises BusinessError that names them before, unless `release` agrees to it; when more would be missing than
    the book has; or when nobody knows what a piece found is worth.
    """
    kind = StockAdjustment.Kind.COUNT
    return _adjust(dict(enumerate(lines)), kind, warehouse_id, actor, date, reason, release)


@service
def book_count(
    counted: Mapping[int, Decimal],
    *,
    warehouse_id: int,
    reason: str,
    actor: Actor,
    date: dt.date | None = None,
    release: bool = False,
) -> StockAdjustment | None:
    """Make the book say what was counted, by product; returns None when it says so already.

    Raises BusinessError as `adjust` does; its lines count the products of `counted`.
    """
    stock = Stock.lock([Key(product_id, warehouse_id) for product_id in counted], actor=actor)
    differences = {
        place: Difference(product_id, quantity - stock.cells[Key(product_id, warehouse_id)].on_hand)
        for place, (product_id, quantity) in enumerate(counted.items())
        if quantity != stock.cells[Key(product_id, warehouse_id)].on_hand
    }
    if not differences:
        return None
    return _adjust(differences, StockAdjustment.Kind.COUNT, warehouse_id, actor, date, reason, release)


def _adjust(
    asked: Mapping[int, Difference],
    kind: str,
    warehouse_id: int,
    actor: Actor,
    date: dt.date | None,
    reason: str,
    release: bool,
) -> StockAdjustment:
    """Book differences; keys are the places at which refusals point."""
    lines = list(asked.values())
    products = Product.objects.of(actor.company_id).in_bulk([line.product_id for line in lines])
    _demand_sense(asked, products)
    when = booking(date, actor=actor, field="date")
    adjustment = StockAdjustment.objects.create(
        company=actor.company,
        owner_id=actor.user_id,
        kind_of=kind,
        warehouse_id=warehouse_id,
        date=when.date,
        reason=reason[:200],
    )
    kind_of_move = StockMove.Kind.OPENING if kind == StockAdjustment.Kind.OPENING else StockMove.Kind.ADJUSTMENT
    paper = Paper(source_of(adjustment), kind_of_move, *when)
    places = {Key(line.product_id, warehouse_id): place for place, line in asked.items()}
    stock = Stock.lock(places, actor=actor)
    missing = [Key(line.product_id, warehouse_id) for line in lines if line.quantity < 0]
    if missing:
        stock.look_back((key, when.date) for key in missing)
        stock.read_layers()
    rows = [_book(place, line, products[line.product_id], adjustment, stock, paper) for place, line in asked.items()]
    adjustment.lost = losses.squeeze(stock, places, release=release, field="difference")
    stock.fill()
    StockAdjustmentLine.objects.bulk_create(rows)
    for move, row in zip(stock.moves, rows, strict=True):
        move.source_line_id = row.pk
    stock.write()
    finance.post_stock([_posting(adjustment, row) for row in rows], posting_date=when.date, actor=actor)
    act = current_act()
    act.audit(adjustment, "posted")
    act.announce("erp.inventory.adjustment.posted", adjustment, {"number": adjustment.number})
    return adjustment


def _posting(adjustment: StockAdjustment, row: StockAdjustmentLine) -> StockPosting:
    if adjustment.kind_of == StockAdjustment.Kind.OPENING:
        role = AccountRole.Role.OPENING
    else:
        role = AccountRole.Role.STOCK_GAIN if row.difference > 0 else AccountRole.Role.STOCK_LOSS
    return StockPosting(source_of(adjustment), role, row.value)


def _demand_sense(asked: Mapping[int, Difference], products: Mapping[int, Product]) -> None:
    lines = asked.values()
    if not lines:
        raise ValidationError({"lines": _("Enter at least one line")})
    if len({line.product_id for line in lines}) != len(lines):
        raise ValidationError({"lines": _("Each product may stand there once")})
    for line in lines:
        if line.quantity == 0:
            raise ValidationError({"lines": _("A difference must not be zero")})
        if line.unit_cost is not None and line.unit_cost < 0:
            raise ValidationError({"lines": _("A cost must not be negative")})
        if not products[line.product_id].is_stocked:
            raise ValidationError({"lines": _("%(product)s is a service") % {"product": products[line.product_id]}})
    odd = [
        misfit(products[line.product_id], line.quantity, line=place, field="difference")
        for place, line in asked.items()
    ]
    if any(odd):
        raise BusinessError(*filter(None, odd))


def _book(
    index: int, line: Difference, product: Product, adjustment: StockAdjustment, stock: Stock, paper: Paper
) -> StockAdjustmentLine:
    """Move the stock of one line and return the line with what it is worth."""
    key = Key(line.product_id, adjustment.warehouse_id)
    book_quantity = stock.cells[key].on_hand
    unit_cost = line.unit_cost
    if line.quantity > 0:
        if unit_cost is None:
            unit_cost = stock.worths[key.product_id].unit_cost() or product.standard_cost or None
        if unit_cost is None:
            raise BusinessError(
                Refusal(
                    "no_cost", _("%(product)s: say what a piece is worth"), {"product": product}, index, "unit_cost"
                )
            )
        value = round_money(line.quantity * unit_cost)
        demand_bookable(value, line=index, field="difference")
        stock.bring(key, line.quantity, value, paper)
    else:
        lack = stock.lack(product, -line.quantity, key, paper, there=book_quantity, line=index, field="difference")
        if lack:
            raise BusinessError(lack)
        value = -stock.take(key, -line.quantity, paper)
    return StockAdjustmentLine(
        company_id=adjustment.company_id,
        adjustment=adjustment,
        position=index,
        product=product,
        book_quantity=book_quantity,
        difference=line.quantity,
        unit_cost=unit_cost,
        value=value,
    )


@service
def reverse_adjustment(
    adjustment: StockAdjustment, *, actor: Actor, reason: str, date: dt.date | None = None, release: bool = False
) -> StockAdjustment:
    """Take an adjustment back: what was found goes out at its value, what was missing comes back at its cost.

    Raises BusinessError when goods that were found have left the house since, or, unless `release` agrees to it, are
    reserved; `lost` of the answer names who held them.
    """
    when = booking(date, actor=actor, field="date")
    adjustment = StockAdjustment.objects.of(actor.company_id).lock([adjustment.pk]).get()
    adjustment.demand_status(StockAdjustment.Status.POSTED)
    demand_not_before(adjustment.date, adjustment, when, field="date")
    lines = list(adjustment.lines.select_related("product"))
    places = {Key(line.product_id, adjustment.warehouse_id): line.position for line in lines}
    stock = Stock.lock(places, actor=actor)
    stock.look_back((key, when.date) for key in places)
    stock.read_layers()
    moves = StockMove.objects.filter(source_kind=adjustment.kind(), source_id=adjustment.pk, reverses=None)
    move_of = {move.source_line_id: move for move in moves}
    postings: list[StockPosting] = []
    for line in lines:
        posting, move = _posting(adjustment, line), move_of[line.pk]
        paper = Paper(posting.source, move.kind, *when)
        postings.append(replace(posting, value=-line.value, is_red=True))
        postings += _undo(line, move, posting.source, stock, paper)
    adjustment.lost = losses.squeeze(stock, places, release=release)
    stock.fill()
    stock.write()
    finance.post_stock(postings, posting_date=when.date, actor=actor)
    StockAdjustment.move_to([adjustment], StockAdjustment.Status.REVERSED)
    act = current_act()
    act.audit(adjustment, "reversed", {"status": (StockAdjustment.Status.POSTED, StockAdjustment.Status.REVERSED)})
    act.announce("erp.inventory.adjustment.reversed", adjustment, {"number": adjustment.number})
    return adjustment


def _undo(line: StockAdjustmentLine, move: StockMove, source: Source, stock: Stock, paper: Paper) -> list[StockPosting]:
    """Move the goods of a line back; what the stock cannot bear of the old value is cost of sales."""
    key = Key(line.product_id, move.warehouse_id)
    if line.difference < 0:
        stock.bring(key, -line.difference, -line.value, paper, line_id=line.pk, reverses=move)
        return []
    on_hand = stock.cells[key].on_hand
    lack = stock.lack(line.product, line.difference, key, paper, there=on_hand, line=line.position)
    if lack:
        raise BusinessError(lack)
    left = stock.take_back(key, move, line.difference, line.value, paper, line_id=line.pk)
    return [StockPosting(source, AccountRole.Role.COST, line.value - left)] if left != line.value else []
