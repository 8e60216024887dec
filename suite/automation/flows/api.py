"""Flows for other systems: made, rehearsed, switched, and their runs read and tried again."""

from __future__ import annotations

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suite.automation import subjects
from suite.automation.models import Flow, FlowRun, FlowStep, FlowVersion
from suite.automation.services import flows, rehearsal, runs
from suite.core.api import (
    Creating,
    Deleting,
    FilterSet,
    ServiceViewSet,
    StrictModelSerializer,
    Updating,
    action,
)

SWITCH = "automation.switch_flow"


class GraphField(serializers.JSONField):
    """Nodes and edges as `docs/integrate.md` says; what is no graph is refused at this field."""


class FlowSerializer(StrictModelSerializer):
    """A rule of the company. `graph` is the draft; `current` the version that runs."""

    code = serializers.CharField(read_only=True)  # blank but for flows that come with the house
    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(choices=())
    graph = GraphField(source="draft", required=False)

    class Meta:
        model = Flow
        fields = ("id", "code", "name", "kind", "status", "graph", "current", "owner", "version", "updated_at")
        read_only_fields = ("code", "status", "current", "owner", "version", "updated_at")

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        fields["kind"].choices = subjects.choices()
        return fields


class FlowChange(FlowSerializer):
    """What may be changed; `version` is that of the flow as it was read, to notice that somebody else was quicker."""

    version = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)

    class Meta(FlowSerializer.Meta):
        read_only_fields = ("code", "kind", "status", "current", "owner", "updated_at")

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        fields["kind"] = serializers.CharField(read_only=True)
        return fields


class FlowFilters(FilterSet):
    status = django_filters.ChoiceFilter(choices=Flow.Status.choices)
    kind = django_filters.ChoiceFilter(choices=subjects.choices)


class RehearsedStep(serializers.Serializer):
    step = serializers.CharField()
    outcomes = serializers.DictField(child=serializers.IntegerField())


class Problem(serializers.Serializer):
    why = serializers.CharField()
    runs = serializers.IntegerField()


class RehearsalSerializer(serializers.Serializer):
    """What the draft would have done in the last 90 days; nothing of it was kept."""

    since = serializers.DateTimeField()
    records = serializers.IntegerField()
    objects = serializers.ListField(child=serializers.IntegerField())
    tasks = serializers.IntegerField()
    notices = serializers.IntegerField()
    mails = serializers.IntegerField()
    letters = serializers.IntegerField()
    messages = serializers.IntegerField()
    steps = RehearsedStep(many=True)
    failures = Problem(many=True)
    loop = serializers.CharField()
    is_cut = serializers.BooleanField()


class FlowViewSet(Creating, Updating, Deleting, ServiceViewSet):
    model = Flow
    serializer_class = FlowSerializer
    input_classes = {"partial_update": FlowChange}
    output_classes = {"rehearse": RehearsalSerializer}
    filterset_class = FlowFilters
    action_permissions = {
        "put_in_force": "automation.change_flow",
        "switch_on": SWITCH,
        "switch_off": SWITCH,
        "rehearse": SWITCH,
    }

    def add(self, values: dict[str, Any]) -> Flow:
        return flows.create_flow(name=values["name"], kind=values["kind"], graph=values.get("draft"), actor=self.actor)

    def change(self, row: Flow, values: dict[str, Any]) -> None:
        given = {
            name: values.get(field) for name, field in (("name", "name"), ("graph", "draft"), ("version", "version"))
        }
        flows.change_flow(flow=row, actor=self.actor, **given)

    def remove(self, row: Flow) -> None:
        flows.remove_flows(flows=[row.pk], actor=self.actor)

    @action(detail=True, methods=["post"], url_path="put-in-force")
    def put_in_force(self, request: Request, pk: str) -> Response:
        """Make the draft the version that runs."""
        flows.put_in_force(flow=self.get_object(), actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"], url_path="switch-on")
    def switch_on(self, request: Request, pk: str) -> Response:
        """Put the draft in force and let it run from now on; refused where it would start itself."""
        flows.switch_on(flows=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"], url_path="switch-off")
    def switch_off(self, request: Request, pk: str) -> Response:
        """Start nothing any more; what is under way waits."""
        flows.switch_off(flows=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def rehearse(self, request: Request, pk: str) -> Response:
        """Play the draft over the last 90 days and take everything back."""
        found = rehearsal.rehearse(flow=self.get_object(), actor=self.actor)
        told = {
            **vars(found),
            "records": found.records,
            "steps": [{"step": step, "outcomes": outcomes} for step, outcomes in found.steps],
            "failures": [{"why": why, "runs": count} for why, count in found.failures],
        }
        return Response(RehearsalSerializer(told).data)


class FlowVersionSerializer(StrictModelSerializer):
    class Meta:
        model = FlowVersion
        fields = ("id", "flow", "number", "graph", "made_by", "made_at")
        read_only_fields = fields


class FlowVersionFilters(FilterSet):
    class Meta:
        model = FlowVersion
        fields = {"flow": ["exact"]}


class FlowVersionViewSet(ServiceViewSet):
    model = FlowVersion
    serializer_class = FlowVersionSerializer
    filterset_class = FlowVersionFilters


class FlowStepSerializer(StrictModelSerializer):
    class Meta:
        model = FlowStep
        fields = ("node", "title", "input", "outcome", "reason", "at")
        read_only_fields = fields


class FlowRunSerializer(StrictModelSerializer):
    """A record on its way through a flow, with what was done at each step and why."""

    steps = FlowStepSerializer(many=True)

    class Meta:
        model = FlowRun
        fields = (
            "id", "flow", "flow_version", "kind", "object_id", "cause", "status", "node", "due_at", "error",
            "started_at", "ended_at", "steps",
        )  # fmt: skip
        read_only_fields = fields


class FlowRunFilters(FilterSet):
    status = django_filters.ChoiceFilter(choices=FlowRun.Status.choices)

    class Meta:
        model = FlowRun
        fields = {"flow": ["exact"], "status": ["exact"]}


class FlowRunViewSet(ServiceViewSet):
    model = FlowRun
    serializer_class = FlowRunSerializer
    filterset_class = FlowRunFilters
    prefetch = ("steps",)
    action_permissions = {"retry": "automation.retry_flowrun", "stop": "automation.retry_flowrun"}

    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Try a failed run again from the step at which it stuck."""
        runs.retry(runs=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Let a run go no further."""
        runs.stop(runs=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)
