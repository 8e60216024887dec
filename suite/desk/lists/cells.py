"""Changing one cell of a list where it stands."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from suite.core.errors import BusinessError
from suite.desk.lists.columns import Column, read
from suite.desk.lists.filters import BIGINT
from suite.desk.lists.state import ListState

EDITOR = "suite/desk/_cell_edit.html"


def cell(request: HttpRequest, state: ListState) -> HttpResponse:
    """The editor of a cell, or what stands in it once its service has saved the value; what is refused is kept."""
    from suite.desk.forms import ActorForm  # which reads filters itself

    asked = request.POST if request.method == "POST" else request.GET
    column = next((each for each in state.all_columns if each.name == asked.get("edit") and each.edit), None)
    pk = asked.get("pk", "")
    if column is None or column.edit is None or not (pk.isascii() and pk.isdigit() and int(pk) < BIGINT):
        raise Http404
    if not state.actor.may(column.edit.permission):
        raise PermissionDenied(column.edit.permission)
    mine = state.spec.model._default_manager.visible_to(state.actor, column.edit.permission)  # type: ignore[attr-defined]
    row = state.complete_row(int(pk), mine)
    if row is None:
        raise Http404
    form_class: Any = type("CellForm", (ActorForm,), {"value": column.edit.field})
    if request.method != "POST":
        form = form_class(actor=state.actor, initial={"value": read(row, column.edit.path or column.path)})
        return _editor(request, column, form, 200)
    form = form_class(request.POST, actor=state.actor)
    if not form.is_valid():
        return _editor(request, column, form, 400)
    try:
        column.edit.save(row=row, value=form.cleaned_data["value"], actor=state.actor)
    except ValidationError as error:
        form.add_error("value", error.messages)
        return _editor(request, column, form, 400)
    except BusinessError as error:
        form.add_error("value", [str(refusal) for refusal in error.refusals])
        return _editor(request, column, form, 409)
    row = state.complete_row(int(pk), mine) or row
    return HttpResponse(state.html_of(column, row))


def _editor(request: HttpRequest, column: Column, form: Any, status: int) -> HttpResponse:
    form.fields["value"].widget.attrs["aria-label"] = str(column.label)
    form.fields["value"].label = column.label
    return render(request, EDITOR, {"field": form["value"]}, status=status)
