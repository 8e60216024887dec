"""Serializers that take what they know and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from rest_framework import serializers
from rest_framework.fields import SkipField, empty
from rest_framework.relations import PKOnlyObject
from rest_framework.settings import api_settings

from suite.core import money
from suite.core.api import own
from suite.core.api.fields import DateTimeField, DecimalField, ScopedRelatedField, is_slip
from suite.core.money import round_money
from suite.core.said import SaidField

UNKNOWN = _("There is no such field here")
PLAIN: tuple[Any, ...] = (serializers.Serializer.get_fields, serializers.ModelSerializer.get_fields)
UNWRITTEN = _("This field cannot be set")
NO_NUMBER = serializers.IntegerField.default_error_messages["invalid"]
LINES_AT_MOST = 500  # as many as the pages take
NO_NUL = gettext_noop("Null characters are not allowed.")  # Django says it, in Chinese about blank texts

Read = Callable[[Any], Any]
Write = Callable[[Any], Any]


class Lines(serializers.ListSerializer):
    """Several of a kind; what they point to is read by one statement per kind, however many they are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LINES_AT_MOST)
        super().__init__(*args, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list):
            for name, field in self.child.fields.items():
                if isinstance(field, ScopedRelatedField) and not field.read_only:
                    field.look_up(row.get(name) for row in data if isinstance(row, Mapping))
        return super().to_internal_value(data)


class Strict(serializers.Serializer):
    """Refuses keys it does not know or does not write: they would otherwise be lost without a word."""

    class Meta:
        list_serializer_class = Lines

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.Meta.list_serializer_class = Lines

    @property
    def _readable_fields(self) -> Any:
        shared = shaped(type(self))
        return super()._readable_fields if shared is None else shared  # type: ignore[misc]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """What the record holds, without what rules hide from the caller."""
        answer = self._told(instance)
        for name in own.fields.unseen(self, own.caller.get()):
            answer.pop(name, None)
        return answer

    def _told(self, instance: Any) -> dict[str, Any]:
        """Columns are read straight off a record: looking for each value took most of the time of long answers."""
        shape = shape_of(type(self), type(instance))
        if shape is None:
            return super().to_representation(instance)
        answer = dict.fromkeys(shape.names)
        for (name, write), value in zip(shape.columns, shape.read(instance), strict=True):
            if value is not None:
                answer[name] = value if write is None else write(value)
        for name, read, write_other in shape.others:
            try:
                value = read(instance)
            except SkipField:
                del answer[name]
                continue
            if not (value is None or (type(value) is PKOnlyObject and value.pk is None)):
                answer[name] = write_other(value)
        return answer

    def run_validation(self, data: Any = empty) -> Any:
        if data is None and self is self.root:
            message = self.error_messages["invalid"].format(datatype="null")
            raise serializers.ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [message]}, code="invalid")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            written = {field.field_name for field in self._writable_fields}
            wrong = {key: UNWRITTEN if key in self.fields else UNKNOWN for key in data if key not in written}
            wrong |= dict.fromkeys(self._shut(data), UNWRITTEN)
            wrong |= {
                field.field_name: field.error_messages.get("invalid", NO_NUMBER)
                for field in self._writable_fields
                if is_slip(field, data.get(field.field_name))
            }
            if wrong:
                messages = {str(key): [message] for key, message in wrong.items()}
                raise serializers.ValidationError({**self._also_wrong(data), **messages})
        values = super().to_internal_value(data)
        return values if self is self.root or not getattr(self.root, "partial", False) else self._whole(data, values)

    def _also_wrong(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What else is wrong with it, so that all is told at once."""
        try:
            super().to_internal_value(data)
        except serializers.ValidationError as error:
            return dict(error.detail)
        return {}

    def _shut(self, data: Mapping[str, Any]) -> set[str]:
        """What is given and rules keep the caller from writing, in a record or a part of it."""
        view, model = self.context.get("view"), getattr(self.Meta, "model", None)
        action = getattr(view, "action", "")
        if model is None and self is self.root and action in ("create", "partial_update"):
            model = getattr(view, "model", None)
        return own.fields.refused(model, data, own.caller.get(), new=action == "create")

    def _whole(self, data: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        """What a part of a record holds: a change may leave fields of the record out, but a line is given whole."""
        left_out = [field for field in self._writable_fields if field.field_name not in data]
        if missing := [field for field in left_out if field.required]:
            messages = {each.field_name: [each.error_messages["required"]] for each in missing}
            raise serializers.ValidationError(messages, code="required")
        defaults = {each.source: each.default for each in left_out if each.default is not empty}
        return {name: each() if callable(each) else each for name, each in defaults.items()} | values


@cache
def shaped(serializer_class: type[serializers.BaseSerializer]) -> list[serializers.Field] | None:
    """The fields that are answered, made once a process; None where they depend on who asks (`get_fields`)."""
    if getattr(serializer_class, "get_fields", None) not in PLAIN:
        return None
    fields = [field for field in serializer_class().fields.values() if not field.write_only]
    parts = [part for field in fields if isinstance(part := getattr(field, "child", field), serializers.BaseSerializer)]
    return None if any(shaped(type(part)) is None for part in parts) else fields


class Shape(NamedTuple):
    """How records of a kind are answered: their columns are read at once, what lies further field by field."""

    names: Sequence[str]
    columns: Sequence[tuple[str, Write | None]]  # None: as it is
    read: Callable[[Any], Sequence[Any]]
    others: Sequence[tuple[str, Read, Write]]


@cache
def shape_of(serializer_class: type[serializers.BaseSerializer], record: type) -> Shape | None:
    """How such a record is answered; None where that depends on who asks."""
    fields = shaped(serializer_class)
    if fields is None or not issubclass(record, models.Model):
        return None
    known = {column.name: column for column in record._meta.concrete_fields}
    columns: list[tuple[str, Write | None]] = []
    sources, others = [], []
    for field in fields:
        name, column = str(field.field_name), known.get(field.source or "")
        if column is not None and type(field) is ScopedRelatedField:
            columns.append((name, None))
            sources.append(column.attname)
        elif column is not None and type(field).get_attribute is serializers.Field.get_attribute:
            columns.append((name, _write(field, column)))
            sources.append(column.name)
        elif field.source != "*" and type(field).get_attribute is serializers.Field.get_attribute:
            others.append((name, _along(field), field.to_representation))
        else:
            others.append((name, field.get_attribute, field.to_representation))
    return Shape([str(field.field_name) for field in fields], columns, _at_once(sources), others)


def _at_once(names: Sequence[str]) -> Callable[[Any], Sequence[Any]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda instance: [getattr(instance, name) for name in names]


# Fields that answer what such a column holds just as it is.
AS_IT_IS: tuple[tuple[type[serializers.Field], tuple[type[models.Field[Any, Any]], ...]], ...] = (
    (serializers.IntegerField, (models.IntegerField,)),
    (serializers.BooleanField, (models.BooleanField,)),
    (serializers.CharField, (models.CharField, models.TextField)),
    (serializers.ChoiceField, (models.CharField,)),
)


def _write(field: serializers.Field, column: models.Field[Any, Any]) -> Write | None:
    if isinstance(field, DecimalField):
        return field.text
    own = type(field).to_representation
    for kind, columns in AS_IT_IS:
        if own is kind.to_representation and isinstance(column, columns) and not isinstance(column, SaidField):
            return None
    return field.to_representation


def _along(field: serializers.Field) -> Read:
    """Reads `product.code` straight; where that ends on the way, or at a method, the field knows what is meant."""
    get = attrgetter(field.source or "")

    def read(instance: Any) -> Any:
        try:
            value = get(instance)
        except AttributeError:
            return field.get_attribute(instance)
        return field.get_attribute(instance) if callable(value) else value

    return read


class InItsCurrency(Strict):
    """A paper whose amounts, and those of its lines, have the places of its currency."""

    AMOUNTS = ("net", "tax_amount", "gross")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        answer = super().to_representation(instance)
        places = money.places_of(answer["currency"])
        if places != 2:
            for row in (answer, *answer.get("lines", ())):
                row.update((name, f"{round_money(Decimal(row[name]), places):f}") for name in self.AMOUNTS)
        return answer


class StrictSerializer(Strict):
    """Plain input; unknown keys are refused."""


class StrictModelSerializer(Strict, serializers.ModelSerializer):
    """A record's explicit fields; keys of related records are looked for among those the caller may see.

    `Meta.own` is for a part of another record, whose own fields come and go with it.
    """

    serializer_related_field = ScopedRelatedField
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DecimalField: DecimalField,
        models.DateTimeField: DateTimeField,
    }

    def get_fields(self) -> dict[str, serializers.Field]:
        found = super().get_fields()
        model = self.Meta.model
        if own.fields.has(model):
            found[own.NAME] = own.OwnField(model, **getattr(self.Meta, "own", {}))
        return found

    def build_relational_field(self, field_name: str, relation_info: Any) -> Any:
        field_class, kwargs = super().build_relational_field(field_name, relation_info)
        if field_class is ScopedRelatedField:
            kwargs.pop("queryset", None)
            kwargs["model"] = relation_info.related_model
        return field_class, kwargs


PLAIN += (StrictModelSerializer.get_fields,)


class Nothing(StrictSerializer):
    """An act that needs no input."""


class Reason(StrictSerializer):
    """An act that may say why."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
