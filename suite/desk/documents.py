"""Kinds of records that have a page; areas register theirs, and the desk names and links what it does not know."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils.functional import Promise

from suite.core.access import Actor

# Colours of state badges by the value of `status`; registered kinds may add their own.
COLOURS = {
    "draft": "secondary", "open": "primary", "confirmed": "primary", "sent": "info", "waiting": "warning",
    "requested": "warning", "approved": "info", "partial": "info", "running": "info", "ready": "info",
    "done": "success", "posted": "success", "shipped": "success", "paid": "success", "received": "success",
    "closed": "success", "settled": "success", "accepted": "success",
    "cancelled": "secondary", "void": "secondary", "expired": "secondary", "stopped": "secondary",
    "taken_back": "secondary",
    "rejected": "danger", "failed": "danger", "overdue": "danger", "lost": "danger",
}  # fmt: skip


KEY = "9876543210123"  # of no record


@cache
def _address(url_name: str) -> tuple[str, str]:
    """What stands before and behind the key in the addresses of a kind; Django takes long to say it for each record."""
    before, _key, behind = reverse(url_name, args=[KEY]).partition(KEY)
    return before, behind


@dataclass(frozen=True)
class Kind:
    """A kind of record with its page."""

    model: type[models.Model]
    label: str | Promise
    url_name: str
    permission: str
    icon: str
    status: Callable[[Any], tuple[str, str] | None]
    title: Callable[[Any], str]
    related: tuple[str, ...]
    order: int
    module: str
    instead: Kind | None
    is_story: bool
    sides: Callable[[Any], tuple[str | Promise, int]] | None

    @property
    def name(self) -> str:
        return self.model._meta.label_lower

    def url(self, pk: int) -> str:
        who = reader.get()
        if self.instead and who and self.module in who.company.modules_off:
            return self.instead.url(pk)
        before, behind = _address(self.url_name)
        return f"{before}{pk}{behind}"

    def visible(self, actor: Actor, pks: Collection[int]) -> models.QuerySet[Any]:
        """Those of the records that the actor may see."""
        rows = self.model._default_manager.visible_to(actor).filter(pk__in=pks)  # type: ignore[attr-defined]
        return rows.select_related(*self.related) if self.related else rows

    def rows(self, actor: Actor, pks: Collection[int]) -> models.QuerySet[Any]:
        """The records of the actor's company; only for what is told without them being opened."""
        rows = self.model._default_manager.of(actor.company_id).filter(pk__in=pks)  # type: ignore[attr-defined]
        return rows.select_related(*self.related) if self.related else rows

    def side(self, row: Any) -> tuple[str | Promise, int]:
        """What people call this record in a chain, and its place there."""
        return self.sides(row) if self.sides else (self.label, self.order)


def state_of(row: Any) -> tuple[str, str] | None:
    """Text and colour of a record's state, where it has one."""
    if not getattr(row, "status", None):
        return None
    return str(row.get_status_display()), COLOURS.get(str(row.status), "primary")


_kinds: dict[str, Kind] = {}

# Who reads the page that is being made, so that nothing on it links to what they may not open.
reader: ContextVar[Actor | None] = ContextVar("reader", default=None)


def register(
    model: type[models.Model],
    label: str | Promise,
    url_name: str,
    *,
    permission: str | None = None,
    icon: str = "file-text",
    status: Callable[[Any], tuple[str, str] | None] = state_of,
    title: Callable[[Any], str] = str,
    related: Collection[str] = (),
    order: int = 50,
    module: str = "",
    is_story: bool = False,
    sides: Callable[[Any], tuple[str | Promise, int]] | None = None,
) -> None:
    """Make records of a model known to chains, search, attachments, tasks and notices.

    `url_name` takes the key as its only argument; `permission` defaults to the model's view permission; `status`
    answers text and colour of the state; `related` are the relations that `title` and `status` read; `order` is the
    place of the kind in a chain, from the first offer (10) to the books (90); where records of one kind belong to two
    sides of the trade, `sides` answers name and place of each. What came of a kind that `is_story` is one story, shown
    on each of its papers. An area that shows records of another
    below it on a page of its own names its `module`: where that is switched off, the page below is the one again.
    """
    meta = model._meta
    view = permission or f"{meta.app_label}.view_{meta.model_name}"
    instead = _kinds.get(meta.label_lower) if module else None
    _kinds[meta.label_lower] = Kind(
        model, label, url_name, view, icon, status, title, tuple(related), order, module, instead, is_story, sides
    )


def kind(name: str) -> Kind | None:
    """The kind with this name (`app.model`), if somebody registered it."""
    return _kinds.get(name)


def kinds() -> list[Kind]:
    return list(_kinds.values())


def kind_at(url_name: str) -> Kind | None:
    """The kind whose records have their page under this name of an address."""
    return next((kind for kind in _kinds.values() if kind.url_name == url_name), None)


def kind_of(model: type[models.Model] | models.Model) -> Kind | None:
    return _kinds.get(model._meta.label_lower)


def label_of(name: str) -> str:
    """What people call this kind of record."""
    known = _kinds.get(name)
    if known:
        return str(known.label)
    try:
        return str(apps.get_model(name)._meta.verbose_name)
    except (LookupError, ValueError):
        return name


def headline(row: models.Model) -> str:
    """Kind, title and state of a registered record in one line: "Order SO000012: Confirmed"."""
    known = _kinds[row._meta.label_lower]
    state = known.status(row)
    return f"{known.label} {known.title(row)}" + (f": {state[0]}" if state else "")


def may_open(model: type[models.Model], actor: Actor) -> bool:
    """Whether somebody may see records of a kind at all."""
    known = _kinds.get(model._meta.label_lower)
    return bool(known and actor.may(known.permission))


def url_of(name: str, pk: int | None) -> str:
    """The address of a record's page; empty when there is none, or the reader of the page may not open it."""
    known, who = _kinds.get(name), reader.get()
    if not known or not pk or (who and not who.may(known.permission)):
        return ""
    return known.url(pk)


def find(actor: Actor, name: str, pk: int) -> Any | None:
    """A record by kind and key, if the actor may see it."""
    known = _kinds.get(name)
    return known.visible(actor, [pk]).first() if known and actor.may(known.permission) else None
