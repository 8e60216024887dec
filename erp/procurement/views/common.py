"""What the pages of purchasing have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from suite.automation.services import approvals
from suite.core.access import Actor
from suite.desk.lists import Act
from suite.desk.lists.acts import make_form, papers_of, sentence_of
from suite.desk.pages import back
from suite.desk.records import PageAct

DECISIONS = ("approve", "reject")
ELSEWHERE = ("not_waiting", "not_your_step")  # refusals of decisions that are nothing to this reader


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def buttons(
    acts: Sequence[Act], row: Any, url_name: str, *, actor: Actor, steps: Sequence[PageAct] = ()
) -> list[PageAct]:
    """The acts of a list as buttons of the record; those its state forbids are left out.

    A decision is left out where nobody is asked for one, or others are; who asked, or decided before, sees it with the
    reason. What is refused waits in the menu with its reason. The first of the others stands out, unless one of the
    `steps` does.
    """
    fitting = [act for act in acts if act.fits(row) and actor.may(act.permission)]
    deciding = any(act.name in DECISIONS for act in fitting)
    not_mine = approvals.undecidable([row], actor).get(row.pk) if deciding else None
    if not_mine and not_mine.code in ELSEWHERE:
        fitting = [act for act in fitting if act.name not in DECISIONS]
    reasons = {act.name: act.refused(row) if act.refused else "" for act in fitting}
    if not_mine:
        reasons |= dict.fromkeys(DECISIONS, str(not_mine))
    offered = [act.name for act in fitting if not reasons[act.name]]
    leads = any(step.primary for step in steps)
    return [
        PageAct(
            act.label,
            reverse(url_name, args=[row.pk, act.name]),
            act.icon,
            act.permission,
            primary=act.name in offered[:1] and not leads,
            danger=act.danger,
            confirm=act.confirm,
            in_menu=act.name not in offered[:3],
            disabled=str(reasons[act.name]),
        )
        for act in fitting
    ]


def do(request: HttpRequest, acts: Sequence[Act], model: type[Model], pk: int, name: str, page: str) -> HttpResponse:
    """Do one act to one record, after its form where it has one; the refusal goes where the person stands."""
    actor = actor_of(request)
    act = next((act for act in acts if act.name == name), None)
    if act is None:
        raise Http404
    if not actor.may(act.permission):
        raise PermissionDenied(act.permission)
    row = get_object_or_404(model._default_manager.visible_to(actor, act.permission), pk=pk)  # type: ignore[attr-defined]
    data: dict[str, Any] = {}
    if act.form:
        form = make_form(act, actor, request.POST if "_go" in request.POST else None)
        if not form.is_valid():
            context = {"act": act, "form": form, "heading": str(row), "count": 1, "hidden": {}, "after": page}
            return render(request, "suite/desk/list_act.html", context)
        data = form.cleaned_data
    made = papers_of(act.run(actor=actor, pks=[row.pk], **data))
    messages.success(request, sentence_of(act, made or [row], 1, actor))
    return redirect(page if act.form else back(request, page))  # a form came from the address of the act itself


def lines_now(paper: Any) -> Iterable[Any]:
    """The lines of a paper as they stand, with what names them; none of one that is new."""
    return paper.lines.select_related("product") if paper else ()
