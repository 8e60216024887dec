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


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def buttons(
    acts: Sequence[Act], row: Any, url_name: str, *, actor: Actor, steps: Sequence[PageAct] = ()
) -> list[PageAct]:
    """The acts of a list as buttons of the record; those its state forbids are left out.

    Whose turn it is not sees the decision, with the reason. The first stands out, unless one of the `steps` does.
    """
    fitting = [act for act in acts if act.fits(row)]
    deciding = any(act.name in DECISIONS for act in fitting)
    not_mine = approvals.undecidable([row], actor).get(row.pk, "") if deciding else ""
    return [
        PageAct(
            act.label,
            reverse(url_name, args=[row.pk, act.name]),
            act.icon,
            act.permission,
            primary=not number and not any(step.primary for step in steps),
            danger=act.danger,
            confirm=act.confirm,
            in_menu=number > 2,
            disabled=str(not_mine) if act.name in DECISIONS else act.refused(row) if act.refused else "",
        )
        for number, act in enumerate(fitting)
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
