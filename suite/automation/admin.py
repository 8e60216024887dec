"""Approvals and webhooks in the admin pages: what waits, who is asked, who is told."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from suite.automation import approvals as kinds
from suite.automation.lists import ApprovalList, WebhookDeliveryList, WebhookList
from suite.automation.models import Approval, ApprovalRule, ApprovalRuleStep, ApprovalStep, Webhook, WebhookDelivery
from suite.automation.services import rules, webhooks
from suite.core.access import Actor
from suite.desk import events
from suite.desk.admin_base import LinesInline, SuiteModelAdmin
from suite.desk.admin_house import ReadOnly
from suite.desk.lists import Act

Lines = dict[str, list[dict[str, Any]]]


def remove(*, actor: Actor, pks: Collection[int]) -> None:
    rules.remove_rules(rules=pks, actor=actor)


class RuleStepInline(LinesInline):
    model = ApprovalRuleStep
    fields = ("position", "role")


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(SuiteModelAdmin):
    """Who agrees, in turn, above which amount."""

    list_display = ("__str__", "from_amount", "roles")
    list_filter = ("kind",)
    fields = ("kind", "from_amount")
    inlines = (RuleStepInline,)
    acts = (
        Act(
            "remove", _("Remove"), "automation.delete_approvalrule", remove, icon="trash", danger=True,
            confirm=_("Without a rule such documents need no approval. Remove it?"),
        ),
    )  # fmt: skip

    @admin.display(description=_("Steps"))
    def roles(self, rule: ApprovalRule) -> str:
        return " → ".join(step.role.label for step in rule.steps.all())

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("steps__role")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "kind":
            return forms.ChoiceField(label=db_field.verbose_name, choices=kinds.choices(request.actor))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> ApprovalRule:
        return rules.set_rule(roles=in_turn(lines), actor=actor, **values)

    def change(self, actor: Actor, row: ApprovalRule, values: dict[str, Any], lines: Lines) -> ApprovalRule:
        return rules.set_rule(rule=row, roles=in_turn(lines), actor=actor, **values)


def in_turn(lines: Lines) -> list[Any]:
    """The roles in the order of their steps."""
    return [line["role"] for line in sorted(lines["steps"], key=lambda line: line["position"])]


class ApprovalStepInline(LinesInline):
    model = ApprovalStep
    extra = 0
    fields = ("position", "role", "status", "decided_by", "decided_at", "note")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_add_permission


@admin.register(Approval)
class ApprovalAdmin(SuiteModelAdmin):
    list_spec = ApprovalList
    inlines = (ApprovalStepInline,)
    fields = (("number", "amount", "status"), ("requested_by", "requested_at", "decided_at"), "reason")
    readonly_fields = ("number", "amount", "status", "requested_by", "requested_at", "decided_at", "reason")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_add_permission


class WebhookForm(forms.ModelForm):
    """A robot's secret is typed here, and never shown again."""

    events = forms.MultipleChoiceField(
        label=_("Events"),
        choices=events.choices,
        required=False,
        help_text=_("None: all of them"),
        widget=forms.CheckboxSelectMultiple({"class": "in-columns"}),
    )
    robot_secret = forms.CharField(
        label=_("Secret of the robot"),
        required=False,
        max_length=200,
        help_text=_("As DingTalk or Feishu shows it where the robot signs; blank leaves it as it is"),
        widget=UnfoldAdminPasswordWidget({"autocomplete": "off"}),
    )


@admin.register(Webhook)
class WebhookAdmin(SuiteModelAdmin):
    """Where other systems and groups are told what happens here."""

    form = WebhookForm
    list_spec = WebhookList
    readonly_fields = ("status", "failures", "paused_because", "secret", "rotated_until", "shown_url")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "kind") if obj else self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Secrets, and addresses that hold one, are for whoever may change them."""
        if obj is None:
            return (("kind", "name"), "url", "events", "robot_secret")
        state = ("status", "failures", "paused_because")
        if not self.has_change_permission(request, obj):
            return (("kind", "name"), "shown_url", "events", state)
        secret = ("robot_secret",) if obj.is_robot else ("secret", "rotated_until")
        return (("kind", "name"), "url", "events", state, *secret)

    @admin.display(description=_("Address"))
    def shown_url(self, webhook: Webhook) -> str:
        return webhook.shown_url

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> Webhook:
        with at_field("robot_secret"):
            return webhooks.create_webhook(actor=actor, secret=values.pop("robot_secret"), **values)

    def change(self, actor: Actor, row: Webhook, values: dict[str, Any], lines: Lines) -> Webhook:
        secret = values.pop("robot_secret", "")
        return webhooks.change_webhook(webhook=row, actor=actor, secret=secret, **values)


@contextmanager
def at_field(name: str) -> Iterator[None]:
    """What is wrong with a secret is said where it was typed."""
    try:
        yield
    except ValidationError as error:
        told = error.message_dict
        raise ValidationError({name if field == "secret" else field: told[field] for field in told}) from None


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnly):
    """What was sent, and what came back."""

    list_spec = WebhookDeliveryList
    fields = readonly_fields = (
        "webhook", "event_label", "status", "attempts", "next_try_at", "ended_at", "code", "milliseconds", "error",
        "key", "body", "answer",
    )  # fmt: skip
