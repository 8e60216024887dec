"""Dashboards as people arrange them: for themselves, or for everybody of a role who has not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.acts import service
from suite.core.models import Role
from suite.desk.dashboards import boards
from suite.desk.dashboards.tiles import WIDEST
from suite.desk.dashboards.tiles import tile as registered
from suite.desk.models import DashboardLayout
from suite.desk.services import layouts

MOST = 24  # tiles: each costs a statement whenever the dashboard is read


@service
def arrange(
    *, tiles: Sequence[Mapping[str, Any]], actor: Actor, role: Role | None = None, reason: str = ""
) -> DashboardLayout:
    """Keep tiles (`{"tile": name, "width": 1 to 3}`) in this order for the actor, or for everybody of a role.

    ValidationError for a tile that is not offered to the actor, stands there twice or is too wide, and for too many.
    A role may have what is there and switched off now.
    """
    names = [str(each["tile"]) for each in tiles]
    if len(names) > MOST:
        raise ValidationError({"tiles": _("At most %(count)s tiles") % {"count": MOST}})
    known = boards.find(actor, names)
    if role:
        known |= {name: tile for name in names if (tile := registered(name))}
    for number, name in enumerate(names):
        if name not in known:
            raise ValidationError({"tiles": _("There is no tile “%(name)s”") % {"name": name[:100]}})
        if name in names[:number]:
            raise ValidationError({"tiles": _("“%(name)s” is there already") % {"name": known[name].title}})
    if any(each["width"] not in range(1, WIDEST + 1) for each in tiles):
        raise ValidationError({"tiles": _("A tile is one to %(most)s columns wide") % {"most": WIDEST}})
    values = {"tiles": [{"tile": str(each["tile"]), "width": each["width"]} for each in tiles]}
    return layouts.keep(kind=DashboardLayout, values=values, actor=actor, role=role)


@service
def forget(*, actor: Actor, role: Role | None = None, reason: str = "") -> None:
    """Go back to the dashboard of the role, or, for a role, to that of the house."""
    layouts.forget(kind=DashboardLayout, actor=actor, role=role)
