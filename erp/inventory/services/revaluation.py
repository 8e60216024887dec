"""Stock becomes worth more or less without moving: the supplier's invoice differs, or freight is put on top."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from erp.inputs import Source
from erp.inventory.models import StockMove
from erp.inventory.services.costing import share
from erp.inventory.services.dates import late_booking
from erp.inventory.services.receipts import moves_in
from erp.inventory.services.stock import Key, Paper, Stock
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO


@dataclass(frozen=True, slots=True)
class ValueChange:
    """`amount` more (or less) for `quantity` pieces that once came in by `receipt_line_id`; `source` causes it."""

    source: Source
    product_id: int
    warehouse_id: int
    quantity: Decimal
    amount: Decimal
    receipt_line_id: int | None = None


class Split(NamedTuple):
    """Where a change of value went: to what is still in stock, and to the cost of what is gone."""

    to_stock: Decimal
    to_cost: Decimal


@service
def revalue(
    changes: Sequence[ValueChange], *, actor: Actor, posting_date: dt.date | None = None, reason: str = ""
) -> list[Split]:
    """Put changes of value on the pieces still there and say, in the same sequence, what remains as cost.

    Of n pieces of which m are still in stock, m / n of the amount goes to stock; never more than makes it worthless.
    FIFO products look at what is left of that receipt, and are refused without one. The caller books both parts; stock
    moves here.
    """
    when = late_booking(posting_date, actor=actor)
    keys = {Key(change.product_id, change.warehouse_id) for change in changes}
    stock = Stock.lock(keys, actor=actor)
    stock.read_layers()
    fifo = [pk for pk, worth in stock.worths.items() if worth.is_fifo]
    _demand_receipts(changes, fifo)
    moves = moves_in([change.receipt_line_id for change in changes if change.receipt_line_id], fifo, actor)
    splits = []
    for change in changes:
        worth = stock.worths[change.product_id]
        move = moves.get(change.receipt_line_id)
        layer = next((layer for layer in worth.layers if move and layer.move_id == move.pk), None)
        there = layer.remaining if layer else ZERO if worth.is_fifo else worth.quantity
        part = share(change.amount, min(there, change.quantity), change.quantity)
        part = max(part, -(layer.value if layer else worth.value))
        if part:
            paper = Paper(change.source, StockMove.Kind.REVALUATION, *when)
            stock.revalue(Key(change.product_id, change.warehouse_id), part, paper, layer=layer)
        splits.append(Split(part, change.amount - part))
    stock.write()
    return splits


def _demand_receipts(changes: Sequence[ValueChange], fifo: Collection[int]) -> None:
    sentence = _("Of goods valued first in, first out, say which receipt is worth another amount")
    refused = [
        Refusal("no_receipt", sentence, line=index)
        for index, change in enumerate(changes)
        if change.product_id in fifo and change.receipt_line_id is None
    ]
    if refused:
        raise BusinessError(*refused)
