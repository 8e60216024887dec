"""Approvals for other systems."""

from __future__ import annotations

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suite.automation import approvals as kinds
from suite.automation.models import Approval, ApprovalStep
from suite.automation.queries import my_approvals
from suite.automation.services import approvals
from suite.core.api import FilterSet, Router, ServiceViewSet, StrictModelSerializer, StrictSerializer, action


class StepSerializer(StrictModelSerializer):
    """A step: whose turn it is or was (the code of a role), and what they said."""

    role = serializers.CharField(source="role.code")

    class Meta:
        model = ApprovalStep
        fields = ("position", "role", "status", "decided_by", "decided_at", "note")
        read_only_fields = fields


class ApprovalSerializer(StrictModelSerializer):
    """An approval of the record `object_id` of the kind `kind`; `reason` says why these people were asked."""

    reason = serializers.CharField()
    steps = StepSerializer(many=True)

    class Meta:
        model = Approval
        fields = (
            "id", "kind", "object_id", "number", "amount", "status", "reason", "requested_by", "requested_at",
            "decided_at", "steps",
        )  # fmt: skip
        read_only_fields = fields


class Note(StrictSerializer):
    """A decision may say why."""

    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ApprovalFilters(FilterSet):
    status = django_filters.ChoiceFilter(choices=Approval.Status.choices)
    kind = django_filters.ChoiceFilter(choices=lambda: kinds.choices())
    mine = django_filters.BooleanFilter(method="waits_for_me", label="Waits for me")

    def waits_for_me(self, rows, name, value):  # type: ignore[no-untyped-def]
        mine = my_approvals(self.request.actor).order_by().values("pk")
        return rows.filter(pk__in=mine) if value else rows.exclude(pk__in=mine)


class ApprovalViewSet(ServiceViewSet):
    model = Approval
    serializer_class = ApprovalSerializer
    input_classes = {"approve": Note, "reject": Note}
    filterset_class = ApprovalFilters
    prefetch = ("steps__role",)
    action_permissions = {"approve": "automation.decide_approval", "reject": "automation.decide_approval"}

    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Agree for the step that is due."""
        return self._decide(True, pk)

    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Refuse; the approval ends."""
        return self._decide(False, pk)

    def _decide(self, approve: bool, pk: str) -> Response:
        approval = self.get_object()
        approvals.decide(approvals=[approval.pk], approve=approve, actor=self.actor, **self.input())
        return self.answer(pk)


router = Router()
router.register("approvals", ApprovalViewSet, basename="approval")
