"""Churn alerts, for other systems."""

from __future__ import annotations

import django_filters as df
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.customers.models import Customer
from crm.retention import services
from crm.retention.models import ChurnAlert
from suite.core.api import FilterSet, Reason, Router, ScopedChoiceFilter, ServiceViewSet, StrictModelSerializer, action
from suite.core.models import User


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


router = Router()
router.register("churn-alerts", ChurnAlertViewSet, basename="churnalert")
