"""Pages for when something is not there, not allowed, or broken: they say what happened and what to do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from suite.core.acts import request_id
from suite.core.models import User
from suite.core.modules import SwitchedOff
from suite.core.views import faults


def refused(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403: says who can grant the right."""
    actor = getattr(request, "actor", None)
    granters: list[User] = []
    if actor:
        granters = list(
            User.objects.filter(
                memberships__company=actor.company_id, memberships__roles__code="administrator", is_active=True
            ).distinct()[:5]
        )
    return _page(request, "403", 403, {"granters": granters})


def missing(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404; programs are answered in their own language."""
    if request.path.startswith("/api/"):
        return faults.not_found(request, exception)
    told = str(exception) if isinstance(exception, SwitchedOff) else ""
    return _page(request, "404", 404, {"told": told})


def unclear(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400."""
    return _page(request, "400", 400)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the forgery check: mostly a form that stood open for too long, or a browser without cookies."""
    return _page(request, "403", 403, {"forged": True})


def _page(request: HttpRequest, name: str, status: int, context: dict[str, Any] | None = None) -> HttpResponse:
    part = "suite/desk/_error.html" if request.headers.get("HX-Request") else f"{name}.html"
    return render(
        request, part, {"status": status, "request_number": request_id.get(), **(context or {})}, status=status
    )
