"""The dashboard for other systems: the caller's figures, and how they are arranged."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from integration.insight.boards import MAY
from suite.core.acts import settle
from suite.core.api import Nothing, ServiceView, StrictSerializer
from suite.desk.dashboards import boards, lists, tiles
from suite.desk.dashboards.boards import Shown
from suite.desk.dashboards.tiles import WIDEST, Tile
from suite.desk.models import DashboardLayout
from suite.desk.services import dashboards, layouts


class PointSerializer(serializers.Serializer):
    """A number beside others: a bar, a month of a series, a sum in another currency."""

    label = serializers.CharField()
    value = serializers.DecimalField(max_digits=24, decimal_places=6)
    url = serializers.CharField(allow_blank=True)


class SeriesSerializer(serializers.Serializer):
    name = serializers.CharField()
    points = PointSerializer(many=True)


class ShownSerializer(serializers.Serializer):
    """A tile with its figure; `url` are the rows behind it. `kind` says which of the others it has.

    `figure`: value, count of rows, others (sums in further currencies). `bars`: points. `trend`: series. `rows`: heads
    and cells as text. `is_read` is false for a tile that could not be read this time.
    """

    tile = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(["figure", "bars", "trend", "rows"])
    width = serializers.IntegerField()
    is_read = serializers.BooleanField()
    left_out = serializers.BooleanField(
        required=False, help_text="The view of the tile asks more than the caller may see; that is not in the figure"
    )
    url = serializers.CharField(required=False)
    value = serializers.DecimalField(max_digits=24, decimal_places=6, required=False)
    currency = serializers.CharField(required=False, help_text="Blank for a number that is no money")
    count = serializers.IntegerField(required=False, allow_null=True)
    others = PointSerializer(many=True, required=False)
    points = PointSerializer(many=True, required=False)
    series = SeriesSerializer(many=True, required=False)
    heads = serializers.ListField(child=serializers.CharField(), required=False)
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()), required=False)


class BoardSerializer(serializers.Serializer):
    as_of = serializers.DateTimeField()
    tiles = ShownSerializer(many=True)


class PlacedSerializer(StrictSerializer):
    tile = serializers.CharField(max_length=100)
    width = serializers.IntegerField(min_value=1, max_value=WIDEST, default=1)


class OfferedSerializer(serializers.Serializer):
    tile = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()


class ArrangementSerializer(serializers.Serializer):
    """Tiles in order. `is_own`: the caller arranged them; else they are those of a role, or of the house."""

    is_own = serializers.BooleanField()
    tiles = PlacedSerializer(many=True)
    offered = OfferedSerializer(many=True)


class NewArrangement(StrictSerializer):
    tiles = PlacedSerializer(many=True, max_length=dashboards.MOST)


class DashboardView(ServiceView):
    action_permissions = {"get": MAY}
    serializer_class = BoardSerializer

    def get(self, request: Request) -> Response:
        """The tiles of the caller's dashboard with their figures, worked out now and in the rights of the caller."""
        board = boards.read(self.actor, boards.placed(self.actor))
        currency = self.actor.company.currency
        told = [_told(shown, currency) for shown in board.shown]
        return Response(BoardSerializer({"as_of": board.as_of, "tiles": told}).data)


class ArrangementView(ServiceView):
    action_permissions = dict.fromkeys(("get", "put", "delete"), MAY)
    serializer_class = ArrangementSerializer

    @classmethod
    def input_class(cls, action: str) -> Any:
        return NewArrangement if action == "put" else Nothing

    def get(self, request: Request) -> Response:
        """Which tiles the caller's dashboard has, and which are offered beside them."""
        return self._answer()

    @extend_schema(request=NewArrangement)
    def put(self, request: Request) -> Response:
        """Put these tiles on the caller's dashboard, in this order."""
        dashboards.arrange(tiles=self.values(NewArrangement)["tiles"], actor=self.actor)
        return self._answer()

    def delete(self, request: Request) -> Response:
        """Go back to the dashboard of the caller's role."""
        dashboards.forget(actor=self.actor)
        return Response(status=204)

    def _answer(self) -> Response:
        settle()
        places = boards.placed(self.actor)
        there = {each.tile.name for each in places}
        every = [*tiles.registered(self.actor), *(t for _name, looks in lists.offered(self.actor) for t in looks)]
        told = {
            "is_own": layouts.own(DashboardLayout, self.actor) is not None,
            "tiles": [each.kept for each in places],
            "offered": [_offered(tile) for tile in every if tile.name not in there],
        }
        return Response(ArrangementSerializer(told).data)


def _offered(tile: Tile) -> dict[str, str]:
    title = f"{tile.title} · {tile.source}" if tile.source else str(tile.title)
    return {"tile": tile.name, "title": title, "kind": tile.kind}


def _told(shown: Shown, currency: str) -> dict[str, Any]:
    content, tile = shown.content, shown.tile
    told: dict[str, Any] = {"tile": tile.name, "title": tile.title, "kind": tile.kind, "width": shown.width}
    if content is None:
        return {**told, "is_read": False}
    told |= {"is_read": True, "url": content.url, "left_out": getattr(content, "left_out", False)}
    match content.kind:
        case "figure":
            others = [{"label": unit, "value": value, "url": ""} for unit, value in content.others]
            money = (content.unit or currency) if content.is_money else ""
            return {**told, "value": content.value, "currency": money, "count": content.count, "others": others}
        case "bars":
            return {**told, "currency": currency if content.is_money else "", "points": content.bars}
        case "trend":
            return {**told, "currency": currency, "series": [_series(each, content.months) for each in content.series]}
    return {**told, "heads": [label for label, _css in content.heads], "rows": content.texts}


def _series(series: Any, months: Any) -> dict[str, Any]:
    points = zip(months, series.values, series.urls, strict=True)
    return {"name": series.name, "points": [{"label": f"{m:%Y-%m}", "value": v, "url": url} for m, v, url in points]}


urlpatterns = [
    path("dashboard/", DashboardView.as_view(), name="dashboard-figures"),
    path("dashboard/arrangement/", ArrangementView.as_view(), name="dashboard-arrangement"),
]
