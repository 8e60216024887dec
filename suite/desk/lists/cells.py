"""Changing one cell of a list where it stands, and putting a row on another day of a calendar or into another lane."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import conditional_escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suite.core.access import Actor
from suite.core.acts import acting, retrying
from suite.core.errors import BusinessError
from suite.core.models import Company
from suite.desk.lists.columns import Column, Edit, read
from suite.desk.lists.filters import BIGINT
from suite.desk.lists.state import ListState
from suite.desk.pages import back, done

EDITOR = "suite/desk/_cell_edit.html"


def cell(request: HttpRequest, state: ListState) -> HttpResponse:
    """The editor of a cell, or what stands in it once its service has saved the value; what is refused is kept."""
    from suite.desk.forms import ActorForm  # which reads filters itself

    asked = request.POST if request.method == "POST" else request.GET
    column = next((each for each in state.all_columns if each.name == asked.get("edit") and each.edit), None)
    pk = asked.get("pk", "")
    if column is None or column.edit is None or not _is_key(pk):
        raise Http404
    if not state.actor.may(column.edit.permission):
        raise PermissionDenied(column.edit.permission)
    mine = state.changeable(column.edit)
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
        _save(column.edit, row, form.cleaned_data["value"], state.actor)
    except ValidationError as error:
        form.add_error("value", error.messages)
        return _editor(request, column, form, 400)
    except BusinessError as error:
        form.add_error("value", [str(refusal) for refusal in error.refusals])
        return _editor(request, column, form, 409)
    row = state.complete_row(int(pk), mine) or row
    return HttpResponse(conditional_escape(state.html_of(column, row)))


def move(request: HttpRequest, state: ListState) -> HttpResponse:
    """Put a row on another day (`to`) of the calendar, by the service of its cell; the time of the day stays.

    With a moment in `to` the row goes there: that is how it is taken back.
    """
    pk, text = request.POST["move"], request.POST.get("to", "")
    return _put(
        request, state, pk,
        lambda before: _there(text, before, state.actor.company),
        lambda before: {"move": pk, "to": before.isoformat()},
        gettext_lazy("%(name)s: now on %(day)s"),
    )  # fmt: skip


def put(request: HttpRequest, state: ListState) -> HttpResponse:
    """Put a row into another lane of the board (`pk:value`), into another row of it (`pk::value`), or into both
    (`pk:value:value`), by the services of their cells, as one act.
    """
    pk, _colon, place = request.POST["put"].partition(":")
    across, _colon, down = place.partition(":")
    if not down:
        return _put(
            request, state, pk, lambda _before: across, lambda before: {"put": f"{pk}:{before}"},
            gettext_lazy("%(name)s: now %(day)s"),
        )  # fmt: skip
    return _put_into_cell(request, state, pk, across, down)


def _put_into_cell(request: HttpRequest, state: ListState, pk: str, across: str, down: str) -> HttpResponse:
    wanted = [(state.moving, across), (state.moving_down, down)] if across else [(state.moving_down, down)]
    row, after = None, back(request, request.get_full_path())
    if not _is_key(pk) or not all(column and column.edit for column, _value in wanted):
        raise Http404
    mine = state.rows
    for column, _value in wanted:
        mine = mine.filter(pk__in=state.changeable(column.edit).values("pk"))  # type: ignore[union-attr, arg-type]
    row = state.complete_row(int(pk), mine)
    if row is None:
        raise Http404
    told: list[str] = []
    before: dict[str, str] = {"across": "", "down": ""}

    def change() -> None:
        told.clear()
        with acting(state.actor):
            for column, text in wanted:
                edit: Edit = column.edit  # type: ignore[union-attr, assignment]
                before["down" if column is state.moving_down else "across"] = str(read(row, edit.path) or "")
                value = _cleaned(edit, text, state.actor)
                _save(edit, row, value, state.actor)
                told.append(str(column.render(row, value)))  # type: ignore[union-attr]

    try:
        retrying(change)
    except (ValidationError, BusinessError) as error:
        for text in getattr(error, "messages", None) or [str(each) for each in getattr(error, "refusals", ())]:
            messages.error(request, text)
        edit = state.moving.edit if across and state.moving else None
        if edit and edit.remedy and isinstance(error, BusinessError):
            page = edit.remedy(row, _cleaned(edit, across, state.actor))
            return redirect(f"{page}&{urlencode({'next': after})}")
    else:
        text = _("%(name)s: now %(day)s") % {"name": row, "day": " · ".join(told)}
        undo = {"put": f"{pk}:{before['across']}:{before['down']}", "next": after} if before["down"] else None
        done(request, text, request.get_full_path(), undo) if undo else messages.success(request, text)
    return redirect(after)


def _cleaned(edit: Edit, text: Any, actor: Actor) -> Any:
    field = copy.deepcopy(edit.field)
    if bind := getattr(field, "bind_actor", None):
        bind(actor)
    return field.clean(text)


def _put(
    request: HttpRequest,
    state: ListState,
    pk: str,
    wanted: Callable[[Any], Any],
    undo: Callable[[Any], dict[str, str]],
    sentence: Any,
) -> HttpResponse:
    column = state.moving
    if column is None or column.edit is None or not _is_key(pk):
        raise Http404
    row = state.complete_row(int(pk), state.changeable(column.edit))
    if row is None:
        raise Http404
    before, after = read(row, column.edit.path or column.path), back(request, request.get_full_path())
    try:
        value = _cleaned(column.edit, wanted(before), state.actor)
        _save(column.edit, row, value, state.actor)
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
    except BusinessError as error:
        for refusal in error.refusals:
            messages.error(request, str(refusal))
        if column.edit.remedy:
            return redirect(f"{column.edit.remedy(row, value)}&{urlencode({'next': after})}")
    else:
        text = sentence % {"name": row, "day": column.render(row, value)}
        done(request, text, request.get_full_path(), {**undo(before), "next": after})
    return redirect(after)


def _save(edit: Edit, row: Any, value: Any, actor: Actor) -> None:
    """Save a cell by its service; what the rules for fields demand of the record must stand there then."""
    from suite.desk.own import values  # it writes attachments, which know lists

    def save() -> Any:
        edit.save(row=row, value=value, actor=actor)
        return row

    values.kept(actor, save, None, new=False)


def _there(text: str, before: dt.date | dt.datetime, company: Company) -> dt.date | dt.datetime:
    """The day, or the moment of it, at which something is to stand."""
    try:
        exactly, day = parse_datetime(text) if "T" in text else None, parse_date(text)
    except ValueError:
        exactly, day = None, None
    if exactly:
        return exactly
    if day is None:
        raise ValidationError(_("There is no such day"))
    if not isinstance(before, dt.datetime):
        return day
    local = before.astimezone(ZoneInfo(company.time_zone))
    return dt.datetime.combine(day, local.time(), tzinfo=local.tzinfo)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) < BIGINT


def _editor(request: HttpRequest, column: Column, form: Any, status: int) -> HttpResponse:
    form.fields["value"].widget.attrs["aria-label"] = str(column.label)
    form.fields["value"].label = column.label
    return render(request, EDITOR, {"field": form["value"]}, status=status)
