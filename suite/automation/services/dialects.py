"""How each kind of receiver wants to be told: other systems in our own JSON, groups by the robots of their platform.

Signatures and bodies of the robots: DingtalkChatbot 1.5.7, electricbubble/feishu-bot-api, and the platforms' pages on
custom robots of WeCom (no signature, the key in the address is the secret; 20 messages a minute).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.utils import translation

from suite.automation.models import Webhook, WebhookDelivery
from suite.desk import documents, events
from suite.desk.services.notifications import absolute

LONGEST = 500  # characters of a message; WeCom takes 2,048 bytes


class Happened(NamedTuple):
    """An event as receivers are told of it."""

    event: str
    key: str
    at: dt.datetime
    kind: str
    object_id: int
    payload: Mapping[str, Any]


class Call(NamedTuple):
    """A delivery on its way: everything that depends on the moment is in it."""

    url: str
    body: bytes
    headers: dict[str, str]


class Dialect(NamedTuple):
    """What is written when something happens, how it is sent, and whether an answer of 2xx means that it was heard."""

    write: Callable[[WebhookDelivery, Happened], Any]
    call: Callable[[WebhookDelivery, int], Call]
    heard: Callable[[str], bool]


def signature(secret: str, stamp: int, body: str) -> str:
    """HMAC-SHA256 over `<seconds since 1970>.<body>`, in hexadecimal digits."""
    return hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()


def dingtalk_sign(secret: str, milliseconds: int) -> str:
    """钉钉加签: the secret is the key, stamp and secret are the message."""
    return _base64(secret, f"{milliseconds}\n{secret}")


def feishu_sign(secret: str, seconds: int) -> str:
    """飞书签名校验: stamp and secret are the key, the message is empty."""
    return _base64(f"{seconds}\n{secret}", "")


def _base64(key: str, message: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()).decode()


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
    return _json(webhook.url, delivery.body, ours | {"Suite-Signature": f"t={stamp},{signed}"})


def _to_wecom(delivery: WebhookDelivery, stamp: int) -> Call:
    return _json(delivery.webhook.url, delivery.body)


def _to_dingtalk(delivery: WebhookDelivery, stamp: int) -> Call:
    url, secret = delivery.webhook.url, delivery.webhook.secret
    if secret:
        signed = urlencode({"timestamp": stamp * 1000, "sign": dingtalk_sign(secret, stamp * 1000)})
        url = f"{url}{'&' if '?' in url else '?'}{signed}"
    return _json(url, delivery.body)


def _to_feishu(delivery: WebhookDelivery, stamp: int) -> Call:
    body, secret = json.loads(delivery.body), delivery.webhook.secret
    if secret:
        body |= {"timestamp": str(stamp), "sign": feishu_sign(secret, stamp)}
    return _json(delivery.webhook.url, json.dumps(body, ensure_ascii=False))


def _json(url: str, body: str, headers: Mapping[str, str] | None = None) -> Call:
    usual = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Suite-Webhooks/1"}
    return Call(url, body.encode(), usual | dict(headers or {}))


def _says_zero(*names: str) -> Callable[[str], bool]:
    """Robots answer 200 whatever happens; a code of zero means that the message is in the group."""

    def heard(answer: str) -> bool:
        try:
            told = json.loads(answer)
        except ValueError:
            return False
        return isinstance(told, dict) and any(told.get(name) == 0 for name in names)

    return heard


def _text(delivery: WebhookDelivery, happened: Happened) -> Any:
    return {"msgtype": "text", "text": {"content": sentence(delivery.webhook, happened)}}


def _text_of_feishu(delivery: WebhookDelivery, happened: Happened) -> Any:
    return {"msg_type": "text", "content": {"text": sentence(delivery.webhook, happened)}}


DIALECTS: dict[str, Dialect] = {
    Webhook.Kind.SYSTEM: Dialect(_record, _signed, lambda answer: True),
    Webhook.Kind.WECOM: Dialect(_text, _to_wecom, _says_zero("errcode")),
    Webhook.Kind.DINGTALK: Dialect(_text, _to_dingtalk, _says_zero("errcode")),
    Webhook.Kind.FEISHU: Dialect(_text_of_feishu, _to_feishu, _says_zero("code", "StatusCode")),
}
