"""Targets and performance, for other systems."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.sales.models import Target
from crm.sales.queries.performance import performance_of, period
from crm.sales.services.targets import Wanted, set_targets
from suite.core import clock
from suite.core.api import (
    Creating,
    DecimalField,
    Deleting,
    FilterSet,
    ServiceView,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
)
from suite.core.money import ZERO


class TargetSerializer(StrictModelSerializer):
    """What a person, a team (no person), or the company (neither) is to bring in; `month` is a first day.

    The same target posted again replaces its amount.
    """

    amount = DecimalField(max_digits=18, decimal_places=2, min_value=ZERO)

    class Meta:
        model = Target
        fields = ("id", "month", "measure", "user", "team", "amount")
        extra_kwargs = {"user": {"required": False}, "team": {"required": False}}
        validators: list[Any] = []


class TargetFilters(FilterSet):
    class Meta:
        model = Target
        fields = {"month": ["exact", "gte", "lte"], "measure": ["exact"]}


class TargetViewSet(Creating, Deleting, ServiceViewSet):
    model = Target
    serializer_class = TargetSerializer
    filterset_class = TargetFilters
    ordering_fields = ("id",)

    def add(self, values: dict[str, Any]) -> Target:
        wanted = self._wanted(values["amount"], values)
        set_targets([wanted], actor=self.actor)
        whose = {"user": wanted.user_id} if wanted.user_id else {"user": None, "team": wanted.team_id}
        return Target.objects.of(self.actor.company_id).get(month=wanted.month, measure=wanted.measure, **whose)

    def remove(self, row: Target) -> None:
        set_targets([Wanted(row.month, row.measure, None, row.user_id, row.team_id)], actor=self.actor)

    def _wanted(self, amount: Any, values: dict[str, Any]) -> Wanted:
        user, team = values.get("user"), values.get("team")
        measure = values.get("measure", Target.Measure.BOOKED)
        return Wanted(values["month"], measure, amount, user.pk if user else None, team.pk if team else None)


class PerformanceQuery(StrictSerializer):
    """A day of the month or quarter; today where none is named."""

    day = serializers.DateField(required=False, default=None)
    span = serializers.ChoiceField(["month", "quarter"], required=False, default="month")


class FigureSerializer(serializers.Serializer):
    """So far, the target, and what is missing to it, in the company's currency; null where nobody can say."""

    amount = DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    target = DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    gap = DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    url = serializers.CharField()


class FiguresSerializer(serializers.Serializer):
    booked = FigureSerializer()
    won = FigureSerializer()
    collected = FigureSerializer()


class PerformanceRow(serializers.Serializer):
    kind = serializers.CharField(help_text="company, team or user")
    label = serializers.CharField()
    figures = FiguresSerializer()


class PerformanceSerializer(serializers.Serializer):
    first = serializers.DateField()
    last = serializers.DateField()
    as_of = serializers.DateTimeField()
    rows = PerformanceRow(many=True)


class PerformanceView(ServiceView):
    """Booked, won and collected against target, as of now, of those the caller sees."""

    action_permissions = {"get": "crm_sales.view_target"}
    query_class = PerformanceQuery
    serializer_class = PerformanceSerializer

    def get(self, request: Request) -> Response:
        asked = self.query()
        first, last = period(asked["day"] or clock.today(self.actor.company), asked["span"])
        return Response(PerformanceSerializer(performance_of(self.actor, first, last)).data)
