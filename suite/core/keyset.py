"""Paging by key: the page after a row, found through an index however deep it lies; no OFFSET, no count."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.translation import gettext as _

from suite.core.acts import plain

M = TypeVar("M", bound=Model)
KEY = "_page_key"
LAST = "last"  # the cursor of the last page
BLANK, FILLED = Q(**{f"{KEY}__isnull": True}), Q(**{f"{KEY}__isnull": False})


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """One page of rows, and the cursors of its neighbours ("" where there is none)."""

    rows: list[M]
    next: str
    previous: str


def page(rows: QuerySet[M], *, ordering: str, cursor: str = "", size: int = 50) -> Page[M]:
    """The page of `rows` that the cursor points at, ordered by one field (`-` for descending) and then by key.

    What has no value comes last, upwards and downwards. `cursor=LAST` is the last page.
    Raises ValidationError for a cursor that was not made by this ordering.
    """
    name = ordering.lstrip("-")
    rows = rows.annotate(**{KEY: F(name)})
    field = rows.query.annotations[KEY].output_field
    nullable = field.null or "__" in name
    parts = _parts(ordering, nullable)
    at_end = cursor == LAST
    back, value, pk = _read(cursor, ordering, field, rows.model) if cursor and not at_end else (at_end, None, None)
    down = ordering.startswith("-") != back
    if back:
        parts.reverse()
    if pk is not None:
        split = len(parts) > 1
        parts = parts[parts.index(BLANK if value is None else FILLED) :] if split else parts
        parts[0] &= _beyond(value, pk, down=down, mixed=nullable and not split)
    sign = "-" if down else ""
    found: list[M] = []
    for part in parts:
        if len(found) <= size:
            found += rows.filter(part).order_by(sign + KEY, f"{sign}pk")[: size + 1 - len(found)]
    more = len(found) > size
    found = found[:size][:: -1 if back else 1]
    has_next, has_previous = (not at_end, more) if back else (more, bool(cursor))
    return Page(
        found,
        _write(ordering, False, found[-1]) if found and has_next else "",
        _write(ordering, True, found[0]) if found and has_previous else "",
    )


def after(row: Model, ordering: str) -> str:
    """The cursor of what comes after a row that was read with its `KEY`."""
    return _write(ordering, False, row)


def in_order(rows: QuerySet[M], ordering: str) -> QuerySet[M]:
    """All rows, as their pages have them."""
    name, down = ordering.removeprefix("-"), ordering.startswith("-")
    return rows.order_by(F(name).desc(nulls_last=True) if down else F(name), "-pk" if down else "pk")


def in_turn(rows: QuerySet[M], ordering: str) -> list[QuerySet[M]]:
    """The same as queries that are read one after the other until there is enough, each by an index."""
    name, down = ordering.removeprefix("-"), ordering.startswith("-")
    rows = rows.annotate(**{KEY: F(name)})
    nullable = rows.query.annotations[KEY].output_field.null or "__" in name
    return [rows.filter(part).order_by(ordering, "-pk" if down else "pk") for part in _parts(ordering, nullable)]


def _parts(ordering: str, nullable: bool) -> list[Q]:
    """The rows as indexes have them in order. The database sorts NULL above everything: read downwards it would come
    first, so what has a value is read before what has none.
    """
    return [FILLED, BLANK] if nullable and ordering.startswith("-") else [Q()]


def _beyond(value: Any, pk: int | str, *, down: bool, mixed: bool) -> Q:
    """What of a part comes after a row; `mixed` if there are rows without a value among others."""
    later = Q(**{"pk__lt" if down else "pk__gt": pk})
    if value is None:
        return (BLANK & later) | FILLED if down and mixed else BLANK & later
    compare = TupleLessThan if down else TupleGreaterThan
    after = Q(compare(Tuple(F(KEY), F("pk")), (value, pk)))
    return after | BLANK if mixed and not down else after


def _write(ordering: str, back: bool, row: Any) -> str:
    value = getattr(row, KEY)
    kept = value if isinstance(value, float) else plain(value)  # a figure out of JSON is compared as one
    text = json.dumps([ordering, back, kept, row.pk], ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, ordering: str, field: Field[Any, Any], model: type[Model]) -> tuple[bool, Any, Any]:
    try:
        made_for, back, value, pk = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if made_for != ordering or not isinstance(back, bool) or type(pk) not in (int, str):
            raise ValueError(cursor)
        if b"\0" in f"{value}{pk}".encode():
            raise ValueError(cursor)
        pk = model._meta.pk.to_python(pk)
        if isinstance(pk, int) and not 0 <= pk < 2**63:
            raise ValueError(cursor)
        return back, field.to_python(value), pk
    except (ValueError, TypeError, ArithmeticError, RecursionError, ValidationError) as error:
        raise ValidationError(_("This page address is not valid here; start from the first page"), "cursor") from error
