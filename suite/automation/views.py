"""Approvals: the list, one approval with its route, the decision; and who stands in for whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from suite.automation.lists import ApprovalList, DelegationList
from suite.automation.models import Approval
from suite.automation.queries import changes_before, changes_since, terms_of
from suite.automation.services import approvals, delegations
from suite.core.access import Actor
from suite.core.doors import door
from suite.desk import formats
from suite.desk.chain import chain_of
from suite.desk.documents import find, state_of
from suite.desk.forms import ActorForm, PickerField
from suite.desk.lists import Act, acts, list_view
from suite.desk.pages import back, entry_page
from suite.desk.records import Fact, PageAct, RecordPage, record_page

STANDING = (*Approval.OPEN, Approval.Status.APPROVED)  # what a change of the document since then matters to
BY_WORD = {"reject", "send-back", "answer"}  # what asks for one sentence, right on the page


@door("automation.view_approval")
def approval_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, ApprovalList)


@door("automation.view_approval")
def approval_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One approval: what it is about, what changed, who was asked and why, what they said."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = Approval.objects.visible_to(actor).select_related("requested_by")
    steps = ("steps__role", "steps__user", "steps__decided_by", "steps__on_behalf_of")
    approval = get_object_or_404(rows.prefetch_related(*steps), pk=pk)
    document = find(actor, approval.kind, approval.object_id)
    closed = approvals.why_not(approval, actor) if approval.status == Approval.Status.WAITING else ""
    approval.is_asker = approval.requested_by_id == actor.user_id  # type: ignore[attr-defined]
    page = RecordPage(
        str(approval),
        crumbs=[(_("Approvals"), reverse("automation:approvals"))],
        badges=[state_of(approval) or ("", "")],
        acts=[_button(act, approval, closed) for act in ApprovalList.acts if act.fits(approval)],
        facts=[
            Fact(_("Document"), approval.number, approval.document_url if document else ""),
            Fact(_("Amount"), formats.money(approval.amount)),
            Fact(_("Requested by"), approval.requested_by),
            Fact(_("Requested"), formats.moment(approval.requested_at)),
            Fact(_("Waits for"), approval.turn),
            Fact(_("Why these people"), approval.reason),
        ],
        chain=chain_of(actor, document) if document else [],
    )
    terms, lines = terms_of(approval)
    context = {
        "approval": approval,
        "terms": terms,
        "lines": lines,
        "changed_before": changes_before(approval),
        "changed_since": changes_since(approval, document) if approval.status in STANDING else [],
    }
    return record_page(request, page, context, template="suite/automation/approval_page.html")


def _button(act: Act, approval: Approval, closed: str) -> PageAct:
    """An act of the list as a button of the record; decisions of others are shut, with the reason."""
    return PageAct(
        act.label,
        reverse("automation:decide", args=[approval.pk, act.name]),
        act.icon,
        act.permission,
        primary=act.name in ("approve", "answer"),
        danger=act.danger,
        confirm=act.confirm,
        reason=act.name in BY_WORD,
        disabled=closed if act.permission == "automation.decide_approval" else "",
        in_menu=act.name not in ("approve", "reject", "answer", "send-back"),
    )


@door("automation.view_approval")
@require_POST
def decide(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do one act of the list to one approval: decide, send back, hand over, add a signer, answer, withdraw."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    act = next((act for act in ApprovalList.acts if act.name == name), None)
    if act is None:
        raise Http404
    if not actor.may(act.permission):
        raise PermissionDenied(act.permission)
    approval = get_object_or_404(Approval.objects.visible_to(actor, act.permission), pk=pk)
    page = reverse("automation:approval", args=[pk])
    word = request.POST.get("reason", "").strip()[:500]
    if act.form and not word:
        return acts.do(
            request, act, [pk], holder=ApprovalList, model=Approval, heading=str(approval), hidden={}, after=page
        )
    act.run(actor=actor, pks=[pk], **({"note": word} if word else {}))
    texts = {"approve": _("%(number)s is approved"), "reject": _("%(number)s is rejected")}
    messages.success(request, texts.get(name, f"{act.label}: %(number)s") % {"number": approval.number})
    return redirect(back(request, page))


@door("automation.view_delegation")
def delegation_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, DelegationList)


class DelegationForm(ActorForm):
    to = PickerField("user", label=gettext_lazy("Who decides meanwhile"))
    first_day = forms.DateField(label=gettext_lazy("First day"))
    last_day = forms.DateField(label=gettext_lazy("Last day"))
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=200)


@door("automation.add_delegation")
def delegation_new(request: HttpRequest) -> HttpResponse:
    """Name somebody who decides while one is away."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    after = reverse("automation:delegations")

    def save(values: dict[str, Any], lines: list[dict[str, Any]]) -> str:
        row = delegations.delegate(actor=actor, **values)
        messages.success(request, _("%(name)s may decide in your place") % {"name": row.to})
        return after

    return entry_page(
        request,
        DelegationForm(request.POST if request.method == "POST" else None, actor=actor),
        save,
        heading=_("Let somebody stand in"),
        section=_("Standing in"),
        back=after,
    )
