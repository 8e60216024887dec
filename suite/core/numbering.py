"""Numbers of papers. Plain ones come from a SEQUENCE at INSERT (`NumberField`); legal ones are gapless, taken last."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.operations import RunSQL


def NumberSequence(prefix: str) -> RunSQL:
    """Migration operation: the SEQUENCE behind `NumberField(prefix)`; stands before the table."""
    name = f"suite_number_{prefix.lower()}"
    return RunSQL(f"CREATE SEQUENCE {name}", f"DROP SEQUENCE {name}")


def take(company_id: int, series: str, count: int = 1) -> int:
    """Take `count` numbers without gaps, return the first; the series stays locked until the commit: take them last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter (company_id, series, value) VALUES (%s, %s, %s)"
            " ON CONFLICT (company_id, series) DO UPDATE SET value = core_counter.value + EXCLUDED.value"
            " RETURNING value",
            [company_id, series, count],
        )
        return int(cursor.fetchone()[0]) - count + 1
