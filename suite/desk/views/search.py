"""One box for records, pages and acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.doors import SIGNED_IN, door
from suite.core.models import User
from suite.core.said import all_in_all
from suite.desk import documents, navigation, search
from suite.desk.lists.spec import ListSpec, open_spec, open_specs
from suite.desk.pages import render_page
from suite.desk.services import saved_views

LOOKS: tuple[tuple[str, Promise, str, Sequence[tuple[str, Any]]], ...] = (
    ("theme", gettext_lazy("Theme"), "palette", User.Theme.choices),
    ("density", gettext_lazy("Density"), "adjustments", User.Density.choices),
    ("language", gettext_lazy("Language"), "language", settings.LANGUAGES),
)
ON_A_PAGE = 40
MOST_VIEWS = 500


@dataclass(frozen=True)
class Hit:
    """One line of the results."""

    group: str
    title: str
    hint: str
    url: str
    icon: str
    here: int | None = None  # instead of an address: the place of an act among those that the page offers
    press: str = ""  # instead of an address: what in the frame is pressed, as name and value


def _typed(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:100]


def hits(actor: Actor, q: str, *, limit: int) -> list[Hit]:
    """What words find in the rights of the actor; before them `>` asks for acts only, `#` records, `@` people."""
    only, words = (mark, q[1:].strip()) if (mark := search.normal(q[:1])) in (">", "#", "@") else ("", q)
    found: list[Hit] = []
    if only in ("", ">"):
        found += _entries(_("New"), navigation.quick(actor), words, gettext_lazy("New"))
        found += [*_views(actor, words), *_entries(_("Pages"), navigation.pages(actor), words)] if only != ">" else []
    if words and only != ">":
        for entry in search.find(actor, words, search.people() if only == "@" else None, limit=limit):
            kind = documents.kind(entry.kind)
            if kind:
                found.append(Hit(str(kind.label), entry.title, entry.subtitle, kind.url(entry.object_id), kind.icon))
    return grouped(found, last=_("Pages")) if words else found


def on_this_page(offered: list[str], q: str) -> list[Hit]:
    """Those of the acts that a page offers which words call, in pinyin too; all of them while there are no words."""
    mark = search.normal(q[:1])
    if mark in ("#", "@"):
        return []
    words = q[1:].strip() if mark == ">" else q
    called = [(place, name) for place, name in enumerate(offered) if _is_called(name, words)]
    return [Hit(_("On this page"), name[:80], "", "", "player-play", here=place) for place, name in called[:8]]


def _is_called(label: str, words: str) -> bool:
    wanted = search.normal(words)
    return wanted in search.normal(label) or (len(wanted) > 1 and search.is_found(label, words))


def grouped(found: list[Hit], *, last: str) -> list[Hit]:
    """Results of one kind side by side, the kind with the best result first."""
    order = {group: place for place, group in reversed(list(enumerate(hit.group for hit in found)))}
    return sorted(found, key=lambda hit: (hit.group == last, order[hit.group]))


def _entries(group: str, entries: list[navigation.Entry], words: str, verb: Promise | str = "") -> list[Hit]:
    """Pages and acts whose name the words begin or contain, in any language and with its verb too ("New quotation")."""
    verbs, *names = all_in_all([verb, *(entry.label for entry in entries)])
    wanted = search.normal(words)
    found = []
    for entry, spoken in zip(entries, names, strict=True):
        label = str(entry.label)
        with_verb = [f"{each}{space}{name}" for each in verbs if each for name in spoken for space in ("", " ")]
        others = [*spoken, *with_verb] if len(wanted) > 1 or not wanted.isascii() else []
        if _is_called(label, words) or any(wanted in search.normal(name) for name in others):
            found.append(Hit(group, label, str(entry.section), entry.url, entry.icon))
    return found[:8]


def _views(actor: Actor, words: str) -> list[Hit]:
    """Views that the actor may open and the words call: the saved ones, and those that come with the lists."""
    called = [view for view in saved_views.offered(actor)[:MOST_VIEWS] if _is_called(view.name, words)]
    open_ones = ((view, open_spec(view.list_key, actor)) for view in called)
    found = [
        Hit(_("Views"), view.name, spec.heading, f"{spec.address}?view={view.pk}", saved_views.ICONS[view.kind])
        for view, spec in open_ones
        if spec
    ]
    if words:
        found += _usual_views(actor, words)
    return found[:8]


def _usual_views(actor: Actor, words: str) -> list[Hit]:
    """Those that come with the lists, by their name, and by that of the list with it ("late orders")."""
    pairs = [(spec, view) for spec in open_specs(actor) for view in spec.views]
    names = all_in_all([text for spec, view in pairs for text in (view.label, _heading(spec))])
    return [
        Hit(_("Views"), str(view.label), spec.heading, f"{spec.address}?view={view.name}", spec.icon)
        for (spec, view), labels, headings in zip(pairs, names[::2], names[1::2], strict=True)
        if any(_is_called(f"{label} {heading}", words) for label in labels for heading in headings)
        and any(search.is_found(label, word) for label in labels for word in words.split())
    ]


def _heading(spec: ListSpec) -> Promise | str:
    return spec.title or spec.model._meta.verbose_name_plural


def commands(q: str) -> list[Hit]:
    """What the frame itself offers: looks, languages, the keys; after `>` all of them, else those that words call."""
    mark = search.normal(q[:1])
    words = q[1:].strip() if mark == ">" else q
    if mark in ("#", "@") or not (words or mark == ">"):
        return []
    offered = [
        (noun, label, icon, f"{name}:{value}")
        for name, noun, icon, choices in LOOKS
        for value, label in choices
        if (name, value) != ("language", get_language())
    ]
    offered.append((gettext_lazy("Help"), gettext_lazy("Keyboard"), "help-circle", "help:"))
    names = all_in_all([text for noun, label, _icon, _press in offered for text in (noun, label)])
    return [
        Hit(_("Settings"), f"{noun}: {label}", "", "", icon, press=press)
        for (noun, label, icon, press), nouns, labels in zip(offered, names[::2], names[1::2], strict=True)
        if any(_is_called(f"{each} {text}", words) for each in nouns for text in labels)
    ]


@door(SIGNED_IN)
def palette(request: HttpRequest) -> HttpResponse:
    """The results under the box, while one types."""
    q = _typed(request)
    offered = request.GET.getlist("here")[:ON_A_PAGE]
    found = on_this_page(offered, q) + hits(request.actor, q, limit=12) + commands(q)  # type: ignore[attr-defined]
    return render_page(request, "suite/desk/_palette.html", {"hits": found, "q": q})


@door(SIGNED_IN)
def results(request: HttpRequest) -> HttpResponse:
    """The results as a page."""
    q = _typed(request)
    found = hits(request.actor, q, limit=60) if q else []  # type: ignore[attr-defined]
    return render_page(request, "suite/desk/search.html", {"hits": found, "q": q})
