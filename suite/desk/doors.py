"""The way in for people: who may come, what they see when the house says no, one view for page and part."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from suite.core.errors import BusinessError

View = Callable[..., HttpResponseBase]

SIGNED_IN = "signed in"  # the policy of pages that everybody may see who belongs to a company
OPEN = "open"  # the policy of pages for strangers


def door(policy: str) -> Callable[[View], View]:
    """Declare who may use a view: a permission code, SIGNED_IN or OPEN.

    A BusinessError becomes a red message where the person stands (409 for htmx, else back to the page); so does a
    ValidationError (400). Views that have a better place for them, such as forms, catch them before.
    """

    def declare(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if policy != OPEN:
                if not request.user.is_authenticated:
                    return redirect_to_login(request.get_full_path())
                actor = request.actor  # type: ignore[attr-defined]
                if actor is None or (policy != SIGNED_IN and not actor.may(policy)):
                    raise PermissionDenied(policy)
            try:
                return view(request, *args, **kwargs)
            except BusinessError as error:
                return refuse(request, [str(refusal) for refusal in error.refusals], status=409)
            except ValidationError as error:
                return refuse(request, error.messages, status=400)

        guarded.policy = policy  # type: ignore[attr-defined]
        return guarded

    return declare


def refuse(request: HttpRequest, sentences: list[str], *, status: int) -> HttpResponse:
    """Say no: as toasts that htmx puts into place, or as messages on the page the person came from."""
    if request.headers.get("HX-Request"):
        response = render(request, "suite/desk/_toasts.html", {"refusals": sentences}, status=status)
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
        return response
    for sentence in sentences:
        messages.error(request, sentence)
    return redirect(back(request))


def back(request: HttpRequest, default: str = "/") -> str:
    """Where the person came from, if that is one of our pages: the `next` field, else the referring page."""
    for url in (request.POST.get("next"), request.GET.get("next"), request.headers.get("Referer")):
        if url and url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
            parts = urlsplit(url)
            return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return default


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    part: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page, or only `part` of it when htmx asks; caches keep the two apart."""
    wants_part = part and request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    response = render(request, part if part and wants_part else template, dict(context or {}), status=status)
    response["Vary"] = "HX-Request, Cookie, Accept-Language"
    return response
