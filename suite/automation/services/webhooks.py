"""Telling other systems what happened: signed, again until it is heard, and never twice unseen.

At least once: the receiver drops a delivery whose `Suite-Delivery` it knows already.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Model, Q, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from suite.automation.models import Webhook, WebhookDelivery
from suite.automation.models.webhooks import new_secret
from suite.automation.services.dialects import DIALECTS, Call, Dialect, Happened
from suite.core import bulk, cached, clock, doorbell, outgoing
from suite.core.access import Actor
from suite.core.acts import acting, changes_between, current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Company, OutboxEvent
from suite.core.said import said
from suite.core.sending import Queue
from suite.desk.services import notifications

log = logging.getLogger(__name__)

PING = "automation.webhook.tested"
SAID = "automation.flow.said"
WAITS = tuple(dt.timedelta(seconds=each) for each in (10, 60, 300, 1800, 7200, 21600, 43200))  # between tries: 24 h
PAUSE_AFTER = 5  # failures in a row
ROTATION = dt.timedelta(days=3)
KEPT = dt.timedelta(days=30)
BATCH = 10
A_MINUTE = 20  # messages a robot may send
AT_ONCE = 8
AT_A_STRETCH = 30.0  # seconds; then others have their turn, and the clock rings again


QUEUE = Queue(
    WebhookDelivery, WAITS, held=dt.timedelta(minutes=2), state="status",
    waiting=WebhookDelivery.Status.WAITING, sent=WebhookDelivery.Status.DELIVERED,
    given_up=WebhookDelivery.Status.GIVEN_UP,
)  # fmt: skip


def names(company_id: int) -> dict[int, str]:
    """What the addresses of a company are called, by key; from the process's copy."""
    return cached.rows(
        company_id, "automation.webhooks", lambda pk: dict(Webhook.objects.of(pk).values_list("pk", "name"))
    )


@service
def create_webhook(
    *, name: str, url: str, actor: Actor, events: Sequence[str] = (), kind: str = Webhook.Kind.SYSTEM, secret: str = ""
) -> Webhook:
    """Have an address told of events from now on; without `events`, of all. Raises ValidationError.

    A system gets a secret of ours; a robot has the one its platform shows, if it signs at all.
    """
    webhook = Webhook(company=actor.company, owner_id=actor.user_id, kind=kind, name=name, url=url, events=list(events))
    if webhook.is_robot:
        webhook.secret = secret
    elif secret:
        raise ValidationError({"secret": _("The secret of another system is made here")})
    webhook.full_clean()
    webhook.save()
    changes = {"kind": (None, kind), "url": (None, webhook.shown_url), "events": (None, list(events))}
    current_act().audit(webhook, "created", changes)
    cached.forget(actor.company_id)
    return webhook


@service
def change_webhook(*, webhook: Webhook, actor: Actor, secret: str = "", reason: str = "", **values: Any) -> Webhook:
    """Change name, url, events, or a robot's secret. What waits goes to the new address. Raises ValidationError."""
    row = Webhook.objects.of(actor.company_id).lock([webhook.pk]).get()
    before = Webhook(name=row.name, events=row.events)
    old_url = row.shown_url
    for name, value in values.items():
        setattr(row, name, value)
    if secret and not row.is_robot:
        raise ValidationError({"secret": _("The secret of another system is made here")})
    row.secret = secret or row.secret
    row.full_clean()
    row.save(update_fields=["name", "url", "events", "secret"])
    changes = changes_between(before, {"name": row.name, "events": row.events})
    if row.url != webhook.url:
        changes["url"] = (old_url, row.shown_url)
    if changes or secret:
        current_act().audit(row, "changed", changes)
    cached.forget(actor.company_id)
    return row


@service
def remove_webhooks(*, webhooks: Collection[int], actor: Actor, reason: str = "") -> None:
    """Forget addresses and what was sent to them."""
    rows = list(Webhook.objects.of(actor.company_id).lock(webhooks))
    for row in rows:
        current_act().audit(row, "deleted", {"url": (row.shown_url, None)})
    Webhook.objects.filter(pk__in=[row.pk for row in rows]).delete()
    cached.forget(actor.company_id)


@service
def rotate_secret(*, webhook: Webhook, actor: Actor, reason: str = "") -> Webhook:
    """Give an address a new secret; for three days both sign, so that the other side can change over in peace."""
    row = Webhook.objects.of(actor.company_id).lock([webhook.pk]).get()
    if row.is_robot:
        raise BusinessError(Refusal("robot_secret", _("The secret of a robot is made by its platform")))
    row.old_secret, row.secret, row.rotated_until = row.secret, new_secret(), clock.now() + ROTATION
    row.save(update_fields=["secret", "old_secret", "rotated_until"])
    current_act().audit(row, "rotated")
    return row


@service
def pause(*, webhooks: Collection[int], actor: Actor, reason: str = "") -> None:
    """Send nothing to these addresses for now; what happens meanwhile waits for them."""
    _turn(webhooks, Webhook.Status.ACTIVE, actor, "paused", status=Webhook.Status.PAUSED, paused_because=reason[:300])


@service
def resume(*, webhooks: Collection[int], actor: Actor, reason: str = "") -> None:
    """Send to these addresses again, first what has waited."""
    back = {"status": Webhook.Status.ACTIVE, "paused_because": "", "failures": 0}
    pks = _turn(webhooks, Webhook.Status.PAUSED, actor, "resumed", **back)
    waiting = WebhookDelivery.objects.filter(webhook__in=pks, status=WebhookDelivery.Status.WAITING)
    waiting.update(next_try_at=clock.now())
    transaction.on_commit(ring)


def _turn(webhooks: Collection[int], now: str, actor: Actor, action: str, **fields: Any) -> list[int]:
    """Write these fields of those of the addresses that are in a state; returns which they were."""
    rows = list(Webhook.objects.of(actor.company_id).filter(status=now).lock(webhooks))
    for row in rows:
        current_act().audit(row, action)
    pks = [row.pk for row in rows]
    Webhook.objects.filter(pk__in=pks).update(**fields)
    return pks


@service
def send_test(*, webhook: Webhook, actor: Actor) -> WebhookDelivery:
    """Send an address an event that says nothing, to see whether it hears."""
    happened = Happened(PING, f"{PING}:{time.time_ns()}", clock.now(), Webhook._meta.label_lower, webhook.pk, {})
    delivery = _delivery(webhook, happened)
    bulk.insert([delivery])
    transaction.on_commit(ring)
    return delivery


@service
def redeliver(*, deliveries: Collection[int], actor: Actor, reason: str = "") -> int:
    """Send deliveries once more, as the same ones; returns how many."""
    rows = list(WebhookDelivery.objects.of(actor.company_id).lock(deliveries))
    for row in rows:
        current_act().audit(row, "redelivered")
    WebhookDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        status=WebhookDelivery.Status.WAITING, attempts=0, next_try_at=clock.now(), ended_at=None
    )
    transaction.on_commit(ring)
    return len(rows)


def enqueue(happened: Sequence[OutboxEvent], actor: Actor) -> None:
    """Write a delivery of each event for each address that hears of it; called with the events of one company."""
    news = [
        Happened(each.event, each.dedupe_key, each.created_at, each.kind, each.object_id, each.payload)
        for each in happened
        if not each.is_history
    ]
    webhooks = (
        list(Webhook.objects.of(actor.company_id).select_related("owner", "company").order_by("pk")) if news else []
    )
    rows = [_delivery(webhook, happened) for happened in news for webhook in webhooks if webhook.hears(happened.event)]
    if rows:
        bulk.insert(rows)
        transaction.on_commit(ring)


def tell(*, webhook: Webhook, told: Sequence[tuple[str, Model, str]]) -> None:
    """Send an address what a flow has to say of records: (key, record, text); a key is sent once."""
    rows = [
        _delivery(webhook, Happened(SAID, key, clock.now(), row._meta.label_lower, row.pk, {"text": text}))
        for key, row, text in told
    ]
    if rows:
        bulk.insert(rows)
        transaction.on_commit(ring)


def _delivery(webhook: Webhook, happened: Happened) -> WebhookDelivery:
    row = WebhookDelivery(webhook=webhook, company_id=webhook.company_id, event=happened.event, event_key=happened.key)
    row.body = json.dumps(DIALECTS[webhook.kind].write(row, happened), ensure_ascii=False)
    return row


def ring() -> None:
    """Wake a worker for the deliveries; losing the call does no harm."""
    from suite.automation.tasks import send_webhooks

    doorbell.ring(send_webhooks)


class Outcome(NamedTuple):
    """What came of one try; good when `error` is blank."""

    code: int | None
    answer: str
    error: str
    milliseconds: int


def send_due(limit: int = BATCH) -> int:
    """Send what is due and say how many tries were made. Safe to run twice: a claim holds for two minutes."""
    rows = _claim(limit)
    if not rows:
        return 0
    stamp = int(clock.now().timestamp())
    calls = [(DIALECTS[row.webhook.kind], DIALECTS[row.webhook.kind].call(row, stamp)) for row in rows]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda call: _try(*call), calls))
    _note(rows, outcomes)
    return len(rows)


def send_all(seconds: float = AT_A_STRETCH) -> int:
    """Send what is due until nothing is, or for so long; returns how many tries were made."""
    sent, until = 0, time.monotonic() + seconds
    while (batch := send_due()) and time.monotonic() < until:
        sent += batch
    return sent + batch


def _claim(limit: int) -> list[WebhookDelivery]:
    moment = clock.now()
    due = Q(webhook__status=Webhook.Status.ACTIVE) & ~Q(webhook__in=_tired_robots(moment))
    rows = QUEUE.claim(limit, due, tried_at=moment)
    prefetch_related_objects(rows, "webhook")
    return rows


def _tired_robots(moment: dt.datetime) -> list[int]:
    """Robots that have said as much as their platform lets them say in a minute."""
    lately = WebhookDelivery.objects.filter(tried_at__gt=moment - dt.timedelta(minutes=1))
    told = lately.exclude(webhook__kind=Webhook.Kind.SYSTEM).values("webhook").annotate(count=Count("pk"))
    return [row["webhook"] for row in told if row["count"] > A_MINUTE - BATCH]


def _try(dialect: Dialect, call: Call) -> Outcome:
    start = time.monotonic()
    try:
        code, answer = outgoing.post(*call)
    except (outgoing.NotReached, ValidationError) as error:
        told = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        return Outcome(None, "", told[:500], _since(start))
    except Exception as error:  # one call that cannot be made must not undo what came of the others
        log.exception("A webhook could not be called")
        return Outcome(None, "", type(error).__name__, _since(start))
    error_told = "" if 200 <= code < 300 and dialect.heard(answer) else f"HTTP {code} {answer}".strip()
    return Outcome(code, answer[:2000], error_told[:500], _since(start))


def _since(start: float) -> int:
    return int((time.monotonic() - start) * 1000)


def _note(rows: Sequence[WebhookDelivery], outcomes: Sequence[Outcome]) -> None:
    """Write down what came of tries; an address that fails again and again is paused, and its owner told."""
    moment = clock.now()
    with transaction.atomic():
        locked = Webhook.objects.order_by("pk").select_for_update().filter(pk__in={row.webhook_id for row in rows})
        webhooks = {webhook.pk: webhook for webhook in locked}
        QUEUE.settle(rows, [outcome.error for outcome in outcomes])
        for row, outcome in zip(rows, outcomes, strict=True):
            row.code, row.answer, row.milliseconds = outcome.code, outcome.answer, outcome.milliseconds
            row.ended_at = None if row.status == WebhookDelivery.Status.WAITING else moment
            webhook = webhooks.get(row.webhook_id)
            if webhook:
                webhook.failures = webhook.failures + 1 if outcome.error else 0
                if webhook.failures >= PAUSE_AFTER and webhook.status == Webhook.Status.ACTIVE:
                    _pause_failing(webhook, outcome.error)
        bulk.update(rows, "code", "answer", "error", "milliseconds", "status", "ended_at", "next_try_at")
        bulk.update(webhooks.values(), "failures", "status", "paused_because")


def _pause_failing(webhook: Webhook, error: str) -> None:
    webhook.status = Webhook.Status.PAUSED
    webhook.paused_because = said(_("Failed %(times)s times in a row"), {"times": webhook.failures})
    actor = Actor.system(Company.objects.get(pk=webhook.company_id))
    with acting(actor):
        current_act().audit(webhook, "paused")
        notifications.notify(
            [webhook.owner_id] if webhook.owner_id else notifications.holders(actor.company, "administrator"),
            "alert",
            _("Webhook %(name)s is paused: its address failed %(times)s times in a row"),
            params={"name": webhook.name, "times": webhook.failures},
            key=f"webhook:{webhook.pk}:{clock.now().isoformat()}",
            body=error,
            subject=webhook,
        )


def forget() -> int:
    """Drop what was delivered or given up a month ago; returns how many."""
    old = WebhookDelivery.objects.filter(ended_at__lt=clock.now() - KEPT)
    return old.delete()[0]
