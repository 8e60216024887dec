"""What every page door asks first: signed in? may? Each page declares it with one of these three, and a test looks.

    @needs("crm_sales.view_order")
    def order_list(request): ...
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

View = Callable[..., HttpResponseBase]


def needs(*codes: str) -> Callable[[View], View]:
    """Let in only those who hold all these permissions; strangers are sent to the sign-in page, others get 403."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if request.actor is None or not all(request.actor.may(code) for code in codes):  # type: ignore[attr-defined]
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permissions = codes  # type: ignore[attr-defined]
        return guarded

    return guard


signed_in = needs()


def public(view: View) -> View:
    """Anybody may see this page, strangers too."""
    view.permissions = None  # type: ignore[attr-defined]
    return view


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a stranger to the sign-in page and back; a fragment asks the browser to turn the whole page."""
    if request.headers.get("HX-Request"):
        here = request.headers.get("HX-Current-URL", "/")
        return HttpResponse(status=204, headers={"HX-Redirect": redirect_to_login(here).url})
    return redirect_to_login(request.get_full_path())
