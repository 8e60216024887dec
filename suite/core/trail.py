"""The trail of an act: its links, audit rows and events, written by one statement whatever their number."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from suite.core.models import AuditRow, DocumentLink, OutboxEvent

# A link or event that is there already was written by an earlier try of the same act.
TAILS = {DocumentLink: " ON CONFLICT DO NOTHING", OutboxEvent: " ON CONFLICT DO NOTHING", AuditRow: ""}


def write(*kinds: Sequence[models.Model]) -> None:
    """Insert rows of several tables in one round trip (data-modifying CTEs over jsonb_to_recordset)."""
    inserts, params = [], []
    for rows in kinds:
        if rows:
            model = type(rows[0])
            fields = [field for field in model._meta.concrete_fields if not field.primary_key]
            names = ", ".join(field.column for field in fields)
            types = ", ".join(f"{field.column} {field.db_type(connection)}" for field in fields)
            inserts.append(
                f"INSERT INTO {model._meta.db_table} ({names})"
                f" SELECT {names} FROM jsonb_to_recordset(%s::jsonb) AS row({types}){TAILS[model]}"
            )
            values = [{field.column: getattr(row, field.attname) for field in fields} for row in rows]
            params.append(json.dumps(values, cls=Exact))
    if inserts:
        *before, last = inserts
        ctes = ", ".join(f"w{n} AS ({insert})" for n, insert in enumerate(before))
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {ctes} {last}" if ctes else last, params)


class Exact(DjangoJSONEncoder):
    """Keeps microseconds, which Django's encoder cuts to milliseconds."""

    def default(self, o: object) -> object:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)
