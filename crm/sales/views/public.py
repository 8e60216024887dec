"""What the pages for strangers have in common: their language, and how they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers

from suite.desk.services.notifications import absolute


def language(request: HttpRequest) -> str:
    """The language that `?lang=` names, else that of the browser."""
    known = dict(settings.LANGUAGES)
    asked = request.GET.get("lang", "")
    asked = "zh-hans" if asked.lower().startswith("zh") else asked
    return asked if asked in known else translation.get_language_from_request(request)


def is_english() -> bool:
    return (translation.get_language() or "").startswith("en")


def typed(request: HttpRequest) -> QueryDict:
    """What was sent, without the one character that no text of ours may hold."""
    data = request.POST.copy()
    for name in data:
        data.setlist(name, [value.replace("\x00", "") for value in data.getlist(name)])
    return data


def page(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A page that no search engine keeps, in the language that is active."""
    response = render(request, template, {**context, "english": is_english()}, status=status)
    response["Content-Language"] = translation.get_language() or ""
    response["X-Robots-Tag"] = "noindex"
    patch_vary_headers(response, ["Accept-Language"])
    return response


def address(request: HttpRequest, path: str) -> str:
    """A path as people outside reach it."""
    return absolute(path) or request.build_absolute_uri(path)
