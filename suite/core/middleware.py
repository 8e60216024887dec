"""Every request gets its actor, its language and its number."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.common import CommonMiddleware
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from suite.core import modules, sessions
from suite.core.access import Actor
from suite.core.acts import request_id
from suite.core.companies import enterable
from suite.core.doors import OPEN
from suite.core.models import Membership, User

SANE_NUMBER = re.compile(r"[A-Za-z0-9-]{8,40}")

FILES = 24 * 2**20  # of a body with files in it: the largest file that is taken, and what stands around it
DRAINED = 64 * 2**20  # so much of a body that is too large is read away, so that its sender reads our answer


class SlashMiddleware(CommonMiddleware):
    """Leads readers to the address with the slash; a write would lose its body on the way and finds nothing."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        return request.method in ("GET", "HEAD") and super().should_redirect_with_slash(request)


class SizeMiddleware:
    """Tells programs that a body is too large; pages that take files say it themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        largest = FILES if request.content_type == "multipart/form-data" else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        length = request.headers.get("Content-Length", "")
        if not request.path.startswith("/api/") or not length.isdigit() or int(length) <= largest:
            return self.get_response(request)
        left = min(int(length), DRAINED)
        while left > 0 and (part := request.read(min(left, 2**16))):
            left -= len(part)
        detail = _("The body is larger than %(size)s kB: send it in parts") % {"size": largest // 1024}
        return JsonResponse({"detail": detail}, status=413)


class ActorMiddleware:
    """Sets `request.actor` (None for strangers), activates language and time zone, numbers the request.

    A caller that numbers its own requests (`X-Request-Id`) finds its numbers in our logs and audit trail.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        number = given if SANE_NUMBER.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(number)
        try:
            settle_in(request, actor_of(request))
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-Id"] = number
        response.headers.setdefault("Content-Language", translation.get_language())
        if request.actor:  # type: ignore[attr-defined]
            response.headers.setdefault("Cache-Control", "private")  # no proxy keeps what one caller may see
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Whose role demands a second step sets it up before anything else; what is switched off is not here."""
        actor: Actor | None = request.actor  # type: ignore[attr-defined]
        if request.resolver_match:
            modules.demand(actor, request.resolver_match.route, getattr(view, "policy", ""))
        if (
            actor is None
            or not actor.grants.second_step
            or request.user.is_verified()  # type: ignore[union-attr]
            or getattr(view, "policy", None) == OPEN
            or getattr(view, "before_second_step", False)
        ):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": _("Sign in with a second step first")}, status=403)
        return redirect("second-step-setup")


def settle_in(request: HttpRequest, actor: Actor | None) -> None:
    """Make the request the actor's: rights, language and time zone."""
    request.actor = actor  # type: ignore[attr-defined]
    user = actor.user if actor else None
    if user:
        user.actor = actor
    translation.activate(language_of(request, user))
    request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
    timezone.activate((user and user.time_zone) or (actor and actor.company.time_zone) or settings.TIME_ZONE)


def actor_of(request: HttpRequest) -> Actor | None:
    """The signed-in user in the company chosen for this login."""
    if request.user.is_authenticated:
        sessions.end_if_over(request)
    if not request.user.is_authenticated:
        return None
    memberships = list(memberships_of(request.user))
    if not memberships:
        return None
    chosen = request.session.get(sessions.COMPANY)
    membership = next((each for each in memberships if each.company_id == chosen), memberships[0])
    return Actor(request.user, membership.company)


def memberships_of(user: User) -> QuerySet[Membership]:
    """The companies a user may work in, the first joined first."""
    rows = Membership.objects.filter(enterable("company"), user=user, user__is_active=True)
    return rows.select_related("company").order_by("pk")


def language_of(request: HttpRequest, user: User | None) -> str:
    """The language cookie; then what a program asks for, what a person has chosen, what the browser asks for."""
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if cookie in dict(settings.LANGUAGES):
        return cookie
    by_token = "Authorization" in request.headers and "Accept-Language" in request.headers
    if user and not by_token:
        return user.language
    return translation.get_language_from_request(request)
