"""Reports about deals, for other systems."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.sales.models import ChanceModel, Pipeline
from crm.sales.queries.funnel import funnel_of
from suite.core.api import ServiceView, StrictSerializer


class FunnelQuery(StrictSerializer):
    """Of which pipeline (the first where none is named), from which day to which, both included."""

    pipeline = serializers.IntegerField(required=False, default=None)
    since = serializers.DateField(required=False, default=None)
    until = serializers.DateField(required=False, default=None)


class FunnelStep(serializers.Serializer):
    """A stage: visits that began in the range, what they were left for, and the mean days of those that ended."""

    stage = serializers.IntegerField(source="stage.pk")
    name = serializers.CharField(source="stage.label")
    kind = serializers.CharField(source="stage.kind")
    entered = serializers.IntegerField()
    went_on = serializers.IntegerField()
    back = serializers.IntegerField()
    lost = serializers.IntegerField()
    still = serializers.IntegerField()
    conversion = serializers.FloatField(allow_null=True, help_text="How many of a hundred went on")
    days = serializers.FloatField(allow_null=True)


class Funnel(serializers.Serializer):
    pipeline = serializers.IntegerField()
    steps = FunnelStep(many=True)


class FunnelView(ServiceView):
    """How many came to each stage of a pipeline, how many went on, how long it took."""

    action_permissions = {"get": "crm_sales.view_opportunity"}
    query_class = FunnelQuery
    serializer_class = Funnel

    def get(self, request: Request) -> Response:
        asked = self.query()
        rows = Pipeline.objects.visible_to(self.actor)
        pipeline = rows.filter(pk=asked["pipeline"]).first() if asked["pipeline"] is not None else rows.first()
        if pipeline is None:
            raise serializers.ValidationError({"pipeline": [_("There is no such pipeline")]})
        steps = funnel_of(self.actor, pipeline, asked["since"], asked["until"])
        return Response(Funnel({"pipeline": pipeline.pk, "steps": steps}).data)


class LearnedSerializer(serializers.Serializer):
    """What closed deals of a pipeline taught; `tested` is blank while there is too little data.

    `used_fields` tell deals apart beside the stage; `tested` says of how many deals that were held back the AUC and the
    Brier score (`base_brier`: of saying the same of all), and in `bins` for each tenth what was said and what came.
    """

    pipeline = serializers.IntegerField(source="pipeline_id")
    learned_at = serializers.DateTimeField()
    won = serializers.IntegerField()
    lost = serializers.IntegerField()
    knows_enough = serializers.BooleanField()
    used_fields = serializers.SerializerMethodField()
    tested = serializers.JSONField()

    def get_used_fields(self, row: ChanceModel) -> list[str]:
        return list(row.fields)


class WinProbability(serializers.Serializer):
    models = LearnedSerializer(many=True)


class WinProbabilityView(ServiceView):
    """What win probabilities were learned from, and how well they told."""

    action_permissions = {"get": "crm_sales.view_opportunity"}
    serializer_class = WinProbability

    def get(self, request: Request) -> Response:
        models = ChanceModel.objects.visible_to(self.actor).order_by("pipeline_id")
        return Response(WinProbability({"models": models}).data)
