"""What people arrange: for themselves, or for everybody of a role who has not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Q

from suite.core import cached
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.models import Role
from suite.desk.models import DashboardLayout, MenuLayout

L = TypeVar("L", MenuLayout, DashboardLayout)


def holding(kind: type[L], actor: Actor) -> L | None:
    """The layout that holds for the actor: their own, else of the first role that has one; from the process's copy."""
    if actor.user_id is None:
        return None
    name = f"{kind._meta.label_lower}.{actor.user_id}"
    return cached.rows(actor.company_id, name, lambda pk: _read(kind, pk, actor.user_id))


def _read(kind: type[L], company_id: int, user_id: int | None) -> L | None:
    theirs = Q(role__memberships__user=user_id, role__memberships__company=company_id)
    rows = kind.objects.of(company_id).filter(Q(user=user_id) | theirs).order_by("role_id")
    found = {row.user_id: row for row in reversed(rows)}
    return found.get(user_id) or found.get(None)


def own(kind: type[L], actor: Actor, role: Role | None = None) -> L | None:
    """The layout that the actor keeps for themselves, or that a role has."""
    whose = Q(role=role) if role else Q(user=actor.user_id, role=None)
    return kind.objects.of(actor.company_id).filter(whose).first()


@service
def keep(*, kind: type[L], values: Mapping[str, Any], actor: Actor, role: Role | None = None, reason: str = "") -> L:
    """Keep a layout for the actor, or for everybody of a role who has none of their own."""
    whose: dict[str, Any] = {"role": role} if role else {"user": actor.user}
    layout, made = kind.objects.get_or_create(company=actor.company, **whose, defaults=values)
    if made:
        current_act().audit(layout, "created", {name: (None, value) for name, value in values.items()})
    else:
        save_changes(layout, values)
    cached.forget(actor.company_id)
    return layout


@service
def forget(*, kind: type[L], actor: Actor, role: Role | None = None, reason: str = "") -> None:
    """Go back to the layout of the role, or, for a role, to that of the house."""
    layout = own(kind, actor, role)
    if layout is not None:
        kept = {field.name for field in kind._meta.fields} - {"id", "company", "user", "role"}
        current_act().audit(layout, "deleted", {name: (getattr(layout, name), None) for name in sorted(kept)})
        layout.delete()
    cached.forget(actor.company_id)
