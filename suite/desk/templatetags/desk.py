"""Formats, icons and fields, the same on every page."""

from __future__ import annotations

from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, HiddenInput, RadioSelect, Select
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from suite.core.said import listed
from suite.desk import formats, live, navigation, pages
from suite.desk.context import Shell

register = template.Library()

register.filter("undo_of", pages.undo_of)
register.filter("listed", listed)
for name in ("money", "amount", "price", "quantity", "percent", "day", "moment", "phone", "big"):
    register.filter(name, getattr(formats, name))


SPRITE = "vendor/icons.svg"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the sprite; decoration unless it has a label."""
    if label:
        text = '<svg class="icon" role="img" aria-label="{}"><use href="{}#tabler-{}"></use></svg>'
        return format_html(text, label, static(SPRITE), name)
    return decoration(name)


@cache
def decoration(name: str) -> SafeString:
    """A page shows a hundred icons: each is drawn once a process."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#tabler-{}"></use></svg>', static(SPRITE), name
    )


@register.simple_tag
def badge(text: Any, colour: str = "secondary") -> SafeString:
    """The state of a record in one word."""
    return formats.badge(str(text), colour)


@register.filter
def state(row: Any) -> SafeString | str:
    """The state badge of a document."""
    from suite.desk import documents

    known = documents.state_of(row)
    return formats.badge(*known) if known else ""


@register.simple_tag
def menu_places(shell: Shell, entries: list[navigation.Entry], kind: str = "side") -> SafeString:
    """The places of a menu, each drawn once a process: every page shows a hundred.

    `side` tells what waits behind a place, `side` and `bottom` tell which is open, `acts` are just links.
    """
    badges, open_place = shell.badges or {}, shell.current and shell.current.key
    places = (
        _place(
            kind, e.url, e.icon, str(e.label), e.key == open_place, e.key if e.has_badge else "", badges.get(e.key, 0)
        )
        for e in entries
    )
    return format_html_join("", "{}", ((place,) for place in places))


@lru_cache(maxsize=5_000)
def _place(kind: str, url: str, picture: str, label: str, is_open: bool, counted: str, count: int) -> SafeString:
    return render_to_string("suite/desk/_place.html", {**locals()})


@register.simple_tag
def settled(template_name: str) -> SafeString:
    """A part of the page that depends on nothing but the language, drawn once a process."""
    return _settled(template_name, translation.get_language() or "")


@cache
def _settled(template_name: str, language: str) -> SafeString:
    return render_to_string(template_name)


@register.simple_tag
def field(bound: BoundField, **attrs: str) -> SafeString:
    """The control of a form field with our look, its help and its errors tied to it."""
    attrs = {name.replace("_", "-"): value for name, value in attrs.items()}
    widget = bound.field.widget
    classes = [str(widget.attrs.get("class", "")), look_of(widget)]
    if bound.errors:
        classes.append("is-invalid")
        attrs["aria-invalid"] = "true"
    described = [f"{bound.auto_id}_help"] * bool(bound.help_text) + [f"{bound.auto_id}_error"] * bool(bound.errors)
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return bound.as_widget(attrs={"class": " ".join(part for part in classes if part), **attrs})


def look_of(widget: Any) -> str:
    """The class Tabler wants on a control."""
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple | HiddenInput):
        return ""
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    if isinstance(widget, Select):
        return "form-select"
    return "form-control"


@register.filter
def is_checkbox(bound: BoundField) -> bool:
    return isinstance(bound.field.widget, CheckboxInput)


@register.filter
def is_radio(bound: BoundField) -> bool:
    return isinstance(bound.field.widget, RadioSelect | CheckboxSelectMultiple)


@register.filter
def negative(value: Any) -> bool:
    """Whether an amount is below zero (shown in red, with its minus)."""
    return isinstance(value, Decimal | int | float) and value < 0


@register.simple_tag(takes_context=True)
def query(context: Any, **changes: Any) -> str:
    """The address of this page with some parameters changed; an empty value drops one."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = str(value)
    return f"?{params.urlencode()}" if params else context["request"].path


@register.inclusion_tag("suite/desk/_live.html", takes_context=True)
def live_note(context: Any) -> dict[str, Any]:
    """Where a page says that others change what it shows."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    what = live.watched(request.path, context) if request and actor and actor.user_id else None
    return {"live": live.asking(actor, what) if actor and what else None}
