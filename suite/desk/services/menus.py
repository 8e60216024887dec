"""The menu as people arranged it: for themselves, or for a role. What is hidden is still found by search."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

from suite.core import cached
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.models import Role
from suite.desk import navigation
from suite.desk.models import MenuLayout
from suite.desk.navigation import Entry

HOME = "workbench"  # cannot be hidden: every other way leads back to it
LONGEST = 300  # keys that are kept of what a form sends


def menu(actor: Actor) -> list[Entry]:
    """The pages of the actor's menu: as they arranged it, else as it is for the first of their roles that has its own.

    What came into the house since stands at the end of its section.
    """
    layout = layout_of(actor)
    entries = navigation.pages(actor)
    return [entry for entry in arranged(entries, layout) if entry.key not in layout.hidden] if layout else entries


def arranged(entries: Sequence[Entry], layout: MenuLayout | None) -> list[Entry]:
    """All entries in the order of a layout, the hidden ones among them."""
    place = {key: number for number, key in enumerate(layout.order)} if layout else {}
    return sorted(entries, key=lambda entry: place.get(entry.key, len(place)))


def layout_of(actor: Actor) -> MenuLayout | None:
    """The layout that holds for the actor, from the process's copy."""
    if actor.user_id is None:
        return None
    return cached.rows(actor.company_id, f"desk.menu.{actor.user_id}", lambda pk: _read(pk, actor.user_id))


def _read(company_id: int, user_id: int | None) -> MenuLayout | None:
    theirs = Q(role__memberships__user=user_id, role__memberships__company=company_id)
    rows = MenuLayout.objects.of(company_id).filter(Q(user=user_id) | theirs).order_by("role_id")
    found = {row.user_id: row for row in reversed(rows)}
    return found.get(user_id) or found.get(None)


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
    whose = {"role": role} if role else {"user": actor.user}
    layout, made = MenuLayout.objects.get_or_create(company=actor.company, **whose, defaults=values)
    if made:
        current_act().audit(layout, "created", {name: (None, value) for name, value in values.items()})
    else:
        save_changes(layout, values)
    cached.forget(actor.company_id)
    return layout


@service
def forget(*, actor: Actor, role: Role | None = None, reason: str = "") -> None:
    """Go back to the menu of the role, or, for a role, to that of the house."""
    for layout in of(actor, role):
        current_act().audit(layout, "deleted", {"order": (layout.order, None), "hidden": (layout.hidden, None)})
        layout.delete()
    cached.forget(actor.company_id)


def of(actor: Actor, role: Role | None = None) -> list[MenuLayout]:
    """The layout that the actor keeps for themselves, or that a role has; none or one."""
    whose = Q(role=role) if role else Q(user=actor.user_id, role=None)
    return list(MenuLayout.objects.of(actor.company_id).filter(whose))
