"""Telling other systems what happened: signed, again until it is heard, and never twice unseen.

At least once: the receiver drops a delivery whose `Suite-Delivery` it knows already.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from suite.automation.models import Webhook, WebhookDelivery
from suite.automation.models.webhooks import new_secret
from suite.core import bulk, clock, outgoing
from suite.core.access import Actor
from suite.core.acts import acting, changes_between, current_act, service
from suite.core.models import Company, OutboxEvent
from suite.core.said import said
from suite.desk.services import notifications

log = logging.getLogger(__name__)

PING = "automation.webhook.tested"
WAITS = tuple(dt.timedelta(seconds=each) for each in (10, 60, 300, 1800, 7200, 21600, 43200))  # between tries: 24 h
PAUSE_AFTER = 5  # failures in a row
CLAIM = dt.timedelta(minutes=2)
ROTATION = dt.timedelta(days=3)
KEPT = dt.timedelta(days=30)
BATCH = 20
AT_ONCE = 8


@service
def create_webhook(*, name: str, url: str, actor: Actor, events: Sequence[str] = ()) -> Webhook:
    """Have an address told of events from now on; without `events`, of all. Raises ValidationError."""
    webhook = Webhook(company=actor.company, owner_id=actor.user_id, name=name, url=url, events=list(events))
    webhook.full_clean()
    webhook.save()
    current_act().audit(webhook, "created", {"url": (None, url), "events": (None, list(events))})
    return webhook


@service
def change_webhook(*, webhook: Webhook, actor: Actor, reason: str = "", **values: Any) -> Webhook:
    """Change name, url or events. What waits for the address goes to the new one. Raises ValidationError."""
    (row,) = Webhook.objects.of(actor.company_id).lock([webhook.pk])
    before = Webhook(name=row.name, url=row.url, events=row.events)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save(update_fields=["name", "url", "events"])
    if changes := changes_between(before, {name: getattr(row, name) for name in ("name", "url", "events")}):
        current_act().audit(row, "changed", changes)
    return row


@service
def remove_webhooks(*, webhooks: Collection[int], actor: Actor, reason: str = "") -> None:
    """Forget addresses and what was sent to them."""
    for row in Webhook.objects.of(actor.company_id).lock(webhooks):
        current_act().audit(row, "deleted", {"url": (row.url, None)})
        row.delete()


@service
def rotate_secret(*, webhook: Webhook, actor: Actor, reason: str = "") -> Webhook:
    """Give an address a new secret; for three days both sign, so that the other side can change over in peace."""
    (row,) = Webhook.objects.of(actor.company_id).lock([webhook.pk])
    row.old_secret, row.secret, row.rotated_until = row.secret, new_secret(), clock.now() + ROTATION
    row.save(update_fields=["secret", "old_secret", "rotated_until"])
    current_act().audit(row, "rotated")
    return row


@service
def pause(*, webhooks: Collection[int], actor: Actor, reason: str = "") -> None:
    """Send nothing to these addresses for now; what happens meanwhile waits for them."""
    for row in Webhook.objects.of(actor.company_id).filter(status=Webhook.Status.ACTIVE).lock(webhooks):
        Webhook.objects.filter(pk=row.pk).update(status=Webhook.Status.PAUSED, paused_because=reason[:300])
        current_act().audit(row, "paused")


@service
def resume(*, webhooks: Collection[int], actor: Actor, reason: str = "") -> None:
    """Send to these addresses again, first what has waited."""
    for row in Webhook.objects.of(actor.company_id).filter(status=Webhook.Status.PAUSED).lock(webhooks):
        Webhook.objects.filter(pk=row.pk).update(status=Webhook.Status.ACTIVE, paused_because="", failures=0)
        row.deliveries.filter(status=WebhookDelivery.Status.WAITING).update(next_try_at=clock.now())
        current_act().audit(row, "resumed")
    transaction.on_commit(ring)


@service
def send_test(*, webhook: Webhook, actor: Actor) -> WebhookDelivery:
    """Send an address an event that says nothing, to see whether it hears."""
    delivery = _delivery(webhook, PING, f"{PING}:{time.time_ns()}", clock.now(), "automation.webhook", webhook.pk, {})
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
    news = [event for event in happened if not event.is_history]
    webhooks = list(Webhook.objects.of(actor.company_id).order_by("pk")) if news else []
    rows = [
        _delivery(webhook, event.event, event.dedupe_key, event.created_at, event.kind, event.object_id, event.payload)
        for event in news
        for webhook in webhooks
        if webhook.hears(event.event)
    ]
    if rows:
        bulk.insert(rows)
        transaction.on_commit(ring)


def _delivery(
    webhook: Webhook, event: str, event_key: str, moment: dt.datetime, kind: str, pk: int, payload: dict[str, Any]
) -> WebhookDelivery:
    row = WebhookDelivery(company_id=webhook.company_id, webhook_id=webhook.pk, event=event, event_key=event_key)
    told = {
        "id": str(row.key),
        "event": event,
        "company": webhook.company.code,
        "happened_at": moment.isoformat(),
        "kind": kind,
        "object_id": pk,
        "payload": payload,
    }
    row.body = json.dumps(told, ensure_ascii=False)
    return row


def ring() -> None:
    """Wake a worker for the deliveries; losing the call does no harm."""
    from suite.automation.tasks import send_webhooks

    try:
        send_webhooks.apply_async(retry=False)
    except Exception:
        log.warning("The broker did not answer; the webhooks wait for the clock")


class Outcome(NamedTuple):
    """What came of one try."""

    code: int | None
    answer: str
    error: str
    milliseconds: int

    @property
    def is_good(self) -> bool:
        return self.code is not None and 200 <= self.code < 300


def send_due(limit: int = BATCH) -> int:
    """Send what is due and say how many tries were made. Safe to run twice: a claim holds for two minutes."""
    rows = _claim(limit)
    if not rows:
        return 0
    moment = clock.now()
    calls = [(row.webhook.url, row.body.encode(), headers_of(row, moment)) for row in rows]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda call: _try(*call), calls))
    _note(rows, outcomes)
    return len(rows)


def _claim(limit: int) -> list[WebhookDelivery]:
    moment = clock.now()
    with transaction.atomic():
        due = WebhookDelivery.objects.filter(
            status=WebhookDelivery.Status.WAITING, next_try_at__lte=moment, webhook__status=Webhook.Status.ACTIVE
        )
        rows = list(due.order_by("next_try_at", "id").select_for_update(skip_locked=True, of=("self",))[:limit])
        WebhookDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            next_try_at=moment + CLAIM, attempts=F("attempts") + 1
        )
    prefetch_related_objects(rows, "webhook")
    return rows


def headers_of(delivery: WebhookDelivery, moment: dt.datetime) -> dict[str, str]:
    """What goes along with a body: which event, which delivery, and the signatures at this moment."""
    stamp = int(moment.timestamp())
    webhook = delivery.webhook
    secrets = [webhook.secret]
    if webhook.old_secret and webhook.rotated_until and moment < webhook.rotated_until:
        secrets.append(webhook.old_secret)
    signed = ",".join(f"v1={signature(secret, stamp, delivery.body)}" for secret in secrets)
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Suite-Webhooks/1",
        "Suite-Event": delivery.event,
        "Suite-Delivery": str(delivery.key),
        "Suite-Signature": f"t={stamp},{signed}",
    }


def signature(secret: str, stamp: int, body: str) -> str:
    """HMAC-SHA256 over `<seconds since 1970>.<body>`, in hexadecimal digits."""
    return hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()


def _try(url: str, body: bytes, headers: dict[str, str]) -> Outcome:
    start = time.monotonic()
    try:
        answer = outgoing.post(url, body, headers)
    except (outgoing.NotReached, ValidationError) as error:
        told = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        return Outcome(None, "", told[:500], _since(start))
    error = "" if 200 <= answer.code < 300 else f"HTTP {answer.code}"
    return Outcome(answer.code, answer.text[:2000], error, _since(start))


def _since(start: float) -> int:
    return int((time.monotonic() - start) * 1000)


def _note(rows: Sequence[WebhookDelivery], outcomes: Sequence[Outcome]) -> None:
    """Write down what came of tries; an address that fails again and again is paused, and its owner told."""
    moment = clock.now()
    with transaction.atomic():
        locked = Webhook.objects.order_by("pk").select_for_update().filter(pk__in={row.webhook_id for row in rows})
        webhooks = {webhook.pk: webhook for webhook in locked}
        for row, outcome in zip(rows, outcomes, strict=True):
            row.code, row.answer, row.error, row.milliseconds = outcome
            row.attempts += 1
            webhook = webhooks.get(row.webhook_id)
            if outcome.is_good:
                row.status, row.ended_at = WebhookDelivery.Status.DELIVERED, moment
            elif row.attempts > len(WAITS):
                row.status, row.ended_at = WebhookDelivery.Status.GIVEN_UP, moment
            else:
                row.next_try_at = moment + WAITS[row.attempts - 1]
            if webhook:
                webhook.failures = 0 if outcome.is_good else webhook.failures + 1
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
