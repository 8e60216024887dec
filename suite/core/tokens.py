"""API tokens: made once, shown once, found by their digest."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from fnmatch import fnmatchcase

from django.db.models import F

from suite.core import clock, companies
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.models import ApiToken, User
from suite.core.prepared import Prepared
from suite.core.roles import known_codes

STALE = dt.timedelta(minutes=5)  # how exact "last used" is; writing it on every call would cost a statement each

LIVE = Prepared(
    lambda digest: ApiToken.objects.select_related("user", "company").filter(
        companies.enterable("company"),
        digest=digest,
        revoked_at=None,
        user__is_active=True,
        user__memberships__company=F("company"),
    )[:1]
)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def misspelt(scopes: Sequence[str]) -> list[str]:
    """The scopes that no permission answers to: a token with them would silently be good for nothing."""
    codes = set(known_codes())
    return [each for each in scopes if not any(fnmatchcase(code, each) for code in codes)]


@service
def create(
    *, user: User, name: str, actor: Actor, scopes: Sequence[str] = (), expires_at: dt.datetime | None = None
) -> str:
    """Make a token for a user in the actor's company and return its text, which is never to be seen again.

    No scopes means the full rights of the user.
    """
    text = f"suite_{secrets.token_urlsafe(32)}"
    row = ApiToken.objects.create(
        company=actor.company,
        user=user,
        name=name,
        prefix=text[:12],
        digest=digest(text),
        scopes=list(scopes),
        expires_at=expires_at,
    )
    current_act().audit(row, "created", {"scopes": (None, list(scopes))})
    return text


@service
def revoke(*, token: ApiToken, actor: Actor, reason: str = "") -> None:
    """End a token at once."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=clock.now())
    current_act().audit(token, "revoked")


def find(text: str) -> ApiToken | None:
    """The live token with this text, its user and company read along.

    A token lives as long as its user is active and a member of the company.
    """
    moment = clock.now()
    token = next(iter(LIVE(digest=digest(text))), None)
    if token and token.expires_at and token.expires_at <= moment:
        return None
    if token and (token.last_used_at is None or moment - token.last_used_at > STALE):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=moment)
    return token
