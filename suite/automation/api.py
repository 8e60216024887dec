"""Approvals and webhooks for other systems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from suite.automation import approvals as kinds
from suite.automation.flows.api import FlowRunViewSet, FlowVersionViewSet, FlowViewSet
from suite.automation.models import (
    Approval,
    ApprovalRule,
    ApprovalRuleStep,
    ApprovalStep,
    Delegation,
    Webhook,
    WebhookDelivery,
)
from suite.automation.queries import my_approvals
from suite.automation.services import approvals, delegations, rules, webhooks
from suite.core.acts import settle
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
from suite.core.api.fields import ScopedRelatedField
from suite.core.models import User


class StepSerializer(StrictModelSerializer):
    """A step: whose turn it is or was (a role's code, or a person; neither: who decides everything), why theirs, and
    what they said. Steps with the same position are asked at the same time."""

    role = serializers.CharField(source="role.code", allow_null=True, default=None)
    because = serializers.CharField()

    class Meta:
        model = ApprovalStep
        fields = (
            "position", "role", "user", "because", "status", "next_at", "reminded", "decided_by", "on_behalf_of",
            "decided_at", "note", "answer",
        )  # fmt: skip
        read_only_fields = fields


class ApprovalSerializer(StrictModelSerializer):
    """An approval of the record `object_id` of the kind `kind`; `reason` says why these people were asked, `question`
    what the requester is asked first."""

    reason = serializers.CharField()
    question = serializers.CharField()
    steps = StepSerializer(many=True)

    class Meta:
        model = Approval
        fields = (
            "id", "kind", "object_id", "number", "amount", "status", "reason", "question", "together", "terms",
            "requested_by", "requested_at", "decided_at", "steps",
        )  # fmt: skip
        read_only_fields = fields


class Note(StrictSerializer):
    """A decision may say why."""

    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class Word(StrictSerializer):
    """A question or its answer."""

    note = serializers.CharField(max_length=500)


class HandOver(Note):
    """Who decides instead."""

    to = ScopedRelatedField(User)


class AddSigner(HandOver):
    """Who else agrees, before oneself or right after."""

    before = serializers.BooleanField(default=True)


class Many(Note):
    """Which approvals are decided together; either all of them are, or none."""

    approvals = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=200)
    approve = serializers.BooleanField()


class ApprovalFilters(FilterSet):
    status = django_filters.ChoiceFilter(choices=Approval.Status.choices)
    kind = django_filters.ChoiceFilter(choices=lambda: kinds.choices())
    mine = django_filters.BooleanFilter(method="waits_for_me", label="Waits for me")
    asked = django_filters.BooleanFilter(method="asked_by_me", label="Asked by me")

    class Meta:
        model = Approval
        fields = {"object_id": ["exact"], "requested_by": ["exact"]}

    def waits_for_me(self, rows, name, value):  # type: ignore[no-untyped-def]
        mine = my_approvals(self.request.actor).order_by().values("pk")
        return rows.filter(pk__in=mine) if value else rows.exclude(pk__in=mine)

    def asked_by_me(self, rows, name, value):  # type: ignore[no-untyped-def]
        mine = Q(requested_by=self.request.actor.user_id)
        return rows.filter(mine) if value else rows.exclude(mine)


class ApprovalViewSet(ServiceViewSet):
    model = Approval
    serializer_class = ApprovalSerializer
    input_classes = {
        "approve": Note, "reject": Note, "send_back": Word, "answer_question": Word, "hand_over": HandOver,
        "add_signer": AddSigner, "withdraw": Note, "decide": Many,
    }  # fmt: skip
    filterset_class = ApprovalFilters
    prefetch = ("steps__role", "steps__user")
    output_classes = {"decide": ApprovalSerializer(many=True)}
    action_permissions = {
        **dict.fromkeys(
            ("approve", "reject", "send_back", "hand_over", "add_signer", "decide"), "automation.decide_approval"
        ),
        **dict.fromkeys(("answer_question", "withdraw"), "automation.view_approval"),
    }

    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Agree for the step that is due."""
        return self._act(approvals.decide, pk, approve=True)

    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Refuse; the approval ends."""
        return self._act(approvals.decide, pk, approve=False)

    @action(detail=True, methods=["post"])
    def send_back(self, request: Request, pk: str) -> Response:
        """Ask the requester something before deciding."""
        return self._act(approvals.send_back, pk)

    @action(detail=True, methods=["post"], url_path="answer")
    def answer_question(self, request: Request, pk: str) -> Response:
        """Answer a question about one's own request; whoever asked decides now."""
        return self._act(approvals.answer, pk)

    @action(detail=True, methods=["post"])
    def hand_over(self, request: Request, pk: str) -> Response:
        """Let somebody else decide in one's place."""
        return self._act(approvals.hand_over, pk)

    @action(detail=True, methods=["post"])
    def add_signer(self, request: Request, pk: str) -> Response:
        """Have one more person agree."""
        return self._act(approvals.add_signer, pk)

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take one's own request back."""
        approval = self.get_object()
        approvals.take_back(approvals=[approval.pk], actor=self.actor, reason=self.input()["note"])
        return self.answer(pk)

    @action(detail=False, methods=["post"])
    def decide(self, request: Request) -> Response:
        """Decide several approvals at once: all of them or none."""
        values = self.input()
        pks = set(values["approvals"])
        rows = self.get_queryset().filter(pk__in=pks)
        if rows.count() != len(pks):
            raise ValidationError({"approvals": [_("One of these approvals is none of yours")]})
        approvals.decide(approvals=pks, approve=values["approve"], actor=self.actor, note=values["note"])
        settle()
        decided = self.with_relations(Approval.objects.of(self.actor.company_id).filter(pk__in=pks).order_by("pk"))
        return Response(self.get_serializer(decided, many=True).data)

    def _act(self, service: Callable[..., Any], pk: str, **more: Any) -> Response:
        approval = self.get_object()
        service(approvals=[approval.pk], actor=self.actor, **self.input(), **more)
        return self.answer(pk)


class RuleStepSerializer(StrictModelSerializer):
    """Who is asked in a step: `who` is a role, a person or the requester's manager; after `hours` they are reminded,
    after as many again `then_role` (else their manager) is asked."""

    class Meta:
        model = ApprovalRuleStep
        fields = ("position", "who", "role", "user", "hours", "then_role")


class RuleSerializer(StrictModelSerializer):
    """Who approves documents of `kind` above an amount that fulfil `conditions`: parameters of the filters of their
    list, as in its address."""

    conditions = serializers.DictField(child=serializers.CharField(max_length=200, allow_blank=True), required=False)
    steps = RuleStepSerializer(many=True)

    class Meta:
        model = ApprovalRule
        fields = ("id", "kind", "from_amount", "conditions", "together", "steps")


class RuleViewSet(Creating, Updating, Deleting, ServiceViewSet):
    model = ApprovalRule
    serializer_class = RuleSerializer
    prefetch = ("steps",)

    def add(self, values: dict[str, Any]) -> ApprovalRule:
        return rules.set_rule(actor=self.actor, **values)

    def change(self, row: ApprovalRule, values: dict[str, Any]) -> None:
        known = {name: getattr(row, name) for name in ("kind", "from_amount", "conditions", "together")}
        names = ("position", "who", "role", "user", "hours", "then_role")
        known["steps"] = [{name: getattr(step, name) for name in names} for step in row.steps.all()]
        rules.set_rule(rule=row, actor=self.actor, **known | values)

    def remove(self, row: ApprovalRule) -> None:
        rules.remove_rules(rules=[row.pk], actor=self.actor)


class DelegationSerializer(StrictModelSerializer):
    """Somebody decides in another's place for some days."""

    class Meta:
        model = Delegation
        fields = ("id", "user", "to", "first_day", "last_day", "reason")
        read_only_fields = ("user",)


class DelegationViewSet(Creating, Deleting, ServiceViewSet):
    model = Delegation
    serializer_class = DelegationSerializer

    def add(self, values: dict[str, Any]) -> Delegation:
        return delegations.delegate(actor=self.actor, **values)

    def remove(self, row: Delegation) -> None:
        delegations.end_delegations(delegations=[row.pk], actor=self.actor)


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
router.register("approval-rules", RuleViewSet)
router.register("delegations", DelegationViewSet)
router.register("webhooks", WebhookViewSet)
router.register("webhook-deliveries", WebhookDeliveryViewSet)
router.register("flows", FlowViewSet)
router.register("flow-versions", FlowVersionViewSet)
router.register("flow-runs", FlowRunViewSet)
