"""Stock under lock: read in product order, changed in memory by one act, written by one statement.

The lock on the balance of a product in a warehouse guards everything about it there: what is on hand, what is reserved,
and the demands that hold or await it. The lock on its value guards the cost layers. Balances come before values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, Self

from django.db import connection
from django.db.models import F, QuerySet

from erp.inputs import Source
from erp.inventory.models import CostLayer, Demand, StockMove
from erp.inventory.services import levels
from erp.inventory.services.costing import Layer, Worth
from erp.inventory.services.ledger import Statement
from erp.inventory.services.levels import Crossing
from erp.inventory.services.wording import too_little, too_little_then
from suite.core import clock, sql
from suite.core.access import Actor
from suite.core.acts import current_act
from suite.core.errors import Refusal
from suite.core.models import Document
from suite.core.money import ZERO
from suite.core.sql import unnested
from suite.masterdata.models import Product


class Key(NamedTuple):
    """A product in a warehouse."""

    product_id: int
    warehouse_id: int


@dataclass(slots=True)
class Since:
    """The least that was there from the end of a day on (until that of the next such day), and on which day it was."""

    day: dt.date
    least: Decimal
    least_on: dt.date


@dataclass(slots=True)
class Cell:
    """On hand and reserved of a product in a warehouse; `moved` and `held` are what the act adds to them.

    `past` is filled for an act that takes goods out on days that lie back.
    """

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    moved: Decimal = ZERO
    held: Decimal = ZERO
    past: list[Since] = field(default_factory=list)

    @property
    def free(self) -> Decimal:
        return self.on_hand - self.reserved


@dataclass(slots=True)
class Change:
    """What the act adds to a demand."""

    wanted: Decimal = ZERO
    reserved: Decimal = ZERO
    shipped: Decimal = ZERO
    returned: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Loss:
    """What an order line held and holds no longer, in base units."""

    demand: Demand
    quantity: Decimal


class Paper(NamedTuple):
    """The document that moves stock, and when: booked on `date`, true since `effective_date` when that is another."""

    source: Source
    kind: str
    date: dt.date
    effective_date: dt.date | None = None


def source_of(row: Document) -> Source:
    """A paper as other areas know it."""
    return Source(row.kind(), row.pk, str(row))


@dataclass(slots=True)
class Stock:
    """Some products under lock; one act changes them here and calls `write` once."""

    actor: Actor
    cells: dict[Key, Cell] = field(default_factory=dict)
    worths: dict[int, Worth] = field(default_factory=dict)
    moves: list[StockMove] = field(default_factory=list)
    new_demands: list[Demand] = field(default_factory=list)
    changes: dict[int, Change] = field(default_factory=dict)

    @classmethod
    def lock(cls, keys: Iterable[Key], *, actor: Actor, valued: bool = True) -> Self:
        """Lock stock in product order; `valued` also locks what it is worth, which every move needs.

        Rows that are missing are made: without them a receipt and a demand that come at once would miss each other.
        """
        stock = cls(actor)
        wanted = sorted(set(keys))
        if not wanted:
            return stock
        stock._read(wanted, valued)
        missing = [key for key in wanted if key not in stock.cells or (valued and key.product_id not in stock.worths)]
        if missing:
            _make_rows(missing, actor.company_id)
            stock._read(wanted, valued)
        return stock

    def _read(self, keys: Sequence[Key], valued: bool) -> None:
        company_id, products = self.actor.company_id, sorted({key.product_id for key in keys})
        pairs, params = unnested("key", {"product_id": "bigint", "warehouse_id": "bigint"}, keys)
        statement, params = _LOCK_CELLS.format(pairs=pairs), [*params, company_id]  # type: ignore[list-item]
        if valued:
            statement = _LOCK_BOTH.format(cells=statement)
            params += [products, company_id]  # type: ignore[list-item]
        for product_id, warehouse_id, quantity, other, costing in sql.rows(statement, params):
            if warehouse_id is None:
                self.worths[product_id] = Worth(quantity, other, costing == Product.Costing.FIFO)
            else:
                self.cells[Key(product_id, warehouse_id)] = Cell(quantity, other)

    def read_layers(self) -> None:
        """Read the open layers of the FIFO products among the locked; needed before goods are taken out."""
        fifo = [product_id for product_id, worth in self.worths.items() if worth.is_fifo]
        if fifo:
            rows = CostLayer.objects.of(self.actor.company_id).filter(product__in=fifo, remaining__gt=0).order_by("id")
            for row in rows.values_list("product_id", "id", "move_id", "remaining", "remaining_value"):
                self.worths[row[0]].layers.append(Layer(*row[1:]))

    def look_back(self, leaving: Iterable[tuple[Key, dt.date]]) -> None:
        """Read what was there since the days on which goods shall leave; needed before they are taken out.

        The ledger is read by date, so what leaves must have been there on its day and ever since. Costs a statement
        only where a day lies back.
        """
        company = self.actor.company
        asked = {(*key, day) for key, day in leaving if clock.lies_back(company, day)}
        if asked:
            types = {"product_id": "bigint", "warehouse_id": "bigint", "day": "date"}
            given, params = unnested("given", types, sorted(asked))
            for product_id, warehouse_id, *since, gone in sql.rows(_LOOK_BACK.format(given=given), params):
                cell = self.cells[Key(product_id, warehouse_id)]
                day, least_on = since
                cell.past.append(Since(day, cell.on_hand - gone, least_on))

    def lack(
        self,
        product: Product,
        quantity: Decimal,
        key: Key,
        paper: Paper,
        *,
        there: Decimal,
        line: int | None,
        field: str = "quantity",
    ) -> Refusal | None:
        """Why so much cannot be taken out: it is more than is `there`, or than was on the paper's day or since."""
        if there < quantity:
            return too_little(product, wanted=quantity, free=max(ZERO, there), line=line, field=field)
        past = [since for since in self.cells[key].past if since.day >= paper.date]
        worst = min(past, key=lambda since: since.least, default=None)
        if worst and worst.least < quantity:
            least, day = max(ZERO, worst.least), worst.least_on
            return too_little_then(product, wanted=quantity, there=least, day=day, line=line, field=field)
        return None

    def hold(self, key: Key, quantity: Decimal) -> None:
        """Reserve more, or less when negative."""
        cell = self.cells[key]
        cell.reserved += quantity
        cell.held += quantity

    def change(self, demand_id: int) -> Change:
        return self.changes.setdefault(demand_id, Change())

    def bring(self, key: Key, quantity: Decimal, value: Decimal, paper: Paper, **line: Any) -> None:
        """Goods come in with their value."""
        self.worths[key.product_id].add(quantity, value)
        self._move(key, quantity, value, paper, **line)

    def take(self, key: Key, quantity: Decimal, paper: Paper, **line: Any) -> Decimal:
        """Goods go out; returns what they cost. The caller has seen to it that they are there and nobody else's."""
        cost = self.worths[key.product_id].take(quantity)
        self._move(key, -quantity, -cost, paper, **line)
        return cost

    def take_back(
        self, key: Key, move: StockMove, quantity: Decimal, value: Decimal, paper: Paper, **line: Any
    ) -> Decimal:
        """Goods of an earlier move in go out again, at their value of then as far as the stock can bear it."""
        cost = self.worths[key.product_id].take_for(quantity, value, from_move=move.pk)
        self._move(key, -quantity, -cost, paper, reverses=move, **line)
        return cost

    def shift(self, source: Key, target: Key, quantity: Decimal, value: Decimal, paper: Paper, **line: Any) -> None:
        """Goods go from one place to another: what all of them are worth, and from which receipts they are, stays."""
        self._move(source, -quantity, -value, paper, **line)
        self._move(target, quantity, value, paper, **line)

    def revalue(self, key: Key, value: Decimal, paper: Paper, *, layer: Layer | None = None) -> None:
        """Goods on hand become worth more, or less; of a FIFO product those of one layer."""
        self.worths[key.product_id].add(ZERO, value)
        if layer:
            layer.add_value(value)
        self._move(key, ZERO, value, paper)

    def _move(
        self,
        key: Key,
        quantity: Decimal,
        value: Decimal,
        paper: Paper,
        *,
        line_id: int | None = None,
        reverses: StockMove | None = None,
    ) -> None:
        cell = self.cells[key]
        cell.on_hand += quantity
        cell.moved += quantity
        for since in cell.past:
            if since.day >= paper.date:
                since.least += quantity
        self.moves.append(
            StockMove(
                company_id=self.actor.company_id,
                product_id=key.product_id,
                warehouse_id=key.warehouse_id,
                kind=paper.kind,
                posting_date=paper.date,
                effective_date=paper.effective_date,
                quantity=quantity,
                value=value,
                source_kind=paper.source.kind,
                source_id=paper.source.id,
                source_number=paper.source.number,
                source_line_id=line_id,
                reverses=reverses,
            )
        )

    def fill(self) -> None:
        """Give what is free to those who wait for it, by promised date."""
        free = [key for key, cell in self.cells.items() if cell.free > 0]
        for demand in self._demands(free, is_waiting=True).order_by(F("promised_date").asc(nulls_last=True), "id"):
            key = Key(demand.product_id, demand.warehouse_id)
            done = self.changes.get(demand.pk, Change())
            wants = demand.waiting + done.wanted - done.reserved - done.shipped
            part = min(wants, self.cells[key].free) if key in free else ZERO
            if part > 0:
                self.hold(key, part)
                self.change(demand.pk).reserved += part

    def squeeze(self) -> list[Loss]:
        """Where more is reserved than is on hand, let those wait again who were promised last, and say who they are."""
        losses = []
        over = [key for key, cell in self.cells.items() if cell.free < 0]
        holders = self._demands(over, reserved__gt=0).select_related("product__unit")
        for demand in holders.order_by(F("promised_date").desc(nulls_first=True), "-id"):
            key = Key(demand.product_id, demand.warehouse_id)
            part = min(demand.reserved, -self.cells[key].free) if key in over else ZERO
            if part > 0:
                self.hold(key, -part)
                self.change(demand.pk).reserved -= part
                losses.append(Loss(demand, part))
        return losses

    def _demands(self, keys: Collection[Key], **which: Any) -> QuerySet[Demand]:
        if not keys:
            return Demand.objects.none()
        return Demand.objects.of(self.actor.company_id).filter(
            product__in={key.product_id for key in keys}, warehouse__in={key.warehouse_id for key in keys}, **which
        )

    def write(self) -> dict[int, int]:
        """Write all changes by one statement and return the ids of new demands by order line.

        Raises Stale when the rows do not bear them: the last line of defence against overselling. The object is spent.
        """
        statement = Statement(self.actor.company_id)
        statement.cells([(*key, cell.moved, cell.held) for key, cell in self.cells.items() if cell.moved or cell.held])
        worths = [(pk, worth.moved, worth.moved_value) for pk, worth in self.worths.items()]
        statement.worths([row for row in worths if any(row[1:])])
        statement.layers(
            [layer for worth in self.worths.values() for layer in worth.layers if layer.taken or layer.taken_value]
        )
        statement.moves(self.moves, fifo=[pk for pk, worth in self.worths.items() if worth.is_fifo])
        statement.changes(self.changes)
        statement.new_demands(self.new_demands)
        written = statement.execute()
        for rule_id, product_id, warehouse_id, is_low in written.crossings:
            free = self.cells[Key(product_id, warehouse_id)].free
            current_act().collect(levels.announce, Crossing(rule_id, product_id, warehouse_id, bool(is_low), free))
        return dict(written.demands)


def _make_rows(keys: Collection[Key], company_id: int) -> None:
    pairs, params = unnested("key", {"product_id": "bigint", "warehouse_id": "bigint"}, sorted(keys))
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_ROWS.format(pairs=pairs), [*params, company_id, clock.now(), company_id])


_LOCK_CELLS = """
SELECT b.product_id, b.warehouse_id, b.on_hand, b.reserved, ''
FROM erp_inventory_stockbalance b JOIN {pairs} USING (product_id, warehouse_id)
WHERE b.company_id = %s ORDER BY b.product_id, b.warehouse_id FOR UPDATE OF b
"""

# The branches of a UNION ALL run one after the other, so all balances are locked before the first value.
_LOCK_BOTH = """
WITH cells AS ({cells}),
worths AS (
  SELECT v.product_id, NULL::bigint, v.quantity, v.value, p.costing
  FROM erp_inventory_stockvalue v JOIN masterdata_product p ON p.id = v.product_id
  WHERE v.product_id = ANY(%s) AND v.company_id = %s ORDER BY v.product_id FOR UPDATE OF v
)
SELECT * FROM cells UNION ALL SELECT * FROM worths
"""

# Before each later move so much less was there as moved from it on; the day is that of the move before it.
_LOOK_BACK = """
WITH given AS (SELECT * FROM {given}),
asked AS (SELECT *, lead(day) OVER (PARTITION BY product_id, warehouse_id ORDER BY day) AS until FROM given),
later AS (
  SELECT m.product_id, m.warehouse_id, m.posting_date, m.id,
         sum(m.quantity) OVER (backwards ORDER BY m.posting_date DESC, m.id DESC) AS gone,
         lag(m.posting_date) OVER (backwards ORDER BY m.posting_date, m.id) AS since
  FROM erp_inventory_stockmove m
  JOIN (SELECT product_id, warehouse_id, min(day) AS day FROM given GROUP BY 1, 2) first
    ON m.product_id = first.product_id AND m.warehouse_id = first.warehouse_id AND m.posting_date > first.day
  WINDOW backwards AS (PARTITION BY m.product_id, m.warehouse_id)
)
SELECT DISTINCT ON (asked.product_id, asked.warehouse_id, asked.day)
  asked.product_id, asked.warehouse_id, asked.day, greatest(asked.day, later.since), coalesce(later.gone, 0)
FROM asked LEFT JOIN later ON later.product_id = asked.product_id AND later.warehouse_id = asked.warehouse_id
  AND later.posting_date > asked.day AND (asked.until IS NULL OR later.posting_date <= asked.until)
ORDER BY asked.product_id, asked.warehouse_id, asked.day, later.gone DESC NULLS LAST, later.posting_date, later.id
"""

_MAKE_ROWS = """
WITH keys AS (SELECT * FROM {pairs}),
balances AS (
  INSERT INTO erp_inventory_stockbalance (company_id, product_id, warehouse_id, on_hand, reserved, updated_at)
  SELECT %s, product_id, warehouse_id, 0, 0, %s FROM keys ORDER BY product_id, warehouse_id ON CONFLICT DO NOTHING
)
INSERT INTO erp_inventory_stockvalue (company_id, product_id, quantity, value)
SELECT DISTINCT %s, product_id, 0, 0 FROM keys ORDER BY product_id ON CONFLICT DO NOTHING
"""
