"""How each kind of receiver wants to be told: other systems in our own JSON, groups by the robots of their platform."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation

from suite.automation.models import Webhook, WebhookDelivery
from suite.core import robots
from suite.core.robots import LONGEST, Call
from suite.desk import documents, events
from suite.desk.services.notifications import absolute


class Happened(NamedTuple):
    """An event as receivers are told of it."""

    event: str
    key: str
    at: dt.datetime
    kind: str
    object_id: int
    payload: Mapping[str, Any]


class Dialect(NamedTuple):
    """What is written when something happens, how it is sent, and whether an answer of 2xx means that it was heard."""

    write: Callable[[WebhookDelivery, Happened], Any]
    call: Callable[[WebhookDelivery, int], Call]
    heard: Callable[[str], bool]


def signature(secret: str, stamp: int, body: str) -> str:
    """HMAC-SHA256 over `<seconds since 1970>.<body>`, in hexadecimal digits."""
    return hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()


def _record(delivery: WebhookDelivery, happened: Happened) -> dict[str, Any]:
    return {
        "id": str(delivery.key),
        "event": happened.event,
        "company": delivery.webhook.company.code,
        "happened_at": happened.at.isoformat(),
        "kind": happened.kind,
        "object_id": happened.object_id,
        "payload": happened.payload,
    }


def sentence(webhook: Webhook, happened: Happened) -> str:
    """What a group reads, in the language of whoever set up the robot: what happened to what, and where it is."""
    language = webhook.owner.language if webhook.owner else settings.LANGUAGE_CODE
    with translation.override(language):
        said = happened.payload.get("text") or f"{events.label_of(happened.event)} {happened.payload.get('number', '')}"
    link = absolute(documents.url_of(happened.kind, happened.object_id))
    return f"{said.strip()[:LONGEST]}\n{link}" if link else said.strip()[:LONGEST]


def _signed(delivery: WebhookDelivery, stamp: int) -> Call:
    webhook = delivery.webhook
    secrets = [webhook.secret]
    if webhook.old_secret and webhook.rotated_until and stamp < webhook.rotated_until.timestamp():
        secrets.append(webhook.old_secret)
    signed = ",".join(f"v1={signature(secret, stamp, delivery.body)}" for secret in secrets)
    ours = {"Suite-Event": delivery.event, "Suite-Delivery": str(delivery.key)}
    return robots.as_json(webhook.url, delivery.body, ours | {"Suite-Signature": f"t={stamp},{signed}"})


def _to_robot(delivery: WebhookDelivery, stamp: int) -> Call:
    webhook = delivery.webhook
    return robots.call(webhook.kind, webhook.url, webhook.secret, delivery.body, stamp)


def _text(delivery: WebhookDelivery, happened: Happened) -> Any:
    return robots.message(delivery.webhook.kind, sentence(delivery.webhook, happened))


DIALECTS: dict[str, Dialect] = {Webhook.Kind.SYSTEM: Dialect(_record, _signed, lambda answer: True)} | {
    platform: Dialect(_text, _to_robot, partial(robots.heard, platform)) for platform in robots.Platform.values
}
