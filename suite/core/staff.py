"""Administering people: users of a company, their roles, what roles may. Somebody who can administer always remains."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth import password_validation
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core import access, companies, invitations, people
from suite.core.access import Actor, Scope
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Company, Grant, Membership, Role, Team, User
from suite.core.said import listed

KEYS_OF_THE_HOUSE = ("core.change_user", "core.change_role")


@service
def add_user(
    *,
    actor: Actor,
    username: str,
    roles: Collection[Role],
    password: str = "",
    team: Team | None = None,
    **profile: Any,
) -> User:
    """Make a user and a member of the actor's company; raises ValidationError for a taken name or a weak password.

    Without a password the person sets it by a one-time link (`invite`).
    """
    user = User(username=username, **profile)
    user.full_clean(exclude=["password"])
    if password:
        password_validation.validate_password(password, user)
    user.set_password(password or None)
    user.save()
    current_act().audit(user, "created", {"username": (None, username)})
    companies.join(user=user, role_codes=[role.code for role in roles], team=team, actor=actor)
    return user


@service
def change_user(
    *, user: User, actor: Actor, roles: Collection[Role], team: Team | None = None, reason: str = "", **profile: Any
) -> None:
    """Change profile, roles and team of a member.

    Raises BusinessError when the profile of somebody who works elsewhere too would change, or nobody could administer.
    """
    if any(getattr(user, name) != value for name, value in profile.items()):
        _demand_ours([user], actor)
        save_changes(user, profile, action="profile")
    companies.join(user=user, role_codes=[role.code for role in roles], team=team, actor=actor)
    _demand_administrator(actor.company)


@service
def reset_password(*, user: User, password: str, actor: Actor) -> None:
    """Give somebody a new password; all their sign-ins and tokens end."""
    _demand_ours([user], actor)
    people.set_password(user=user, password=password, actor=actor)
    people.sign_out_everywhere(users=[user], actor=actor)


@service
def invite(*, user: User, actor: Actor) -> str:
    """The path of a one-time link by which somebody sets their password themselves."""
    _demand_ours([user], actor)
    current_act().audit(user, "invited")
    return invitations.link_of(user)


@service
def set_active(*, users: Collection[User], active: bool, actor: Actor, reason: str = "") -> None:
    """Switch users off (their sign-ins and tokens end at once) or on again."""
    _demand_ours(users, actor)
    User.objects.filter(pk__in=[user.pk for user in users]).update(is_active=active)
    for user in users:
        current_act().audit(user, "switched_on" if active else "switched_off")
    if not active:
        people.sign_out_everywhere(users=users, actor=actor)
    _demand_administrator(actor.company)


@service
def leave(*, user: User, actor: Actor, reason: str = "") -> None:
    """End a membership; what the person did stays theirs."""
    Membership.objects.of(actor.company_id).filter(user=user).delete()
    current_act().audit(user, "left")
    access.changed(actor.company_id)
    _demand_administrator(actor.company)


@service
def save_team(*, values: Mapping[str, Any], actor: Actor, team: Team | None = None) -> Team:
    """Make a team, or change one: its name and who leads it."""
    if team is None:
        team = Team.objects.create(company=actor.company, **values)
        current_act().audit(team, "created")
    else:
        save_changes(team, values)
    access.changed(actor.company_id)
    return team


@service
def set_grants(*, role: Role, scopes: Mapping[str, Scope], actor: Actor, reason: str = "") -> int:
    """Write how far these permissions of a role reach; returns how many changed.

    What is taken away is kept as "nothing", so that later seeding does not bring it back.
    """
    known = dict(Grant.objects.filter(role=role, code__in=scopes).values_list("code", "scope"))
    changes = {
        code: (known.get(code, Scope.NONE), scope)
        for code, scope in scopes.items()
        if known.get(code, Scope.NONE) != scope
    }
    if not changes:
        return 0
    Grant.objects.bulk_create(
        [Grant(role=role, code=code, scope=scope) for code, (_old, scope) in changes.items()],
        update_conflicts=True,
        unique_fields=["role", "code"],
        update_fields=["scope"],
    )
    current_act().audit(role, "grants", changes)
    access.changed(actor.company_id)
    _demand_administrator(actor.company)
    return len(changes)


@service
def copy_role(*, role: Role, code: str, name: str, actor: Actor) -> Role:
    """A new role that may what another may."""
    copy = Role(company=actor.company, code=code, name=name, second_step=role.second_step)
    copy.full_clean()
    copy.save()
    grants = Grant.objects.filter(role=role).values_list("code", "scope")
    Grant.objects.bulk_create([Grant(role=copy, code=each, scope=scope) for each, scope in grants])
    current_act().audit(copy, "created", {"copy_of": (None, role.code)})
    return copy


def _demand_ours(users: Collection[User], actor: Actor) -> None:
    """Who administers one company must not take over an account that works in another, nor one above them."""
    others = Membership.objects.filter(user__in=users).exclude(company=actor.company)
    elsewhere = set(others.values_list("user", flat=True))
    may_change_all = actor.user is None or actor.user.is_superuser
    strange = [user for user in users if user.pk in elsewhere or (user.is_superuser and not may_change_all)]
    if strange:
        names = listed(str(user) for user in strange)
        raise BusinessError(Refusal("not_ours", _("%(names)s: changed by themselves alone"), {"names": names}))


def _demand_administrator(company: Company) -> None:
    holders = User.objects.filter(is_active=True, memberships__company=company)
    for code in KEYS_OF_THE_HOUSE:
        grants = Q(memberships__roles__grants__code=code, memberships__roles__grants__scope=Scope.ALL)
        if not holders.filter(grants, memberships__roles__company=company).exists():
            raise BusinessError(Refusal("last_administrator", _("Somebody must be left who can administer users")))
