"""A dashboard as somebody sees it: which tiles, how wide, and what stands in them."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from suite.core.access import Actor
from suite.core.models import Role
from suite.desk.dashboards import lists, tiles
from suite.desk.dashboards.contents import Content
from suite.desk.dashboards.tiles import WIDEST, Reading, Tile
from suite.desk.models import DashboardLayout
from suite.desk.services import layouts

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Placed:
    """A tile in its place."""

    tile: Tile
    width: int

    @property
    def kept(self) -> dict[str, Any]:
        """As layouts keep it."""
        return {"tile": self.tile.name, "width": self.width}


@dataclass(frozen=True)
class Shown:
    """A tile with what stands in it; None where it could not be read."""

    tile: Tile
    width: int
    content: Content | None


@dataclass(frozen=True)
class Board:
    """A dashboard as of a moment."""

    as_of: dt.datetime
    shown: Sequence[Shown]


def placed(actor: Actor, role: Role | None = None) -> list[Placed]:
    """The tiles of the actor's dashboard, or of that of a role, as far as the actor may see them."""
    layout = layouts.own(DashboardLayout, actor, role) if role else layouts.holding(DashboardLayout, actor)
    if layout is None:
        return [Placed(tile, tile.width) for tile in tiles.registered(actor) if tile.usual]
    return place(actor, layout.tiles)


def place(actor: Actor, kept: Sequence[Mapping[str, Any]]) -> list[Placed]:
    """What a layout keeps, as far as it is there and the actor may see it."""
    found = find(actor, [each["tile"] for each in kept])
    return [Placed(found[each["tile"]], min(max(each["width"], 1), WIDEST)) for each in kept if each["tile"] in found]


def find(actor: Actor, names: Collection[str]) -> dict[str, Tile]:
    """The tiles with these names that are offered to the actor."""
    known = {name: tile for name in names if (tile := tiles.tile(name)) and tile.may(actor)}
    return known | lists.of_views(actor, names)


def read(actor: Actor, places: Sequence[Placed]) -> Board:
    """What stands in the tiles; one that cannot be read spoils no other."""
    reading = Reading(actor)
    return Board(reading.as_of, [Shown(each.tile, each.width, _content(each.tile, reading)) for each in places])


def _content(tile: Tile, reading: Reading) -> Content | None:
    try:
        return tile.read(reading)
    except Exception:
        log.exception("The tile %s could not be read", tile.name)
        return None
