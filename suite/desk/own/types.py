"""The types of own fields: what may stand in them, how it is kept as JSON, and how it is read, said and described.

Every value passes `kept` once, whoever writes it: form, sheet, API or rule.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suite.core.api.fields import is_written
from suite.core.said import listed
from suite.core.texts import one_line
from suite.desk import formats
from suite.desk.own.book import Definition, Type

SHORT, LONG = 200, 5000  # characters
DIGITS = 15  # as many as a JSON number keeps exactly
PLACES = {Type.NUMBER: 6, Type.MONEY: 2}
SEVERAL = re.compile(r"\s*[,，、;；\n]\s*")
MOST = 2**63
REFS: dict[str, str] = {Type.PARTY: "party", Type.PRODUCT: "product", Type.FILE: "file"}  # what a key points to

WANTED = {
    "text": gettext_lazy("This is no text"),
    "date": gettext_lazy("“%(value)s” is no date; write 2026-11-22"),
    "bool": gettext_lazy("Say yes or no: true or false"),
    "key": gettext_lazy("The key of a record is wanted"),
    "list": gettext_lazy("A list of options is wanted"),
}


def _text(field: Definition, value: Any) -> Any:
    if not isinstance(value, str):
        raise ValidationError(WANTED["text"])
    if "\x00" in value:
        raise ValidationError(_("Null characters are not allowed."))
    longest = LONG if field.type == Type.LONG else SHORT
    text = value.replace("\r\n", "\n").strip() if field.type == Type.LONG else one_line(value)
    if len(text) > longest:
        raise ValidationError(
            _("Not longer than %(limit_value)s characters; now it has %(show_value)s")
            % {"limit_value": longest, "show_value": len(text)}
        )
    return text


def _number(field: Definition, value: Any) -> Any:
    if isinstance(value, float):
        value = format(Decimal(str(value)), "f")
    if isinstance(value, str):
        value = unicodedata.normalize("NFKC", value)
        if len(value) > 40 or not is_written(value):
            raise ValidationError(_("“%(text)s” is no number") % {"text": value[:40]})
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValidationError(_("“%(text)s” is no number") % {"text": str(value)[:40]})
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= Decimal(10) ** DIGITS:
        raise ValidationError(_("This number is too large"))
    digits = number.normalize().as_tuple()
    places = max(0, -int(digits.exponent))
    if places > PLACES[Type(field.type)]:
        raise ValidationError(_("At most %(max)s places after the point") % {"max": PLACES[Type(field.type)]})
    if len(digits.digits) > DIGITS:
        raise ValidationError(_("This number has too many digits"))
    return int(number) if not places else float(number)


def _date(field: Definition, value: Any) -> Any:
    day = value.date() if isinstance(value, dt.datetime) else value
    if isinstance(value, str):
        try:
            day = parse_date(value.strip())
        except ValueError:
            day = None
    if not isinstance(day, dt.date) or not day.year >= 1000:
        raise ValidationError(WANTED["date"] % {"value": str(value)[:40]})
    return day.isoformat()


def _bool(field: Definition, value: Any) -> Any:
    if not isinstance(value, bool):
        raise ValidationError(WANTED["bool"])
    return value


def _choice(field: Definition, value: Any) -> Any:
    """One of the options, by its value or by what it is called in either language."""
    if isinstance(value, str):
        text = value.strip().casefold()
        for option in field.options:
            if value == option.value:
                return option.value
        for option in field.options:
            if text and text in (option.value.casefold(), option.name.casefold(), option.name_en.casefold()):
                return option.value
    allowed = listed(option.label for option in field.options)
    raise ValidationError(_("“%(text)s” is none of: %(allowed)s") % {"text": str(value)[:40], "allowed": allowed})


def _choices(field: Definition, value: Any) -> Any:
    parts = [part for part in SEVERAL.split(value) if part] if isinstance(value, str) else value
    if not isinstance(parts, list | tuple | set):
        raise ValidationError(WANTED["list"])
    if len(parts) > 200:
        raise ValidationError(_("This list is too long"))
    chosen = {_choice(field, part) for part in parts}
    return [option.value for option in field.options if option.value in chosen]


def _key(field: Definition, value: Any) -> Any:
    """The key of a record; whether there is such a record for the actor, `values` asks for all fields at once."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < MOST:
        raise ValidationError(WANTED["key"])
    return value


def _as_number(field: Definition, kept: Any) -> Any:
    return Decimal(str(kept))


def _as_date(field: Definition, kept: Any) -> Any:
    return parse_date(kept)


def _as_it_is(field: Definition, kept: Any) -> Any:
    return kept


def _label(field: Definition, kept: Any) -> str:
    return next((option.label for option in field.options if option.value == kept), str(kept))


Say = Callable[[Definition, Any], str]


class Behaviour(NamedTuple):
    """How a type behaves: `kept` judges a value and answers what JSON keeps, `read` answers what code works with,
    `said` what people read; `column` is the kind of its list column, `cell` that of its cell in a sheet."""

    kept: Callable[[Definition, Any], Any]
    read: Callable[[Definition, Any], Any]
    said: Say
    schema: Mapping[str, Any]
    column: str = "text"
    cell: str = "text"


def _plain(field: Definition, kept: Any) -> str:
    return str(kept)


A_FILE = {
    "oneOf": [
        {"type": "integer"},
        {
            "type": "object",
            "properties": {"name": {"type": "string"}, "content": {"type": "string", "format": "byte"}},
            "required": ["name", "content"],
            "additionalProperties": False,
        },
    ]
}
NUMERIC = {"type": "string", "format": "decimal"}
BEHAVIOURS: dict[str, Behaviour] = {
    Type.TEXT: Behaviour(_text, _as_it_is, _plain, {"type": "string", "maxLength": SHORT}),
    Type.LONG: Behaviour(_text, _as_it_is, _plain, {"type": "string", "maxLength": LONG}),
    Type.NUMBER: Behaviour(
        _number, _as_number, lambda _field, kept: formats.quantity(Decimal(str(kept))), NUMERIC, "number", "number"
    ),
    Type.MONEY: Behaviour(
        _number, _as_number, lambda _field, kept: formats.money(Decimal(str(kept))), NUMERIC, "money", "money"
    ),
    Type.DATE: Behaviour(_date, _as_date, _plain, {"type": "string", "format": "date"}, "date", "date"),
    Type.BOOL: Behaviour(
        _bool, _as_it_is, lambda _field, kept: _("Yes") if kept else _("No"), {"type": "boolean"}, "bool", "bool"
    ),
    Type.CHOICE: Behaviour(_choice, _as_it_is, _label, {"type": "string"}, cell="choice"),
    Type.CHOICES: Behaviour(
        _choices,
        _as_it_is,
        lambda field, kept: listed(_label(field, each) for each in kept),
        {"type": "array", "items": {"type": "string"}},
    ),
    Type.PARTY: Behaviour(_key, _as_it_is, _plain, {"type": "integer"}, cell="ref"),
    Type.PRODUCT: Behaviour(_key, _as_it_is, _plain, {"type": "integer"}, cell="ref"),
    Type.FILE: Behaviour(_key, _as_it_is, _plain, A_FILE),
}


def kept(field: Definition, value: Any) -> Any:
    """What JSON keeps of a value; None for nothing. Raises ValidationError for what cannot stand in the field."""
    if value is None or value == "" or value == [] or value == ():
        return None
    answer = BEHAVIOURS[field.type].kept(field, value)
    return None if answer in ("", []) else answer


def read(field: Definition, row: Any) -> Any:
    """The value of a record as code works with it: Decimal, date, text, truth, key."""
    return read_kept(field, row.own.get(field.key))


def read_kept(field: Definition, value: Any) -> Any:
    """A kept value as code works with it."""
    return None if value is None else BEHAVIOURS[field.type].read(field, value)


def said(field: Definition, value: Any) -> str:
    """A kept value in words; of a record its key, whose name the caller knows."""
    if value is None:
        return ""
    try:
        return BEHAVIOURS[field.type].said(field, value)
    except (ArithmeticError, TypeError, ValueError):
        return str(value)  # what the trail remembers from before the field had this type


def schema(field: Definition) -> dict[str, Any]:
    """How the API describes it."""
    shape: dict[str, Any] = {**BEHAVIOURS[field.type].schema, "title": field.label}
    values = [option.value for option in field.options]
    if field.type == Type.CHOICE:
        shape["enum"] = values
    elif field.type == Type.CHOICES:
        shape["items"] = {"type": "string", "enum": values}
    return {**shape, "description": field.hint} if field.hint else shape
