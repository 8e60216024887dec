"""What is answered where no view answers: pages to people, JSON to programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import is_valid_path
from django.utils.translation import gettext as _
from django.views import defaults

from suite.core.acts import request_id


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What programs are told; people get a page (`suite.desk.views.errors`)."""
    detail = _("There is nothing at this address")
    if not request.path_info.endswith("/") and is_valid_path(f"{request.path_info}/"):
        detail = _("There is nothing at this address; write it with a slash at the end: %(address)s") % {
            "address": f"{request.path}/"
        }
    return JsonResponse({"detail": detail}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        detail = _("Something broke on our side; nothing was saved. Please try again")
        return JsonResponse({"detail": detail, "request": request_id.get()}, status=500)
    return defaults.server_error(request)
