"""The trail of an act: its links, audit rows, events and what else it keeps, written by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from suite.core import bulk, sql
from suite.core.models import DocumentLink, OutboxEvent

# A link or event that is there already was written by an earlier try of the same act.
TAILS: dict[type[models.Model], str] = {DocumentLink: " ON CONFLICT DO NOTHING", OutboxEvent: " ON CONFLICT DO NOTHING"}


def write(*kinds: Sequence[models.Model]) -> None:
    """Insert rows of several tables in one round trip."""
    inserts: list[str] = []
    params: list[list[Any]] = []
    for rows in kinds:
        if rows:
            insert, values = bulk.inserting(rows)
            inserts.append(insert + TAILS.get(type(rows[0]), ""))
            params += values
    if inserts:
        *before, last = inserts
        ctes = ", ".join(f"w{n} AS ({insert})" for n, insert in enumerate(before))
        sql.touched(f"WITH {ctes} {last}" if ctes else last, params)


class Exact(DjangoJSONEncoder):
    """Keeps microseconds, which Django's encoder cuts to milliseconds."""

    def default(self, o: object) -> object:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)
