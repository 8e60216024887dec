"""Needs of customers, for other systems."""

from __future__ import annotations

from typing import Any

import django_filters as df
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.customers.models import Need
from crm.customers.needs import CONFLICTING, with_conflicts
from crm.customers.services import needs
from suite.core.api import (
    Creating,
    FilterSet,
    Reason,
    ScopedChoiceFilter,
    ServiceViewSet,
    StrictModelSerializer,
    Updating,
    action,
)
from suite.core.models import User
from suite.masterdata.models import Party, Product


class NeedSerializer(StrictModelSerializer):
    """What a customer wants: a product, words or both; `owner` is who heard it."""

    heard_on = serializers.DateField(required=False, help_text=_("Today unless said"))
    what = serializers.CharField(read_only=True)
    conflicts = serializers.BooleanField(
        read_only=True, default=False, help_text=_("Another author has another open need of the same customer")
    )
    version = serializers.IntegerField(required=False, min_value=1, help_text=_("The version that was read"))

    class Meta:
        model = Need
        fields = (
            "id", "party", "product", "text", "heard_on", "what", "conflicts", "owner", "status", "settled_at",
            "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("owner", "status", "settled_at", "created_at", "updated_at")


class NeedFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    owner = ScopedChoiceFilter(User)
    product = ScopedChoiceFilter(Product)
    conflicts = df.BooleanFilter(method="contradicting")

    class Meta:
        model = Need
        fields = {"status": ["exact", "in"], "heard_on": ["exact", "gte", "lte"]}

    def contradicting(self, rows: QuerySet[Need], name: str, value: bool) -> QuerySet[Need]:
        """Beside which stands another open need of the same customer, by another author."""
        return rows.filter(CONFLICTING) if value else rows.exclude(CONFLICTING)


class NeedViewSet(Creating, Updating, ServiceViewSet):
    model = Need
    serializer_class = NeedSerializer
    filterset_class = NeedFilters
    ordering_fields = ("id", "created_at")
    select = ("company", "party", "product")
    input_classes = {"meet": Reason, "drop": Reason, "reopen": Reason}
    action_permissions = {
        "meet": "crm_customers.change_need",
        "drop": "crm_customers.change_need",
        "reopen": "crm_customers.change_need",
    }

    @classmethod
    def with_relations(cls, rows: QuerySet[Any]) -> QuerySet[Any]:
        return with_conflicts(super().with_relations(rows))

    def add(self, values: dict[str, Any]) -> Need:
        values.pop("version", None)
        return needs.tell(needs=[values], actor=self.actor)[0]

    def change(self, row: Need, values: dict[str, Any]) -> None:
        values.pop("party", None)  # whose need it is stays
        needs.change_need(need=row, actor=self.actor, **values)

    @action(detail=True, methods=["post"])
    def meet(self, request: Request, pk: str) -> Response:
        """It is met."""
        needs.meet(pks=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: str) -> Response:
        """It is no longer wanted."""
        needs.drop(pks=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """It was settled by mistake."""
        needs.reopen(pks=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)
