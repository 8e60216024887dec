"""Fields of serializers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Context, Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import BigIntegerField, CharField, Model, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.settings import api_settings

LARGEST = BigIntegerField.MAX_BIGINT
WIDE = Context(prec=60)  # more digits than any column has
PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
WHOLE = re.compile(r"[+-]?[0-9]+")


class DecimalField(serializers.DecimalField):
    """A plain decimal: digits, full-width ones too, one point, a sign. What Python takes beyond that is a slip."""

    @cached_property
    def smallest(self) -> Decimal | None:
        return None if self.decimal_places is None else Decimal(1).scaleb(-self.decimal_places)

    def quantize(self, value: Decimal) -> Decimal:
        return value if self.smallest is None else value.quantize(self.smallest, self.rounding, WIDE)

    @cached_property
    def text(self) -> Callable[[Any], Any]:
        """Writes a column's figure as a text of digits, as all of ours are; long answers hold hundreds."""
        wanted = getattr(self, "coerce_to_string", api_settings.COERCE_DECIMAL_TO_STRING)
        smallest, rounding = self.smallest, self.rounding
        if not wanted or self.localize or self.normalize_output or smallest is None:
            return self.to_representation

        def text(value: Any) -> str:
            return format(Decimal(value).quantize(smallest, rounding, WIDE), "f")

        return text

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, float):
            data = format(Decimal(str(data)), "f")  # JSON may write 0.00001 with an exponent
        if isinstance(data, str):
            data = unicodedata.normalize("NFKC", data)
            if len(data) <= self.MAX_STRING_LENGTH and not is_written(data):
                self.fail("invalid")
        return super().to_internal_value(data)


class DateTimeField(serializers.DateTimeField):
    """An instant since 1970: of earlier ones zones keep odd minutes, and nobody does business then."""

    default_error_messages = {"early": _("Not before 1970")}

    def to_internal_value(self, value: Any) -> Any:
        moment = super().to_internal_value(value)
        if moment.year < 1970:
            self.fail("early")
        return moment


def is_slip(field: serializers.Field, value: Any) -> bool:
    """Whether a text that is none stands for a whole number: Python reads `1_000` and ` 1`, people do not."""
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return any(is_slip(field.child, each) for each in value)
    return isinstance(field, serializers.IntegerField) and isinstance(value, str) and not is_written(value, WHOLE)


def is_written(text: str, pattern: re.Pattern[str] = PLAIN) -> bool:
    """Whether a text is a number as people write it; full-width digits are digits."""
    return bool(pattern.fullmatch(unicodedata.normalize("NFKC", text)))


class ScopedRelatedField(serializers.PrimaryKeyRelatedField):
    """A related record by its key, among those the caller may see; any other key does not exist for them. Of records
    that are not all there to be chosen (`usable`), one that is not does not exist either.

    In a list of lines the records of all lines are read by one statement (`look_up`).
    """

    def __init__(self, model: type[Model] | None = None, **kwargs: Any) -> None:
        self.model = model
        self.known: dict[Any, Model] | None = None
        if model and not kwargs.get("read_only"):
            kwargs["queryset"] = model._default_manager.none()
        super().__init__(**kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        rows = self.model._default_manager.visible_to(self.context["request"].actor)  # type: ignore[union-attr]
        return rows.usable() if hasattr(rows, "usable") else rows

    def look_up(self, values: Iterable[Any]) -> None:
        """Read the records with these keys at once."""
        keys = {key for value in values if (key := self.key(value)) is not None}
        self.known = self.get_queryset().in_bulk(keys) if keys else {}

    def key(self, value: Any) -> int | str | None:
        """The key a value means; units and currencies have their codes for keys."""
        field = self.model._meta.pk if self.model else None
        if isinstance(field, CharField):
            fits = type(value) is str and 0 < len(value) <= (field.max_length or 0) and value.isprintable()
            return value if fits else None
        return key_from(value)

    def to_internal_value(self, data: Any) -> Any:
        key = self.key(data)
        if key is None:
            self.fail("incorrect_type", data_type=type(data).__name__)
        if self.known is None:
            try:
                return self.get_queryset().get(pk=key)
            except ObjectDoesNotExist:
                self.fail("does_not_exist", pk_value=data)
        if key not in self.known:
            self.fail("does_not_exist", pk_value=data)
        return self.known[key]


def key_from(value: Any) -> int | None:
    """A key as it may come in a body: a number or its digits, no larger than a key can be."""
    if type(value) is str and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    return min(value, LARGEST) if type(value) is int and value >= 0 else None
