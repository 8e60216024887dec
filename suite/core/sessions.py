"""How long a sign-in lasts: so long in all, so long without a request, and until an administrator ends it."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest

BEGAN, SEEN, COMPANY = "began", "seen", "company_id"
NOTE_EVERY = 300  # seconds; noting every request would cost a statement each


def begin(request: HttpRequest) -> None:
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


def end_if_over(request: HttpRequest) -> None:
    """Sign out who stayed too long, was away too long, or was sent away."""
    moment, session = time.time(), request.session
    began, seen = session.get(BEGAN, 0), session.get(SEEN, 0)
    sent_away = request.user.signed_out_at  # type: ignore[union-attr]
    if (
        moment - began > settings.SESSION_COOKIE_AGE
        or moment - seen > settings.SESSION_IDLE
        or (sent_away and began <= sent_away.timestamp())
    ):
        logout(request)
    elif moment - seen > NOTE_EVERY:
        session[SEEN] = int(moment)
