"""Sources, stage alerts and insight cards, for other systems."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.sales.insight_cards import cards_of
from crm.sales.models import Opportunity, SourceCost, StageAlert
from crm.sales.queries.sources import sources_of
from crm.sales.services.source_costs import remove_cost, set_cost
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


class SourceCostSerializer(StrictModelSerializer):
    """What a source cost in a month (its first day); posted again it replaces the amount."""

    amount = DecimalField(max_digits=18, decimal_places=2, min_value=ZERO)

    class Meta:
        model = SourceCost
        fields = ("id", "source", "month", "amount")
        validators: list[Any] = []


class SourceCostFilters(FilterSet):
    class Meta:
        model = SourceCost
        fields = {"month": ["exact", "gte", "lte"]}


class SourceCostViewSet(Creating, Deleting, ServiceViewSet):
    model = SourceCost
    serializer_class = SourceCostSerializer
    filterset_class = SourceCostFilters
    ordering_fields = ("id",)

    def add(self, values: dict[str, Any]) -> SourceCost:
        return set_cost(**values, actor=self.actor)

    def remove(self, row: SourceCost) -> None:
        remove_cost(cost=row, actor=self.actor)


class SourceQuery(StrictSerializer):
    """From which day to which, both included; this year until today where nothing is said."""

    since = serializers.DateField(required=False, default=None)
    until = serializers.DateField(required=False, default=None)


class SourceRow(serializers.Serializer):
    """`cost` and `cost_per_won` are null where no cost was entered, or the caller sees only a part."""

    label = serializers.CharField()
    leads = serializers.IntegerField()
    deals = serializers.IntegerField()
    won = serializers.IntegerField()
    revenue = DecimalField(max_digits=20, decimal_places=2)
    cost = DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    cost_per_won = DecimalField(max_digits=20, decimal_places=2, allow_null=True)


class SourceAnswer(serializers.Serializer):
    sources = SourceRow(many=True)


class SourceView(ServiceView):
    """What comes of each source."""

    action_permissions = {"get": "crm_sales.view_opportunity"}
    query_class = SourceQuery
    serializer_class = SourceAnswer

    def get(self, request: Request) -> Response:
        asked, today = self.query(), clock.today(self.actor.company)
        first, last = asked["since"] or today.replace(month=1, day=1), asked["until"] or today
        return Response(SourceAnswer({"sources": sources_of(self.actor, first, last)}).data)


class StageAlertRow(serializers.ModelSerializer):
    """A stage that fell below its usual band; shares in percent; `deals` are those the caller sees."""

    deals = serializers.SerializerMethodField()

    class Meta:
        model = StageAlert
        fields = ("id", "stage", "raised_at", "closed_at", "visits", "share", "usual", "limit", "deals")

    def get_deals(self, row: StageAlert) -> list[int]:
        return [pk for pk in row.deals if pk in self.context["seen"]]


class StageAlertAnswer(serializers.Serializer):
    alerts = StageAlertRow(many=True)


class StageAlertView(ServiceView):
    """The latest stage alerts, those that are over among them."""

    action_permissions = {"get": "crm_sales.view_stage"}
    serializer_class = StageAlertAnswer

    def get(self, request: Request) -> Response:
        alerts = list(StageAlert.objects.visible_to(self.actor).order_by("-raised_at", "-pk")[:50])
        asked = {pk for alert in alerts for pk in alert.deals}
        seen = set(Opportunity.objects.visible_to(self.actor).filter(pk__in=asked).values_list("pk", flat=True))
        return Response(StageAlertAnswer({"alerts": alerts}, context={"seen": seen}).data)


class CardRow(serializers.Serializer):
    """A combination; shares in percent, `low` to `high` the 95 % Wilson interval."""

    is_best = serializers.BooleanField()
    label = serializers.CharField()
    won = serializers.IntegerField()
    closed = serializers.IntegerField()
    share = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    usual = serializers.FloatField()
    url = serializers.CharField()


class CardAnswer(serializers.Serializer):
    cards = CardRow(many=True)


class InsightView(ServiceView):
    """The combination that converts best and the one that converts worst, where enough deals closed."""

    action_permissions = {"get": "crm_sales.view_opportunity"}
    serializer_class = CardAnswer

    def get(self, request: Request) -> Response:
        return Response(CardAnswer({"cards": cards_of(self.actor)}).data)
