"""What a list may be filtered and sorted by: what the viewset declares, nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import CharField, ForeignKey, IntegerField, Model, OneToOneField, Q, QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from django_filters.rest_framework import FilterSet as PlainFilterSet
from django_filters.utils import get_model_field
from rest_framework import exceptions
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from suite.core.access import Actor
from suite.core.api import own
from suite.core.api.fields import PLAIN, WHOLE, is_written
from suite.core.said import listed

__all__ = ["DeclaredFilters", "DeclaredOrdering", "FilterSet", "ScopedChoiceFilter", "StoredViews", "Words"]


NUMBER = re.compile(rf"({PLAIN.pattern})([eE][+-]?[0-9]+)?")  # as JSON writes numbers, with an exponent too


class ScopedChoiceFilter(django_filters.ModelChoiceFilter):
    """Filter by a related record the caller may see; a foreign key value is refused like one that does not exist."""

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        super().__init__(queryset=lambda request: model._default_manager.visible_to(request.actor), **kwargs)  # type: ignore[attr-defined]


class ChoicesInFilter(django_filters.BaseInFilter, django_filters.ChoiceFilter):
    """Any of several choices, with commas between; another word is refused."""


def _scoped(field: Any) -> dict[str, Any]:
    return {"model": field.remote_field.model}


class FilterSet(PlainFilterSet):
    """Declared filters; those by related records know only what the caller may see."""

    FILTER_DEFAULTS = {
        **PlainFilterSet.FILTER_DEFAULTS,
        ForeignKey: {"filter_class": ScopedChoiceFilter, "extra": _scoped},
        OneToOneField: {"filter_class": ScopedChoiceFilter, "extra": _scoped},
    }

    @classmethod
    def filter_for_lookup(cls, field: Any, lookup_type: str) -> tuple[type[django_filters.Filter], dict[str, Any]]:
        if lookup_type == "in" and getattr(field, "choices", None):
            return ChoicesInFilter, {"choices": field.choices}
        return super().filter_for_lookup(field, lookup_type)


class DeclaredFilters(DjangoFilterBackend):
    """The filters of `filterset_class`; an unknown query key is an error, for a misspelt filter would show too much."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset = self.get_filterset(request, queryset, view) if view.action == "list" else None
        known = set(view.query_keys)
        if view.action == "list":
            known |= {
                *view.paginator.query_keys,
                DeclaredOrdering.key,
                StoredViews.key,
                *([Words.key] if Words.searches(view.model) else ()),
                *(keys_of(filterset) - self.unseen(filterset, view) if filterset else ()),
            }
        keys, condition, wrong = self.own_fields(request, view)
        unknown = sorted(set(request.query_params) - known - keys)
        if unknown:
            raise exceptions.ValidationError({key: [_("There is no such filter here")] for key in unknown})
        if wrong:
            raise exceptions.ValidationError(wrong)
        if filterset and (slips := slips_of(filterset, request.query_params)):
            raise exceptions.ValidationError(slips)
        queryset = queryset.filter(condition) if condition else queryset
        return super().filter_queryset(request, queryset, view) if filterset else queryset

    def own_fields(self, request: Request, view: Any) -> tuple[set[str], Q, dict[str, list[str]]]:
        if view.action != "list" or not own.fields.has(view.model):
            return set(), Q(), {}
        return own.fields.narrowed(view.model, view.actor, request.query_params)

    def unseen(self, filterset: FilterSet, view: Any) -> set[str]:
        """The query keys of filters by fields that rules hide from the caller."""
        names = {
            name
            for name, each in filterset.filters.items()
            if any(own.fields.hides(view.model, path, view.actor) for path in {name, each.field_name} - {None})
        }
        return {key for key in keys_of(filterset) if any(key == name or key.startswith(f"{name}_") for name in names)}

    def get_filterset_class(self, view: Any, queryset: QuerySet[Any] | None = None) -> type[FilterSet] | None:
        return view.filterset_class


def slips_of(filterset: FilterSet, params: Mapping[str, str]) -> dict[str, list[Any]]:
    """Texts that Python reads as numbers and people do not, such as `1_000`, where a number or a key is wanted."""
    wanted = {}
    for name, field in filterset.form.fields.items():
        if _is_whole(filterset, name, field):
            wanted[name] = (WHOLE, forms.IntegerField.default_error_messages["invalid"])
        elif isinstance(field, forms.DecimalField):
            wanted[name] = (NUMBER, forms.DecimalField.default_error_messages["invalid"])
    return {
        name: [message]
        for name, (pattern, message) in wanted.items()
        if (text := params.get(name)) and not is_written(text, pattern)
    }


def _is_whole(filterset: FilterSet, name: str, field: forms.Field) -> bool:
    """Whether a filter compares whole numbers: a column of them, or the key of a record."""
    if isinstance(field, forms.ModelChoiceField):
        return not isinstance(field.queryset.model._meta.pk, CharField)
    named = filterset.filters.get(name)
    column = get_model_field(filterset.queryset.model, named.field_name) if named else None
    return isinstance(column, IntegerField) and not column.choices


def keys_of(filterset: FilterSet) -> set[str]:
    """The query keys a filter set reads; a range reads two."""
    keys = set()
    for name, field in filterset.form.fields.items():
        suffixes = getattr(field.widget, "suffixes", None)
        keys |= {f"{name}_{suffix}" for suffix in suffixes} if suffixes else {name}
    return keys


class Words(BaseFilterBackend):
    """`?q=华为`: what the search box of the page of such records finds, by parts of names, numbers, phones, pinyin."""

    key = "q"
    longest = 100
    searches: ClassVar[Callable[[type[Model]], bool]] = staticmethod(lambda model: False)  # plugged in by the desk
    find: ClassVar[Callable[[Actor, type[Model], str], Q] | None] = None

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        text = request.query_params.get(self.key, "").replace("\x00", "").strip()
        if not text or view.action != "list" or self.find is None:
            return queryset
        if len(text) > self.longest:
            sentence = _("At most %(count)s characters") % {"count": self.longest}
            raise exceptions.ValidationError({self.key: [sentence]})
        return queryset.filter(type(self).find(request.actor, view.model, text))  # type: ignore[attr-defined, misc]

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        if not self.searches(view.model):
            return []
        schema = {"type": "string", "maxLength": self.longest}
        told = "Parts of names, numbers or phones, pinyin and initials: what the search box of the list finds"
        return [{"name": self.key, "in": "query", "required": False, "schema": schema, "description": told}]


class DeclaredOrdering(BaseFilterBackend):
    """`?ordering=-ordered_on`: one of `ordering_fields`; without it the viewset's `ordering`."""

    key = "ordering"

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        asked = request.query_params.get(self.key) or view.ordering
        name = asked.removeprefix("-")
        paths = own.fields.orderings(view.model, view.actor) if own.fields.has(view.model) else {}
        if path := paths.get(name):
            return queryset.order_by(f"-{path}" if asked.startswith("-") else path)
        offered = [each for each in view.ordering_fields if not own.fields.hides(view.model, each, view.actor)]
        if name not in {*offered, view.ordering.removeprefix("-")}:
            choices = listed([*offered, *paths])
            raise exceptions.ValidationError({self.key: [_("One of these: %(choices)s") % {"choices": choices}]})
        return queryset.order_by(asked)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        names = sorted({*view.ordering_fields, view.ordering.removeprefix("-")})
        choices = [sign + name for name in names for sign in ("", "-")]
        schema = {"type": "string", "enum": choices, "default": view.ordering}
        return [{"name": self.key, "in": "query", "required": False, "schema": schema}]


# (actor, rows, the view's key, fields that the call asks for itself): the rows of the view and its order.
Narrow = Callable[[Actor, QuerySet[Any], str, Collection[str]], tuple[QuerySet[Any], str]]


class StoredViews(BaseFilterBackend):
    """`?view=12`: filters and order of a view that people keep; what the call asks for itself comes before them."""

    key = "view"
    narrow: ClassVar[Narrow | None] = None  # plugged in by the desk, which keeps the views

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        asked = request.query_params.get(self.key)
        if asked is None or view.action != "list" or self.narrow is None:
            return queryset
        filterset = DeclaredFilters().get_filterset(request, queryset, view)
        given = set(request.query_params)
        fields = {
            each.field_name
            for name, each in (filterset.filters.items() if filterset else ())
            if given & {name, *(f"{name}_{suffix}" for suffix in getattr(each.field.widget, "suffixes", None) or ())}
        }
        try:
            rows, order = type(self).narrow(request.actor, queryset, asked, fields)  # type: ignore[attr-defined, misc]
        except LookupError:
            raise exceptions.ValidationError({self.key: [_("There is no such view of these records")]}) from None
        return rows if DeclaredOrdering.key in given or not order else rows.order_by(order)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [{"name": self.key, "in": "query", "required": False, "schema": {"type": "integer", "minimum": 1}}]
