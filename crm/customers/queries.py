"""Whose parties are whose."""

from __future__ import annotations

from django.db.models import Q

from suite.core.access import Actor, OwnerRule, Scope


def party_rule(path: str) -> OwnerRule:
    """Rows whose customer profile, reached by `path`, is the actor's own or of the actor's teams."""

    def rule(actor: Actor, scope: Scope) -> Q:
        mine = Q(**{f"{path}__owner": actor.user_id})
        if scope == Scope.TEAM:
            mine |= Q(**{f"{path}__team__in": actor.grants.teams})
        return mine

    return rule
