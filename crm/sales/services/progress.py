"""How far confirmed orders have come; told by the back wing through the corridor, set-based."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import connection

from suite.core.acts import current_act

# One statement: the lines move by what was done, the headers follow from their lines.
_MOVE_LINES = """
WITH told AS (SELECT * FROM unnest(%s::bigint[], %s::numeric[]) AS t(line_id, quantity)),
moved AS (
  UPDATE crm_sales_orderline line SET {column} = line.{column} + told.quantity
  FROM told WHERE line.id = told.line_id RETURNING line.id, line.order_id, line.{column} AS done
),
state AS (
  SELECT line.order_id,
         sum(coalesce(moved.done, line.{column})) AS done,
         bool_and(coalesce(moved.done, line.{column}) >= line.base_quantity) AS complete
  FROM crm_sales_orderline line LEFT JOIN moved ON moved.id = line.id
  WHERE line.order_id IN (SELECT order_id FROM moved) GROUP BY line.order_id
)
UPDATE crm_sales_order o
SET {progress} = CASE WHEN state.complete THEN 'done' WHEN state.done > 0 THEN 'part' ELSE 'none' END,
    updated_at = now()
FROM state WHERE o.id = state.order_id
"""


CHANGED = "crm.sales.progress"  # noted in the act: orders in memory are older than their rows


def _move_lines(column: str, progress: str, quantities: Mapping[int, Decimal]) -> None:
    if quantities:
        current_act().notes[CHANGED] = True
        with connection.cursor() as cursor:
            cursor.execute(
                _MOVE_LINES.format(column=column, progress=progress),
                [list(quantities), list(quantities.values())],
            )


def delivered(quantities: Mapping[int, Decimal]) -> None:
    """Add what was shipped (base units by order line) and bring the orders' delivery state up to date."""
    _move_lines("delivered", "delivery", quantities)


def returned(quantities: Mapping[int, Decimal]) -> None:
    """Add what came back; a return does not make an order undelivered again."""
    if quantities:
        current_act().notes[CHANGED] = True
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE crm_sales_orderline line SET returned = line.returned + told.quantity"
                " FROM unnest(%s::bigint[], %s::numeric[]) AS told(line_id, quantity) WHERE line.id = told.line_id",
                [list(quantities), list(quantities.values())],
            )


def invoiced(quantities: Mapping[int, Decimal]) -> None:
    """Add what was invoiced (base units by order line; negative for a red invoice)."""
    _move_lines("invoiced", "invoicing", quantities)


def paid(amounts: Mapping[int, Decimal], still_open: Mapping[int, Decimal]) -> None:
    """Add money that came in for orders; an order is paid when nothing of it is open any more.

    No money at all (0) for an order whose amount changed.
    """
    if amounts:
        current_act().notes[CHANGED] = True
        ids = list(amounts)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE crm_sales_order o SET paid = o.paid + told.amount, updated_at = now(),"
                " payment = CASE WHEN told.still_open <= 0 THEN 'done' WHEN o.paid + told.amount > 0 THEN 'part'"
                " ELSE 'none' END"
                " FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[]) AS told(id, amount, still_open)"
                " WHERE o.id = told.id",
                [ids, [amounts[pk] for pk in ids], [still_open.get(pk, Decimal(0)) for pk in ids]],
            )
