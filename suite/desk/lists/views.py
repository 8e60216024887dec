"""Showing a list, doing something to its rows, and taking it away as a file."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from suite.core import jobs
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.desk.lists import export
from suite.desk.lists.filters import BIGINT
from suite.desk.lists.spec import Act, ListSpec
from suite.desk.lists.state import ListState, explicit
from suite.desk.pages import refuse, render_page

AT_ONCE = 200  # rows an act takes while the person waits; more becomes a job
AT_MOST = 100_000


def list_view(
    request: HttpRequest,
    spec_class: type[ListSpec],
    *,
    where: Q | None = None,
    template: str = "suite/desk/list_page.html",
    context: dict[str, Any] | None = None,
) -> HttpResponseBase:
    """The page of a list, its rows when htmx asks, its file, or the outcome of an act on its rows.

    With `where` and template="suite/desk/_list.html" it is a related list in the tab of a record.
    """
    spec = spec_class()
    state = ListState(spec, request.actor, explicit(request.GET), path=request.path, where=where)  # type: ignore[attr-defined]
    if request.method == "POST":
        return _act(request, state)
    if request.GET.get("export"):
        return _export(request, state, request.GET["export"], None)
    filled = {"state": state, "spec": spec, "region": f"rows-{spec.slug}", **(context or {})}
    wants_rows = request.headers.get("HX-Target") == filled["region"]
    return render_page(request, template, filled, part="suite/desk/_list_rows.html" if wants_rows else None)


def _act(request: HttpRequest, state: ListState) -> HttpResponseBase:
    name, pks = _chosen(request.POST)
    if name.startswith("_export_"):
        return _export(request, state, name.removeprefix("_export_"), pks)
    act = next((act for act in state.acts if act.name == name), None)
    if act is None:
        raise PermissionDenied(name)
    # what may be seen may not be done to all of it: the permission of the act reaches its own rows
    mine = state.spec.model._default_manager.visible_to(state.actor, act.permission).values("pk")  # type: ignore[attr-defined]
    rows = state.rows.filter(pk__in=mine)
    if pks is None:
        found = list(rows.order_by("pk").values_list("pk", flat=True)[: AT_MOST + 1])
    else:
        found = list(rows.filter(pk__in=pks).order_by("pk").values_list("pk", flat=True))
    if not found:
        messages.warning(request, _("Nothing was selected"))
        return _done(request)
    if len(found) > AT_MOST:
        return refuse(request, [_("At most %(count)s rows at once") % {"count": f"{AT_MOST:,}"}], status=400)
    data: dict[str, Any] = {}
    if act.form:
        form = make_form(act, state.actor, request.POST if "_go" in request.POST else None)
        if not form.is_valid():
            filled = {"act": act, "form": form, "pks": found if pks else None, "count": len(found), "state": state}
            return render(request, "suite/desk/list_act.html", filled)
        data = form.cleaned_data
    if len(found) > AT_ONCE:
        return _start_job(request, state, act, found)
    done, refused = perform(act, state.actor, found, data)
    report(request, act, done, refused)
    return _done(request)


def make_form(act: Act, actor: Actor, data: QueryDict | None) -> Any:
    """The form of an act; ours take the actor."""
    from suite.desk.forms import ActorForm

    assert act.form is not None
    return act.form(data, actor=actor) if issubclass(act.form, ActorForm) else act.form(data)


def perform(act: Act, actor: Actor, pks: list[int], data: dict[str, Any]) -> tuple[int, list[str]]:
    """Do it through the service: how many went through, and why the others did not."""
    try:
        outcome = act.run(actor=actor, pks=pks, **data)
    except BusinessError as error:
        return 0, [str(refusal) for refusal in error.refusals]
    refused = getattr(outcome, "refused", None) or {}
    done = outcome if isinstance(outcome, int) and not isinstance(outcome, bool) else len(pks) - len(refused)
    return done, [str(refusal) for refusal in refused.values()]


def report(request: HttpRequest, act: Act, done: int, refused: list[str]) -> None:
    """Say what came of it."""
    if done:
        text = ngettext("%(act)s: %(count)s row", "%(act)s: %(count)s rows", done)
        messages.success(request, text % {"act": act.label, "count": f"{done:,}"})
    for sentence in refused[:5]:
        messages.error(request, sentence)
    if len(refused) > 5:
        messages.error(request, _("and %(count)s more were refused") % {"count": len(refused) - 5})


def _chosen(data: QueryDict) -> tuple[str, list[int] | None]:
    """The act and the keys of the selected rows; None for every matching row."""
    if data.get("row_act"):
        name, _colon, pk = data["row_act"].partition(":")
        return name, _keys([pk])
    if data.get("everything"):
        return data.get("act", ""), None
    return data.get("act", ""), _keys(data.getlist("pk"))


def _keys(texts: Collection[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and int(text) < BIGINT][:AT_MOST]


def _done(request: HttpRequest) -> HttpResponse:
    """Back to the same list, with the messages."""
    target = request.POST.get("next") or request.get_full_path()
    return redirect(target if target.startswith("/") and not target.startswith("//") else request.path)


def _start_job(request: HttpRequest, state: ListState, act: Act, pks: list[int]) -> HttpResponse:
    raw = {name: request.POST.getlist(name) for name in request.POST if name not in ("pk", "csrfmiddlewaretoken")}
    job = jobs.enqueue(
        kind="desk.bulk",
        actor=state.actor,
        title=f"{act.label}: {state.spec.heading}",
        params={"spec": state.spec.key, "act": act.name, "pks": pks, "data": raw},
    )
    return redirect("desk:job", job.pk)


def _export(request: HttpRequest, state: ListState, format_name: str, pks: list[int] | None) -> HttpResponseBase:
    if format_name not in export.FORMATS or not state.spec.export:
        raise PermissionDenied(format_name)
    if pks:
        state.rows = state.rows.filter(pk__in=pks)
    elif state.rows.order_by().values("pk")[: export.AT_ONCE + 1].count() > export.AT_ONCE:
        if state.where is not None:
            return refuse(request, [_("Too many rows: narrow the list first")], status=400)
        job = jobs.enqueue(
            kind="desk.export",
            actor=state.actor,
            title=_("Export: %(list)s") % {"list": state.spec.heading},
            params={"spec": state.spec.key, "query": state.query, "format": format_name},
        )
        messages.info(request, _("This takes a moment. You will be told when the file is ready."))
        return redirect("desk:job", job.pk)
    return export.response(state, format_name)
