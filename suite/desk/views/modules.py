"""Modules on and off: what each is for, what vanishes without it, and the switch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from suite.core import modules
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.said import listed
from suite.desk import imports, navigation, workbench
from suite.desk.pages import render_page


@dataclass(frozen=True)
class Card:
    """A module as the page shows it: `vanishes` are the names of what is away without it."""

    module: modules.Module
    is_on: bool
    along: str
    vanishes: list[tuple[str, str]]


def card(module: modules.Module, actor: Actor) -> Card:
    on, label = modules.is_on(actor.company, module.label), module.label
    along = [each.name for each in modules.going_along(actor.company, label, on=not on)]
    pages = [entry.label for entry in navigation.of_module(label)]
    blocks = [block.title for block in workbench.of_module(label)]
    sheets = [each.label for each in imports.importers() if each.permission.startswith(f"{label}.")]
    named = [(_("Pages and acts"), pages), (_("On the workbench"), blocks), (_("Import"), sheets)]
    vanishes = [(heading, listed(dict.fromkeys(map(str, names)))) for heading, names in named if names]
    return Card(module, on, listed(map(str, along)), vanishes)


@require_GET
@door("core.change_company")
def module_list(request: HttpRequest) -> HttpResponse:
    """All modules, on or off."""
    actor = request.actor  # type: ignore[attr-defined]
    context = {"cards": [card(each, actor) for each in modules.known()]}
    return render_page(request, "suite/desk/setup/modules.html", context)


@require_POST
@door("core.change_company")
def module_switch(request: HttpRequest, label: str) -> HttpResponse:
    """Switch a module, with what must go along."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    if modules.module(label) is None:
        raise Http404
    on = request.POST.get("on") == "1"
    changed = modules.switch(label=label, on=on, actor=actor, reason=request.POST.get("reason", "")[:500])
    if changed:
        names = {"modules": listed(str(each.name) for each in changed)}
        messages.success(request, (_("Switched on: %(modules)s") if on else _("Switched off: %(modules)s")) % names)
    return redirect("desk:modules")
