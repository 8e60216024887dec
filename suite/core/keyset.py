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


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """One page of rows, and the cursors of its neighbours ("" where there is none)."""

    rows: list[M]
    next: str
    previous: str


def page(rows: QuerySet[M], *, ordering: str, cursor: str = "", size: int = 50) -> Page[M]:
    """The page of `rows` that the cursor points at, ordered by one field (`-` for descending) and then by key.

    `cursor=LAST` is the last page.
    Raises ValidationError for a cursor that was not made by this ordering.
    """
    name = ordering.lstrip("-")
    rows = rows.annotate(**{KEY: F(name)})
    field = rows.query.annotations[KEY].output_field
    at_end = cursor == LAST
    back, value, pk = _read(cursor, ordering, field, rows.model) if cursor and not at_end else (at_end, None, None)
    down = ordering.startswith("-") != back
    if pk is not None:
        nullable = field.null or "__" in name
        rows = rows.filter(_beyond(value, pk, down=down, nullable=nullable))
    sign = "-" if down else ""
    found = list(rows.order_by(sign + KEY, f"{sign}pk")[: size + 1])
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


def _beyond(value: Any, pk: int | str, *, down: bool, nullable: bool) -> Any:
    """What comes after a row; the database sorts NULL above everything."""
    later = {"pk__lt" if down else "pk__gt": pk}
    if value is None:
        same = Q(**{f"{KEY}__isnull": True}, **later)
        return same | Q(**{f"{KEY}__isnull": False}) if down else same
    compare = TupleLessThan if down else TupleGreaterThan
    after = Q(compare(Tuple(F(KEY), F("pk")), (value, pk)))
    return after | Q(**{f"{KEY}__isnull": True}) if nullable and not down else after


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
