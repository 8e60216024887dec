"""The one statement that writes stock: balances, values, layers, moves and demands stand or fall together.

Parts with no rows are left out, so that the planner is not asked about what is not done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from erp.inventory.models import Demand, StockMove
from suite.core import clock, sql
from suite.core.errors import Refusal, Stale
from suite.core.sql import unnested

if TYPE_CHECKING:
    from erp.inventory.services.costing import Layer
    from erp.inventory.services.stock import Change

QUANTITY, AMOUNT = "numeric(18, 6)", "numeric(18, 2)"


class Written(NamedTuple):
    """What the statement made: (order line, demand), and (rule, product, warehouse, is low) of levels crossed."""

    demands: list[tuple[int, int]]
    crossings: list[tuple[int, int, int, int]]


class Statement:
    """Collects the parts of one statement."""

    def __init__(self, company_id: int) -> None:
        self.company_id = company_id
        self.parts: dict[str, str] = {}
        self.params: list[Any] = []
        self.expected: dict[str, int] = {}

    def _add(self, name: str, text: str, types: Mapping[str, str], rows: Sequence[Sequence[Any]], *more: Any) -> None:
        if rows:
            given, params = unnested("given", types, rows)
            self.parts[name] = text.replace("{given}", given)
            self.params += [*params, *more]
            self.expected[name] = len(rows)

    def cells(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """(product, warehouse, on hand, reserved) to add; and the rules whose level is crossed by it."""
        types = {"product_id": "bigint", "warehouse_id": "bigint", "moved": QUANTITY, "held": QUANTITY}
        self._add("cells", _CELLS, types, rows, self.company_id, clock.now())
        if rows:
            self.parts["crossed"] = _CROSSED

    def worths(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """(product, quantity, value) to add."""
        types = {"product_id": "bigint", "moved": QUANTITY, "moved_value": AMOUNT}
        self._add("worths", _WORTHS, types, rows, self.company_id)

    def layers(self, layers: Sequence[Layer]) -> None:
        """Layers that were taken from."""
        rows = [(layer.id, layer.taken, layer.taken_value) for layer in layers]
        self._add("layers", _LAYERS, {"id": "bigint", "taken": QUANTITY, "taken_value": AMOUNT}, rows)

    def moves(self, moves: Sequence[StockMove], *, fifo: Sequence[int]) -> None:
        """Rows of the stock ledger; what comes in of the products `fifo` becomes a layer, what is shifted stays one."""
        rows = [[getattr(move, name) for name in _MOVE_COLUMNS] for move in moves]
        self._add("moves", _MOVES, _MOVE_COLUMNS, rows)
        if moves and fifo:
            self.parts["new_layers"] = _NEW_LAYERS
            self.params.append(list(fifo))

    def changes(self, changes: Mapping[int, Change]) -> None:
        """What demands want, hold, got and gave back more or less, by their id."""
        rows = [(pk, each.wanted, each.reserved, each.shipped, each.returned) for pk, each in changes.items()]
        types = {"id": "bigint"} | dict.fromkeys(("wanted", "reserved", "shipped", "returned"), QUANTITY)
        self._add("changes", _CHANGES, types, rows)

    def new_demands(self, demands: Sequence[Demand]) -> None:
        """Demands by order line; a line that has one already wants so much more."""
        rows = [[getattr(demand, name) for name in _DEMAND_COLUMNS] for demand in demands]
        self._add("demands", _DEMANDS, _DEMAND_COLUMNS, rows)

    def execute(self) -> Written:
        if not self.parts:
            return Written([], [])
        counts = ", ".join(f"(SELECT count(*) FROM {name})" for name in self.expected)
        made = "(SELECT array_agg(ARRAY[line_id, id]) FROM demands)" if "demands" in self.parts else "NULL"
        low = (
            "(SELECT array_agg(ARRAY[id, product_id, warehouse_id, is_low::int]) FROM crossed)"
            if "crossed" in self.parts
            else "NULL"
        )
        ctes = ", ".join(f"{name} AS ({text})" for name, text in self.parts.items())
        ((demands, crossings, *done),) = sql.rows(f"WITH {ctes} SELECT {made}, {low}, {counts}", self.params)
        if done != list(self.expected.values()):
            raise Stale(Refusal("stock_changed", _("The stock changed meanwhile; please try again")))
        return Written(demands or [], crossings or [])


_MOVE_COLUMNS = {
    "company_id": "bigint",
    "product_id": "bigint",
    "warehouse_id": "bigint",
    "kind": "varchar",
    "posting_date": "date",
    "effective_date": "date",
    "quantity": QUANTITY,
    "value": AMOUNT,
    "source_kind": "varchar",
    "source_id": "bigint",
    "source_line_id": "bigint",
    "source_number": "varchar",
    "reverses_id": "bigint",
    "created_at": "timestamptz",
}
_DEMAND_COLUMNS = {
    "company_id": "bigint",
    "order_kind": "varchar",
    "order_id": "bigint",
    "order_number": "varchar",
    "line_id": "bigint",
    "party_id": "bigint",
    "product_id": "bigint",
    "warehouse_id": "bigint",
    "wanted": QUANTITY,
    "reserved": QUANTITY,
    "shipped": QUANTITY,
    "returned": QUANTITY,
    "requested_date": "date",
    "promised_date": "date",
    "created_at": "timestamptz",
}

_CELLS = """
UPDATE erp_inventory_stockbalance b
SET on_hand = b.on_hand + given.moved, reserved = b.reserved + given.held, updated_at = moment
FROM {given}, (VALUES (%s::bigint, %s::timestamptz)) AS this(company, moment)
WHERE b.product_id = given.product_id AND b.warehouse_id = given.warehouse_id AND b.company_id = company
  AND b.reserved + given.held BETWEEN 0 AND b.on_hand + given.moved
RETURNING b.product_id, b.warehouse_id, b.on_hand - b.reserved AS free
"""

# The rules of a product are only changed under the lock on its balance, so their order of locking does not matter.
_CROSSED = """
UPDATE erp_inventory_stockrule r SET is_low = NOT r.is_low FROM cells
WHERE r.product_id = cells.product_id AND r.warehouse_id = cells.warehouse_id
  AND r.is_low <> (cells.free < r.reorder_point)
RETURNING r.id, r.product_id, r.warehouse_id, r.is_low
"""

_WORTHS = """
UPDATE erp_inventory_stockvalue v SET quantity = v.quantity + given.moved, value = v.value + given.moved_value
FROM {given} WHERE v.product_id = given.product_id AND v.company_id = %s RETURNING 1
"""

_LAYERS = """
UPDATE erp_inventory_costlayer l
SET remaining = l.remaining - given.taken, remaining_value = l.remaining_value - given.taken_value
FROM {given} WHERE l.id = given.id RETURNING 1
"""

_MOVES = f"""
INSERT INTO erp_inventory_stockmove ({", ".join(_MOVE_COLUMNS)}) SELECT * FROM {{given}}
RETURNING id, company_id, product_id, quantity, value, kind
"""

_NEW_LAYERS = """
INSERT INTO erp_inventory_costlayer (company_id, product_id, move_id, remaining, remaining_value)
SELECT company_id, product_id, id, quantity, value FROM moves
WHERE quantity > 0 AND kind <> 'transfer' AND product_id = ANY(%s) ORDER BY id
"""

_CHANGES = """
UPDATE erp_inventory_demand d
SET wanted = d.wanted + given.wanted, reserved = d.reserved + given.reserved,
    shipped = d.shipped + given.shipped, returned = d.returned + given.returned
FROM {given} WHERE d.id = given.id RETURNING 1
"""

_DEMANDS = f"""
INSERT INTO erp_inventory_demand ({", ".join(_DEMAND_COLUMNS)}) SELECT * FROM {{given}}
ON CONFLICT (order_kind, line_id) DO UPDATE
SET wanted = erp_inventory_demand.wanted + EXCLUDED.wanted,
    reserved = erp_inventory_demand.reserved + EXCLUDED.reserved,
    requested_date = EXCLUDED.requested_date, promised_date = EXCLUDED.promised_date
RETURNING id, line_id
"""
