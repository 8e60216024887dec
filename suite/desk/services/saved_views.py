"""Keeping lists as people like them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from suite.core import cached
from suite.core.access import Actor, Scope
from suite.core.acts import current_act, save_changes, service
from suite.core.models import Role
from suite.desk.models import SavedView, ViewUse

LONGEST = 4000  # characters of parameters
MOST_PINNED = 20
# By how a view is shown.
ICONS = {"table": "list", "board": "layout-kanban", "calendar": "calendar", "pivot": "layout-grid"}


def offered_to(actor: Actor, scope: Scope = Scope.OWN) -> Q:
    """Views that stand as tabs for the actor: the own ones, those shared, and those that open first for a role."""
    shared = Q(audience=SavedView.Audience.ALL) | Q(audience=SavedView.Audience.TEAM, team__in=actor.grants.teams)
    return shared | Q(owner=actor.user_id) | Q(roles__overlap=[*actor.grants.roles])


def offered(actor: Actor) -> QuerySet[SavedView]:
    """The views the actor may open, with whether they are pinned and opened first by the actor."""
    mine = ViewUse.objects.filter(view=OuterRef("pk"), user=actor.user_id)
    return (
        SavedView.objects.visible_to(actor)
        .filter(offered_to(actor))
        .annotate(
            is_pinned=Exists(mine.filter(is_pinned=True), output_field=BooleanField()),
            is_default=Exists(mine.filter(is_default=True), output_field=BooleanField()),
        )
        .order_by("audience", "name", "pk")
    )


def first_of(views: Iterable[SavedView], actor: Actor) -> SavedView | None:
    """The view that opens first: the one the actor chose, else that of one of the actor's roles."""
    views = list(views)
    chosen = (view for view in views if view.is_default)  # type: ignore[attr-defined]
    return next(chosen, None) or next((view for view in views if actor.grants.roles & {*view.roles}), None)


def may_change(actor: Actor, view: SavedView) -> bool:
    """Whose a view is may change it, and who may change everybody's."""
    return view.owner_id == actor.user_id or actor.scope("desk.change_savedview") == Scope.ALL


@dataclass(frozen=True)
class Pinned:
    """A view in somebody's menu."""

    pk: int
    name: str
    list_key: str
    kind: str


def pinned(actor: Actor) -> list[Pinned]:
    """The views in the actor's menu; pages cost no statement for them."""
    if actor.user_id is None:
        return []

    def read(_company_id: int) -> list[Pinned]:
        rows = offered(actor).filter(is_pinned=True).order_by("name", "pk")[:MOST_PINNED]
        return [Pinned(view.pk, view.name, view.list_key, view.kind) for view in rows]

    return cached.rows(actor.company_id, f"desk.pinned.{actor.user_id}", read)


@service
def save(
    *,
    actor: Actor,
    list_key: str,
    name: str,
    params: Mapping[str, str],
    audience: str = SavedView.Audience.MINE,
    is_default: bool = False,
) -> SavedView:
    """Keep a view under a name, replacing the actor's view of that name; sharing needs the permission to share."""
    values = {"params": _checked(params), "audience": _shared(actor, audience), "team_id": team_of(actor)}
    view, made = SavedView.objects.update_or_create(
        company=actor.company, list_key=list_key, owner_id=actor.user_id, name=_named(name), defaults=values
    )
    current_act().audit(view, "created" if made else "changed", {"params": (None, values["params"])})
    if is_default:
        use(actor=actor, view=view, is_default=True)
    cached.forget(actor.company_id)
    return view


@service
def change(*, actor: Actor, view: SavedView, values: Mapping[str, Any]) -> None:
    """Give a view another name, audience or other parameters; ValidationError at the field that cannot be so."""
    values = dict(values)
    if "name" in values:
        values["name"] = _named(values["name"])
        same = SavedView.objects.of(actor.company_id).filter(
            list_key=view.list_key, owner=view.owner_id, name=values["name"]
        )
        if same.exclude(pk=view.pk).exists():
            raise ValidationError({"name": _("You have a view with this name already")})
    if "params" in values:
        values["params"] = _checked(values["params"])
    if "audience" in values:
        values["audience"] = _shared(actor, values["audience"])
    save_changes(view, values)
    cached.forget(actor.company_id)


@service
def open_first_for(*, actor: Actor, view: SavedView, roles: Iterable[str]) -> None:
    """Let the view open first for these roles (codes); each role has one first view per list."""
    wanted = sorted(set(roles))
    known = set(Role.objects.of(actor.company_id).filter(code__in=wanted).values_list("code", flat=True))
    if unknown := [code for code in wanted if code not in known]:
        raise ValidationError({"roles": _("There is no role %(code)s") % {"code": unknown[0]}})
    others = SavedView.objects.of(actor.company_id).filter(list_key=view.list_key, roles__overlap=wanted)
    for other in others.exclude(pk=view.pk):  # at most one for each role
        save_changes(other, {"roles": [code for code in other.roles if code not in wanted]})
    save_changes(view, {"roles": wanted})
    cached.forget(actor.company_id)


@service
def use(*, actor: Actor, view: SavedView, is_pinned: bool | None = None, is_default: bool | None = None) -> None:
    """Keep a view in the actor's menu, or open it first; what is None stays as it is."""
    given = {"is_pinned": is_pinned, "is_default": is_default}
    values = {name: value for name, value in given.items() if value is not None}
    if is_default:
        mine = ViewUse.objects.of(actor.company_id).filter(user=actor.user_id, list_key=view.list_key)
        mine.filter(is_default=True).update(is_default=False)
    ViewUse.objects.update_or_create(
        user_id=actor.user_id, view=view, defaults={**values, "company": actor.company, "list_key": view.list_key}
    )
    cached.forget(actor.company_id)


@service
def remove(*, actor: Actor, view: SavedView) -> None:
    """Delete a view, for everybody who uses it."""
    current_act().audit(view, "deleted", {"name": (view.name, None)})
    view.delete()
    cached.forget(actor.company_id)


def _named(name: str) -> str:
    name = name.strip()[:60]
    if not name:
        raise ValidationError({"name": _("Give the view a name")})
    return name


def _checked(params: Mapping[str, str]) -> dict[str, str]:
    if sum(len(key) + len(value) for key, value in params.items()) > LONGEST:
        raise ValidationError({"params": _("These filters are too long to be kept")})
    return {key: value for key, value in params.items() if value}


def _shared(actor: Actor, audience: str) -> str:
    may = audience in SavedView.Audience.values and actor.may("desk.share_savedview")
    return audience if may else SavedView.Audience.MINE


def team_of(actor: Actor) -> int | None:
    """The team in which the actor works here."""
    from suite.core.models import Membership

    mine = Membership.objects.filter(user=actor.user_id, company=actor.company_id)
    return mine.values_list("team_id", flat=True).first()
