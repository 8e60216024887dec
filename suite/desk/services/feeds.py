"""The calendar of a person as a feed: made, taken back, and found by its secret address alone."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db.models import F

from suite.core import clock, companies
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.tokens import digest
from suite.desk.models import CalendarFeed

STALE = dt.timedelta(minutes=5)  # how exact "last fetched" is


@service
def make(*, actor: Actor, reason: str = "") -> str:
    """A new secret for the actor's calendar, never to be seen again; the one before is good for nothing any more."""
    secret = secrets.token_urlsafe(32)
    row, _made = CalendarFeed.objects.update_or_create(
        company=actor.company, user=actor.user,
        defaults={"digest": digest(secret), "created_at": clock.now(), "fetched_at": None},
    )  # fmt: skip
    current_act().audit(row, "created")
    return secret


@service
def take_back(*, actor: Actor, reason: str = "") -> None:
    """End the actor's feed at once."""
    for row in CalendarFeed.objects.of(actor.company_id).filter(user=actor.user):
        current_act().audit(row, "revoked")
        row.delete()


def of(actor: Actor) -> CalendarFeed | None:
    """The feed of the actor, if there is one."""
    return CalendarFeed.objects.of(actor.company_id).filter(user=actor.user).first()


def find(secret: str) -> Actor | None:
    """Whose calendar a secret opens: somebody active who still works in the company. None for a guess."""
    rows = CalendarFeed.objects.select_related("user", "company").filter(
        companies.enterable("company"), digest=digest(secret), user__is_active=True,
        user__memberships__company=F("company"),
    )  # fmt: skip
    row = rows.first()
    if row is None:
        return None
    moment = clock.now()
    if row.fetched_at is None or moment - row.fetched_at > STALE:
        CalendarFeed.objects.filter(pk=row.pk).update(fetched_at=moment)
    return Actor(row.user, row.company)
