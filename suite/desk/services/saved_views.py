"""Keeping lists as people like them."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from suite.core.access import Actor, Scope
from suite.core.acts import current_act, service
from suite.desk.models import SavedView

LONGEST = 4000  # characters of parameters


def offered_to(actor: Actor, scope: Scope = Scope.OWN) -> Q:
    """Views that stand as tabs for the actor: the own ones and those shared."""
    shared = Q(audience=SavedView.Audience.ALL) | Q(audience=SavedView.Audience.TEAM, team__in=actor.grants.teams)
    return shared | Q(owner=actor.user_id)


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
    name = name.strip()[:60]
    if not name:
        raise ValidationError({"name": _("Give the view a name")})
    if sum(len(key) + len(value) for key, value in params.items()) > LONGEST:
        raise ValidationError(_("These filters are too long to be kept"))
    if audience not in SavedView.Audience.values or not actor.may("desk.share_savedview"):
        audience = SavedView.Audience.MINE
    mine = SavedView.objects.of(actor.company_id).filter(owner=actor.user_id, list_key=list_key)
    if is_default:
        mine.update(is_default=False)
    view, made = SavedView.objects.update_or_create(
        company=actor.company,
        list_key=list_key,
        owner_id=actor.user_id,
        name=name,
        defaults={
            "params": dict(params),
            "audience": audience,
            "is_default": is_default,
            "team_id": team_of(actor),
        },
    )
    current_act().audit(view, "created" if made else "changed", {"params": (None, dict(params))})
    return view


@service
def remove(*, actor: Actor, view: SavedView) -> None:
    """Delete one of the actor's own views."""
    current_act().audit(view, "deleted", {"name": (view.name, None)})
    SavedView.objects.filter(pk=view.pk, owner=actor.user_id).delete()


def team_of(actor: Actor) -> int | None:
    """The team in which the actor works here."""
    from suite.core.models import Membership

    mine = Membership.objects.filter(user=actor.user_id, company=actor.company_id)
    return mine.values_list("team_id", flat=True).first()
