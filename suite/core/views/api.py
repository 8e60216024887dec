"""Where integrators start."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from suite.core.api.authentication import SessionAuthentication, TokenAuthentication
from suite.core.api.idempotency import HEADER
from suite.core.api.paging import KeysetPagination
from suite.core.api.schema import Generator
from suite.core.doors import OPEN, door


@door(OPEN)
def home(request: HttpRequest) -> HttpResponse:
    """Addresses, limits and a first call."""
    context = {
        "base": request.build_absolute_uri("/api/v1/"),
        "header": HEADER,
        "page_size": KeysetPagination.max_size,
    }
    return render(request, "suite/core/api.html", context)


known = (TokenAuthentication, SessionAuthentication)
schema = door(OPEN)(SpectacularAPIView.as_view(generator_class=Generator, authentication_classes=known))
docs = door(OPEN)(SpectacularSwaggerSplitView.as_view(url_name="schema"))
