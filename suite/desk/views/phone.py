"""What lets a phone keep the house among its apps: its card, a worker that answers without a net, and that answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from suite.core.doors import OPEN, door


@door(OPEN)
@require_GET
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """Name, icon and first page, as phones want to know them."""
    card = {
        "name": "Suite",
        "short_name": "Suite",
        "description": _("Customers, orders, stock and books in one place"),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f8fb",
        "theme_color": "#1554b8",
        "icons": [{"src": static("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return JsonResponse(card, content_type="application/manifest+json")


@door(OPEN)
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that stands between the pages and the net; at the root, for it serves only what lies below it."""
    return render(request, "suite/desk/phone/worker.js", content_type="text/javascript")


@door(OPEN)
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What stands there while there is no net; kept on the phone, so it says nothing of anybody."""
    return render(request, "suite/desk/phone/offline.html")
