"""What is answered where no view answers: pages to people, JSON to programs."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.urls import is_valid_path
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from suite.core import clock
from suite.core.acts import request_id
from suite.core.middleware import language_of
from suite.core.modules import SwitchedOff

# Connections that broke, servers that stop, start or have no room; of a connection that never came there is no code.
LOST = ("08", "57P", "53300")
WAIT = 5  # seconds after which it may be asked again


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What programs are told; people get a page (`suite.desk.views.errors`)."""
    detail = _("There is nothing at this address")
    if isinstance(exception, SwitchedOff):
        detail = str(exception)
    elif not request.path_info.endswith("/") and is_valid_path(f"{request.path_info}/"):
        detail = _("There is nothing at this address; write it with a slash at the end: %(address)s") % {
            "address": f"{request.path}/"
        }
    return JsonResponse({"detail": detail}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where it is the database that was lost in the middle; either is logged once, by Django.

    What broke may have broken after the commit: nobody can say here whether something was saved.
    """
    if is_lost(sys.exception()):
        return unavailable(request)
    if request.path.startswith("/api/"):
        detail = _("Something broke on our side. It may have been saved: look before you try again")
        return JsonResponse({"detail": detail, "request": request_id.get()}, status=500)
    told = {"request_number": request_id.get(), "time": timezone.localtime(clock.now()).strftime("%Y-%m-%d %H:%M:%S")}
    return HttpResponse(loader.render_to_string("500.html", told), status=500)


def is_lost(error: BaseException | None) -> bool:
    """Whether an error says that the database cannot be reached."""
    code = getattr(getattr(error, "__cause__", None), "pgcode", None)
    return isinstance(error, InterfaceError) or (
        isinstance(error, OperationalError) and (code is None or code.startswith(LOST))
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    """503, said without the database; whether the last change arrived nobody can know who lost the line to it."""
    connection.close_if_unusable_or_obsolete()  # what still closes the request, such as the session, asks anew
    headers = {"Retry-After": str(WAIT)}
    if not request.path.startswith("/api/"):
        return HttpResponse(loader.render_to_string("503.html"), status=503, headers=headers)
    actor = getattr(request, "actor", None)
    with translation.override(language_of(request, actor and actor.user)):
        detail = _(
            "The database cannot be reached just now. Look whether your last change is there, and try again in a moment"
        )
    body = {"code": "unavailable", "detail": detail, "request": request_id.get()}
    return JsonResponse(body, status=503, headers=headers)
