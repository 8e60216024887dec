"""The admin pages in our frame: the same menu, top bar and home as the browser pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import UNSAFE_EVAL
from csp.decorators import csp_update
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite

from suite.desk.context import Shell


class SuiteAdminSite(UnfoldAdminSite):
    """Home is the workbench; the list of models stands under all/; signing in is the house's own page."""

    enable_nav_sidebar = True

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        # unfold's menus and tabs are Alpine expressions, which need eval; nothing outside the admin gets it.
        relaxed = csp_update({"script-src": [UNSAFE_EVAL]})
        return relaxed(super().admin_view(view, cacheable))

    def extra_urls(self) -> list[URLPattern]:
        return [path("all/", self.admin_view(super().index), name="all")]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        return redirect("workbench")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        from suite.core.views.signin import onward

        if not request.user.is_authenticated:
            return redirect_to_login(onward(request))
        return redirect(onward(request) if self.has_permission(request) else "workbench")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        return redirect("workbench")


def theme(request: HttpRequest) -> str | None:
    """What unfold puts on the page; None leaves it to the device."""
    chosen = Shell(request).theme
    return chosen if chosen in ("light", "dark") else None


def shell_css(request: HttpRequest) -> str:
    return static("shell.css")


def icon(request: HttpRequest) -> str:
    return static("icon.svg")
