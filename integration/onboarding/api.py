"""Templates of trades for other systems: what each would change, and taking lines of one."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from integration.onboarding import services
from integration.onboarding.industries import INDUSTRIES, Industry, industry
from suite.core.api import ServiceView, StrictSerializer


class LineSerializer(serializers.Serializer):
    """A line of a template: how it stands now, how it would be, and whether it is so already."""

    key = serializers.CharField()
    label = serializers.CharField()
    now = serializers.CharField()
    then = serializers.CharField()
    is_met = serializers.BooleanField()


class IndustrySerializer(serializers.Serializer):
    """A trade, whether it is the company's, and its lines."""

    code = serializers.CharField()
    label = serializers.CharField()
    text = serializers.CharField()
    is_ours = serializers.BooleanField()
    lines = LineSerializer(many=True)


class TakeOn(StrictSerializer):
    """The lines to be taken; none means all."""

    lines = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=100)
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class IndustriesView(ServiceView):
    action_permissions = {"get": "core.change_company"}
    serializer_class = IndustrySerializer(many=True)  # type: ignore[assignment]

    def get(self, request: Request) -> Response:
        """All templates with what each would change."""
        return Response(IndustrySerializer([_told(each, self.actor) for each in INDUSTRIES], many=True).data)


class IndustryView(ServiceView):
    action_permissions = {"post": "core.change_company"}
    serializer_class = IndustrySerializer

    def post(self, request: Request, code: str) -> Response:
        """Take lines of a template: settings are changed, tags and menus added to; nothing is deleted."""
        chosen = industry(code)
        if chosen is None:
            raise Http404
        given = self.values(TakeOn)
        keys = given.pop("lines", None) or list(chosen.lines)
        unknown = sorted(set(keys) - set(chosen.lines))
        if unknown:
            raise serializers.ValidationError({"lines": [f"{each}?" for each in unknown]})
        services.take_on(industry=chosen, keys=keys, actor=self.actor, **given)
        return Response(IndustrySerializer(_told(chosen, self.actor)).data)

    @classmethod
    def input_class(cls, action: str) -> Any:
        return TakeOn


def _told(each: Industry, actor: Any) -> dict[str, Any]:
    lines = services.difference(each, actor)
    is_ours = actor.company.industry == each.code
    return {"code": each.code, "label": str(each.label), "text": str(each.text), "is_ours": is_ours, "lines": lines}


urlpatterns = [
    path("industries/", IndustriesView.as_view()),
    path("industries/<slug:code>/", IndustryView.as_view()),
]
