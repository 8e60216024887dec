"""Showing a list, doing something to its rows, and taking it away as a file."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suite.core import jobs, keyset
from suite.core.said import in_each, said
from suite.desk import papers
from suite.desk.lists import acts, export
from suite.desk.lists.cells import cell, move, put
from suite.desk.lists.filters import BIGINT
from suite.desk.lists.spec import ListSpec
from suite.desk.lists.state import ListState, explicit
from suite.desk.pages import back, refuse, render_page

KEPT = ("act", "row_act", "pk", "everything", "next")  # what the form of an act posts again


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
    if request.GET.get("edit"):
        return cell(request, state)
    if request.POST.get("move"):
        return move(request, state)
    if request.POST.get("put"):
        return put(request, state)
    if request.method == "POST":
        return _act(request, state)
    if request.GET.get("counts"):
        return JsonResponse(state.tab_counts())
    if request.GET.get("export"):
        return _export(request, state, request.GET["export"], None)
    filled = {"state": state, "spec": spec, "region": spec.region, **(context or {})}
    if state.show == "board" and state.params.get("lane"):
        return render_page(request, "suite/desk/_board_cards.html", {**filled, "lane": state.lane()})
    wants_rows = request.headers.get("HX-Target") == filled["region"]
    return render_page(request, template, filled, part="suite/desk/_list_rows.html" if wants_rows else None)


def _act(request: HttpRequest, state: ListState) -> HttpResponseBase:
    name, pks = _chosen(request.POST)
    if name.startswith("_export_"):
        return _export(request, state, name.removeprefix("_export_"), pks)
    if name.startswith("_print_") and state.paper_languages:
        return _print(request, state, name.removeprefix("_print_"), pks)
    if name == acts.RESTORE:
        return acts.restore(request, state.acts, back(request, request.get_full_path()))
    act = next((act for act in state.acts if act.name == name), None)
    if act is None:
        raise PermissionDenied(name)
    # what may be seen may not be done to all of it: the permission of the act reaches its own rows
    mine = state.spec.model._default_manager.visible_to(state.actor, act.permission).values("pk")  # type: ignore[attr-defined]
    rows = state.rows.filter(pk__in=mine) if pks is None else state.rows.filter(pk__in=mine).filter(pk__in=pks)
    return acts.do(
        request,
        act,
        list(rows.order_by("pk").values_list("pk", flat=True)[: acts.AT_MOST + 1]),
        holder=type(state.spec),
        model=state.spec.model,
        heading=in_each(lambda: state.spec.heading),
        hidden={name: request.POST.getlist(name) for name in KEPT if name in request.POST},
        after=back(request, request.get_full_path()),
        undo=f"{request.path}?view=all",
    )


def _chosen(data: QueryDict) -> tuple[str, list[int] | None]:
    """The act and the keys of the selected rows; None for every matching row."""
    if data.get("row_act"):
        name, _colon, pk = data["row_act"].partition(":")
        return name, _keys([pk])
    if data.get("everything"):
        return data.get("act", ""), None
    return data.get("act", ""), _keys(data.getlist("pk"))


def _keys(texts: Collection[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and int(text) < BIGINT][: acts.AT_MOST]


def _export(request: HttpRequest, state: ListState, format_name: str, pks: list[int] | None) -> HttpResponseBase:
    if not export.is_known(state, format_name):
        raise PermissionDenied(format_name)
    if state.show == "pivot" and not pks:
        return export.of_pivot(state, format_name)
    if pks:
        state.rows = state.rows.filter(pk__in=pks)
    elif state.rows.order_by().values("pk")[: export.AT_ONCE + 1].count() > export.AT_ONCE:
        if state.where is not None:
            return refuse(request, [_("Too many rows: narrow the list first")], status=400)
        job = jobs.enqueue(
            kind="desk.export",
            actor=state.actor,
            title=said(gettext_lazy("Export: %(list)s"), {"list": in_each(lambda: state.spec.heading)}),
            params={"spec": state.spec.key, "query": state.query, "format": format_name},
        )
        messages.info(request, _("This takes a moment. You will be told when the file is ready."))
        return redirect("desk:job", job.pk)
    return export.response(state, format_name)


def _print(request: HttpRequest, state: ListState, language: str, pks: list[int] | None) -> HttpResponseBase:
    """The selected papers in one file, in the order of the list; many of them as a job."""
    rows = state.rows if pks is None else state.rows.filter(pk__in=pks)
    chosen = list(keyset.in_order(rows, state.order)[: papers.AT_MOST + 1])
    if not chosen:
        return refuse(request, [_("Nothing was selected")], status=400)
    if len(chosen) > papers.AT_MOST:
        return refuse(request, [_("At most %(count)s rows at once") % {"count": f"{papers.AT_MOST:,}"}], status=400)
    if len(chosen) <= papers.AT_ONCE:
        return papers.answer(chosen, actor=state.actor, language=language)
    job = jobs.enqueue(
        kind="desk.papers",
        actor=state.actor,
        title=said(gettext_lazy("PDF: %(list)s"), {"list": in_each(lambda: state.spec.heading)}),
        params={
            "model": state.spec.model._meta.label_lower,
            "pks": [row.pk for row in chosen],
            "language": papers.language_of(language),
        },
    )
    messages.info(request, _("This takes a moment. You will be told when the file is ready."))
    return redirect("desk:job", job.pk)
