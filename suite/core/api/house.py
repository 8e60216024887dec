"""The core's own records for other systems: who I am, colleagues, teams, roles, jobs, events, the audit trail."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import path
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from suite.core import calendar, jobs, modules, numbering, outbox, staff
from suite.core.access import Actor
from suite.core.api import own
from suite.core.api.fields import ScopedRelatedField
from suite.core.api.filters import FilterSet
from suite.core.api.routes import Router
from suite.core.api.serializers import Reason, StrictModelSerializer, StrictSerializer
from suite.core.api.viewsets import Creating, Deleting, ServiceView, ServiceViewSet, Updating
from suite.core.doors import SIGNED_IN
from suite.core.models import ApiCall, AuditRow, CalendarDay, Job, NumberPattern, OutboxEvent, Role, Team, User


class Me(serializers.Serializer):
    """Whom the token or sign-in stands for, and how far each permission reaches."""

    username = serializers.CharField()
    name = serializers.CharField()
    company = serializers.CharField()
    language = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    rights = serializers.DictField(child=serializers.CharField())


class MeView(ServiceView):
    action_permissions = {"get": SIGNED_IN}
    serializer_class = Me

    def get(self, request: Request) -> Response:
        """Who I am here, and what I may."""
        actor = self.actor
        assert actor.user is not None
        return Response(
            {
                "username": actor.user.username,
                "name": actor.user.label,
                "company": actor.company.code,
                "language": actor.user.language,
                "roles": sorted(actor.grants.roles),
                "rights": {code: actor.scope(code) for code in sorted(actor.grants.scopes) if actor.may(code)},
            }
        )


class UserSerializer(StrictModelSerializer):
    class Meta:
        model = User
        fields = ("id", "username", "name", "name_en", "email", "phone", "is_active")


class UserFilters(FilterSet):
    class Meta:
        model = User
        fields = {"username": ["exact"], "email": ["exact"], "is_active": ["exact"]}


class UserViewSet(ServiceViewSet):
    model = User
    serializer_class = UserSerializer
    filterset_class = UserFilters
    ordering_fields = ("id", "username")
    ordering = "username"


class TeamSerializer(StrictModelSerializer):
    manager = ScopedRelatedField(User, required=False, allow_null=True)

    class Meta:
        model = Team
        fields = ("id", "name", "name_en", "manager")


class TeamViewSet(Creating, Updating, ServiceViewSet):
    model = Team
    serializer_class = TeamSerializer

    def add(self, values: dict[str, Any]) -> Team:
        return staff.save_team(values=values, actor=self.actor)

    def change(self, row: Team, values: dict[str, Any]) -> None:
        staff.save_team(team=row, values=values, actor=self.actor)


class NumberPatternSerializer(StrictModelSerializer):
    class Meta:
        model = NumberPattern
        fields = ("id", "kind", "prefix", "stamp", "width", "example")
        read_only_fields = ("kind", "example")


class NumberPatternViewSet(Updating, ServiceViewSet):
    model = NumberPattern
    serializer_class = NumberPatternSerializer
    ordering = "id"

    def change(self, row: NumberPattern, values: dict[str, Any]) -> None:
        numbering.change_pattern(pattern=row, actor=self.actor, **values)


class RoleSerializer(StrictModelSerializer):
    class Meta:
        model = Role
        fields = ("id", "code", "name", "name_en", "second_step")


class RoleViewSet(ServiceViewSet):
    model = Role
    serializer_class = RoleSerializer
    ordering = "id"


class JobSerializer(StrictModelSerializer):
    class Meta:
        model = Job
        fields = (
            "id", "kind", "title", "status", "done", "total", "result", "error", "created_at", "started_at", "ended_at",
        )  # fmt: skip


class JobFilters(FilterSet):
    class Meta:
        model = Job
        fields = {"kind": ["exact"], "status": ["exact"]}


class JobViewSet(ServiceViewSet):
    model = Job
    serializer_class = JobSerializer
    filterset_class = JobFilters
    action_permissions = {"stop": "core.view_job"}

    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """End the job at its next report."""
        jobs.stop(job=self.get_object(), actor=self.actor)
        return self.answer(pk)


class ModuleSerializer(serializers.Serializer):
    """An area that the company can switch off: what it is for, how the rest works without it, what it needs."""

    module = serializers.CharField()
    name = serializers.CharField()
    on = serializers.BooleanField()
    purpose = serializers.CharField()
    without = serializers.CharField()
    needs = serializers.ListField(child=serializers.CharField())


class Switch(StrictSerializer):
    """On or off."""

    on = serializers.BooleanField()
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class ModulesView(ServiceView):
    action_permissions = {"get": "core.change_company"}
    serializer_class = ModuleSerializer(many=True)  # type: ignore[assignment]

    def get(self, request: Request) -> Response:
        """All modules, on or off."""
        return Response([_module(each, self.actor) for each in modules.known()])


class ModuleView(ServiceView):
    action_permissions = {"patch": "core.change_company"}
    serializer_class = ModuleSerializer

    def patch(self, request: Request, label: str) -> Response:
        """Switch a module on or off, with those that need it or that it needs; nothing is deleted."""
        named = modules.module(label)
        if named is None:
            raise Http404
        modules.switch(label=named.label, actor=self.actor, **self.values(Switch))
        return Response(_module(named, self.actor))

    @classmethod
    def input_class(cls, action: str) -> Any:
        return Switch


def _module(module: modules.Module, actor: Actor) -> dict[str, Any]:
    on = modules.is_on(actor.company, module.label)
    told = {name: str(getattr(module, name)) for name in ("name", "purpose", "without")}
    return {"module": module.label, "on": on, "needs": sorted(module.needs), **told}


class EventSerializer(StrictModelSerializer):
    class Meta:
        model = OutboxEvent
        fields = (
            "id", "event", "kind", "object_id", "payload", "created_at", "attempts", "next_try_at", "done_at",
            "dead_at", "error",
        )  # fmt: skip


class EventFilters(FilterSet):
    class Meta:
        model = OutboxEvent
        fields = {"event": ["exact"], "kind": ["exact"], "object_id": ["exact"], "dead_at": ["isnull"]}


class EventViewSet(ServiceViewSet):
    model = OutboxEvent
    serializer_class = EventSerializer
    filterset_class = EventFilters
    action_permissions = {"retry": "core.retry_outboxevent"}
    input_classes = {"retry": Reason}

    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Give an event that was given up another round of tries."""
        outbox.retry(events=[self.get_object()], actor=self.actor, **self.input())
        return self.answer(pk)


class CallSerializer(StrictModelSerializer):
    """A call made with a token; `told` is the answer where something went wrong."""

    class Meta:
        model = ApiCall
        fields = ("id", "at", "token", "user", "method", "path", "code", "milliseconds", "request_id", "told")


class CallFilters(FilterSet):
    class Meta:
        model = ApiCall
        fields = {"token": ["exact"], "code": ["exact", "gte"], "request_id": ["exact"], "at": ["gte", "lt"]}


class CallViewSet(ServiceViewSet):
    model = ApiCall
    serializer_class = CallSerializer
    filterset_class = CallFilters


class AuditSerializer(StrictModelSerializer):
    class Meta:
        model = AuditRow
        fields = ("id", "at", "actor_id", "kind", "object_id", "action", "changes", "reason", "request_id")

    def to_representation(self, instance: AuditRow) -> dict[str, Any]:
        answer = super().to_representation(instance)
        told = own.fields.told(instance.kind, answer["changes"], instance.company_id, own.caller.get())
        return {**answer, "changes": told}


class AuditFilters(FilterSet):
    class Meta:
        model = AuditRow
        fields = {
            "kind": ["exact"],
            "object_id": ["exact"],
            "action": ["exact"],
            "actor_id": ["exact"],
            "request_id": ["exact"],
            "at": ["gte", "lt"],
        }


class AuditViewSet(ServiceViewSet):
    model = AuditRow
    serializer_class = AuditSerializer
    filterset_class = AuditFilters


router = Router()


class CalendarDaySerializer(StrictModelSerializer):
    """A weekday on which the company is free, or (`works`) a day of the weekend on which it works."""

    class Meta:
        model = CalendarDay
        fields = ("id", "date", "works", "name", "name_en")
        validators = ()


class CalendarDayFilters(FilterSet):
    class Meta:
        model = CalendarDay
        fields = {"date": ["exact", "gte", "lte"], "works": ["exact"]}


class CalendarDayViewSet(Creating, Updating, Deleting, ServiceViewSet):
    """The holidays and make-up days of the company, for whoever keeps its calendar."""

    model = CalendarDay
    serializer_class = CalendarDaySerializer
    filterset_class = CalendarDayFilters
    ordering_fields = ("id", "date")
    ordering = "date"

    def add(self, values: dict[str, Any]) -> CalendarDay:
        return calendar.add_day(actor=self.actor, **values)

    def change(self, row: CalendarDay, values: dict[str, Any]) -> None:
        calendar.change_day(day=row, actor=self.actor, **values)

    def remove(self, row: CalendarDay) -> None:
        calendar.remove_days(actor=self.actor, pks=[row.pk])


router.register("users", UserViewSet)
router.register("teams", TeamViewSet)
router.register("roles", RoleViewSet)
router.register("calendar-days", CalendarDayViewSet)
router.register("number-patterns", NumberPatternViewSet)
router.register("jobs", JobViewSet)
router.register("events", EventViewSet)
router.register("audit-rows", AuditViewSet)
router.register("api-calls", CallViewSet)

urlpatterns = [
    path("me/", MeView.as_view()),
    path("modules/", ModulesView.as_view()),
    path("modules/<slug:label>/", ModuleView.as_view()),
]
