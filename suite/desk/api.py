"""Tasks and notifications for other systems."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suite.core import robots
from suite.core.acts import acting
from suite.core.api import (
    Creating,
    DateTimeField,
    FilterSet,
    Nothing,
    Router,
    ScopedRelatedField,
    ServiceView,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    Updating,
    action,
)
from suite.core.models import User
from suite.core.robots import Platform
from suite.desk import documents
from suite.desk.adoption import adoption
from suite.desk.api_attachments import AttachmentViewSet
from suite.desk.lists.api import SavedViewViewSet
from suite.desk.models import Notification, Task
from suite.desk.own.api import FieldRuleViewSet, OwnFieldViewSet, OwnSectionViewSet
from suite.desk.queries import colleagues
from suite.desk.services import notifications, todos


class ColleagueField(ScopedRelatedField):
    """Somebody who works in the company; naming a colleague needs no right."""

    def get_queryset(self) -> QuerySet[User]:
        return colleagues(self.context["request"].actor)


class TaskSerializer(StrictModelSerializer):
    owner = ColleagueField(User, required=False)

    class Meta:
        model = Task
        fields = (
            "id", "title", "note", "due_at", "status", "owner", "team", "subject_kind", "subject_id", "subject_label",
            "source", "done_at", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = (
            "status", "team", "subject_kind", "subject_id", "subject_label", "source", "done_at", "version",
            "created_at", "updated_at",
        )  # fmt: skip


class NewTask(StrictSerializer):
    title = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    due_at = DateTimeField(required=False, allow_null=True, default=None)
    owner = ColleagueField(User, required=False, default=None)
    subject_kind = serializers.CharField(max_length=60, required=False, default="")
    subject_id = serializers.IntegerField(required=False, default=None, min_value=1, max_value=2**63 - 1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind, pk = attrs.pop("subject_kind"), attrs.pop("subject_id")
        attrs["subject"] = None
        if kind or pk:
            attrs["subject"] = documents.find(self.context["request"].actor, kind, pk or 0)
            if attrs["subject"] is None:
                raise serializers.ValidationError({"subject_id": [_("There is no such record")]})
        return attrs


class ChangedTask(StrictSerializer):
    title = serializers.CharField(max_length=200, required=False)
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    due_at = DateTimeField(required=False, allow_null=True)
    owner = ColleagueField(User, required=False)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class Snooze(StrictSerializer):
    due_at = DateTimeField()


class Reassign(StrictSerializer):
    owner = ColleagueField(User)


class TaskFilters(FilterSet):
    due_at = django_filters.IsoDateTimeFromToRangeFilter()

    class Meta:
        model = Task
        fields = ("status", "owner", "team", "subject_kind", "subject_id")


class TaskViewSet(Creating, Updating, ServiceViewSet):
    """To-dos: make, change, finish, put off, hand over."""

    model = Task
    serializer_class = TaskSerializer
    filterset_class = TaskFilters
    ordering_fields = ("due_at", "id")
    input_classes = {
        "create": NewTask, "partial_update": ChangedTask, "snooze": Snooze, "reassign": Reassign,
    }  # fmt: skip
    action_permissions = dict.fromkeys(("complete", "reopen", "cancel", "snooze", "reassign"), "desk.change_task")

    def add(self, values: dict[str, Any]) -> Task:
        owner = values.pop("owner")
        task = todos.NewTask(**values, owner_id=owner.pk if owner else None)
        return todos.create(tasks=[task], actor=self.actor)[0]

    def change(self, row: Task, values: dict[str, Any]) -> None:
        todos.change(task=row, version=values.pop("version", None), values=values, actor=self.actor)

    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        todos.complete(pks=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        todos.reopen(pks=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        todos.cancel(pks=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str) -> Response:
        todos.snooze(pks=[self.get_object().pk], **self.input(), actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def reassign(self, request: Request, pk: str) -> Response:
        todos.reassign(pks=[self.get_object().pk], **self.input(), actor=self.actor)
        return self.answer(pk)


class NotificationSerializer(StrictModelSerializer):
    class Meta:
        model = Notification
        fields = ("id", "kind", "title", "body", "url", "subject_kind", "subject_id", "created_at", "read_at")
        read_only_fields = fields


class NotificationFilters(FilterSet):
    unread = django_filters.BooleanFilter("read_at", "isnull")

    class Meta:
        model = Notification
        fields = ("kind",)


class NotificationViewSet(ServiceViewSet):
    """What the caller was told."""

    model = Notification
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilters
    input_classes = {"read": Nothing}
    action_permissions = {"read": "desk.view_notification"}

    def get_queryset(self) -> QuerySet[Notification]:
        rows = super().get_queryset()
        return rows if getattr(self, "swagger_fake_view", False) else rows.filter(user=self.actor.user_id, in_app=True)

    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        notifications.mark_read(actor=self.actor, pks=[self.get_object().pk])
        return self.answer(pk)


class WaySerializer(StrictSerializer):
    """How the caller is told of a kind of thing."""

    kind = serializers.CharField(max_length=40)
    bell = serializers.BooleanField()
    mail = serializers.BooleanField()
    robot = serializers.BooleanField(default=False)

    def validate_kind(self, kind: str) -> str:
        if kind not in {known.name for known in notifications.kinds(self.context["request"].actor.company)}:
            raise serializers.ValidationError(_("There is no such kind of notice"))
        return kind


class TimesSerializer(StrictSerializer):
    """When and by which robot the caller is told; of the robot's address only the machine is answered."""

    quiet_from = serializers.TimeField(allow_null=True, required=False)
    quiet_until = serializers.TimeField(allow_null=True, required=False)
    digest_at = serializers.TimeField(allow_null=True, required=False)
    robot = serializers.ChoiceField(choices=Platform.choices, allow_blank=True, required=False)
    robot_url = serializers.CharField(max_length=500, allow_blank=True, required=False)
    robot_secret = serializers.CharField(max_length=200, allow_blank=True, required=False, write_only=True)
    ways = WaySerializer(many=True, required=False)


class NotificationSettingsView(ServiceView):
    """Kinds and ways, quiet hours, digest and robot of the caller."""

    serializer_class = TimesSerializer
    action_permissions = dict.fromkeys(("get", "patch"), "desk.change_notificationpreference")

    def get(self, request: Request) -> Response:
        return self._told()

    @extend_schema(request=TimesSerializer)
    def patch(self, request: Request) -> Response:
        """Keep what is given; the rest stays as it is."""
        values = self.values(TimesSerializer)
        ways = values.pop("ways", [])
        row = notifications.settings_of(self.actor)
        known = {name: getattr(row, name) for name in KEPT}
        with acting(self.actor):
            notifications.prefer(
                actor=self.actor, choices={row["kind"]: (row["bell"], row["mail"], row["robot"]) for row in ways}
            )
            notifications.set_times(actor=self.actor, **known | values)
        return self._told()

    def _told(self) -> Response:
        row = notifications.settings_of(self.actor)
        ways = [{"kind": kind.name, **ways._asdict()} for kind, ways in notifications.preferences(self.actor)]
        times = {name: getattr(row, name) for name in KEPT}
        return Response(TimesSerializer(times | {"robot_url": robots.shown(row.robot_url), "ways": ways}).data)


class PersonSerializer(serializers.Serializer):
    """What one person did: acts by area, sign-ins, first steps."""

    user = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    roles = serializers.CharField()
    sign_ins = serializers.IntegerField()
    latest = serializers.DateTimeField(allow_null=True)
    total = serializers.IntegerField()
    acts = serializers.DictField(child=serializers.IntegerField())
    steps_done = serializers.IntegerField()
    steps = serializers.IntegerField()


class AdoptionSerializer(serializers.Serializer):
    """Who used what since a day, the busiest first, and the areas that nobody used."""

    since = serializers.DateField()
    people = PersonSerializer(many=True)
    idle = serializers.ListField(child=serializers.CharField())


class AdoptionView(ServiceView):
    action_permissions = {"get": "core.view_auditrow"}
    serializer_class = AdoptionSerializer

    def get(self, request: Request) -> Response:
        """Who used what over the last thirty days, as the page tells it."""
        usage = adoption(self.actor)
        people = [
            {
                "user": each.user.pk, "username": each.user.username, "name": each.user.label, "roles": each.roles,
                "sign_ins": each.sign_ins, "latest": each.latest, "total": each.total, "acts": dict(each.acts),
                "steps_done": each.steps_done, "steps": each.steps,
            }
            for each in usage.people
        ]  # fmt: skip
        return Response(AdoptionSerializer({"since": usage.since, "people": people, "idle": usage.idle}).data)


KEPT = ("quiet_from", "quiet_until", "digest_at", "robot")

urlpatterns = [
    path("notification-settings/", NotificationSettingsView.as_view(), name="notification-settings"),
    path("adoption/", AdoptionView.as_view(), name="adoption"),
]

router = Router()
router.register("tasks", TaskViewSet, basename="desk-task")
router.register("notifications", NotificationViewSet, basename="desk-notification")
router.register("attachments", AttachmentViewSet, basename="desk-attachment")
router.register("views", SavedViewViewSet, basename="desk-view")
router.register("field-rules", FieldRuleViewSet, basename="desk-field-rule")
router.register("own-fields", OwnFieldViewSet, basename="desk-own-field")
router.register("own-sections", OwnSectionViewSet, basename="desk-own-section")
