"""The outbox: events leave after the commit, each is applied exactly once, whatever is killed.

The row is the queue and the task only a doorbell. Consumers register for an event from apps.py; they run in the
transaction that marks the event done, so they must only write rows (a notice to send, a webhook delivery to make).
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from suite.core import clock, doorbell
from suite.core.access import Actor
from suite.core.acts import acting, caused_by, current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Company, Effect, OutboxEvent

log = logging.getLogger(__name__)

Consumer = Callable[[OutboxEvent, Actor], None]
SetConsumer = Callable[[Sequence[OutboxEvent], Actor], None]
_consumers: dict[str, list[SetConsumer]] = {}
GIVE_UP_AFTER = 12
NEVER = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
BATCH = 200
QUIET = 0.3  # seconds between two doorbells of one process; the clock rings every few seconds anyway
SULK = 30.0  # seconds a process leaves a broker alone that did not answer
_quiet_until = 0.0


def on(event: str, consumer: Consumer) -> None:
    """Have `consumer` called once for each such event; `*` means every event."""

    def one_by_one(events: Sequence[OutboxEvent], actor: Actor) -> None:
        with acting(actor):
            for each in events:
                consumer(each, actor)

    on_many(event, one_by_one)


def on_many(event: str, consumer: SetConsumer) -> None:
    """Have `consumer` called with such events of one company, as many as are there: each event comes once."""
    _consumers.setdefault(event, []).append(consumer)


def ring() -> None:
    """Wake a worker. Losing the call does no harm: the clock rings too."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    _quiet_until = time.monotonic() + QUIET
    from suite.core.tasks import relay_outbox

    if not doorbell.ring(relay_outbox):
        _quiet_until = time.monotonic() + SULK


def relay(limit: int = BATCH) -> int:
    """Deliver what is due and say how many events were done. Safe to run twice, safe to miss.

    The events of one record are delivered in the order in which they happened; one that fails holds back those after it
    until it is delivered or given up.
    """
    done = 0
    while True:
        with transaction.atomic():
            events = list(_due().select_for_update(skip_locked=True)[:limit])
            companies = Company.objects.in_bulk({event.company_id for event in events})
            done += _apply(events, companies) if events else 0
        if not events:
            return done


def _due() -> QuerySet[OutboxEvent]:
    waiting = OutboxEvent.objects.filter(done_at=None, dead_at=None)
    # So worded that only the index by record serves: before its first statistics the server would else go through the
    # whole queue for every event.
    alive = OutboxEvent.objects.alias(ends=Coalesce("dead_at", Value(NEVER))).filter(done_at=None, ends=NEVER)
    earlier = alive.filter(kind=OuterRef("kind"), object_id=OuterRef("object_id"), id__lt=OuterRef("id"))
    return waiting.filter(~Exists(earlier), next_try_at__lte=clock.now()).order_by("id")


def _apply(events: Sequence[OutboxEvent], companies: Mapping[int, Company]) -> int:
    """Run the consumers of locked events, all under one savepoint; where one fails, each again under its own."""
    groups: dict[tuple[int, str, tuple[int, ...]], list[OutboxEvent]] = defaultdict(list)
    for event in events:
        groups[event.company_id, event.event, tuple(event.origin)].append(event)
    try:
        with transaction.atomic():
            for (company_id, name, led_by), group in groups.items():
                with caused_by(led_by):
                    for consumer in (*_consumers.get(name, ()), *_consumers.get("*", ())):
                        consumer(group, Actor.system(companies[company_id]))
            Effect.objects.bulk_create(Effect(company_id=e.company_id, dedupe_key=e.dedupe_key) for e in events)
            OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(
                done_at=clock.now(), attempts=F("attempts") + 1
            )
        return len(events)
    except Exception as error:
        if len(events) > 1:
            return sum(_apply([event], companies) for event in events)
        _put_off(events[0], error)
        return 0


def _put_off(event: OutboxEvent, error: Exception) -> None:
    """Try an event that failed again later, ever more seldom, until it is given up."""
    log.error("Event %s failed", event, exc_info=error)
    attempts, moment = event.attempts + 1, clock.now()
    OutboxEvent.objects.filter(pk=event.pk).update(
        attempts=attempts,
        error=f"{type(error).__name__}: {error}"[:2000],
        next_try_at=moment + dt.timedelta(seconds=min(2**attempts, 3600)),
        dead_at=moment if attempts >= GIVE_UP_AFTER else None,
    )


@service
def retry(*, events: Iterable[OutboxEvent], actor: Actor, reason: str = "") -> int:
    """Give events that were given up another round of tries; returns how many.

    Raises BusinessError when none of them was given up.
    """
    act, moment = current_act(), clock.now()
    dead = list(OutboxEvent.objects.of(actor.company_id).filter(dead_at__isnull=False).lock([e.pk for e in events]))
    if not dead:
        raise BusinessError(Refusal("not_given_up", _("Only what was given up is tried again")))
    OutboxEvent.objects.filter(pk__in=[event.pk for event in dead]).update(dead_at=None, attempts=0, next_try_at=moment)
    for event in dead:
        act.audit(event, "retried")
    transaction.on_commit(ring)
    return len(dead)


def forget(before: dt.datetime) -> int:
    """Drop events that were applied before a moment, with the traces of their effects; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH old AS (DELETE FROM core_outboxevent WHERE done_at < %s RETURNING dedupe_key)"
            " DELETE FROM core_effect USING old WHERE core_effect.dedupe_key = old.dedupe_key",
            [before],
        )
        return cursor.rowcount


def oldest_age() -> float:
    """Seconds the oldest undelivered event has waited; 0 when nothing waits. For /readyz."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(extract(epoch FROM now() - min(written_at)), 0) FROM core_outboxevent"
            " WHERE done_at IS NULL AND dead_at IS NULL"
        )
        return float(cursor.fetchone()[0])
