"""The lists of approvals and webhooks, with what one may do there."""

from __future__ import annotations

from collections.abc import Collection

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from suite.automation import approvals as kinds
from suite.automation.models import Approval, Webhook, WebhookDelivery
from suite.automation.queries import my_approvals
from suite.automation.services import approvals, webhooks
from suite.core.access import Actor
from suite.desk import events
from suite.desk.forms import ActorForm
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, Column, DateFilter, ListSpec, NumberFilter, View

DECIDE = "automation.decide_approval"
CHANGE = "automation.change_webhook"
REDELIVER = "automation.redeliver_webhookdelivery"


class NoteForm(ActorForm):
    note = forms.CharField(label=_("Note"), required=False, max_length=500)


class ReasonForm(ActorForm):
    note = forms.CharField(label=_("Why"), max_length=500)


def approve(*, actor: Actor, pks: Collection[int], note: str = "") -> None:
    approvals.decide(approvals=pks, approve=True, actor=actor, note=note)


def reject(*, actor: Actor, pks: Collection[int], note: str = "") -> None:
    approvals.decide(approvals=pks, approve=False, actor=actor, note=note)


def is_waiting(approval: Approval) -> bool:
    return approval.status == Approval.Status.WAITING


class ApprovalList(ListSpec):
    """What people are asked to agree to."""

    model = Approval
    page = "automation:approvals"
    title = _("Approvals")
    icon = "clipboard-check"
    columns = (
        Column("number", _("Number"), card="title"),
        Column("kind_label", _("Document"), url=lambda approval: approval.document_url),
        Column("amount", _("Amount"), "money", card="side"),
        Column("requested_by", _("Requested by")),
        Column("requested_at", _("Requested"), "datetime"),
        Column("turn", _("Waits for"), value=lambda row: row.due_step.role.label if row.due_step else ""),
        Column("status", _("Status"), "badge"),
        Column("decided_at", _("Decided"), "datetime", shown=False),
        Column("reason", _("Why"), shown=False),
    )
    filters = (
        BoolFilter(
            "mine",
            _("Waits for me"),
            condition=lambda actor: Q(pk__in=my_approvals(actor).order_by().values("pk")),
        ),
        ChoiceFilter("status", _("Status"), choices=Approval.Status),
        ChoiceFilter("kind", _("Document"), choices=kinds.choices),
        DateFilter("requested", _("Requested"), "requested_at"),
        NumberFilter("amount", _("Amount"), quick=False),
    )
    views = (
        View("mine", _("For me"), {"mine": "yes"}),
        View("waiting", _("Waiting"), {"status": "waiting"}),
    )
    acts = (
        Act(
            "approve",
            _("Approve"),
            DECIDE,
            approve,
            icon="check",
            form=NoteForm,
            when=is_waiting,
            in_row=True,
        ),
        Act("reject", _("Reject"), DECIDE, reject, icon="x", form=ReasonForm, danger=True, when=is_waiting),
    )
    related = ("requested_by",)
    prefetch = ("steps__role",)
    search_fields = ("number",)
    empty = _("Nothing waits for you")


def rotate(*, actor: Actor, pks: Collection[int]) -> None:
    for webhook in Webhook.objects.visible_to(actor, CHANGE).filter(pk__in=pks):
        webhooks.rotate_secret(webhook=webhook, actor=actor)


def test(*, actor: Actor, pks: Collection[int]) -> None:
    for webhook in Webhook.objects.visible_to(actor, CHANGE).filter(pk__in=pks):
        webhooks.send_test(webhook=webhook, actor=actor)


def pause(*, actor: Actor, pks: Collection[int]) -> None:
    webhooks.pause(webhooks=pks, actor=actor)


def resume(*, actor: Actor, pks: Collection[int]) -> None:
    webhooks.resume(webhooks=pks, actor=actor)


def remove(*, actor: Actor, pks: Collection[int]) -> None:
    webhooks.remove_webhooks(webhooks=pks, actor=actor)


def redeliver(*, actor: Actor, pks: Collection[int]) -> None:
    webhooks.redeliver(deliveries=pks, actor=actor)


def heard(webhook: Webhook) -> str:
    """The events an address is told of."""
    return "; ".join(events.label_of(name) for name in webhook.events) or str(_("All events"))


class WebhookList(ListSpec):
    """Addresses that are told what happens here."""

    model = Webhook
    title = _("Webhooks")
    icon = "webhook"
    columns = (
        Column("name", _("Name"), card="title", sort=True),
        Column("kind", _("Kind"), value=lambda row: row.get_kind_display()),
        Column("shown_url", _("Address")),
        Column("events", _("Events"), value=heard),
        Column("status", _("Status"), "badge", card="side"),
        Column("failures", _("Failures in a row"), "number"),
        Column("paused_because", _("Paused because")),
        Column("owner", _("Owner"), shown=False),
        Column("created_at", _("Created"), "datetime", shown=False),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=Webhook.Status),
        ChoiceFilter("kind", _("Kind"), choices=Webhook.Kind),
    )
    acts = (
        Act("test", _("Send a test"), CHANGE, test, icon="send", in_row=True),
        Act("pause", _("Pause"), CHANGE, pause, icon="player-pause", when=lambda row: row.status == "active"),
        Act("resume", _("Resume"), CHANGE, resume, icon="player-play", when=lambda row: row.status == "paused"),
        Act(
            "rotate", _("New secret"), CHANGE, rotate, icon="key", when=lambda row: not row.is_robot,
            confirm=_("The old secret signs along for three days. Make a new one?"),
        ),
        Act(
            "remove", _("Remove"), "automation.delete_webhook", remove, icon="trash", danger=True,
            confirm=_("What was sent to the address is forgotten, too. Remove it?"),
        ),
    )  # fmt: skip
    related = ("owner",)
    search_fields = ("name",)
    empty = _("Nobody is told of anything yet. Add a system that takes events as JSON, or the robot of a group.")


class WebhookDeliveryList(ListSpec):
    """What was sent to other systems, and what they answered."""

    model = WebhookDelivery
    title = _("Webhook deliveries")
    icon = "send"
    columns = (
        Column("event_label", _("Event"), card="title"),
        Column("webhook", _("Webhook")),
        Column("status", _("Status"), "badge", card="side"),
        Column("code", _("Answer code"), "number"),
        Column("error", _("Error")),
        Column("attempts", _("Attempts"), "number"),
        Column("milliseconds", _("Milliseconds"), "number", shown=False),
        Column("created_at", _("Created"), "datetime"),
        Column("next_try_at", _("Next try"), "datetime", shown=False),
        Column("key", _("Delivery"), shown=False),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=WebhookDelivery.Status),
        ChoiceFilter("event", _("Event"), choices=events.choices),
        DateFilter("created", _("Created"), "created_at"),
    )
    acts = (Act("redeliver", _("Send again"), REDELIVER, redeliver, icon="refresh", in_row=True),)
    related = ("webhook",)
    searchable = False
    empty = _("Nothing was sent yet")

    def url(self, row: WebhookDelivery) -> str:
        return reverse("admin:automation_webhookdelivery_change", args=[row.pk])
