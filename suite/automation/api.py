"""Approvals and webhooks for other systems."""

from __future__ import annotations

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suite.automation import approvals as kinds
from suite.automation.models import Approval, ApprovalStep, Webhook, WebhookDelivery
from suite.automation.queries import my_approvals
from suite.automation.services import approvals, webhooks
from suite.core.api import (
    Creating,
    Deleting,
    FilterSet,
    Router,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    Updating,
    action,
)


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


class WebhookSerializer(StrictModelSerializer):
    """An address that is told of `events` (names; none means all); `kind` and a robot's `secret` are set once.

    Of a robot's address only the machine is answered: it holds the key.
    """

    secret = serializers.CharField(max_length=200, required=False, allow_blank=True, write_only=True)
    events = serializers.ListField(child=serializers.CharField(max_length=80), required=False)

    class Meta:
        model = Webhook
        fields = (
            "id", "kind", "name", "url", "secret", "events", "status", "failures", "paused_because", "owner",
            "created_at", "rotated_until",
        )  # fmt: skip
        read_only_fields = ("status", "failures", "paused_because", "owner", "created_at", "rotated_until")

    def to_representation(self, instance: Webhook) -> dict[str, Any]:
        return super().to_representation(instance) | {"url": instance.shown_url}


class WebhookChange(WebhookSerializer):
    """What may be changed: another kind is another webhook."""

    class Meta(WebhookSerializer.Meta):
        read_only_fields = (*WebhookSerializer.Meta.read_only_fields, "kind")


class SecretSerializer(StrictSerializer):
    """What the signatures of a webhook are made with."""

    secret = serializers.CharField(read_only=True)


class WebhookFilters(FilterSet):
    status = django_filters.ChoiceFilter(choices=Webhook.Status.choices)


class WebhookViewSet(Creating, Updating, Deleting, ServiceViewSet):
    model = Webhook
    serializer_class = WebhookSerializer
    input_classes = {"partial_update": WebhookChange}
    output_classes = {"secret": SecretSerializer}
    filterset_class = WebhookFilters
    action_permissions = dict.fromkeys(("test", "pause", "resume", "rotate", "secret"), "automation.change_webhook")

    def add(self, values: dict[str, Any]) -> Webhook:
        return webhooks.create_webhook(actor=self.actor, **values)

    def change(self, row: Webhook, values: dict[str, Any]) -> None:
        webhooks.change_webhook(webhook=row, actor=self.actor, **values)

    def remove(self, row: Webhook) -> None:
        webhooks.remove_webhooks(webhooks=[row.pk], actor=self.actor)

    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Send an event that says nothing; the delivery tells what came of it."""
        webhooks.send_test(webhook=self.get_object(), actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Send nothing for now; what happens meanwhile waits."""
        webhooks.pause(webhooks=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Send again, first what has waited."""
        webhooks.resume(webhooks=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """Make a new secret; the old one signs along for three days."""
        webhooks.rotate_secret(webhook=self.get_object(), actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["get"])
    def secret(self, request: Request, pk: str) -> Response:
        """The secret that signs; nothing else answers it. A robot's is not told: its platform shows it."""
        webhook = self.get_object()
        return Response({"secret": "" if webhook.is_robot else webhook.secret})


class WebhookDeliverySerializer(StrictModelSerializer):
    """One event for one address, with what was sent and what came back the last time."""

    class Meta:
        model = WebhookDelivery
        fields = (
            "id", "webhook", "event", "key", "body", "status", "attempts", "next_try_at", "code", "answer", "error",
            "milliseconds", "created_at", "ended_at",
        )  # fmt: skip
        read_only_fields = fields


class WebhookDeliveryFilters(FilterSet):
    status = django_filters.ChoiceFilter(choices=WebhookDelivery.Status.choices)

    class Meta:
        model = WebhookDelivery
        fields = {"webhook": ["exact"], "event": ["exact"], "key": ["exact"]}


class WebhookDeliveryViewSet(ServiceViewSet):
    model = WebhookDelivery
    serializer_class = WebhookDeliverySerializer
    filterset_class = WebhookDeliveryFilters
    action_permissions = {"redeliver": "automation.redeliver_webhookdelivery"}

    @action(detail=True, methods=["post"])
    def redeliver(self, request: Request, pk: str) -> Response:
        """Send it once more, as the same delivery."""
        webhooks.redeliver(deliveries=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)


router = Router()
router.register("approvals", ApprovalViewSet, basename="approval")
router.register("webhooks", WebhookViewSet)
router.register("webhook-deliveries", WebhookDeliveryViewSet)
