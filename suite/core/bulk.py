"""Writing many rows by one statement whose text is made once a process: what all acts spend their time on."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.expressions import DatabaseDefault

from suite.core import sql
from suite.core.said import SaidField
from suite.core.sealed import SealedField

M = TypeVar("M", bound=models.Model)

# Values of these types go to the driver as they are; any other is prepared by its field.
PLAIN: dict[type[models.Field[Any, Any]], set[type]] = {
    SaidField: set(),
    SealedField: set(),
    models.IntegerField: {int},
    models.CharField: {str},
    models.TextField: {str},
    models.DecimalField: {Decimal, int},
    models.DateTimeField: {dt.datetime},
    models.DateField: {dt.date},
    models.BooleanField: {bool},
}


class Column(NamedTuple):
    """A column as statements name it, and how its values come from rows."""

    name: str
    kind: str
    values: Callable[[Collection[models.Model]], list[Any]]


class Insertion(NamedTuple):
    """How rows of a model are inserted, and which columns the database answers."""

    text: str
    returning: str
    columns: Sequence[Column]
    answered: Sequence[str]


def insertable(rows: Sequence[models.Model]) -> bool:
    """Whether one statement can insert these rows: new ones alike, no column of which is an array itself."""
    return (
        not any(row.pk for row in rows) and len({_given(row) for row in rows}) == 1 and not _has_arrays(type(rows[0]))
    )


def inserting(rows: Sequence[models.Model]) -> tuple[str, list[list[Any]]]:
    """The INSERT of these rows and its parameters, to stand alone or within a larger statement."""
    plan = _insertion(type(rows[0]), _given(rows[0]))
    return plan.text, [column.values(rows) for column in plan.columns]


def insert(rows: Sequence[M], *, once: str = "") -> Sequence[M]:
    """Insert new rows by one statement, whatever their number; their keys and numbers come back from the database.

    `once` names a unique column: a row whose value there is known already gets the key of the one that has it.
    """
    if not rows:
        return rows
    plan = _planned(rows, once)
    _take(rows, plan, sql.rows(plan.returning, [column.values(rows) for column in plan.columns]))
    return rows


def insert_together(*kinds: Sequence[models.Model]) -> None:
    """Like `insert`, for new rows of several tables by one statement."""
    kinds = tuple(rows for rows in kinds if rows)
    if not kinds:
        return
    plans = [_planned(rows) for rows in kinds]
    ctes = ", ".join(f"w{n} AS ({plan.returning})" for n, plan in enumerate(plans))
    answers = ", ".join(
        f"(SELECT array_agg({name}) FROM w{n})" for n, plan in enumerate(plans) for name in plan.answered
    )
    values = [column.values(rows) for plan, rows in zip(plans, kinds, strict=True) for column in plan.columns]
    (found,) = sql.rows(f"WITH {ctes} SELECT {answers}", values)
    columns = iter(found)
    for plan, rows in zip(plans, kinds, strict=True):
        _take(rows, plan, zip(*[next(columns) for _name in plan.answered], strict=True))


def _planned(rows: Sequence[models.Model], once: str = "") -> Insertion:
    for row in rows:
        if row._state.fields_cache:
            row._prepare_related_fields_for_save(operation_name="bulk.insert")  # type: ignore[attr-defined]
    return _insertion(type(rows[0]), _given(rows[0]), once)


def _take(rows: Sequence[models.Model], plan: Insertion, answers: Iterable[Sequence[Any]]) -> None:
    """What the database answered stands in the rows, which are new no more."""
    for row, answer in zip(rows, answers, strict=True):
        row.__dict__.update(zip(plan.answered, answer, strict=True))
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def update(rows: Collection[M], *names: str) -> None:
    """Write these fields of rows that the act has locked; one UPDATE FROM unnest, whatever their number."""
    if rows:
        text, columns = _updating(type(next(iter(rows))), names)
        sql.touched(text, [[row.pk for row in rows], *(column.values(rows) for column in columns)])


def _given(row: models.Model) -> frozenset[str]:
    """The columns which the database would fill, but which this row brings."""
    filled = _filled_by_database(type(row))
    return frozenset(name for name in filled if not isinstance(getattr(row, name), DatabaseDefault))


@cache
def _has_arrays(model: type[models.Model]) -> bool:
    return any(isinstance(field, ArrayField) for field in model._meta.concrete_fields)


@cache
def _filled_by_database(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if field.has_db_default())


@cache
def _insertion(model: type[models.Model], given: frozenset[str], once: str = "") -> Insertion:
    meta = model._meta
    columns = [
        _column(field)
        for field in meta.concrete_fields
        if not (field.primary_key or field.generated or (field.has_db_default() and field.attname not in given))
    ]
    names = ", ".join(column.name for column in columns)
    arrays = ", ".join(f"%s::{column.kind}[]" for column in columns)
    text = f"INSERT INTO {_quoted(meta.db_table)} ({names}) SELECT * FROM unnest({arrays})"
    answered = [field.attname for field in meta.db_returning_fields]
    known = f" ON CONFLICT ({once}) DO UPDATE SET {once} = EXCLUDED.{once}" if once else ""
    return Insertion(text, f"{text}{known} RETURNING {', '.join(answered)}", columns, answered)


@cache
def _updating(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[Column]]:
    columns = [_column(model._meta.get_field(name)) for name in names]
    settings = ", ".join(f"{column.name} = new.{column.name}" for column in columns)
    arrays = ", ".join(f"%s::{column.kind}[]" for column in columns)
    given = ", ".join(column.name for column in columns)
    return (
        f"UPDATE {_quoted(model._meta.db_table)} AS old SET {settings}"
        f" FROM unnest(%s::bigint[], {arrays}) AS new(pk, {given}) WHERE old.id = new.pk",
        columns,
    )


def _column(field: Any) -> Column:
    # Without its length: a cast would cut a text that is too long, where the column refuses it.
    kind = field.db_type(connection).partition("(")[0]
    return Column(_quoted(field.column), kind, _values_of(field))


def _values_of(field: Any) -> Callable[[Collection[models.Model]], list[Any]]:
    name, stored = field.attname, field.target_field if field.is_relation else field
    if isinstance(field, models.JSONField):
        return lambda rows: [_json(value, field.encoder) for value in _read(rows, name)]
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return lambda rows: _stamp(rows, field)
    plain = next((types for kind, types in PLAIN.items() if isinstance(stored, kind)), set()) | {type(None)}

    def values(rows: Collection[models.Model]) -> list[Any]:
        found = _read(rows, name)
        if plain.issuperset(map(type, found)):
            return found
        return [field.get_db_prep_save(value, connection) for value in found]

    return values


def _read(rows: Iterable[models.Model], name: str) -> list[Any]:
    """A column of rows. Past the descriptors, which have nothing to say about what is there."""
    try:
        return [row.__dict__[name] for row in rows]
    except KeyError:
        return [getattr(row, name) for row in rows]


def _stamp(rows: Collection[models.Model], field: Any) -> list[Any]:
    """The moment of writing, one for all rows."""
    moment = field.pre_save(next(iter(rows)), add=True)
    for row in rows:
        setattr(row, field.attname, moment)
    return [field.get_db_prep_save(moment, connection)] * len(rows)


def _json(value: Any, encoder: type[json.JSONEncoder] | None) -> str | None:
    return None if value is None else json.dumps(value, cls=encoder)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
