"""Goods go from one warehouse to another: shipped, on the way, received; or at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from erp.finance import services as finance
from erp.finance.models import AccountRole
from erp.finance.services import StockPosting
from erp.inventory.models import StockMove, StockTransfer, StockTransferLine
from erp.inventory.services.costing import share
from erp.inventory.services.dates import booking
from erp.inventory.services.stock import Key, Paper, Stock, source_of
from erp.inventory.services.warehouses import transit_warehouse_id
from suite.core import bulk
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.money import ZERO
from suite.masterdata.models import Product
from suite.masterdata.services.units import misfit

Status = StockTransfer.Status


@dataclass(frozen=True, slots=True)
class TransferLine:
    """So much of a product, in base units."""

    product_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class TransferDraft:
    """A transfer as somebody wants it."""

    source_id: int
    target_id: int
    lines: Sequence[TransferLine]
    expected_date: dt.date | None = None
    note: str = ""


@service
def create_transfers(drafts: Sequence[TransferDraft], *, actor: Actor, reason: str = "") -> list[StockTransfer]:
    """Write drafts, by a fixed number of statements; nothing moves yet. Raises BusinessError for a bad line."""
    wrong = check_transfers(drafts, actor=actor)
    if wrong:
        raise BusinessError(*next(iter(wrong.values())))
    transfers = StockTransfer.objects.bulk_create(
        StockTransfer(
            company=actor.company,
            owner_id=actor.user_id,
            source_id=draft.source_id,
            target_id=draft.target_id,
            expected_date=draft.expected_date,
            note=draft.note[:200],
        )
        for draft in drafts
    )
    rows = [row for transfer, draft in zip(transfers, drafts, strict=True) for row in _lines_of(transfer, draft.lines)]
    StockTransferLine.objects.bulk_create(rows)
    for transfer in transfers:
        current_act().audit(transfer, "created")
    return transfers


def check_transfers(drafts: Sequence[TransferDraft], *, actor: Actor) -> dict[int, list[Refusal]]:
    """What speaks against each draft, by its index; one statement, writes nothing."""
    wanted = {line.product_id for draft in drafts for line in draft.lines}
    products = Product.objects.of(actor.company_id).in_bulk(wanted)
    found = {index: [*_refusals(draft, products)] for index, draft in enumerate(drafts)}
    return {index: refusals for index, refusals in found.items() if refusals}


def _refusals(draft: TransferDraft, products: Mapping[int, Product]) -> Iterable[Refusal]:
    if draft.source_id == draft.target_id:
        yield Refusal("same_warehouse", _("Goods go to another warehouse"), field="target")
    if not draft.lines:
        yield Refusal("no_lines", _("Enter at least one line"))
    seen: set[int] = set()
    for index, line in enumerate(draft.lines):
        product = products[line.product_id]
        if not product.is_stocked:
            yield Refusal("is_service", _("%(product)s is a service"), {"product": product}, index, "product")
        if line.product_id in seen:
            yield Refusal("twice", _("Each product may stand there once"), line=index, field="product")
        if line.quantity <= 0:
            yield Refusal("quantity", _("The quantity must be above zero"), line=index, field="quantity")
        elif odd := misfit(product, line.quantity, line=index):
            yield odd
        seen.add(line.product_id)


def _lines_of(transfer: StockTransfer, lines: Sequence[TransferLine]) -> list[StockTransferLine]:
    return [
        StockTransferLine(
            company_id=transfer.company_id,
            transfer=transfer,
            position=position,
            product_id=line.product_id,
            quantity=line.quantity,
        )
        for position, line in enumerate(lines)
    ]


@service
def change_transfer(
    transfer: StockTransfer,
    *,
    actor: Actor,
    lines: Sequence[TransferLine] | None = None,
    version: int | None = None,
    reason: str = "",
    **fields: Any,
) -> StockTransfer:
    """Change a draft: fields as given; `lines`, where given, replace the present ones. Raises as `create_transfers`."""
    (transfer,) = _locked([transfer], actor)
    transfer.demand_version(version)
    transfer.demand_status(Status.DRAFT)
    present = [TransferLine(line.product_id, line.quantity) for line in transfer.lines.all()]
    source_id = fields.get("source_id", transfer.source_id)
    draft = TransferDraft(source_id, fields.get("target_id", transfer.target_id), present if lines is None else lines)
    for wrong in check_transfers([draft], actor=actor).values():
        raise BusinessError(*wrong)
    if lines is not None and list(lines) != present:
        transfer.lines.all().delete()
        StockTransferLine.objects.bulk_create(_lines_of(transfer, lines))
        current_act().audit(transfer, "changed", {"lines": (len(present), len(lines))})
    save_changes(transfer, fields)
    return transfer


@service
def cancel_transfers(transfers: Collection[StockTransfer], *, actor: Actor, reason: str = "") -> list[StockTransfer]:
    """Give drafts up. Raises BusinessError for what has left already."""
    rows = _locked(transfers, actor)
    StockTransfer.move_to(rows, Status.CANCELLED)
    for transfer in rows:
        current_act().audit(transfer, "cancelled", {"status": (Status.DRAFT, Status.CANCELLED)})
    return rows


@service
def ship_transfers(
    transfers: Collection[StockTransfer],
    *,
    actor: Actor,
    posting_date: dt.date | None = None,
    at_once: bool = False,
    reason: str = "",
) -> list[StockTransfer]:
    """Goods leave; until they arrive they are on the way. With `at_once` they arrive in the same act.

    Only what is free leaves, reserved goods stay; what arrives goes to those who wait for it there. What goods are
    worth in the company stays as it is: no voucher. A fixed number of statements. Raises BusinessError, by transfer,
    where goods are lacking or were on that day.
    """
    when = booking(posting_date, actor=actor)
    rows = _locked(transfers, actor)
    for transfer in rows:
        transfer.demand_status(Status.DRAFT)
    lines = _lines(rows)
    halt = None if at_once else transit_warehouse_id(actor.company_id)
    ways = {
        line.pk: (Key(line.product_id, transfer.source_id), Key(line.product_id, halt or transfer.target_id))
        for transfer in rows
        for line in lines[transfer.pk]
    }
    stock = _lock(ways.values(), when.date, actor)
    refused: Refusals = {}
    for transfer in rows:
        paper = Paper(source_of(transfer), StockMove.Kind.TRANSFER, *when)
        for line in lines[transfer.pk]:
            key, target = ways[line.pk]
            free = stock.cells[key].free
            lack = stock.lack(line.product, line.quantity, key, paper, there=free, line=line.position)
            if lack:
                refused.setdefault(transfer.pk, lack)
                continue
            worth = stock.worths[line.product_id]
            line.value = share(worth.value, line.quantity, worth.quantity)
            stock.shift(key, target, line.quantity, line.value, paper, line_id=line.pk)
            line.received, line.under_way = (line.quantity, ZERO) if at_once else (ZERO, line.quantity)
    if refused:
        raise BusinessError(by_key=refused)
    stock.fill()
    stock.write()
    bulk.update([line for each in lines.values() for line in each], "value", "received", "under_way")
    arrived = {"received_on": when.day} if at_once else {}
    StockTransfer.move_to(rows, Status.RECEIVED if at_once else Status.SHIPPED, shipped_on=when.day, **arrived)
    _tell(rows, "received" if at_once else "shipped", Status.DRAFT)
    return rows


@service
def receive_transfers(
    transfers: Collection[StockTransfer],
    *,
    actor: Actor,
    quantities: Mapping[int, Decimal] | None = None,
    rest_is_lost: bool = False,
    posting_date: dt.date | None = None,
    reason: str = "",
) -> list[StockTransfer]:
    """Goods arrive, and go to those who wait for them there.

    `quantities` by line are what arrives now (lines not named: nothing); the rest stays on the way, unless
    `rest_is_lost`: then it is a shortage at its cost. Without `quantities` everything arrives. Raises BusinessError for
    what is not on the way, for more than is, and for a day before it left.
    """
    when = booking(posting_date, actor=actor)
    rows = _locked(transfers, actor)
    for transfer in rows:
        transfer.demand_status(Status.SHIPPED)
        if transfer.shipped_on and when.day < transfer.shipped_on:
            sentence = _("%(number)s left on %(day)s: it arrives then or later")
            names = {"number": transfer, "day": transfer.shipped_on}
            raise BusinessError(Refusal("before_it_left", sentence, names, field="posting_date"))
    lines, halt = _lines(rows), transit_warehouse_id(actor.company_id)
    arriving = _arriving(lines, quantities)
    if not rest_is_lost and not any(arriving.values()):
        raise ValidationError({"lines": _("Say how much of which line")})
    ways = {
        line.pk: (Key(line.product_id, halt), Key(line.product_id, transfer.target_id))
        for transfer in rows
        for line in lines[transfer.pk]
    }
    stock = _lock(ways.values(), when.date, actor)
    postings: list[StockPosting] = []
    for transfer in rows:
        source = source_of(transfer)
        for line in lines[transfer.pk]:
            (key, target), quantity = ways[line.pk], arriving[line.pk]
            before = line.quantity - line.under_way
            if quantity:
                done = share(line.value, before + quantity, line.quantity)
                value = done - (share(line.value, before, line.quantity) if before else ZERO)
                paper = Paper(source, StockMove.Kind.TRANSFER, *when)
                stock.shift(key, target, quantity, value, paper, line_id=line.pk)
                line.received += quantity
                line.under_way -= quantity
            if rest_is_lost and line.under_way:
                paper = Paper(source, StockMove.Kind.ADJUSTMENT, *when)
                cost = stock.take(key, line.under_way, paper, line_id=line.pk)
                postings.append(StockPosting(source, AccountRole.Role.STOCK_LOSS, -cost))
                line.lost, line.under_way = line.lost + line.under_way, ZERO
    stock.fill()
    stock.write()
    bulk.update([line for each in lines.values() for line in each], "received", "under_way", "lost")
    if postings:
        finance.post_stock(postings, posting_date=when.date, actor=actor)
    whole = [transfer for transfer in rows if not any(line.under_way for line in lines[transfer.pk])]
    StockTransfer.move_to(whole, Status.RECEIVED, received_on=when.day)
    _tell(rows, "received", Status.SHIPPED)
    return rows


def _locked(transfers: Collection[StockTransfer], actor: Actor) -> list[StockTransfer]:
    return list(StockTransfer.objects.of(actor.company_id).lock([transfer.pk for transfer in transfers]))


def _lines(transfers: Sequence[StockTransfer]) -> dict[int, list[StockTransferLine]]:
    found: dict[int, list[StockTransferLine]] = {transfer.pk: [] for transfer in transfers}
    rows = StockTransferLine.objects.filter(transfer__in=found).select_related("product")
    for line in rows.order_by("transfer_id", "position", "id"):
        found[line.transfer_id].append(line)
    return found


def _lock(ways: Collection[tuple[Key, Key]], day: dt.date, actor: Actor) -> Stock:
    """The stock of what goes from a place to another, as it is and as it was on the day."""
    stock = Stock.lock({key for way in ways for key in way}, actor=actor)
    stock.look_back((leaving, day) for leaving, _arriving in ways)
    stock.read_layers()
    return stock


def _arriving(
    lines: Mapping[int, Sequence[StockTransferLine]], quantities: Mapping[int, Decimal] | None
) -> dict[int, Decimal]:
    """How much of each line arrives now. Raises BusinessError at a line of which not so much is on the way."""
    found: dict[int, Decimal] = {}
    wrong: list[Refusal] = []
    for line in (line for each in lines.values() for line in each):
        quantity = line.under_way if quantities is None else quantities.get(line.pk, ZERO)
        sentence = _("%(product)s: %(quantity)s of it are on the way")
        names = {"product": line.product, "quantity": f"{line.under_way.normalize():f}"}
        if not ZERO <= quantity <= line.under_way:
            wrong.append(Refusal("not_on_the_way", sentence, names, line.position, "quantity"))
        elif odd := misfit(line.product, quantity, rest=line.under_way, line=line.position):
            wrong.append(odd)
        found[line.pk] = quantity
    if wrong:
        raise BusinessError(*wrong)
    return found


def _tell(transfers: Sequence[StockTransfer], what: str, before: str) -> None:
    act = current_act()
    for transfer in transfers:
        act.audit(transfer, what, {"status": (before, transfer.status)} if before != transfer.status else {})
        act.announce(f"erp.inventory.transfer.{what}", transfer, {"number": transfer.number})
