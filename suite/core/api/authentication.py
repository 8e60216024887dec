"""Who calls: a token of another system, or the browser of somebody who is signed in."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from suite.core import tokens
from suite.core.access import Actor
from suite.core.middleware import settle_in
from suite.core.models import ApiToken, User


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer suite_...`; one statement finds token, user and company."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        word, _space, text = request.headers.get("Authorization", "").partition(" ")
        if word.lower() != "bearer":
            return None
        token = tokens.find(text.strip())
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is not valid, or no longer"))
        actor = Actor(token.user, token.company, tuple(token.scopes) or None)
        settle_in(request._request, actor)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="suite"'


class SessionAuthentication(authentication.SessionAuthentication):
    """Somebody signed in at the browser; the forgery check counts, the actor comes from the middleware."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise exceptions.PermissionDenied(
                _("The forgery check failed: send X-CSRFToken, or call with a token")
            ) from error
