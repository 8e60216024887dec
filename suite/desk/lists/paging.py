"""Pages by key: the place of a row is its sort value and its id, so that the last page costs what the first does."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet

from suite.desk.lists.columns import read
from suite.desk.lists.filters import BIGINT, field_at


@dataclass(frozen=True)
class Order:
    """One column and a direction; the id decides between equals."""

    model: type[models.Model]
    path: str
    descending: bool

    @classmethod
    def parse(cls, model: type[models.Model], text: str) -> Order:
        return cls(model, text.removeprefix("-"), text.startswith("-"))

    @property
    def by_id(self) -> bool:
        return self.path in ("id", "pk")

    @property
    def text(self) -> str:
        return f"-{self.path}" if self.descending else self.path

    @property
    def nullable(self) -> bool:
        """Whether the column can be empty anywhere along its path; empty sorts as the largest, as PostgreSQL does."""
        current: Any = self.model
        for name in self.path.split("__"):
            found = current._meta.get_field(name)
            if found.null:
                return True
            current = found.related_model
        return False

    def fields(self, *, backwards: bool = False) -> list[str]:
        sign = "-" if self.descending != backwards else ""
        return [f"{sign}pk"] if self.by_id else [f"{sign}{self.path}", f"{sign}pk"]

    def key(self, row: Any) -> str:
        """The place of a row, for the address."""
        if self.by_id:
            return str(row.pk)
        value = read(row, self.path)
        if value is None:
            return str(row.pk)
        return f"{row.pk}~{value.isoformat() if isinstance(value, dt.date | dt.datetime) else value}"

    def beyond(self, key: str, *, backwards: bool = False) -> Q:
        """The condition for rows after the place (before it, with `backwards`). Raises ValueError on nonsense."""
        pk_text, has_value, text = key.partition("~")
        pk = int(pk_text)
        if not 0 <= pk < BIGINT:
            raise ValueError(key)
        down = self.descending != backwards
        pk_beyond = Q(pk__lt=pk) if down else Q(pk__gt=pk)
        if self.by_id:
            return pk_beyond
        if not has_value:  # the place is among the empty ones, which come last upwards and first downwards
            among_empty = Q(**{f"{self.path}__isnull": True}) & pk_beyond
            return among_empty | Q(**{f"{self.path}__isnull": False}) if down else among_empty
        value = self.value(text)
        if down:
            return Q(**{f"{self.path}__lte": value}) & (Q(**{f"{self.path}__lt": value}) | pk_beyond)
        upwards = Q(**{f"{self.path}__gte": value}) & (Q(**{f"{self.path}__gt": value}) | pk_beyond)
        return upwards | Q(**{f"{self.path}__isnull": True}) if self.nullable else upwards

    def value(self, text: str) -> Any:
        try:
            return field_at(self.model, self.path).to_python(text)
        except ValidationError as error:
            raise ValueError(text) from error


@dataclass
class Page:
    """Some rows, and the places around them."""

    rows: list[Any]
    before: str = ""
    after: str = ""
    is_first: bool = True
    is_last: bool = True


def page(rows: QuerySet[Any], order: Order, params: dict[str, str], size: int) -> Page:
    """The page that `after`, `before` or `last` ask for; nonsense asks for the first."""
    backwards = bool(params.get("before") or params.get("last"))
    key = params.get("before") or params.get("after")
    narrowed = rows
    if key and not params.get("last"):
        try:
            narrowed = rows.filter(order.beyond(key, backwards=backwards))
        except ValueError:
            key, backwards = "", False
    found = list(narrowed.order_by(*order.fields(backwards=backwards))[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page([], is_first=not key)
    is_first = not more if backwards else not key
    is_last = not params.get("before") if backwards else not more
    return Page(found, order.key(found[0]), order.key(found[-1]), is_first, is_last)
