"""The log of calls by token: what another system asked, what it was answered, how long it took.

Kept in memory and written a moment later, all calls of that moment by one statement: no call waits for its own log. A
process that is killed loses the last second of it.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from rest_framework.request import Request
from rest_framework.response import Response

from suite.core import bulk, clock
from suite.core.acts import request_id
from suite.core.api.renderers import ExactJSONRenderer
from suite.core.models import ApiCall, ApiToken

log = logging.getLogger(__name__)

DELAY = 1.0  # seconds
LONGEST = 2000  # characters of an answer that is kept
KEPT = dt.timedelta(days=30)
AT_MOST = 5000  # calls that wait when the database does not answer; the oldest go
_waiting: list[ApiCall] = []
_lock = threading.Lock()


def note(request: Request, response: Response, seconds: float) -> None:
    """Remember a call that came with a token; its body and its query stay out, for they may hold anything."""
    token = request.auth
    if not isinstance(token, ApiToken):
        return
    told = ""
    if response.status_code >= 400:
        told = ExactJSONRenderer().render(getattr(response, "data", None)).decode()[:LONGEST]
    call = ApiCall(
        company_id=token.company_id,
        user_id=token.user_id,
        token_id=token.pk,
        method=str(request.method)[:10],
        path=request.path[:300],
        code=response.status_code,
        milliseconds=int(seconds * 1000),
        request_id=request_id.get(),
        told=told,
    )
    _wait([call])


def _wait(calls: list[ApiCall]) -> None:
    with _lock:
        is_first = not _waiting
        _waiting.extend(calls)
        del _waiting[:-AT_MOST]
    if is_first and not settings.TESTING:
        threading.Timer(DELAY, write_apart).start()


def write() -> int:
    """Write what waits; returns how many calls. When the database does not answer they wait on."""
    with _lock:
        calls = _waiting[:]
        _waiting.clear()
    try:
        if calls:
            bulk.insert(calls)
    except (InterfaceError, OperationalError):
        _wait(calls)
        raise
    return len(calls)


def write_apart() -> None:
    """The same in a thread of its own, on a connection that lasts as long."""
    try:
        write()
    except Exception:
        log.exception("The log of calls could not be written")
    finally:
        connection.close()


def forget() -> int:
    """Drop what is older than a month; returns how many."""
    return ApiCall.objects.filter(at__lt=clock.now() - KEPT).delete()[0]
