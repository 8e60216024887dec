"""What people type is kept with them until it is saved, so that no fault, and no other device, loses it."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Collection, Sequence
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from suite.core import clock
from suite.core.access import Actor
from suite.desk.models import Draft

log = logging.getLogger(__name__)

LARGEST = 200_000  # characters of a draft
MOST = 50  # drafts of one person
KEPT = dt.timedelta(days=30)
REMEMBERED = 3600  # seconds the addresses of a person's drafts stand in the cache


def keep(*, actor: Actor, address: str, values: Sequence[Any]) -> Draft:
    """Keep the fields of the form at an address, instead of those of before. Raises ValidationError."""
    if not address.startswith("/") or len(address) > 300 or "\x00" in address:
        raise ValidationError(_("This is no address of a form"))
    if not isinstance(values, list) or len(text := json.dumps(values)) > LARGEST or "\\u0000" in text:
        raise ValidationError(_("This is too long to be kept as a draft"))
    draft, _made = Draft.objects.update_or_create(
        company=actor.company, user_id=actor.user_id, address=address, defaults={"values": values, "at": clock.now()}
    )
    mine = Draft.objects.of(actor.company_id).filter(user=actor.user_id)
    Draft.objects.filter(pk__in=mine.order_by("-at").values("pk")[MOST:]).delete()
    _forget(actor)
    return draft


def discard(*, actor: Actor, addresses: Collection[str]) -> None:
    """Forget drafts: they were saved, or given up."""
    Draft.objects.of(actor.company_id).filter(user=actor.user_id, address__in=addresses).delete()
    _forget(actor)


def found(*, actor: Actor, address: str) -> Draft | None:
    """The draft of the actor for the form at an address."""
    return Draft.objects.of(actor.company_id).filter(user=actor.user_id, address=address).first()


def addresses(actor: Actor) -> list[str]:
    """Where drafts of the actor wait; from the cache, for every page asks."""

    def read() -> list[str]:
        mine = Draft.objects.of(actor.company_id).filter(user=actor.user_id, at__gt=clock.now() - KEPT)
        return list(mine.values_list("address", flat=True))

    try:
        return cache.get_or_set(_key(actor), read, REMEMBERED) or []
    except Exception:
        log.warning("The cache did not answer; no draft is offered")
        return []


def clear_old() -> int:
    """Drop what nobody came back for; returns how many."""
    return Draft.objects.filter(at__lt=clock.now() - KEPT).delete()[0]


def _forget(actor: Actor) -> None:
    transaction.on_commit(lambda: cache.delete(_key(actor)), robust=True)


def _key(actor: Actor) -> str:
    return f"drafts:{actor.company_id}:{actor.user_id}"
