"""Writing the same fields of many rows by one statement."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)


def update(rows: Collection[M], *names: str) -> None:
    """Write these fields of rows that the act has locked; one UPDATE FROM unnest, whatever their number."""
    if not rows:
        return
    meta = next(iter(rows))._meta
    fields = [meta.get_field(name) for name in names]
    settings = ", ".join(f"{field.column} = new.{field.column}" for field in fields)  # type: ignore[union-attr]
    columns = ", ".join(field.column for field in fields)  # type: ignore[union-attr]
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows] for field in fields]  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {meta.db_table} AS old SET {settings}"
            f" FROM unnest(%s::bigint[], {arrays}) AS new(pk, {columns}) WHERE old.id = new.pk",
            [[row.pk for row in rows], *values],
        )
