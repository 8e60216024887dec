"""Whom and what people at their desks may name."""

from __future__ import annotations

from django.db.models import QuerySet

from suite.core.access import Actor
from suite.core.models import Team, User


def colleagues(actor: Actor) -> QuerySet[User]:
    """Everybody who works in the actor's company may be named, by anybody."""
    return User.objects.of(actor.company_id).filter(is_active=True).distinct()


def teams(actor: Actor) -> QuerySet[Team]:
    """The teams of the actor's company."""
    return Team.objects.of(actor.company_id)
