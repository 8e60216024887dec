"""First steps of the reader, and who uses what."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from suite.core.access import Actor
from suite.core.doors import SIGNED_IN, door
from suite.desk.adoption import DAYS, adoption
from suite.desk.pages import back, render_page
from suite.desk.services import first_steps


@require_GET
@door(SIGNED_IN)
def first_steps_page(request: HttpRequest) -> HttpResponse:
    """The list again, for whoever put it away or has done it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    steps = first_steps.look(actor)
    context = {"steps": steps, "put_away": first_steps.state_of(actor).put_away}
    return render_page(request, "suite/desk/first_steps.html", context)


@require_POST
@door(SIGNED_IN)
def first_steps_put(request: HttpRequest) -> HttpResponse:
    """Put the list away, or back on the workbench."""
    away = request.POST.get("away") != "0"
    first_steps.put_away(actor=request.actor, away=away)  # type: ignore[attr-defined]
    if away:
        messages.success(request, _("Put away; you find the first steps again in the menu under your name"))
    return redirect("workbench" if not away else back(request))


@require_GET
@door("core.view_auditrow")
def adoption_page(request: HttpRequest) -> HttpResponse:
    """Sign-ins and acts of the last thirty days, by person and area."""
    return render_page(request, "suite/desk/adoption.html", {"usage": adoption(request.actor), "days": DAYS})  # type: ignore[attr-defined]
