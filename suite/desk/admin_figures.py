"""How the admin pages show figures and dates that are only read: as all our pages do."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import models
from django.forms import Widget
from django.utils.html import format_html
from unfold import fields as unfold_fields
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from suite.desk import formats

_as_unfold_shows = unfold_fields.display_for_field


def as_we_show(value: Any, field: Any, empty: str) -> str:
    """Figures and dates that are only read look as on all our pages."""
    if isinstance(value, Decimal) and isinstance(field, models.DecimalField):
        return figure_of(value, field)
    if isinstance(value, dt.datetime):
        return formats.moment(value)
    return formats.day(value) if isinstance(value, dt.date) else _as_unfold_shows(value, field, empty)


# The one function by which unfold writes values that are only read; it cannot be given another.
unfold_fields.display_for_field = as_we_show


def as_typed(value: Any, field: models.DecimalField[Any, Any]) -> Any:
    """A figure as people type it, without zeros that say nothing; money has the places of the company's currency."""
    if not isinstance(value, Decimal):
        return value  # what somebody typed
    is_money = field.decimal_places == 2 or any(word in field.name for word in ("price", "cost"))
    return (formats.price(value) if is_money else formats.quantity(value)).replace(",", "")


class FigureInput(UnfoldAdminDecimalFieldWidget):
    """An input that shows a figure `as_typed`; what is compared and saved is the figure itself."""

    def __init__(self, usual: Widget, field: models.DecimalField[Any, Any]) -> None:
        super().__init__()
        self.__dict__.update(vars(usual), field=field)

    def format_value(self, value: Any) -> Any:
        return super().format_value(as_typed(value, self.field))


def figure_of(value: Decimal | None, field: models.DecimalField[Any, Any]) -> str:
    """An amount with two places, a quantity without trailing zeros; red below zero."""
    show = formats.money if field.decimal_places == 2 else formats.quantity
    sign = " negative" if value is not None and value < 0 else ""
    return format_html('<span class="figure-cell{}">{}</span>', sign, show(value))
