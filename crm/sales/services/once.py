"""A page that is sent twice is done once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

from suite.core.access import Actor
from suite.core.acts import acting
from suite.core.models import Document, IdempotencyKey

T = TypeVar("T", bound=Document)


def once(key: str, create: Callable[[], T], *, model: type[T], actor: Actor) -> T:
    """What `create` makes, or what it made when this key was sent before: a double click waits and gets the first."""
    if not key:
        return create()
    client = f"page:{actor.user_id}"
    with acting(actor) as act:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{client}:{key}"])
        mine = IdempotencyKey.objects.of(actor.company_id).filter(client=client, key=key)
        known = mine.values_list("body", flat=True).first()
        if known:
            return model.objects.of(actor.company_id).get(pk=json.loads(known)["id"])  # type: ignore[return-value]
        made = create()
        act.flush()
        body = json.dumps({"id": made.pk})
        IdempotencyKey.objects.create(
            company_id=actor.company_id, client=client, key=key, request_digest="", status=201, body=body
        )
        return made
