"""Who may do what, on which rows: roles are rows, codes are Django permissions, scope is own, team or all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core import cached

if TYPE_CHECKING:
    from suite.core.models import Company, User


class Scope(models.TextChoices):
    """Rows a grant reaches; NONE keeps an administrator's refusal through later seeding."""

    NONE = "none", _("Nothing")
    OWN = "own", _("Own")
    TEAM = "team", _("Team")
    ALL = "all", _("Everything")


BREADTH = {Scope.NONE: 0, Scope.OWN: 1, Scope.TEAM: 2, Scope.ALL: 3}


@dataclass(frozen=True, slots=True)
class Grants:
    """The rights of a user in a company, all roles taken together; `second_step`: one of them demands it."""

    scopes: dict[str, Scope] = field(default_factory=dict)
    teams: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()
    second_step: bool = False


def changed(company_id: int) -> None:
    """Roles, grants, memberships or teams of a company changed: every process forgets its copies."""
    cached.forget(company_id)


def grants_of(user_id: int, company_id: int) -> Grants:
    """The rights of a user in a company, from the process's copy when it is still good."""
    return cached.rows(company_id, f"core.grants.{user_id}", lambda _company_id: _read_grants(user_id, company_id))


def _read_grants(user_id: int, company_id: int) -> Grants:
    from suite.core.models import Grant, Membership, Role, Team

    scopes: dict[str, Scope] = {}
    mine = Grant.objects.filter(role__memberships__user=user_id, role__memberships__company=company_id)
    for code, scope in mine.values_list("code", "scope"):
        if BREADTH[Scope(scope)] > BREADTH[scopes.get(code, Scope.NONE)]:
            scopes[code] = Scope(scope)
    member_of = Membership.objects.filter(user=user_id, company=company_id, team__isnull=False)
    led = Team.objects.filter(company=company_id, manager=user_id)
    teams = member_of.values_list("team_id").union(led.values_list("pk"))
    held = Role.objects.filter(memberships__user=user_id, memberships__company=company_id)
    roles = dict(held.values_list("code", "second_step"))
    return Grants(scopes, frozenset(pk for (pk,) in teams), frozenset(roles), any(roles.values()))


@dataclass(frozen=True)
class Actor:
    """Who acts: a user (None: the house itself, for the clock and set-up), in one company, within a token's scopes.

    Token scopes are patterns over permission codes (`*`, `crm_sales.*`, `*.view_*`); they only ever narrow.
    """

    user: User | None
    company: Company
    token_scopes: tuple[str, ...] | None = field(default=None)

    @classmethod
    def system(cls, company: Company) -> Actor:
        return cls(user=None, company=company)

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    @property
    def company_id(self) -> int:
        return self.company.pk

    @cached_property
    def grants(self) -> Grants:
        if self.user is None:
            return Grants()
        return grants_of(self.user.pk, self.company.pk)

    def scope(self, code: str) -> Scope:
        """How far the permission `app.act_model` reaches for this actor; nowhere in a module that is switched off."""
        if self.user is None:
            return Scope.ALL
        if not self.user.is_active:
            return Scope.NONE
        if self.company.modules_off and code.partition(".")[0] in self.company.modules_off:
            return Scope.NONE
        if self.token_scopes is not None and not any(fnmatchcase(code, pattern) for pattern in self.token_scopes):
            return Scope.NONE
        if self.user.is_superuser:
            return Scope.ALL
        return self.grants.scopes.get(code, Scope.NONE)

    def may(self, code: str) -> bool:
        return self.scope(code) != Scope.NONE


# Rows without an owner of their own (a party, say) learn from an area above whose they are.
OwnerRule = Callable[[Actor, Scope], Q]
_owner_rules: dict[type[models.Model], OwnerRule] = {}


def register_owner_rule(model: type[models.Model], rule: OwnerRule) -> None:
    """Let an area that lies above `model` say which of its rows are own or of the team. Called from apps.py."""
    _owner_rules[model] = rule


def own_rows(model: type[models.Model], actor: Actor, scope: Scope) -> Q:
    """The condition for rows that are the actor's own, or of the actor's teams.

    A row that cannot outlive another (a line its order) is whose the other is. What belongs to nobody belongs to all.
    """
    if model in _owner_rules:
        return _owner_rules[model](actor, scope)
    owner, team = getattr(model, "OWNER", None), getattr(model, "TEAM", None)
    if owner is None:
        whole = part_of_what(model)
        if whole is None:
            return Q()
        wholes = whole.related_model._base_manager.filter(own_rows(whole.related_model, actor, scope))
        return Q(**{f"{whole.name}__in": wholes})
    condition = Q(**{owner: actor.user_id})
    if scope == Scope.TEAM and team:
        condition |= Q(**{f"{team}__id__any": actor.grants.teams})
    return condition


def owned(model: type[models.Model]) -> bool:
    """Whether the rows name their owner themselves, so that who asks and the teams are all the condition needs."""
    return model not in _owner_rules and getattr(model, "OWNER", None) is not None


@cache
def part_of_what(model: type[models.Model]) -> models.ForeignKey[Any, Any] | None:
    """The key of a row to the owned record it is a part of, if it is one."""
    for key in model._meta.fields:
        if isinstance(key, models.ForeignKey) and key.remote_field.on_delete is models.CASCADE and not key.null:
            whole = key.related_model
            if whole in _owner_rules or getattr(whole, "OWNER", None) or part_of_what(whole):
                return key
    return None
