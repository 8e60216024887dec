"""The menu by task: areas put their pages into it from apps.py; people see what they may use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils.functional import Promise

from suite.core import cached
from suite.core.access import Actor, Grants, Scope
from suite.core.models import Company, Role, User

BADGE_SECONDS = 60
OWN_WORK, SETTINGS = 20, 85  # pages with a lower order are everybody's own, those from the higher on stand last
Text = str | Promise


@dataclass(frozen=True)
class Entry:
    """A page in the menu, or an act in quick create."""

    section: Text
    label: Text
    url_name: str
    icon: str
    permission: str | None = None
    badge: Callable[[Actor], int] | None = None
    order: int = 50
    phone: int = 0
    query: str = ""

    @property
    def has_badge(self) -> bool:
        """Whether something is counted there; templates would call `badge` itself."""
        return self.badge is not None

    @cached_property
    def url(self) -> str:
        """Looked up once: every page asks for the address of every entry, twice."""
        return reverse(self.url_name) + self.query

    @property
    def key(self) -> str:
        return self.url_name + self.query

    def open_to(self, actor: Actor) -> bool:
        if self.url_name.startswith("admin:") and not actor.may("core.use_admin"):
            return False
        return self.permission is None or actor.may(self.permission)


_pages: list[Entry] = []
_quick: list[Entry] = []


def register(
    section: Text,
    label: Text,
    url_name: str,
    *,
    icon: str,
    permission: str | None = None,
    badge: Callable[[Actor], int] | None = None,
    order: int = 50,
    phone: int = 0,
    query: str = "",
) -> None:
    """Put a page under a section of the menu, in the browser pages and in the admin pages alike.

    `badge(actor)` counts what waits there, cached for a minute. `order` sorts pages in a section and, by the lowest of
    its pages, the sections. `phone` is the place in the bottom bar of phones, which has room for the first four of what
    somebody may open; 0 keeps the page out of it. `admin:` names need `core.use_admin`.
    """
    _pages.append(Entry(section, label, url_name, icon, permission, badge, order, phone, query))


def register_quick(label: Text, url_name: str, *, icon: str, permission: str | None = None, order: int = 50) -> None:
    """Offer an act under the plus button and in the palette ("New quotation")."""
    _quick.append(Entry("", label, url_name, icon, permission, order=order))


def of_module(app_label: str) -> list[Entry]:
    """Pages and acts that are away when a module is switched off."""
    return [entry for entry in (*_pages, *_quick) if (entry.permission or "").startswith(f"{app_label}.")]


@dataclass
class Section:
    label: str
    entries: list[Any] = field(default_factory=list)


def all_pages() -> list[Entry]:
    """Every page that the menu of anybody may hold."""
    return [*_pages]


def pages_of_role(role: Role, company: Company) -> list[Entry]:
    """The pages that somebody with this role alone may open."""
    scopes = {code: Scope(scope) for code, scope in role.grants.values_list("code", "scope")}
    holder = Actor(User(), company)
    holder.__dict__["grants"] = Grants(scopes)
    return pages(holder)


def pages(actor: Actor) -> list[Entry]:
    """The pages the actor may open: sections in which they mostly act stand before those in which they mostly look."""
    return _settled("pages", actor, _pages_of)


def _settled(name: str, actor: Actor, find: Callable[[Actor], list[Entry]]) -> list[Entry]:
    """What is found for a person, from the process's copy: every page asks, and it changes with their roles only."""
    if actor.user_id is None or actor.token_scopes is not None:
        return find(actor)
    key = f"desk.{name}.{actor.user_id}.{actor.user and actor.user.is_superuser}.{actor.company.modules_off}"
    return cached.rows(actor.company_id, key, lambda _company_id: find(actor))


def _pages_of(actor: Actor) -> list[Entry]:
    entries = [entry for entry in _pages if entry.open_to(actor)]
    done = {_subject(code) for code in actor.grants.scopes if ".view_" not in code}
    looked: Counter[str] = Counter()
    for entry in entries:
        looked[str(entry.section)] += -1 if _subject(entry.permission or "") in done else 1

    first: dict[str, int] = {}  # the sections stay whole, whatever the pages of two of them are numbered
    for entry in _pages:
        first[str(entry.section)] = min(entry.order, first.get(str(entry.section), entry.order))

    def place(entry: Entry) -> tuple[bool, bool, int, int]:
        is_between = OWN_WORK <= entry.order < SETTINGS
        section = str(entry.section)
        return entry.order >= SETTINGS, is_between and looked[section] >= 0, first[section], entry.order

    return sorted(entries, key=place)


def _subject(code: str) -> tuple[str, str]:
    """App and model of a permission code."""
    app, _, right = code.partition(".")
    return app, right.rpartition("_")[2]


def quick(actor: Actor) -> list[Entry]:
    """What the actor may create."""
    return _settled("quick", actor, _quick_of)


def _quick_of(actor: Actor) -> list[Entry]:
    return sorted((entry for entry in _quick if entry.open_to(actor)), key=lambda entry: entry.order)


def current(entries: list[Entry], path: str) -> Entry | None:
    """The page in whose part of the site a path lies: the longest address that begins it."""
    within = [entry for entry in entries if path.startswith(entry.url.partition("?")[0])]
    best = max(within, key=lambda entry: len(entry.url.partition("?")[0]), default=None)
    return best if best and (best.url != "/" or path == "/") else None


def sections(entries: list[Entry]) -> list[Section]:
    """The pages by section."""
    found: dict[str, Section] = {}
    for entry in entries:
        found.setdefault(str(entry.section), Section(str(entry.section))).entries.append(entry)
    return list(found.values())


def cached_badges(actor: Actor) -> dict[str, int] | None:
    """The counts of the last minute; None when they must be counted again, which pages leave to the pulse."""
    return cache.get(_badge_key(actor))


def badges(actor: Actor) -> dict[str, int]:
    """What waits behind each page of the actor's menu, from the copy of the last minute."""
    known = cached_badges(actor)
    if known is None:
        known = {entry.key: entry.badge(actor) for entry in pages(actor) if entry.badge}
        cache.set(_badge_key(actor), known, BADGE_SECONDS)
    return known


def _badge_key(actor: Actor) -> str:
    return f"desk:badges:{actor.company_id}:{actor.user_id}"
