"""What must hold at any time: queries that areas register from apps.py, each of which must return no row.

`manage.py check_invariants` runs them all; so does the clock, every night.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SHOWN = 20  # failing rows of one query that are kept


@dataclass(frozen=True)
class Invariant:
    """A query over all companies that finds what must not be; its columns say where."""

    name: str
    title: str | Promise
    sql: str


@dataclass(frozen=True)
class Finding:
    """What a query found: the first rows by column, and how many there are."""

    invariant: Invariant
    rows: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0

    @property
    def holds(self) -> bool:
        return not self.count


_invariants: list[Invariant] = []


def register(name: str, title: str | Promise, sql: str) -> None:
    """Have a query watched. It selects the failing rows, with a column `company_id` where they belong to a company."""
    _invariants.append(Invariant(name, title, sql))


def known() -> list[Invariant]:
    """All of them in the order of their names (I2 before I10)."""
    return sorted([*_invariants, Invariant("I11", _("Nothing crosses companies"), crossing_companies())], key=_order)


def _order(invariant: Invariant) -> tuple[int, str]:
    digits = "".join(letter for letter in invariant.name if letter.isdigit())
    return int(digits or 99), invariant.name


def check(*names: str) -> list[Finding]:
    """Run the queries (all, or those named) over one moment: a commit between two reads is no contradiction."""
    wanted = [invariant for invariant in known() if not names or invariant.name in names]
    if connection.in_atomic_block:
        return [_look(invariant) for invariant in wanted]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return [_look(invariant) for invariant in wanted]


def _look(invariant: Invariant) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(invariant.sql)
        columns = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    return Finding(invariant, [dict(zip(columns, row, strict=True)) for row in rows[:SHOWN]], len(rows))


def crossing_companies() -> str:
    """I11: a row of one company that points at a row of another, for every foreign key between rows of companies."""
    return " UNION ALL ".join(
        f"SELECT '{model._meta.label}.{name}' AS link, here.company_id, here.id"
        f" FROM {model._meta.db_table} here JOIN {target._meta.db_table} there ON there.{key} = here.{column}"
        " WHERE there.company_id <> here.company_id"
        for model, name, column, target, key in _links()
    )


def _links() -> Iterator[tuple[type[models.Model], str, str, type[models.Model], str]]:
    """Foreign keys between tables that have a company."""
    for model in apps.get_models():
        if model._meta.proxy or not _has_company(model):
            continue
        for each in model._meta.concrete_fields:
            target = each.related_model
            if each.is_relation and isinstance(target, type) and _has_company(target) and each.name != "company":
                yield model, each.name, str(each.column), target, str(each.target_field.column)  # type: ignore[attr-defined]


def _has_company(model: type[models.Model]) -> bool:
    return any(each.name == "company" and each.is_relation for each in model._meta.concrete_fields)


register(
    "I10",
    _("Each event is applied exactly once, and none is stuck"),
    """
    SELECT company_id, dedupe_key, 'twice' AS fault FROM core_outboxevent GROUP BY 1, 2 HAVING count(*) > 1
    UNION ALL
    SELECT o.company_id, o.dedupe_key, 'done without its effect, or the other way round'
      FROM core_outboxevent o LEFT JOIN core_effect e USING (dedupe_key)
      WHERE (o.done_at IS NOT NULL) <> (e.dedupe_key IS NOT NULL)
    UNION ALL
    SELECT company_id, dedupe_key, 'stuck' FROM core_outboxevent
      WHERE done_at IS NULL AND written_at < now() - interval '15 minutes'
    """,
)
