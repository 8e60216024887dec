"""Saved views for other systems: made, changed and deleted, and read along by lists of records (`?view=12`)."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from suite.core.access import Actor
from suite.core.acts import settle
from suite.core.api import (
    Creating,
    DecimalField,
    Deleting,
    FilterSet,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    Updating,
)
from suite.desk.lists.filters import field_at
from suite.desk.lists.spec import ListSpec, all_specs, open_spec, spec_of
from suite.desk.lists.state import ListState
from suite.desk.models import SavedView
from suite.desk.services import saved_views

OF_ACTOR = ("is_pinned", "is_default")


def searches(model: type[Model]) -> bool:
    """Whether a list of such records has a search box."""
    return _searched(model) is not None


def found(actor: Actor, model: type[Model], text: str) -> Q:
    """What the search box of a list of such records finds."""
    spec = _searched(model)
    return spec.search(text, actor) if spec else Q(pk__in=())


@cache
def _searched(model: type[Model]) -> ListSpec | None:
    return next((spec for spec in all_specs() if spec.model is model and spec.has_search), None)


def narrowed(actor: Actor, rows: QuerySet[Any], key: str, asked: Collection[str]) -> tuple[QuerySet[Any], str]:
    """The rows that a saved view shows, and its order ("" for none that fits); filters on `asked` fields are left out.

    Raises LookupError for a view that is not offered to the actor, or shows other records, and ValidationError for one
    that asks what the actor's list does not know: left out, it would show too much.
    """
    pk = int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0
    view = saved_views.offered(actor).filter(pk=pk).first()
    spec = spec_of(view.list_key) if view else None
    if view is None or spec is None or spec.model._meta.concrete_model is not rows.model._meta.concrete_model:
        raise LookupError(key)
    known = {name for each in spec.filters_for(actor) if each.path in asked for name in each.keys}
    params = {name: value for name, value in view.params.items() if name not in known}
    if strange := strange_in(params, spec, actor):
        raise ValidationError({"view": [_("The view asks for “%(name)s”: %(reason)s") % {
            "name": name, "reason": reasons[0],
        } for name, reasons in strange.items()]})  # fmt: skip
    state = ListState(spec, actor, params)
    if type(spec).rows is not ListSpec.rows:  # its filters may lean on what it computes
        rows = rows.filter(pk__in=state.rows.values("pk"))
    else:
        rows = rows.filter(state.condition)
    try:
        field_at(rows.model, state.order.removeprefix("-"))
    except FieldDoesNotExist:
        return rows, ""
    return rows, state.order


class SavedViewSerializer(StrictModelSerializer):
    """A view as the caller sees it; `params` are those of the list's address, without the `withheld` ones: what it asks
    of fields that the caller may not see."""

    list = serializers.CharField(source="list_key", max_length=100)
    kind = serializers.CharField(read_only=True)
    params = serializers.DictField(child=serializers.CharField(max_length=500, allow_blank=True), required=False)
    is_pinned = serializers.BooleanField(read_only=True, default=False)
    withheld = serializers.IntegerField(read_only=True, default=0)
    is_default = serializers.BooleanField(read_only=True, default=False)

    class Meta:
        model = SavedView
        fields = (
            "id", "list", "name", "kind", "params", "withheld", "audience", "owner", "roles", "is_pinned", "is_default",
        )  # fmt: skip

    def to_representation(self, instance: SavedView) -> dict[str, Any]:
        spec = spec_of(instance.list_key)
        params = ListState(spec, self.context["request"].actor, {}).readable(instance) if spec else {}
        told = {"params": params, "withheld": len(instance.params) - len(params)}
        return super().to_representation(instance) | told


class NewView(StrictSerializer):
    list = serializers.CharField(max_length=100, source="list_key")
    name = serializers.CharField(max_length=60)
    params = serializers.DictField(child=serializers.CharField(max_length=500), default=dict)
    audience = serializers.ChoiceField(SavedView.Audience.choices, default=SavedView.Audience.MINE)
    is_default = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        actor, spec = self.context["request"].actor, spec_of(attrs["list_key"])
        if spec is None or not actor.may(spec.view_permission):
            raise serializers.ValidationError({"list": [_("There is no such list")]})
        demand_known(spec, actor, attrs["params"])
        return attrs


class ChangedView(StrictSerializer):
    name = serializers.CharField(max_length=60, required=False)
    params = serializers.DictField(child=serializers.CharField(max_length=500), required=False)
    audience = serializers.ChoiceField(SavedView.Audience.choices, required=False)
    is_pinned = serializers.BooleanField(required=False)
    is_default = serializers.BooleanField(required=False)
    roles = serializers.ListField(child=serializers.CharField(max_length=40), max_length=50, required=False)

    def validate_params(self, params: dict[str, str]) -> dict[str, str]:
        spec = spec_of(self.instance.list_key) if self.instance else None
        if spec:
            demand_known(spec, self.context["request"].actor, params)
        return params


def demand_known(spec: ListSpec, actor: Actor, params: dict[str, str]) -> None:
    """Refuse parameters that the list does not have or understand: a misspelt filter would show too much."""
    if strange := strange_in(params, spec, actor):
        raise serializers.ValidationError({"params": strange})


def strange_in(params: dict[str, str], spec: ListSpec, actor: Actor) -> dict[str, list[str]]:
    """What is wrong with each parameter that the list of the actor does not have, or does not understand."""
    state = ListState(spec, actor, params)
    unknown = sorted(set(params) - {*state.filter_keys, *state.LOOKS})
    unclear = {key: [chip.text] for chip in state.applied[1] if chip.bad for key in chip.keys if params.get(key)}
    return {key: [_("There is no such filter here")] for key in unknown} | unclear


class PivotCell(serializers.Serializer):
    """A figure: its exact value, how many records it is made of and the address of the list of them."""

    value = DecimalField(max_digits=24, decimal_places=6, allow_null=True)
    rows = serializers.IntegerField()
    url = serializers.CharField()


class PivotRowSerializer(serializers.Serializer):
    label = serializers.CharField()
    cells = PivotCell(many=True, help_text="One for each head, the total last")


class PivotSerializer(serializers.Serializer):
    """A pivot; `total` has a cell for each head and one for all."""

    measure = serializers.CharField()
    down = serializers.CharField()
    across = serializers.CharField()
    heads = serializers.ListField(child=serializers.CharField())
    rows = PivotRowSerializer(many=True)
    total = PivotCell(many=True)


class SavedViewFilters(FilterSet):
    class Meta:
        model = SavedView
        fields = {"list_key": ["exact"], "audience": ["exact"]}


class SavedViewViewSet(Creating, Updating, Deleting, ServiceViewSet):
    """The views of lists that are offered to the caller; an id narrows the API list of the same records: `?view=12`."""

    model = SavedView
    serializer_class = SavedViewSerializer
    filterset_class = SavedViewFilters
    ordering_fields = ("id", "name")
    ordering = "id"
    input_classes = {"create": NewView, "partial_update": ChangedView}
    output_classes = {"pivot": PivotSerializer}
    action_permissions = {
        "pivot": "desk.view_savedview",
        "partial_update": "desk.view_savedview",
        "destroy": "desk.view_savedview",
    }

    def get_queryset(self) -> QuerySet[SavedView]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return saved_views.offered(self.actor).order_by()

    def answer(self, pk: int | str, status: int = 200) -> Response:
        """The view as it is for the caller."""
        settle()
        return self.told(get_object_or_404(saved_views.offered(self.actor), pk=pk), status)

    @action(detail=True, methods=["get"])
    def pivot(self, request: Request, pk: str) -> Response:
        """What the view comes to as a pivot, as its `down`, `across` and `measure` say; 400 where it cannot be."""
        view: SavedView = self.get_object()
        spec = open_spec(view.list_key, self.actor)
        if spec is None or not spec.pivots:
            raise serializers.ValidationError({"view": [_("This list cannot be laid out as a pivot")]})
        demand_known(spec, self.actor, {name: value for name, value in view.params.items() if value})
        pivot = ListState(spec, self.actor, {**view.params, "show": "pivot"}, path=spec.address).pivot
        if pivot.is_too_large:
            raise serializers.ValidationError({"view": [_("There are too many figures for one table")]})
        told = {
            "measure": pivot.measure.name,
            "down": pivot.down.name,
            "across": pivot.across.name if pivot.across else "",
            "heads": [label for _key, label in pivot.heads],
            "rows": [{"label": row.label, "cells": row.cells} for row in pivot.rows],
            "total": pivot.foot,
        }
        return Response(PivotSerializer(told).data)

    def add(self, values: dict[str, Any]) -> SavedView:
        return saved_views.save(actor=self.actor, **values)

    def change(self, row: SavedView, values: dict[str, Any]) -> None:
        own = {name: values.pop(name) for name in OF_ACTOR if name in values}
        roles = values.pop("roles", None)
        if values:
            self._demand(saved_views.may_change(self.actor, row))
            saved_views.change(actor=self.actor, view=row, values=values)
        if roles is not None:
            self._demand(self.actor.may("core.change_role"))
            saved_views.open_first_for(actor=self.actor, view=row, roles=roles)
        if own:
            saved_views.use(actor=self.actor, view=row, **own)

    def remove(self, row: SavedView) -> None:
        self._demand(saved_views.may_change(self.actor, row))
        saved_views.remove(actor=self.actor, view=row)

    def _demand(self, may: bool) -> None:
        if not may:
            self.permission_denied(self.request)
