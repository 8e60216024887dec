"""How far confirmed orders have come; told by the back wing through the corridor, set-based."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import connection

from suite.core.acts import current_act

# One statement: the lines move by what was done, the headers follow from their lines. A return does not make an order
# undelivered again, but what came back needs no invoice, and neither does what a cancelled order gave up.
_MOVE_LINES = """
WITH told AS (SELECT * FROM unnest(%s::bigint[], %s::numeric[]) AS t(line_id, quantity)),
moved AS (
  UPDATE crm_sales_orderline line SET {column} = line.{column} + told.quantity
  FROM told WHERE line.id = told.line_id
  RETURNING line.id, line.order_id, line.delivered, line.returned, line.invoiced
),
lines AS (
  SELECT line.order_id, line.base_quantity AS ordered, coalesce(moved.delivered, line.delivered) AS delivered,
         coalesce(moved.returned, line.returned) AS returned, coalesce(moved.invoiced, line.invoiced) AS invoiced
  FROM crm_sales_orderline line LEFT JOIN moved ON moved.id = line.id
  WHERE line.order_id IN (SELECT order_id FROM moved)
),
state AS (
  SELECT order_id, sum({progress}) AS done, bool_and({progress} >= {whole}) AS complete
  FROM lines JOIN crm_sales_order o ON o.id = order_id GROUP BY order_id
)
UPDATE crm_sales_order o
SET {state} = CASE WHEN state.done <= 0 THEN 'none' WHEN state.complete THEN 'done' ELSE 'part' END, updated_at = now()
FROM state WHERE o.id = state.order_id
"""
_DELIVERY = {"progress": "delivered", "whole": "ordered", "state": "delivery"}
_INVOICING = {
    "progress": "invoiced",
    "whole": "CASE o.status WHEN 'cancelled' THEN lines.delivered ELSE ordered END - returned",
    "state": "invoicing",
}


CHANGED = "crm.sales.progress"  # noted in the act: orders in memory are older than their rows


def _move_lines(column: str, quantities: Mapping[int, Decimal], state: Mapping[str, str]) -> None:
    if quantities:
        current_act().notes[CHANGED] = True
        with connection.cursor() as cursor:
            cursor.execute(_MOVE_LINES.format(column=column, **state), [list(quantities), list(quantities.values())])


def delivered(quantities: Mapping[int, Decimal]) -> None:
    """Add what was shipped (base units by order line) and bring the orders' delivery state up to date."""
    _move_lines("delivered", quantities, _DELIVERY)


def returned(quantities: Mapping[int, Decimal]) -> None:
    """Add what came back: the orders' delivery state stays, and so much less is to be invoiced."""
    _move_lines("returned", quantities, _INVOICING)


def invoiced(quantities: Mapping[int, Decimal]) -> None:
    """Add what was invoiced (base units by order line; negative for a red invoice)."""
    _move_lines("invoiced", quantities, _INVOICING)


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
