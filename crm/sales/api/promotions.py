"""Promotions for other systems."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.sales.api.documents import CurrencyField
from crm.sales.models import Promotion, PromotionScope, PromotionStep
from crm.sales.services import promotions
from crm.sales.services.promotions import Scope, Step
from suite.core.api import (
    Creating,
    DecimalField,
    FilterSet,
    Reason,
    ServiceViewSet,
    StrictModelSerializer,
    Updating,
    action,
)

CHANGE = "crm_sales.change_promotion"
AT_MOST = 10_000


class PromotionStepSerializer(StrictModelSerializer):
    """From `min_quantity` in base units on: percent, an amount or a price per base unit, or how many are free."""

    min_quantity = DecimalField(max_digits=18, decimal_places=6, min_value=Decimal(0), required=False)
    value = DecimalField(max_digits=18, decimal_places=6, min_value=Decimal(0))

    class Meta:
        model = PromotionStep
        fields = ("min_quantity", "value")


class ScopeSerializer(StrictModelSerializer):
    """Exactly one of product, category, customer, tag and region."""

    class Meta:
        model = PromotionScope
        fields = ("product", "category", "party", "tag", "region")


class PromotionSerializer(StrictModelSerializer):
    """A promotion: what its `steps` give, for what and whom its `scopes` name; without any of a sort, for all."""

    currency = CurrencyField(source="currency_id", required=False)
    steps = PromotionStepSerializer(many=True, max_length=AT_MOST)
    scopes = ScopeSerializer(many=True, required=False, max_length=AT_MOST)

    class Meta:
        model = Promotion
        fields = (
            "id", "code", "name", "name_en", "kind", "status", "valid_from", "valid_to", "priority", "is_stackable",
            "together", "currency", "includes_tax", "note", "steps", "scopes", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("status", "version", "created_at", "updated_at")


class PromotionChange(PromotionSerializer):
    """What changes; `steps` and `scopes`, where given, are those altogether."""

    version = serializers.IntegerField(required=False)

    class Meta(PromotionSerializer.Meta):
        read_only_fields = ("status", "created_at", "updated_at")


class PromotionFilters(FilterSet):
    class Meta:
        model = Promotion
        fields = {
            "code": ["exact"], "kind": ["exact"], "status": ["exact", "in"], "valid_from": ["exact", "gte", "lte"],
            "valid_to": ["exact", "gte", "lte"],
        }  # fmt: skip


class PromotionViewSet(Creating, Updating, ServiceViewSet):
    model = Promotion
    serializer_class = PromotionSerializer
    input_classes = dict.fromkeys(("hold", "release", "switch_on", "switch_off"), Reason) | {
        "partial_update": PromotionChange
    }
    filterset_class = PromotionFilters
    ordering_fields = ("id", "code", "valid_from", "valid_to")
    ordering = "-id"
    prefetch = ("steps", "scopes")
    action_permissions = dict.fromkeys(("hold", "release", "switch_on", "switch_off"), CHANGE)

    def add(self, values: dict[str, Any]) -> Promotion:
        steps, scopes = steps_of(values.pop("steps")), scopes_of(values.pop("scopes", ()))
        return promotions.create_promotion(steps=steps, scopes=scopes, actor=self.actor, **values)

    def change(self, row: Promotion, values: dict[str, Any]) -> None:
        given = {"steps": steps_of, "scopes": scopes_of}
        parts = {name: read(values.pop(name)) for name, read in given.items() if name in values}
        promotions.change_promotion(promotion_id=row.pk, actor=self.actor, **parts, **values)

    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: str) -> Response:
        """Put it on hold: nothing new is promised with it until it is released."""
        promotions.hold(pks=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Let it go on after a hold."""
        promotions.release(pks=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def switch_on(self, request: Request, pk: str) -> Response:
        """Switch it on."""
        promotions.switch(pks=[self.get_object().pk], on=True, actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def switch_off(self, request: Request, pk: str) -> Response:
        """Switch it off; papers keep the prices they have."""
        promotions.switch(pks=[self.get_object().pk], on=False, actor=self.actor, **self.input())
        return self.answer(pk)


def steps_of(rows: Any) -> list[Step]:
    return [Step(row["value"], row.get("min_quantity", Decimal(0))) for row in rows]


def scopes_of(rows: Any) -> list[Scope]:
    keys = ("product", "party", "tag", "region")
    return [
        Scope(category=row.get("category", ""), **{f"{name}_id": row[name].pk for name in keys if row.get(name)})
        for row in rows
    ]
