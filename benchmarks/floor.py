"""The SQL floor of confirming an order: the least that PostgreSQL must do, without Django.

Four shapes, all committed with the server's fsync; the first two with a fixed number of statements whatever the number
of lines:

- `batch`: order, reserved stock, reservations, journal entry with lines, receivable: the bare job;
- `full`: the rows that the product writes for the same order (delivery and its lines, deferrals, links, audit rows,
  outbox event, handoff, the answer kept for a repeated request, gapless number, monthly balances);
- `rows` and `full rows` do the same with a statement per line, as most programs do.
"""

from __future__ import annotations

import os
import random
import time
from decimal import Decimal
from typing import Any

import psycopg2
from psycopg2.extras import execute_values

SCHEMA = """
DROP SCHEMA IF EXISTS floor CASCADE;
CREATE SCHEMA floor;
SET search_path = floor;
CREATE TABLE balance (product int, warehouse int, on_hand numeric(18,6) NOT NULL,
  reserved numeric(18,6) NOT NULL DEFAULT 0,
  PRIMARY KEY (product, warehouse), CHECK (reserved <= on_hand)) WITH (fillfactor = 70);
CREATE TABLE orders (id bigserial PRIMARY KEY, customer int NOT NULL, state smallint NOT NULL,
  total numeric(18,2) NOT NULL,
  confirmed_at timestamptz) WITH (fillfactor = 80);
CREATE TABLE line (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders, product int NOT NULL,
  quantity numeric(18,6) NOT NULL, price numeric(18,6) NOT NULL);
CREATE INDEX ON line (order_id);
CREATE TABLE reservation (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders, line_id bigint NOT NULL,
  product int NOT NULL, warehouse int NOT NULL, quantity numeric(18,6) NOT NULL);
CREATE INDEX ON reservation (order_id);
CREATE INDEX ON reservation (product);
CREATE TABLE entry (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders, day date NOT NULL,
  period int NOT NULL,
  serial int, posted_at timestamptz);
CREATE TABLE entry_line (id bigserial PRIMARY KEY, entry_id bigint NOT NULL REFERENCES entry, account int NOT NULL,
  debit numeric(18,2) NOT NULL, credit numeric(18,2) NOT NULL);
CREATE INDEX ON entry_line (entry_id);
CREATE INDEX ON entry_line (account);
CREATE TABLE receivable (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders, customer int NOT NULL,
  amount numeric(18,2) NOT NULL, due date NOT NULL);
CREATE INDEX ON receivable (customer);
CREATE TABLE credit (customer int PRIMARY KEY, exposure numeric(18,2) NOT NULL DEFAULT 0) WITH (fillfactor = 70);
CREATE TABLE delivery (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders,
  number text NOT NULL);
CREATE TABLE delivery_line (id bigserial PRIMARY KEY, delivery_id bigint NOT NULL REFERENCES delivery,
  product int NOT NULL,
  quantity numeric(18,6) NOT NULL);
CREATE INDEX ON delivery_line (delivery_id);
CREATE TABLE deferral (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders,
  line_id bigint NOT NULL UNIQUE,
  quantity numeric(18,6) NOT NULL, net numeric(18,2) NOT NULL, tax numeric(18,2) NOT NULL);
CREATE TABLE link (id bigserial PRIMARY KEY, from_kind text, from_id bigint, to_kind text, to_id bigint,
  UNIQUE (from_kind, from_id, to_kind, to_id));
CREATE TABLE audit (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), kind text, object_id bigint, changes jsonb);
CREATE INDEX ON audit (kind, object_id);
CREATE TABLE outbox (id bigserial PRIMARY KEY, key text UNIQUE, payload jsonb);
CREATE TABLE handoff (id bigserial PRIMARY KEY, order_id bigint UNIQUE, papers jsonb);
CREATE TABLE answer (id bigserial PRIMARY KEY, key text UNIQUE, body jsonb);
CREATE TABLE counter (series text PRIMARY KEY, value int NOT NULL) WITH (fillfactor = 70);
CREATE TABLE month (account int, period int, debit numeric(18,2) NOT NULL, credit numeric(18,2) NOT NULL,
  PRIMARY KEY (account, period)) WITH (fillfactor = 70);
CREATE TABLE invoice (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders,
  total numeric(18,2) NOT NULL, serial int);
CREATE TABLE invoice_line (id bigserial PRIMARY KEY, invoice_id bigint NOT NULL REFERENCES invoice,
  product int NOT NULL, quantity numeric(18,6) NOT NULL, net numeric(18,2) NOT NULL, tax numeric(18,2) NOT NULL);
CREATE INDEX ON invoice_line (invoice_id);
CREATE TABLE point (product int, warehouse int, reorder_point numeric(18,6) NOT NULL, target numeric(18,6) NOT NULL,
  PRIMARY KEY (product, warehouse));
CREATE TABLE requisition (id bigserial PRIMARY KEY, product int NOT NULL, warehouse int NOT NULL,
  quantity numeric(18,6) NOT NULL);
INSERT INTO counter VALUES ('1', 0), ('2', 0);
INSERT INTO credit SELECT g FROM generate_series(1, 2000) g;
"""


ANSWER = '{"lines": [' + ", ".join(['{"quantity": "1.000000", "unit_price": "100.000000"}'] * 5) + "]}"


def connect() -> Any:
    return psycopg2.connect(os.environ["DATABASE_OWNER_URL"])


def prepare(connection: Any, *, products: int, hot: int, lines: int, orders: int) -> None:
    """Fresh tables with `orders` orders of `lines` lines over the first `hot` (or all) products."""
    cursor = connection.cursor()
    cursor.execute(SCHEMA)
    cursor.execute("INSERT INTO balance SELECT g, 1, 1e9 FROM generate_series(1, %s) g", [products])
    cursor.execute(
        "INSERT INTO orders (customer, state, total) SELECT 1 + g %% 2000, 1, 1130 FROM generate_series(1, %s) g",
        [orders],
    )
    cursor.execute(
        "INSERT INTO line (order_id, product, quantity, price)"
        " SELECT o, 1 + floor(random() * %s)::int, 1 + floor(random() * 9), 100"
        " FROM generate_series(1, %s) o, generate_series(1, %s) l",
        [hot or products, orders, lines],
    )
    cursor.execute("ANALYZE balance, orders, line")
    connection.commit()


def ids(connection: Any) -> list[int]:
    cursor = connection.cursor()
    cursor.execute("SELECT id FROM floor.orders WHERE state = 1")
    found = [row[0] for row in cursor]
    connection.commit()
    random.shuffle(found)
    return found


def confirm(connection: Any, order: int, shape: str = "batch") -> None:
    """Confirm one order in one transaction."""
    cursor = connection.cursor()
    cursor.execute("SET LOCAL search_path = floor")
    cursor.execute(
        "UPDATE orders SET state = 2, confirmed_at = now() WHERE id = %s AND state = 1 RETURNING total, customer",
        [order],
    )
    total, customer = cursor.fetchone()
    cursor.execute("SELECT id, product, quantity FROM line WHERE order_id = %s ORDER BY product, id", [order])
    lines = cursor.fetchall()
    full, by_rows = shape.startswith("full"), shape.endswith("rows")
    if full:
        _papers(cursor, order, customer, total, lines, 1 if by_rows else len(lines))
    if by_rows:
        _reserve_by_rows(cursor, order, lines)
    else:
        _reserve(cursor, order, lines)
    _entry(cursor, order, total)
    cursor.execute(
        "INSERT INTO receivable (order_id, customer, amount, due) VALUES (%s, %s, %s, current_date + 30)",
        [order, customer, total],
    )
    if full:
        _trail(cursor, order)
    connection.commit()


def _reserve(cursor: Any, order: int, lines: list[tuple[int, int, Decimal]]) -> None:
    need: dict[int, Decimal] = {}
    for _line, product, quantity in lines:
        need[product] = need.get(product, Decimal(0)) + quantity
    products = sorted(need)
    cursor.execute(
        "SELECT product FROM balance WHERE warehouse = 1 AND product = ANY(%s) ORDER BY product FOR UPDATE", [products]
    )
    cursor.execute(
        "UPDATE balance b SET reserved = reserved + v.q FROM unnest(%s::int[], %s::numeric[]) v(p, q)"
        " WHERE b.product = v.p AND b.warehouse = 1 AND on_hand - reserved >= v.q",
        [products, [need[product] for product in products]],
    )
    if cursor.rowcount != len(products):
        raise psycopg2.Error("short")
    execute_values(
        cursor,
        "INSERT INTO reservation (order_id, line_id, product, warehouse, quantity) VALUES %s",
        [(order, line, product, 1, quantity) for line, product, quantity in lines],
    )


def _reserve_by_rows(cursor: Any, order: int, lines: list[tuple[int, int, Decimal]]) -> None:
    for line, product, quantity in lines:
        cursor.execute(
            "UPDATE balance SET reserved = reserved + %s WHERE product = %s AND warehouse = 1"
            " AND on_hand - reserved >= %s",
            [quantity, product, quantity],
        )
        if cursor.rowcount != 1:
            raise psycopg2.Error("short")
        cursor.execute(
            "INSERT INTO reservation (order_id, line_id, product, warehouse, quantity) VALUES (%s, %s, %s, 1, %s)",
            [order, line, product, quantity],
        )


def _entry(cursor: Any, order: int, total: Decimal) -> None:
    cursor.execute("INSERT INTO entry (order_id, day, period) VALUES (%s, current_date, 1) RETURNING id", [order])
    (entry,) = cursor.fetchone()
    sides = [(entry, 1122, total, 0), (entry, 220302, 0, total)]
    execute_values(cursor, "INSERT INTO entry_line (entry_id, account, debit, credit) VALUES %s", sides)


def _papers(
    cursor: Any, order: int, customer: int, total: Decimal, lines: list[tuple[int, int, Decimal]], at_once: int
) -> None:
    cursor.execute("UPDATE credit SET exposure = exposure + %s WHERE customer = %s", [total, customer])
    cursor.execute("INSERT INTO delivery (order_id, number) VALUES (%s, %s) RETURNING id", [order, f"DN{order}"])
    (delivery,) = cursor.fetchone()
    execute_values(
        cursor,
        "INSERT INTO delivery_line (delivery_id, product, quantity) VALUES %s",
        [(delivery, product, quantity) for _line, product, quantity in lines],
        page_size=at_once,
    )
    execute_values(
        cursor,
        "INSERT INTO deferral (order_id, line_id, quantity, net, tax) VALUES %s",
        [(order, line, quantity, 100, 13) for line, _product, quantity in lines],
        page_size=at_once,
    )


def _trail(cursor: Any, order: int) -> None:
    cursor.execute("INSERT INTO handoff (order_id, papers) VALUES (%s, '[]')", [order])
    execute_values(
        cursor,
        "INSERT INTO link (from_kind, from_id, to_kind, to_id) VALUES %s",
        [("order", order, kind, order) for kind in ("delivery", "entry", "receivable")],
    )
    cursor.execute("INSERT INTO audit (kind, object_id, changes) VALUES ('order', %s, '{\"status\": [1, 2]}')", [order])
    cursor.execute("INSERT INTO outbox (key, payload) VALUES (%s, '{}')", [f"confirmed:{order}"])
    cursor.execute("INSERT INTO answer (key, body) VALUES (%s, %s)", [f"confirm-{order}", ANSWER])
    cursor.execute(
        "WITH n AS (UPDATE counter SET value = value + 1 WHERE series = '1' RETURNING value),"
        " flip AS (UPDATE entry SET serial = n.value, posted_at = now() FROM n WHERE order_id = %s RETURNING id)"
        " INSERT INTO month SELECT account, 1, debit, credit FROM entry_line"
        " WHERE entry_id = (SELECT id FROM entry WHERE order_id = %s) ORDER BY account"
        " ON CONFLICT (account, period) DO UPDATE SET debit = month.debit + EXCLUDED.debit,"
        " credit = month.credit + EXCLUDED.credit",
        [order, order],
    )


def voucher(connection: Any) -> None:
    """Write, number and post an entry of three lines, its balances kept; one commit."""
    cursor = connection.cursor()
    cursor.execute("SET LOCAL search_path = floor")
    cursor.execute(
        "INSERT INTO entry (order_id, day, period) SELECT id, current_date, 1 FROM orders LIMIT 1 RETURNING id"
    )
    (entry,) = cursor.fetchone()
    sides = [(entry, 1001, Decimal("100.25"), 0), (entry, 1002, 0, Decimal("60.25")), (entry, 1003, 0, 40)]
    execute_values(cursor, "INSERT INTO entry_line (entry_id, account, debit, credit) VALUES %s", sides)
    cursor.execute("INSERT INTO audit (kind, object_id, changes) VALUES ('voucher', %s, '{}')", [entry])
    _post(cursor, entry)
    connection.commit()


def _post(cursor: Any, entry: int) -> None:
    cursor.execute(
        "WITH n AS (UPDATE counter SET value = value + 1 WHERE series = '1' RETURNING value),"
        " flip AS (UPDATE entry SET serial = n.value, posted_at = now() FROM n WHERE id = %s RETURNING id)"
        " INSERT INTO month SELECT account, 1, sum(debit), sum(credit) FROM entry_line WHERE entry_id = %s"
        " GROUP BY account ORDER BY account"
        " ON CONFLICT (account, period) DO UPDATE SET debit = month.debit + EXCLUDED.debit,"
        " credit = month.credit + EXCLUDED.credit",
        [entry, entry],
    )


def chain(connection: Any, order: int) -> None:
    """The whole way of an order by plain SQL, an act after the other, each with its own commit."""
    cursor = connection.cursor()
    cursor.execute("SET LOCAL search_path = floor")
    cursor.execute("INSERT INTO orders (customer, state, total) VALUES (1, 1, 1130) RETURNING id")
    (copy,) = cursor.fetchone()
    cursor.execute(
        "INSERT INTO line (order_id, product, quantity, price) SELECT %s, product, quantity, price FROM line"
        " WHERE order_id = %s",
        [copy, order],
    )
    connection.commit()
    confirm(connection, copy, "full")
    _ship(connection, copy)
    _invoice(connection, copy)


def _ship(connection: Any, order: int) -> None:
    cursor = connection.cursor()
    cursor.execute("SET LOCAL search_path = floor")
    cursor.execute(
        "WITH gone AS (DELETE FROM reservation WHERE order_id = %s RETURNING product, warehouse, quantity),"
        " sums AS (SELECT product, warehouse, sum(quantity) AS q FROM gone GROUP BY 1, 2 ORDER BY 1)"
        " UPDATE balance b SET on_hand = on_hand - q, reserved = reserved - q FROM sums"
        " WHERE b.product = sums.product AND b.warehouse = sums.warehouse",
        [order],
    )
    cursor.execute("INSERT INTO entry (order_id, day, period) VALUES (%s, current_date, 1) RETURNING id", [order])
    (entry,) = cursor.fetchone()
    sides = [(entry, 220302, 1130, 0), (entry, 5001, 0, 1000), (entry, 22210107, 0, 130)]
    sides += [(entry, 5401, 500, 0), (entry, 1405, 0, 500)]
    execute_values(cursor, "INSERT INTO entry_line (entry_id, account, debit, credit) VALUES %s", sides)
    cursor.execute("INSERT INTO audit (kind, object_id, changes) VALUES ('delivery', %s, '{}')", [order])
    cursor.execute("INSERT INTO outbox (key, payload) VALUES (%s, '{}')", [f"shipped:{order}"])
    _post(cursor, entry)
    connection.commit()


def _invoice(connection: Any, order: int) -> None:
    cursor = connection.cursor()
    cursor.execute("SET LOCAL search_path = floor")
    cursor.execute("INSERT INTO invoice (order_id, total) VALUES (%s, 1130) RETURNING id", [order])
    (invoice,) = cursor.fetchone()
    cursor.execute(
        "INSERT INTO invoice_line (invoice_id, product, quantity, net, tax)"
        " SELECT %s, product, quantity, 100, 13 FROM line WHERE order_id = %s",
        [invoice, order],
    )
    cursor.execute("INSERT INTO audit (kind, object_id, changes) VALUES ('invoice', %s, '{}')", [invoice])
    cursor.execute("INSERT INTO outbox (key, payload) VALUES (%s, '{}')", [f"invoiced:{order}"])
    cursor.execute(
        "WITH n AS (UPDATE counter SET value = value + 1 WHERE series = '2' RETURNING value)"
        " UPDATE invoice SET serial = n.value FROM n WHERE id = %s",
        [invoice],
    )
    connection.commit()


def reorder(points: int) -> float:
    """Seconds to find so many short points and to write a requisition line with an audit row for each."""
    connection = connect()
    cursor = connection.cursor()
    cursor.execute(SCHEMA)
    cursor.execute("INSERT INTO balance SELECT g, 1, 0 FROM generate_series(1, %s) g", [points])
    cursor.execute("INSERT INTO point SELECT g, 1, 5, 20 FROM generate_series(1, %s) g", [points])
    connection.commit()
    began = time.perf_counter()
    cursor.execute(
        "WITH asked AS (INSERT INTO requisition (product, warehouse, quantity)"
        " SELECT product, warehouse, target - (on_hand - reserved)"
        " FROM point JOIN balance USING (product, warehouse) WHERE on_hand - reserved < reorder_point RETURNING id)"
        " INSERT INTO audit (kind, object_id, changes) SELECT 'requisition', id, '{}' FROM asked"
    )
    connection.commit()
    return time.perf_counter() - began
