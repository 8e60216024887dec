"""Approvals: the list, one approval with its steps, and the decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from suite.automation.lists import DECIDE, ApprovalList, is_waiting
from suite.automation.models import Approval
from suite.automation.services import approvals
from suite.core.doors import door
from suite.desk import formats
from suite.desk.chain import chain_of
from suite.desk.documents import find, state_of
from suite.desk.lists import list_view
from suite.desk.pages import back
from suite.desk.records import Fact, PageAct, RecordPage, record_page


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
    closed = approvals.not_mine(approval, actor) if is_waiting(approval) else _("This is decided already")
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
