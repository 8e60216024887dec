"""What points at a record, asked of the models themselves, and how it is made to point at another one.

An area that comes later counts without having to register. Ledgers whose rows are final are named by `leave`: what is
posted keeps the party it was posted for, which leads on to the one that it was merged into.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model, UniqueConstraint
from django.utils.functional import Promise

_left: set[type[Model]] = set()


class Moved(NamedTuple):
    """Rows of a table that point at another record now: their keys, each with what it pointed at before."""

    table: str
    column: str
    key: str
    target: int
    rows: list[tuple[int, int]]


@dataclass(frozen=True)
class Reference:
    """A column of another table that holds the key of a record; `kind` where it holds those of several kinds."""

    model: type[Model]
    column: str
    kind_column: str = ""
    kind: str = ""

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def label(self) -> str | Promise:
        return self.model._meta.verbose_name_plural or self.table

    @property
    def key(self) -> str:
        return str(self.model._meta.pk.column)

    @property
    def uniques(self) -> list[list[str]]:
        """The other columns of what must be unique together with this one."""
        meta = self.model._meta
        sets = [each.fields for each in meta.constraints if isinstance(each, UniqueConstraint) and not each.condition]
        names = [
            [meta.get_field(name).column for name in fields]  # type: ignore[union-attr]
            for fields in (*sets, *meta.unique_together)
        ]
        return [[name for name in columns if name != self.column] for columns in names if self.column in columns]

    def _where(self) -> str:
        return f"{self.kind_column} = '{self.kind}' AND " if self.kind_column else ""

    def _stays(self) -> str:
        """The condition for rows that would be there twice."""
        there = [
            f"EXISTS (SELECT FROM {self.table} o WHERE (o.{self.column} = %(target)s"
            f" OR o.{self.column} = ANY(%(sources)s) AND o.{self.key} < r.{self.key})"
            + "".join(f" AND o.{name} = r.{name}" for name in names)
            + ")"
            for names in self.uniques
        ]
        return " OR ".join(there) or "false"

    def count(self, target: int, sources: Collection[int]) -> tuple[int, int]:
        """How many rows would move, and how many would stay because the like is there."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FILTER (WHERE NOT ({self._stays()})), count(*) FROM {self.table} r"
                f" WHERE {self._where()}r.{self.column} = ANY(%(sources)s)",
                {"target": target, "sources": list(sources)},
            )
            moving, total = cursor.fetchone()
        return moving, total - moving

    def move(self, target: int, sources: Collection[int]) -> Moved:
        """Point all rows at the target that may; one statement."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH held AS MATERIALIZED (SELECT r.{self.key} AS pk, r.{self.column} AS was FROM {self.table} r"
                f" WHERE {self._where()}r.{self.column} = ANY(%(sources)s) AND NOT ({self._stays()})"
                f" ORDER BY r.{self.key} FOR UPDATE)"
                f" UPDATE {self.table} t SET {self.column} = %(target)s FROM held WHERE t.{self.key} = held.pk"
                " RETURNING held.pk, held.was",
                {"target": target, "sources": list(sources)},
            )
            return Moved(self.table, self.column, self.key, target, cursor.fetchall())


def move_back(moved: Moved) -> int:
    """Point rows at what they pointed at before; those that point elsewhere by now stay. One statement."""
    if not moved.rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {moved.table} t SET {moved.column} = back.was"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS back(pk, was)"
            f" WHERE t.{moved.key} = back.pk AND t.{moved.column} = %s",
            [[pk for pk, _was in moved.rows], [was for _pk, was in moved.rows], moved.target],
        )
        return cursor.rowcount


def leave(*models: type[Model]) -> None:
    """Name ledgers whose rows keep pointing at what they were written for. Called from apps.py."""
    _left.update(models)


def references(model: type[Model], *, besides: Iterable[type[Model]] = ()) -> Iterator[Reference]:
    """Every column that holds the key of such a record, but for ledgers and profiles (`profiles`)."""
    leaving = {*_left, *besides}
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and relation.is_relation) or relation.many_to_many or relation.one_to_one:
            continue
        if relation.related_model not in leaving:  # type: ignore[comparison-overlap]
            yield Reference(relation.related_model, relation.field.column)  # type: ignore[union-attr, arg-type]
    from suite.desk.models import Attachment, Task

    for subject in (Attachment, Task):
        yield Reference(subject, "subject_id", "subject_kind", model._meta.label_lower)


def profiles(model: type[Model]) -> Sequence[Any]:
    """The one-to-one relations of a record: being a customer, being a supplier, having a credit account."""
    found = model._meta.get_fields(include_hidden=True)
    return [each for each in found if each.auto_created and each.one_to_one]
