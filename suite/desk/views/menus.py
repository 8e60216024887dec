"""Arranging the menu: by drag, by buttons and keys, and without any script."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.doors import SIGNED_IN, door
from suite.core.models import Role
from suite.desk import navigation
from suite.desk.models import MenuLayout
from suite.desk.navigation import Entry
from suite.desk.pages import render_page
from suite.desk.services import layouts, menus


@door(SIGNED_IN)
def own_menu(request: HttpRequest) -> HttpResponse:
    """The reader's own menu."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return _page(request, navigation.pages(actor), None)


@door("core.change_role")
def role_menu(request: HttpRequest, pk: int) -> HttpResponse:
    """The menu of everybody of a role who has not arranged their own."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    role = get_object_or_404(Role.objects.visible_to(actor, "core.change_role"), pk=pk)
    return _page(request, navigation.pages_of_role(role, actor.company), role)


def _page(request: HttpRequest, entries: list[Entry], role: Role | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    kept = layouts.own(MenuLayout, actor, role)
    layout = kept or (None if role else layouts.holding(MenuLayout, actor))
    hidden = set(layout.hidden) if layout else set()
    if request.method == "POST":
        order = request.POST.getlist("order")
        hidden = {entry.key for entry in entries} - set(request.POST.getlist("shown"))
        if "reset" in request.POST:
            menus.forget(actor=actor, role=role)
            messages.success(request, _("The menu is again as it was"))
            return redirect(request.path)
        moved = next((name for name in ("up", "down", "section_up", "section_down") if name in request.POST), None)
        if moved is None:
            menus.arrange(order=order, hidden=hidden, actor=actor, role=role)
            messages.success(request, _("The menu is arranged"))
            return redirect(request.path)
        layout = SimpleNamespace(order=_moved(_in_order(entries, order), moved, request.POST[moved]))  # type: ignore[assignment]
    sections = navigation.sections(menus.arranged(entries, layout))
    context = {"sections": sections, "hidden": hidden, "role": role, "is_own": bool(kept), "home": menus.HOME}
    return render_page(request, "suite/desk/menu.html", context)


def _in_order(entries: Sequence[Entry], order: Sequence[str]) -> list[Entry]:
    place = {key: number for number, key in enumerate(order)}
    return sorted(entries, key=lambda entry: place.get(entry.key, len(place)))


def _moved(entries: Sequence[Entry], how: str, what: str) -> list[str]:
    """The keys after one page or section went one place up or down, for browsers without script."""
    sections = navigation.sections(list(entries))
    step = -1 if how.endswith("up") else 1
    rows: list[list[Entry]] = [section.entries for section in sections]
    if how.startswith("section"):
        at = next((n for n, section in enumerate(sections) if section.label == what), None)
        _swap(rows, at, step)
    else:
        for row in rows:
            _swap(row, next((n for n, entry in enumerate(row) if entry.key == what), None), step)
    return [entry.key for row in rows for entry in row]


def _swap(row: list, at: int | None, step: int) -> None:  # type: ignore[type-arg]
    if at is not None and 0 <= at + step < len(row):
        row[at], row[at + step] = row[at + step], row[at]
