"""Approvals: the list, one approval with its steps, and the decision."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from suite.automation import approvals as kinds
from suite.automation.models import Approval
from suite.automation.queries import my_approvals
from suite.automation.services import approvals
from suite.core.access import Actor
from suite.core.doors import door
from suite.desk import formats
from suite.desk.chain import chain_of
from suite.desk.documents import find, state_of
from suite.desk.forms import ActorForm
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, Column, DateFilter, ListSpec, NumberFilter, View, list_view
from suite.desk.pages import back
from suite.desk.records import Fact, PageAct, RecordPage, record_page

DECIDE = "automation.decide_approval"


class NoteForm(ActorForm):
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=500)


class ReasonForm(ActorForm):
    note = forms.CharField(label=gettext_lazy("Why"), max_length=500)


def approve(*, actor: Actor, pks: Collection[int], note: str = "") -> None:
    approvals.decide(approvals=pks, approve=True, actor=actor, note=note)


def reject(*, actor: Actor, pks: Collection[int], note: str = "") -> None:
    approvals.decide(approvals=pks, approve=False, actor=actor, note=note)


def is_waiting(approval: Approval) -> bool:
    return approval.status == Approval.Status.WAITING


class ApprovalList(ListSpec):
    """What people are asked to agree to."""

    model = Approval
    title = gettext_lazy("Approvals")
    icon = "clipboard-check"
    columns = (
        Column("number", gettext_lazy("Number"), card="title"),
        Column("kind_label", gettext_lazy("Document"), url=lambda approval: approval.document_url),
        Column("amount", gettext_lazy("Amount"), "money", card="side"),
        Column("requested_by", gettext_lazy("Requested by")),
        Column("requested_at", gettext_lazy("Requested"), "datetime"),
        Column("turn", gettext_lazy("Waits for"), value=lambda row: row.due_step.role.label if row.due_step else ""),
        Column("status", gettext_lazy("Status"), "badge"),
        Column("decided_at", gettext_lazy("Decided"), "datetime", shown=False),
        Column("reason", gettext_lazy("Why"), shown=False),
    )
    filters = (
        BoolFilter(
            "mine",
            gettext_lazy("Waits for me"),
            condition=lambda actor: Q(pk__in=my_approvals(actor).order_by().values("pk")),
        ),
        ChoiceFilter("status", gettext_lazy("Status"), choices=Approval.Status),
        ChoiceFilter("kind", gettext_lazy("Document"), choices=lambda actor: kinds.choices()),
        DateFilter("requested", gettext_lazy("Requested"), "requested_at"),
        NumberFilter("amount", gettext_lazy("Amount"), quick=False),
    )
    views = (
        View("mine", gettext_lazy("For me"), {"mine": "yes"}),
        View("waiting", gettext_lazy("Waiting"), {"status": "waiting"}),
    )
    acts = (
        Act(
            "approve",
            gettext_lazy("Approve"),
            DECIDE,
            approve,
            icon="check",
            form=NoteForm,
            when=is_waiting,
            in_row=True,
        ),
        Act("reject", gettext_lazy("Reject"), DECIDE, reject, icon="x", form=ReasonForm, danger=True, when=is_waiting),
    )
    related = ("requested_by",)
    prefetch = ("steps__role",)
    search_fields = ("number",)
    empty = gettext_lazy("Nothing waits for you")


@door("automation.view_approval")
def approval_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, ApprovalList)


@door("automation.view_approval")
def approval_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One approval: what it is about, who was asked and why, what they said."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = Approval.objects.visible_to(actor).select_related("requested_by")
    approval = get_object_or_404(rows.prefetch_related("steps__role", "steps__decided_by"), pk=pk)
    document = find(actor, approval.kind, approval.object_id)
    closed = "" if is_waiting(approval) else _("This is decided already")
    page = RecordPage(
        str(approval),
        crumbs=[(_("Approvals"), reverse("automation:approvals"))],
        badges=[state_of(approval) or ("", "")],
        acts=[
            _act(approval, "approve", _("Approve"), "check", primary=True, disabled=closed),
            _act(approval, "reject", _("Reject"), "x", danger=True, reason=True, disabled=closed),
        ],
        facts=[
            Fact(_("Document"), approval.number, approval.document_url if document else ""),
            Fact(_("Amount"), formats.money(approval.amount)),
            Fact(_("Requested by"), approval.requested_by),
            Fact(_("Requested"), formats.moment(approval.requested_at)),
            Fact(_("Why these people"), approval.reason),
        ],
        chain=chain_of(actor, document) if document else [],
    )
    return record_page(request, page, {"approval": approval}, template="suite/automation/approval_page.html")


def _act(approval: Approval, name: str, label: str, icon: str, **more: Any) -> PageAct:
    return PageAct(label, reverse("automation:decide", args=[approval.pk, name]), icon, DECIDE, **more)


@door(DECIDE)
@require_POST
def decide(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Approve or reject one approval."""
    actor = request.actor  # type: ignore[attr-defined]
    approval = get_object_or_404(Approval.objects.visible_to(actor, DECIDE), pk=pk)
    if name not in ("approve", "reject"):
        raise Http404
    note = request.POST.get("reason", "")[:500]
    approvals.decide(approvals=[approval.pk], approve=name == "approve", actor=actor, note=note)
    text = _("%(number)s is approved") if name == "approve" else _("%(number)s is rejected")
    messages.success(request, text % {"number": approval.number})
    return redirect(back(request, reverse("automation:approval", args=[pk])))
