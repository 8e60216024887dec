"""Churn alerts, the public pool and hand-overs, for other systems."""

from __future__ import annotations

from typing import Any

import django_filters as df
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.customers.models import Customer
from crm.retention import services
from crm.retention.models import ChurnAlert, HandOver, PoolEntry
from crm.retention.services import handing, pool
from suite.core.api import (
    Creating,
    FilterSet,
    Reason,
    Router,
    ScopedChoiceFilter,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    action,
)
from suite.core.errors import BusinessError
from suite.core.models import User
from suite.desk.queries import colleagues


class ChurnAlertSerializer(StrictModelSerializer):
    """A customer who stopped ordering; open until the next order, or until somebody puts it away."""

    party = serializers.IntegerField(source="customer.party_id", read_only=True)
    name = serializers.CharField(source="customer.party.name", read_only=True)
    owner = serializers.IntegerField(source="customer.owner_id", read_only=True, allow_null=True)

    class Meta:
        model = ChurnAlert
        fields = (
            "id", "customer", "party", "name", "owner", "last_order_on", "days", "raised_at", "closed_at",
            "closed_by_order",
        )  # fmt: skip
        read_only_fields = fields


class ChurnAlertFilters(FilterSet):
    customer = ScopedChoiceFilter(Customer)
    owner = ScopedChoiceFilter(User, field_name="customer__owner")
    is_open = df.BooleanFilter("closed_at", "isnull")
    raised_since = df.IsoDateTimeFilter("raised_at", "gte")

    class Meta:
        model = ChurnAlert
        fields = ()


class ChurnAlertViewSet(ServiceViewSet):
    model = ChurnAlert
    serializer_class = ChurnAlertSerializer
    filterset_class = ChurnAlertFilters
    ordering_fields = ("id", "raised_at")
    select = ("customer__party",)
    input_classes = {"close": Reason}
    action_permissions = {"close": "crm_retention.change_churnalert"}

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Put the alert away: it is dealt with, or was no alarm."""
        services.close_alerts(alerts=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)


class PoolEntrySerializer(StrictModelSerializer):
    """A customer whom nobody looks after, or who was claimed; no way to reach it before it is claimed."""

    name = serializers.CharField(source="customer.party.label", read_only=True)
    grade = serializers.CharField(source="customer.grade", read_only=True)
    last_touch_at = serializers.DateTimeField(source="customer.last_touch_at", read_only=True, allow_null=True)
    last_order_on = serializers.DateField(source="customer.last_order_on", read_only=True, allow_null=True)

    class Meta:
        model = PoolEntry
        fields = (
            "id", "customer", "name", "grade", "last_touch_at", "last_order_on", "entered_at", "left_at", "claimed_by",
        )  # fmt: skip
        read_only_fields = fields


class PoolEntryFilters(FilterSet):
    is_there = df.BooleanFilter("left_at", "isnull")

    class Meta:
        model = PoolEntry
        fields = ()


class PoolEntryViewSet(ServiceViewSet):
    model = PoolEntry
    serializer_class = PoolEntrySerializer
    filterset_class = PoolEntryFilters
    ordering_fields = ("id", "entered_at")
    select = ("customer__party",)
    action_permissions = {"claim": "crm_retention.claim_poolentry"}

    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: str) -> Response:
        """Claim the customer; 409 `taken` names who was quicker, `limit` says how many one may claim."""
        outcome = pool.claim(entries=[self.get_object().pk], actor=self.actor)
        if outcome.refused:
            raise BusinessError(*outcome.refused.values())
        return self.answer(pk)


class HandOverSerializer(StrictModelSerializer):
    """What went from one person to another: the keys by kind."""

    moved = serializers.JSONField(read_only=True)

    class Meta:
        model = HandOver
        fields = ("id", "giver", "taker", "made_by", "reason", "moved", "made_at", "undone_at")
        read_only_fields = ("made_by", "made_at", "undone_at")


class HandOverInput(StrictSerializer):
    """Who gives what to whom."""

    giver = serializers.IntegerField()
    taker = serializers.IntegerField()
    kinds = serializers.MultipleChoiceField(choices=list(handing.KINDS))
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class HandOverViewSet(Creating, ServiceViewSet):
    """Hand-overs; what is posted goes at once, with all that it moves in the answer."""

    model = HandOver
    serializer_class = HandOverSerializer
    input_classes = {"create": HandOverInput}
    ordering_fields = ("id",)
    action_permissions = {"undo": "crm_retention.change_handover"}

    def add(self, values: dict[str, Any]) -> HandOver:
        people = colleagues(self.actor).in_bulk([values["giver"], values["taker"]])
        for name in ("giver", "taker"):
            if values[name] not in people:
                raise serializers.ValidationError({name: [_("Nobody of this company")]})
        values |= {name: people[values[name]] for name in ("giver", "taker")}
        return handing.hand_over(actor=self.actor, **{**values, "kinds": sorted(values["kinds"])})

    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take it back: what the taker still looks after."""
        handing.undo(hand_overs=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)


router = Router()
router.register("pool", PoolEntryViewSet, basename="crm-retention-pool")
router.register("hand-overs", HandOverViewSet, basename="crm-retention-hand-over")
router.register("churn-alerts", ChurnAlertViewSet, basename="churnalert")
