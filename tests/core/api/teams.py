"""A small API over teams and jobs, to try the base on."""

from __future__ import annotations

from typing import Any

from django.urls import include, path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suite.core.acts import current_act, save_changes, service
from suite.core.api import (
    Creating,
    DecimalField,
    Deleting,
    FilterSet,
    Reason,
    Router,
    ScopedChoiceFilter,
    ScopedRelatedField,
    ServiceView,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    Updating,
    action,
)
from suite.core.errors import BusinessError, Refusal, Stale
from suite.core.models import Job, Team, User


class TeamSerializer(StrictModelSerializer):
    class Meta:
        model = Team
        fields = ("id", "name", "name_en", "manager")
        read_only_fields = ("id",)


class TeamFilters(FilterSet):
    manager = ScopedChoiceFilter(User)

    class Meta:
        model = Team
        fields = {"name": ["exact", "icontains"], "id": ["exact", "gte"]}


@service
def create_team(*, actor: Any, **values: Any) -> Team:
    team = Team.objects.create(company=actor.company, **values)
    current_act().audit(team, "created")
    return team


@service
def change_team(*, team: Team, actor: Any, reason: str = "", **values: Any) -> None:
    save_changes(team, values)


class TeamViewSet(Creating, Updating, Deleting, ServiceViewSet):
    model = Team
    serializer_class = TeamSerializer
    select = ("manager",)
    filterset_class = TeamFilters
    ordering_fields = ("name", "manager__username")
    action_permissions = {"refuse": "core.change_team", "stale": "core.change_team", "shout": "core.change_team"}
    input_classes = {"shout": Reason}

    def add(self, values: dict[str, Any]) -> Team:
        return create_team(**values, actor=self.actor)

    def change(self, row: Team, values: dict[str, Any]) -> None:
        change_team(team=row, **values, actor=self.actor)

    def remove(self, row: Team) -> None:
        row.delete()

    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        create_team(name="never", actor=self.actor)
        raise BusinessError(
            Refusal("too_loud", "%(team)s is too loud", {"team": "Red"}, line=1, field="name"),
            by_key={7: Refusal("too_late", "Too late")},
        )

    @action(detail=True, methods=["post"])
    def stale(self, request: Request, pk: str) -> Response:
        raise Stale(Refusal("stale", "Changed meanwhile"))

    @action(detail=True, methods=["post"])
    def shout(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        change_team(team=row, name=row.name.upper(), actor=self.actor, reason=self.input()["reason"])
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def undeclared(self, request: Request, pk: str) -> Response:
        return Response()


class JobSerializer(StrictModelSerializer):
    class Meta:
        model = Job
        fields = ("id", "title")


class JobViewSet(Updating, ServiceViewSet):
    model = Job
    serializer_class = JobSerializer

    def change(self, row: Job, values: dict[str, Any]) -> None:
        Job.objects.filter(pk=row.pk).update(**values)


class Line(StrictSerializer):
    team = ScopedRelatedField(Team)
    quantity = DecimalField(max_digits=18, decimal_places=6)
    count = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    note = serializers.CharField(max_length=100, default="")


class Paper(StrictSerializer):
    lines = Line(many=True)
    numbers = serializers.ListField(child=serializers.IntegerField(), required=False)


class Since(StrictSerializer):
    since = serializers.DateField()


class PaperView(ServiceView):
    action_permissions = {"post": "core.view_team", "get": "core.view_team"}
    query_class = Since

    def get(self, request: Request) -> Response:
        return Response(self.query())

    def post(self, request: Request) -> Response:
        lines = self.values(Paper)["lines"]
        return Response([{**line, "team": line["team"].name} for line in lines])


router = Router()
router.register("teams", TeamViewSet, basename="team")
router.register("jobs", JobViewSet, basename="job")
urlpatterns = [path("api/v1/core/", include([*router.urls, path("papers/", PaperView.as_view())]))]
