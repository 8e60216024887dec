"""Every request gets its actor, its language and its number."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from suite.core.access import Actor
from suite.core.acts import request_id
from suite.core.models import Membership


class ActorMiddleware:
    """Sets `request.actor` (None for strangers), activates language and time zone, numbers the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = secrets.token_hex(8)
        token = request_id.set(number)
        request.actor = actor_of(request)  # type: ignore[attr-defined]
        translation.activate(language_of(request))
        request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
        zone = request.actor and (request.actor.user.time_zone or request.actor.company.time_zone)  # type: ignore[attr-defined]
        timezone.activate(zone or settings.TIME_ZONE)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-Id"] = number
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


def actor_of(request: HttpRequest) -> Actor | None:
    """The signed-in user in the company chosen for this login."""
    if not request.user.is_authenticated:
        return None
    memberships = Membership.objects.filter(user=request.user, user__is_active=True).select_related("company")
    chosen = request.session.get("company_id")
    membership = memberships.filter(company=chosen).first() if chosen else None
    membership = membership or memberships.order_by("pk").first()
    if membership is None:
        return None
    actor = Actor(request.user, membership.company)
    request.user.actor = actor  # type: ignore[union-attr]
    return actor


def language_of(request: HttpRequest) -> str:
    """The language cookie, else the user's choice, else what the browser asks for."""
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if cookie in dict(settings.LANGUAGES):
        return cookie
    if request.user.is_authenticated:
        return request.user.language  # type: ignore[union-attr]
    return translation.get_language_from_request(request)
