"""Rights and names of roles as settings whose changes can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite.core import staff
from suite.core.access import Actor, Scope
from suite.core.acts import save_changes
from suite.core.models import Role
from suite.desk.setup import fields_of


def present(role: Role, names: Sequence[str]) -> Mapping[str, Any]:
    """What stands in fields of a role, or how far its rights reach now."""
    if any("." not in name for name in names):
        return fields_of(role, names)
    held = dict(role.grants.filter(code__in=names).values_list("code", "scope"))
    return {name: held.get(name, str(Scope.NONE)) for name in names}


def set_back(actor: Actor, role: Role, values: Mapping[str, Any]) -> None:
    """Give rights or fields of a role the values they had."""
    if any("." not in name for name in values):
        save_changes(role, values)
    else:
        staff.set_grants(role=role, scopes={code: Scope(scope) for code, scope in values.items()}, actor=actor)
