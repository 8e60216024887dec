"""The lists of approvals, delegations and webhooks, with what one may do there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from suite.automation import approvals as kinds
from suite.automation.models import Approval, Delegation, Webhook, WebhookDelivery
from suite.automation.queries import my_approvals
from suite.automation.services import approvals, delegations, webhooks
from suite.core.access import Actor, Scope
from suite.core.models import User
from suite.desk import events
from suite.desk.forms import ActorForm, PickerField
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    Create,
    DateFilter,
    ListSpec,
    NumberFilter,
    PickFilter,
    View,
)
from suite.desk.services import notifications
from suite.desk.views.notifications import subjects

DECIDE = "automation.decide_approval"
SEE = "automation.view_approval"
CHANGE = "automation.change_webhook"
REDELIVER = "automation.redeliver_webhookdelivery"


class NoteForm(ActorForm):
    note = forms.CharField(label=_("Note"), max_length=500)


class ReasonForm(ActorForm):
    note = forms.CharField(label=_("Why"), max_length=500)


class QuestionForm(ActorForm):
    note = forms.CharField(label=_("Question"), max_length=500)


class AnswerForm(ActorForm):
    note = forms.CharField(label=_("Answer"), max_length=500)


class SignerForm(ActorForm):
    to = PickerField("user", label=_("Who"))
    note = forms.CharField(label=_("Note"), required=False, max_length=500)


Pks = Collection[int]


def approve(*, actor: Actor, pks: Pks, note: str = "") -> None:
    approvals.decide(approvals=pks, approve=True, actor=actor, note=note)


def reject(*, actor: Actor, pks: Pks, note: str = "") -> None:
    approvals.decide(approvals=pks, approve=False, actor=actor, note=note)


def send_back(*, actor: Actor, pks: Pks, note: str) -> None:
    approvals.send_back(approvals=pks, actor=actor, note=note)


def hand_over(*, actor: Actor, pks: Pks, to: User, note: str = "") -> None:
    approvals.hand_over(approvals=pks, to=to, actor=actor, note=note)


def add_before(*, actor: Actor, pks: Pks, to: User, note: str = "") -> None:
    approvals.add_signer(approvals=pks, to=to, before=True, actor=actor, note=note)


def add_after(*, actor: Actor, pks: Pks, to: User, note: str = "") -> None:
    approvals.add_signer(approvals=pks, to=to, before=False, actor=actor, note=note)


def approve_noticed(*, actor: Actor, pks: Pks) -> int:
    """Agree to what notices of the actor ask for."""
    asked = subjects(actor, pks, Approval, DECIDE)
    approvals.decide(approvals=asked, approve=True, actor=actor)
    notifications.mark_read(actor=actor, pks=pks)
    return len(asked)


def answer(*, actor: Actor, pks: Pks, note: str) -> None:
    approvals.answer(approvals=pks, actor=actor, note=note)


def take_back(*, actor: Actor, pks: Pks) -> None:
    approvals.take_back(approvals=pks, actor=actor)


def is_due(approval: Approval) -> bool:
    """Whether it waits for whoever looks; `complete` says so of the rows of a page."""
    return approval.status == Approval.Status.WAITING and getattr(approval, "is_mine", True)


def is_question(approval: Approval) -> bool:
    return approval.status == Approval.Status.RETURNED and getattr(approval, "is_asker", True)


def is_asked(approval: Approval) -> bool:
    return approval.status in Approval.OPEN and getattr(approval, "is_asker", True)


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
        Column("turn", _("Waits for")),
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
        BoolFilter("asked", _("Asked by me"), condition=lambda actor: Q(requested_by=actor.user_id)),
        ChoiceFilter("status", _("Status"), choices=Approval.Status),
        ChoiceFilter("kind", _("Document"), choices=kinds.choices),
        DateFilter("requested", _("Requested"), "requested_at"),
        NumberFilter("amount", _("Amount"), quick=False),
        PickFilter("requested_by", _("Requested by"), kind="user", quick=False),
    )
    views = (
        View("mine", _("For me"), {"mine": "yes"}),
        View("asked", _("Asked by me"), {"asked": "yes"}),
        View("waiting", _("Waiting"), {"status": "waiting,returned"}),
    )
    acts = (
        Act("approve", _("Approve"), DECIDE, approve, icon="check", when=is_due, in_row=True),
        Act("reject", _("Reject"), DECIDE, reject, icon="x", form=ReasonForm, danger=True, when=is_due),
        Act("answer", _("Answer"), SEE, answer, icon="send", form=AnswerForm, when=is_question, in_row=True),
        Act("approve-note", _("Approve with a note"), DECIDE, approve, icon="check", form=NoteForm, when=is_due),
        Act("send-back", _("Send back with a question"), DECIDE, send_back,
            icon="arrow-left", form=QuestionForm, when=is_due),
        Act("hand-over", _("Hand over to somebody"), DECIDE, hand_over, icon="user", form=SignerForm, when=is_due),
        Act("add-before", _("Ask somebody before me"), DECIDE, add_before,
            icon="user-circle", form=SignerForm, when=is_due),
        Act("add-after", _("Ask somebody after me"), DECIDE, add_after,
            icon="user-circle", form=SignerForm, when=is_due),
        Act("take-back", _("Withdraw the request"), SEE, take_back, icon="arrow-left", danger=True, when=is_asked,
            confirm=_("Nobody is asked any more, and the document goes back to where it was. Withdraw it?")),
    )  # fmt: skip
    related = ("requested_by",)
    prefetch = ("steps__role", "steps__user")
    search_fields = ("number",)
    empty = _("Nothing waits for you")

    def complete(self, rows: Sequence[Approval], actor: Actor) -> None:
        """Say of each row whether the actor may decide it, or asked for it."""
        everything = actor.scope(DECIDE) == Scope.ALL
        pks = [row.pk for row in rows]
        mine = set(my_approvals(actor).order_by().filter(pk__in=pks).values_list("pk", flat=True)) if pks else ()
        for row in rows:
            row.is_mine = everything or row.pk in mine  # type: ignore[attr-defined]
            row.is_asker = row.requested_by_id == actor.user_id  # type: ignore[attr-defined]


def end_delegations(*, actor: Actor, pks: Pks) -> int:
    return delegations.end_delegations(delegations=pks, actor=actor)


class DelegationList(ListSpec):
    """Who decides in whose place, and when."""

    model = Delegation
    page = "automation:delegations"
    title = _("Standing in")
    icon = "users"
    columns = (
        Column("user", _("Who is away")),
        Column("to", _("Who decides meanwhile"), card="title"),
        Column("first_day", _("First day"), "date"),
        Column("last_day", _("Last day"), "date", card="side"),
        Column("reason", _("Reason")),
    )
    filters = (
        DateFilter("until", _("Last day"), "last_day"),
        PickFilter("to", _("Who decides meanwhile"), kind="user"),
    )
    acts = (
        Act("end", _("End"), "automation.delete_delegation", end_delegations, icon="x", in_row=True,
            confirm=_("From now on you decide alone again. End it?")),
    )  # fmt: skip
    related = ("user", "to")
    searchable = False
    create = Create(_("Let somebody stand in"), "automation:delegation_new", "automation.add_delegation")
    empty = _("Nobody stands in for you. Before you are away, name somebody who decides in your place.")


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
