"""What every page asks first: signed in? may? Each declares it, and a test looks.

@door("crm_sales.view_order")
def order_list(request): ...
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

View = Callable[..., HttpResponseBase]

OPEN = "open"  # the policy of pages for strangers
SIGNED_IN = "signed in"  # the policy of pages for everybody who belongs to a company


def door(policy: str) -> Callable[[View], View]:
    """Declare who may use a view: a permission code, SIGNED_IN or OPEN. Strangers sign in first, others get 403."""

    def declare(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if policy != OPEN:
                if not request.user.is_authenticated:
                    return to_sign_in(request)
                actor = request.actor  # type: ignore[attr-defined]
                if actor is None or (policy != SIGNED_IN and not actor.may(policy)):
                    raise PermissionDenied(policy)
            return view(request, *args, **kwargs)

        guarded.policy = policy  # type: ignore[attr-defined]
        return guarded

    return declare


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a stranger to the sign-in page and back again; for a fragment the browser turns the whole page."""
    if request.headers.get("HX-Request"):
        page = urlsplit(request.headers.get("HX-Current-URL", "/"))
        here = f"{page.path}?{page.query}" if page.query else page.path
        return HttpResponse(status=204, headers={"HX-Redirect": redirect_to_login(here).url})
    return redirect_to_login(request.get_full_path())
