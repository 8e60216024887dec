"""What a seller had better do this morning, for other systems."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.sales.models import MorningOrder
from crm.sales.queries.morning import lines_of, ordered_by
from suite.core.api import DecimalField, ServiceView, StrictSerializer


class MorningQuery(StrictSerializer):
    """By what it is ordered; as the caller chose on the workbench where nothing is said."""

    by = serializers.ChoiceField(MorningOrder.By.choices, required=False, default=None)


class MorningLine(serializers.Serializer):
    """`worth` is amount x chance x margin in the company's currency, without a margin amount x chance."""

    kind = serializers.CharField()
    title = serializers.CharField()
    about = serializers.CharField()
    url = serializers.CharField()
    due_at = serializers.DateTimeField(source="at", allow_null=True)
    opportunity = serializers.IntegerField(source="deal", allow_null=True)
    amount = DecimalField(max_digits=18, decimal_places=2, allow_null=True)
    chance = DecimalField(max_digits=5, decimal_places=1, allow_null=True)
    margin = DecimalField(
        max_digits=12, decimal_places=1, allow_null=True, help_text=_("Null for who does not see costs")
    )
    is_assumed = serializers.BooleanField(help_text=_("The margin is the average of the other lines"))
    worth = DecimalField(max_digits=18, decimal_places=2, allow_null=True)


class MorningAnswer(serializers.Serializer):
    by = serializers.CharField()
    lines = MorningLine(many=True)


class MorningView(ServiceView):
    """Open tasks, next steps and unanswered quotations of the caller, by what there is to gain or by due date."""

    action_permissions = {"get": "crm_sales.view_opportunity"}
    query_class = MorningQuery
    serializer_class = MorningAnswer

    def get(self, request: Request) -> Response:
        by = self.query()["by"] or ordered_by(self.actor)
        return Response(MorningAnswer({"by": by, "lines": lines_of(self.actor, by)}).data)
