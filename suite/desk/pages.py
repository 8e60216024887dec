"""Answers to people: one view for page and part, and what they see when the house says no."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.html import conditional_escape, escape, format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString

from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.desk import documents, refusals


def refuse(request: HttpRequest, sentences: list[str], *, status: int) -> HttpResponse:
    """Say no: as toasts that htmx puts into place, or as messages on the page the person came from."""
    if request.headers.get("HX-Request"):
        response = render(request, "suite/desk/_toasts.html", {"refusals": sentences}, status=status)
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
        return response
    for sentence in sentences:
        messages.error(request, sentence)
    return redirect(back(request))


def done(request: HttpRequest, sentence: str, undo: str, fields: Mapping[str, Any]) -> None:
    """Say what was done, with a button that takes it back while the message stands, ten seconds.

    `undo` is the address that does the opposite when `fields` are posted to it; lists are posted value by value.
    """
    messages.success(request, sentence, extra_tags=json.dumps({"url": undo, "fields": fields}))


def sentence(text: str, **names: Any) -> SafeString:
    """A sentence of the house with names put in: safe on a page whatever they are, and links stay links."""
    return SafeString(escape(text) % {name: conditional_escape(value) for name, value in names.items()})


def linked(row: Model, text: str, actor: Actor) -> SafeString:
    """A record as a link where the actor may open records of its kind, else its name alone."""
    kind = documents.kind_of(row)
    if kind is None or not actor.may(kind.permission):
        return escape(text)
    return format_html('<a href="{}">{}</a>', kind.url(row.pk), text)


def undo_of(message: Message) -> dict[str, Any] | None:
    """What `done` put into a message: address, and pairs of names and values."""
    if not (message.extra_tags or "").startswith("{"):
        return None
    told = json.loads(message.extra_tags)
    lists = {name: value if isinstance(value, list) else [value] for name, value in told["fields"].items()}
    pairs = [(name, value) for name, values in lists.items() for value in values]
    return {"url": told["url"], "pairs": pairs}


def back(request: HttpRequest, default: str = "/") -> str:
    """Where the person came from, if that is one of our pages: the `next` field, else the referring page."""
    for url in (request.POST.get("next"), request.GET.get("next"), request.headers.get("Referer")):
        if url and url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
            parts = urlsplit(url)
            return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return default


def page_above(path: str) -> str:
    """The nearest address above an address that shows no page, as the record above its act."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        with suppress(Resolver404):
            resolve(path)
            break
    return path


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    part: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page, or only `part` of it when htmx asks; caches keep the two apart."""
    wants_part = part and request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    response = render(request, part if part and wants_part else template, dict(context or {}), status=status)
    response["Vary"] = "HX-Request, Cookie, Accept-Language"
    return response


def entry_page(
    request: HttpRequest,
    form: Any,
    do: Callable[[dict[str, Any], list[dict[str, Any]]], str],
    lines: Any = None,
    *,
    heading: str,
    section: str,
    back: str,
    submit: str = "",
) -> HttpResponse:
    """Show the form, or do what was typed and go where `do` says; what is refused keeps every keystroke."""
    status = 400 if form.is_bound else 200
    if form.is_bound and all([form.is_valid(), lines is None or lines.is_valid()]):
        status = 409
        try:
            return redirect(do(dict(form.cleaned_data), lines.filled if lines is not None else []))
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form, lines)
    context = {
        "form": form, "lines": lines, "heading": heading, "crumbs": [(section, back)], "back": back, "submit": submit,
    }  # fmt: skip
    return render_page(request, "suite/desk/form_page.html", context, status=status)
