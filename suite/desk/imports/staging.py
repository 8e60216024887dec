"""Rows into tables by COPY: the quickest way of many rows into a temporary table to work on, or to where they stay."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})


def copied(table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> int:
    """Make the temporary table `table` with these columns (name -> SQL type) and copy rows into it; says how many.

    The table has a column `place` counting from 0, and is gone at the end of the transaction. Statistics are taken, so
    that the statements that follow are planned well.
    """
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {table} (place integer, {typed}) ON COMMIT DROP")
        count = into(table, ["place", *columns], ((place, *row) for place, row in enumerate(rows)))
        cursor.execute(f"ANALYZE {table}")
    return count


def into(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Copy rows into a table and say how many; nothing but its constraints judges them, so judge them before."""
    lines = ["\t".join(map(_cell, row)) for row in rows]
    text = io.StringIO("\n".join((*lines, "")))
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)
    return len(lines)


def _cell(value: Any) -> str:
    if type(value) is str and value.isprintable() and "\\" not in value:
        return value
    if value is None:
        return "\\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    return str(value).translate(ESCAPES)
