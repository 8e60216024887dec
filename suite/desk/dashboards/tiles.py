"""The register of tiles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from suite.core import clock
from suite.core.access import Actor
from suite.desk.dashboards.contents import Content
from suite.desk.lists.dates import months_on

Text = str | Promise
T = TypeVar("T")
MONTHS = 12
WIDEST = 3  # columns


class Reading:
    """One look at a dashboard: in whose rights, on which day; what several tiles need is read once."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.as_of = clock.now()
        self.today = clock.today(actor.company)
        self._known: dict[Any, Any] = {}

    @cached_property
    def months(self) -> list[dt.date]:
        """First days of the last months, the current one last."""
        return [months_on(self.today.replace(day=1), n) for n in range(1 - MONTHS, 1)]

    def monthly(self, name: str, **query: str) -> list[str]:
        """The addresses of the rows of each month, for a list that is narrowed by `date`."""
        return [self.link(name, **query, date_min=f"{month}", date_max=f"{_last_day(month)}") for month in self.months]

    def once(self, read: Callable[[Reading], T]) -> T:
        if read not in self._known:
            self._known[read] = read(self)
        return self._known[read]

    def link(self, name: str, **query: str) -> str:
        """The address of the rows behind a figure; blank where the page is not there, or is not the reader's."""
        try:
            url = reverse(name)
        except NoReverseMatch:
            return ""
        if name.startswith("admin:") and not self.actor.may("core.use_admin"):
            return ""
        return f"{url}?{urlencode(query, safe=',')}" if query else url


def _last_day(month: dt.date) -> dt.date:
    return months_on(month, 1) - dt.timedelta(days=1)


@dataclass(frozen=True)
class Tile:
    """A tile: who may see it, how it is read, how wide it is at first, and whether it stands there unasked."""

    name: str
    title: Text
    read: Callable[[Reading], Content]
    may: Callable[[Actor], bool]
    kind: str = "figure"
    icon: str = "chart-bar"
    width: int = 1
    order: int = 50
    usual: bool = False
    source: Text = ""  # the list it is taken from, and what of it
    look: Text = ""  # what of a saved view it shows
    personal: bool = False  # shows records or people, which a wall does not


_tiles: dict[str, Tile] = {}


def register(
    name: str,
    title: Text,
    read: Callable[[Reading], Content],
    *,
    permission: str = "",
    may: Callable[[Actor], bool] | None = None,
    kind: str = "figure",
    icon: str = "chart-bar",
    width: int = 1,
    order: int = 50,
    usual: bool = True,
    personal: bool = False,
) -> None:
    """Offer a tile to those with the permission (or to whom `may` lets it be shown).

    `kind` is that of what `read` returns. `usual` tiles stand, by `order`, on dashboards that nobody arranged;
    `personal` ones on no wall.
    """
    allowed = may or (lambda actor: actor.may(permission))
    put(
        Tile(name, title, read, allowed, kind=kind, icon=icon, width=width, order=order, usual=usual, personal=personal)
    )


def put(tile: Tile) -> None:
    _tiles[tile.name] = tile


def registered(actor: Actor | None = None) -> list[Tile]:
    """The tiles that are offered to the actor, or all, in order."""
    return sorted((t for t in _tiles.values() if actor is None or t.may(actor)), key=lambda tile: tile.order)


def tile(name: str) -> Tile | None:
    return _tiles.get(name)
