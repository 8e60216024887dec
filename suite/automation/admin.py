"""Approvals and webhooks in the admin pages: what waits, who is asked, who is told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from suite.automation import approvals as kinds
from suite.automation import conditions, subjects
from suite.automation.lists import ApprovalList, WebhookDeliveryList, WebhookList
from suite.automation.models import Approval, ApprovalRule, ApprovalRuleStep, ApprovalStep, Webhook, WebhookDelivery
from suite.automation.services import rules, webhooks
from suite.core.access import Actor
from suite.desk import documents, events, queries
from suite.desk.admin_base import LinesInline, SuiteModelAdmin, actor_of
from suite.desk.admin_house import ReadOnly
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, NumberFilter
from suite.desk.lists.filters import Filter

Lines = dict[str, list[dict[str, Any]]]


def remove(*, actor: Actor, pks: Collection[int]) -> None:
    rules.remove_rules(rules=pks, actor=actor)


class RuleStepInline(LinesInline):
    model = ApprovalRuleStep
    fields = ("position", "who", "role", "user", "hours", "then_role")

    def related_rows(self, field: Any, actor: Actor, visible: QuerySet[Any]) -> QuerySet[Any]:
        return queries.colleagues(actor) if field.name == "user" else visible


class RuleForm(forms.ModelForm):
    """A rule; what its list can be narrowed by stands here as conditions, once the kind of document is known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in (self.instance.conditions or {}).items():
            field = self.fields.get(f"if_{name}")
            if field:
                field.initial = value.split(",") if isinstance(field, forms.MultipleChoiceField) else value


def fields_of(filters: Sequence[Filter], actor: Actor) -> dict[str, forms.Field]:
    """The conditions a rule may ask, as fields of its form."""
    found: dict[str, forms.Field] = {}
    for each in filters:
        if isinstance(each, ChoiceFilter):
            found[f"if_{each.name}"] = forms.MultipleChoiceField(
                label=each.label, choices=each.options(actor), required=False,
                widget=forms.CheckboxSelectMultiple({"class": "in-columns"}),
            )  # fmt: skip
        elif isinstance(each, BoolFilter):
            choices = [("", "–"), ("yes", _("Yes")), ("no", _("No"))]
            found[f"if_{each.name}"] = forms.ChoiceField(
                label=each.label, choices=choices, required=False, widget=UnfoldAdminSelectWidget()
            )
        elif isinstance(each, NumberFilter):
            for key, sign in zip(each.plain_keys[1:], ("≥", "≤"), strict=True):
                found[f"if_{key}"] = forms.DecimalField(
                    label=format_lazy("{} {}", each.label, sign), required=False, widget=UnfoldAdminDecimalFieldWidget()
                )
    return found


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(SuiteModelAdmin):
    """Who agrees, in turn or together, above which amount and under which conditions."""

    form = RuleForm
    list_display = ("__str__", "from_amount", "asks", "roles")
    list_filter = ("kind",)
    inlines = (RuleStepInline,)
    acts = (
        Act(
            "remove", _("Remove"), "automation.delete_approvalrule", remove, icon="trash", danger=True,
            confirm=_("Without a rule such documents need no approval. Remove it?"),
        ),
    )  # fmt: skip

    @admin.display(description=_("Steps"))
    def roles(self, rule: ApprovalRule) -> str:
        return " → ".join(step.label for step in rule.steps.all())

    @admin.display(description=_("Conditions"))
    def asks(self, rule: ApprovalRule) -> str:
        subject = subjects.subject(rule.kind)
        asked = conditions.all_of(rule.conditions)
        return conditions.sentence(asked, subject, Actor.system(rule.company)) if subject else ""

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("company").prefetch_related("steps__role", "steps__user")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "kind":
            return forms.ChoiceField(
                label=capfirst(db_field.verbose_name),
                choices=kinds.choices(actor_of(request)),
                widget=UnfoldAdminSelectWidget(),
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def filters(self, request: HttpRequest, rule: ApprovalRule | None) -> list[Filter]:
        """What may be asked of the documents of a rule."""
        subject = subjects.subject(rule.kind) if rule else None
        return subject.filters_for(actor_of(request)) if subject else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        asked = fields_of(self.filters(request, obj), actor_of(request))
        kwargs["form"] = type("RuleForm", (RuleForm,), asked)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        asked = fields_of(self.filters(request, obj), actor_of(request))
        hint = "" if obj else _("Once the rule is saved, conditions such as a discount can be set here, too.")
        shown = ("paper" if obj else "kind", "from_amount", "together")
        whole: list[Any] = [(None, {"fields": shown, "description": hint})]
        return [*whole, (_("Only where"), {"fields": tuple(asked)})] if asked else whole

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("paper",) if obj else ()

    @admin.display(description=_("document"))
    def paper(self, rule: ApprovalRule) -> str:
        return documents.label_of(rule.kind)

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> ApprovalRule:
        return rules.set_rule(steps=in_turn(lines), actor=actor, **values)

    def change(self, actor: Actor, row: ApprovalRule, values: dict[str, Any], lines: Lines) -> ApprovalRule:
        """Conditions that the form does not show stay as they are."""
        typed = {name.removeprefix("if_"): values.pop(name) for name in [*values] if name.startswith("if_")}
        kept = {name: value for name, value in row.conditions.items() if name not in typed}
        asked = {name: ",".join(value) if isinstance(value, list) else value for name, value in typed.items()}
        known = {"kind": row.kind, "conditions": kept | asked}
        return rules.set_rule(rule=row, steps=in_turn(lines), actor=actor, **known | values)


def in_turn(lines: Lines) -> list[dict[str, Any]]:
    """The steps in their order."""
    return sorted(lines["steps"], key=lambda line: line["position"])


class ApprovalStepInline(LinesInline):
    model = ApprovalStep
    extra = 0
    fields = ("position", "label", "status", "because", "decided_by", "on_behalf_of", "decided_at", "note", "answer")
    readonly_fields = fields

    @admin.display(description=_("Who"))
    def label(self, step: ApprovalStep) -> str:
        return step.label

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
