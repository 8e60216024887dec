"""The list of approvals, with the decisions."""

from __future__ import annotations

from collections.abc import Collection

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.automation import approvals as kinds
from suite.automation.models import Approval
from suite.automation.queries import my_approvals
from suite.automation.services import approvals
from suite.core.access import Actor
from suite.desk.forms import ActorForm
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, Column, DateFilter, ListSpec, NumberFilter, View

DECIDE = "automation.decide_approval"


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
        ChoiceFilter("kind", _("Document"), choices=lambda actor: kinds.choices()),
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
