"""Founding companies and bringing people in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core import access, calendar, roles
from suite.core.access import Actor
from suite.core.acts import acting, current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Company, Membership, Role, Team, User

# Areas that must set something up for a new company (chart of accounts, default warehouse) register here, from apps.py.
_foundations: list[tuple[int, Callable[[Company], None]]] = []
_upgrades: list[tuple[str, Callable[[Company], None]]] = []


def on_founding(set_up: Callable[[Company], None], *, order: int = 50, table: str = "") -> None:
    """Have `set_up(company)` called inside the act that founds a company; lower `order` comes first.

    With `table`, also for every company after an upgrade, as soon as that table is there: it must only add what is new.
    """
    _foundations.append((order, set_up))
    if table:
        _upgrades.append((table, set_up))


def upgrade(company: Company, tables: Collection[str]) -> None:
    """Give a company what newer versions of the areas lay down for everybody."""
    for table, set_up in _upgrades:
        if table in tables:
            set_up(company)


def enterable(path: str = "") -> Q:
    """The condition for companies one may work in: in production no demo company, for its passwords are published."""
    return Q(**{f"{path}__is_demo" if path else "is_demo": False}) if settings.PRODUCTION else Q()


def found(*, code: str, name: str, name_en: str = "", **fields: object) -> Company:
    """Found a company with roles, chart of accounts, periods, warehouse and whatever else the areas need.

    The only act without an actor: there is nobody yet. Raises BusinessError when the code is taken, ValidationError
    for fields that make no sense.
    """
    if Company.objects.filter(code=code).exists():
        raise BusinessError(Refusal("code_taken", _("There is a company %(code)s already"), {"code": code}))
    company = Company(code=code, name=name, name_en=name_en, **fields)
    company.clean_fields()
    with acting(Actor.system(company)) as act:
        company.save()
        roles.seed(company)
        for _order, set_up in sorted(_foundations, key=lambda pair: pair[0]):
            set_up(company)
        act.audit(company, "founded")
    return company


@service
def change(*, values: Mapping[str, Any], actor: Actor, reason: str = "") -> Company:
    """Change what is said of the actor's company; ValidationError at fields that make no sense."""
    company = Company.objects.select_for_update(of=("self",)).get(pk=actor.company_id)
    changes = save_changes(company, values)
    company.clean_fields()
    if "country" in changes:
        calendar.follow(company)
    access.changed(company.pk)
    for name in values:
        setattr(actor.company, name, getattr(company, name))
    return company


@service
def join(*, user: User, role_codes: Collection[str], actor: Actor, team: Team | None = None) -> Membership:
    """Make a user a member of the actor's company with these roles, replacing the roles held before."""
    found_roles = list(Role.objects.filter(company=actor.company, code__in=role_codes))
    if len(found_roles) != len(set(role_codes)):
        missing = ", ".join(sorted(set(role_codes) - {role.code for role in found_roles}))
        raise BusinessError(Refusal("unknown_role", _("There is no role %(codes)s"), {"codes": missing}))
    membership, _made = Membership.objects.update_or_create(user=user, company=actor.company, defaults={"team": team})
    before = sorted(membership.roles.values_list("code", flat=True))
    membership.roles.set(found_roles)
    current_act().audit(user, "roles", {"roles": (before, sorted(role_codes))})
    access.changed(actor.company_id)
    return membership
