"""The forecast, for other systems."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.sales.queries.forecast import KINDS, MEASURES, SUMMED, Row, changes_of, forecast_of
from suite.core import clock
from suite.core.api import DecimalField, ServiceView, StrictSerializer


class ForecastQuery(StrictSerializer):
    """The month by its first day (the present one where none is named), by `owner`, `product` or `month`."""

    month = serializers.DateField(required=False, default=None)
    by = serializers.ChoiceField(["owner", "product", "month"], required=False, default="owner")

    def validate_month(self, month):
        if month is not None and month.day != 1:
            raise serializers.ValidationError(_("Name a month by its first day"))
        return month


def _money(names: tuple[str, ...]) -> dict[str, DecimalField]:
    return {name: DecimalField(max_digits=20, decimal_places=2) for name in names}


ForecastAmounts = type("ForecastAmounts", (serializers.Serializer,), _money(MEASURES))
ChangedAmounts = type("ChangedAmounts", (serializers.Serializer,), _money(SUMMED))


class ForecastRow(serializers.Serializer):
    """What is won, committed, best case, weighted and open, in the company's currency, and the deals behind each."""

    label = serializers.CharField()
    amounts = ForecastAmounts()
    urls = serializers.DictField(child=serializers.CharField())


ChangeSums = type("ChangeSums", (serializers.Serializer,), {name: ChangedAmounts() for name in KINDS})


class ForecastChanges(serializers.Serializer):
    """`then` and what happened since (`sums`: new, moved in, moved out, won, lost, changed) come to `now`."""

    week = serializers.DateField()
    then = ChangedAmounts()
    sums = ChangeSums()
    now = ChangedAmounts()


class ForecastSerializer(serializers.Serializer):
    rows = ForecastRow(many=True)
    total = ForecastRow()
    changes = ForecastChanges(allow_null=True)


class ForecastView(ServiceView):
    """What a month is to bring, and what changed since the week began."""

    action_permissions = {"get": "crm_sales.view_opportunity"}
    query_class = ForecastQuery
    serializer_class = ForecastSerializer

    def get(self, request: Request) -> Response:
        asked = self.query()
        month = asked["month"] or clock.today(self.actor.company).replace(day=1)
        found = forecast_of(self.actor, month, asked["by"])
        rows: list[Row] = found.rows
        told = {"rows": rows, "total": found.total, "changes": changes_of(self.actor, month)}
        return Response(ForecastSerializer(told).data)
