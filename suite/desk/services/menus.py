"""The menu as people arranged it: for themselves, or for a role. What is hidden is still found by search."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from suite.core.access import Actor
from suite.core.acts import service
from suite.core.models import Role
from suite.desk import navigation
from suite.desk.models import MenuLayout
from suite.desk.navigation import Entry
from suite.desk.services import layouts

HOME = "workbench"  # cannot be hidden: every other way leads back to it
LONGEST = 300  # keys that are kept of what a form sends


def menu(actor: Actor) -> list[Entry]:
    """The pages of the actor's menu: as they arranged it, else as it is for the first of their roles that has its own.

    What came into the house since stands at the end of its section.
    """
    layout = layouts.holding(MenuLayout, actor)
    entries = navigation.pages(actor)
    return [entry for entry in arranged(entries, layout) if entry.key not in layout.hidden] if layout else entries


def arranged(entries: Sequence[Entry], layout: MenuLayout | None) -> list[Entry]:
    """All entries in the order of a layout, the hidden ones among them."""
    place = {key: number for number, key in enumerate(layout.order)} if layout else {}
    return sorted(entries, key=lambda entry: place.get(entry.key, len(place)))


@service
def arrange(
    *, order: Sequence[str], hidden: Collection[str], actor: Actor, role: Role | None = None, reason: str = ""
) -> MenuLayout:
    """Keep an order of pages, and those left out, for the actor or for everybody of a role who has none of their own.

    Keys that no page has are dropped; the workbench stays.
    """
    known = {entry.key for entry in navigation.all_pages()}
    values: Mapping[str, list[str]] = {
        "order": [key for key in dict.fromkeys(order) if key in known][:LONGEST],
        "hidden": sorted({key for key in hidden if key in known and key != HOME}),
    }
    return layouts.keep(kind=MenuLayout, values=values, actor=actor, role=role)


@service
def forget(*, actor: Actor, role: Role | None = None, reason: str = "") -> None:
    """Go back to the menu of the role, or, for a role, to that of the house."""
    layouts.forget(kind=MenuLayout, actor=actor, role=role)
