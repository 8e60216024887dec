"""Columns: what stands in a cell, how it looks on the page, and what an export writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from suite.desk import documents, formats

Text = str | Promise
RIGHT = {"money", "quantity", "percent", "number"}


@dataclass(frozen=True)
class Edit:
    """How a cell is changed in the list: `save(row=, value=, actor=)` is the service, `field` what is typed into.

    `path` is where the present value stands, by default that of the column. `remedy(row, value)` is the page on which
    what is missing can be filled in where the service refuses a move on a board.
    """

    permission: str
    field: forms.Field
    save: Callable[..., Any]
    path: str = ""
    remedy: Callable[[Any, Any], str] | None = None


@dataclass(frozen=True)
class Column:
    """One column of a list.

    `value` is a path (`party__label`) or a function of the row, by default the column's name. `kind` is one of text,
    money, quantity, percent, number, date, datetime, badge, bool, phone. `sort` is True or the path of an *indexed*
    column. `card` says where it stands on a phone: title, side, meta or hide. `permission` hides it from those
    without, `module` where that app is switched off. `url` makes it a link; the title column links to the row by
    itself. `shown=False` offers it in the column chooser only.
    """

    name: str
    label: Text
    kind: str = "text"
    value: str | Callable[[Any], Any] = ""
    sort: bool | str = False
    card: str = "meta"
    shown: bool = True
    permission: str = ""
    module: str = ""
    url: Callable[[Any], str] | None = None
    currency: str = ""
    colours: Callable[[Any], str] | None = None
    edit: Edit | None = None

    @property
    def path(self) -> str:
        return self.value if isinstance(self.value, str) and self.value else self.name

    @property
    def sort_path(self) -> str:
        if self.sort is True:
            return self.path
        return self.sort or ""

    @property
    def align(self) -> str:
        return "right" if self.kind in RIGHT else ""

    def of(self, row: Any) -> Any:
        """The plain value in a row."""
        if callable(self.value):
            return self.value(row)
        return read(row, self.path)

    def html(self, row: Any, link: str = "") -> SafeString | str:
        """The cell on the page."""
        value = self.of(row)
        shown = self.render(row, value)
        address = self.url(row) if self.url else link
        if address and shown != "":
            return format_html('<a href="{}">{}</a>', address, shown)
        return shown

    def render(self, row: Any, value: Any) -> SafeString | str:
        """A value as this column shows it; the row may be missing, as under a total."""
        if value is None or value == "":
            return ""
        match self.kind:
            case "money":
                text = formats.money(value, str(read(row, self.currency) or "") if self.currency else "")
                return format_html('<span class="negative">{}</span>', text) if value < 0 else text
            case "quantity" | "number":
                return (
                    format_html('<span class="negative">{}</span>', formats.quantity(value))
                    if value < 0
                    else (formats.quantity(value))
                )
            case "percent":
                return formats.percent(value)
            case "date":
                return formats.day(value)
            case "datetime":
                return formats.moment(value)
            case "bool":
                return _("Yes") if value else ""
            case "phone":
                return formats.phone(value)
            case "badge":
                return formats.badge(self._display(row, value), self.colour(row, value))
        return self._display(row, value)

    def colour(self, row: Any, value: Any) -> str:
        """The colour of a badge."""
        return self.colours(row) if self.colours else documents.COLOURS.get(str(value), "secondary")

    def _display(self, row: Any, value: Any) -> str:
        """The words for a choice field, else the value as text."""
        owner, _dot, last = self.path.rpartition("__")
        display = getattr(read(row, owner) if owner else row, f"get_{last}_display", None)
        return str(display()) if display and not callable(self.value) else str(value)

    def plain(self, row: Any) -> str | int | Decimal | dt.date | dt.datetime | bool | None:
        """The value an export writes: real numbers and dates, times in the reader's zone."""
        value = self.of(row)
        if value is None:
            return None
        if isinstance(value, dt.datetime):
            local = timezone.localtime(value).replace(tzinfo=None, microsecond=0)
            return local.date() if self.kind == "date" else local
        if isinstance(value, bool | dt.date | Decimal) or (isinstance(value, int) and self.kind in RIGHT):
            return value
        if hasattr(value, "__html__"):  # marked up for the page
            return unescape(strip_tags(value))
        return formats.phone(value) if self.kind == "phone" else self._display(row, value)


def read(row: Any, path: str) -> Any:
    """Follow a path of relations; None where one of them is missing."""
    for name in path.split("__"):
        if row is None:
            return None
        row = getattr(row, name)
    return row
