"""The robots of group chats: how WeCom, DingTalk and Feishu want to be told something.

Signatures and bodies: DingtalkChatbot 1.5.7, electricbubble/feishu-bot-api, and the platforms' pages on custom robots
of WeCom (no signature, the key in the address is the secret; 20 messages a minute).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST = 500  # characters of a message; WeCom takes 2,048 bytes


class Platform(models.TextChoices):
    """Where a robot stands."""

    WECOM = "wecom", _("WeCom group robot")
    DINGTALK = "dingtalk", _("DingTalk group robot")
    FEISHU = "feishu", _("Feishu group robot")


class Call(NamedTuple):
    """A message on its way: everything that depends on the moment is in it."""

    url: str
    body: bytes
    headers: dict[str, str]


def dingtalk_sign(secret: str, milliseconds: int) -> str:
    """钉钉加签: the secret is the key, stamp and secret are the message."""
    return _base64(secret, f"{milliseconds}\n{secret}")


def feishu_sign(secret: str, seconds: int) -> str:
    """飞书签名校验: stamp and secret are the key, the message is empty."""
    return _base64(f"{seconds}\n{secret}", "")


def _base64(key: str, message: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()).decode()


def message(platform: str, sentence: str) -> dict[str, Any]:
    """What a platform takes as a plain sentence."""
    if platform == Platform.FEISHU:
        return {"msg_type": "text", "content": {"text": sentence}}
    return {"msgtype": "text", "text": {"content": sentence}}


def call(platform: str, url: str, secret: str, body: str, stamp: int) -> Call:
    """The message `body` for a robot, signed for this second where the robot has a secret."""
    if platform == Platform.DINGTALK and secret:
        signed = urlencode({"timestamp": stamp * 1000, "sign": dingtalk_sign(secret, stamp * 1000)})
        url = f"{url}{'&' if '?' in url else '?'}{signed}"
    elif platform == Platform.FEISHU and secret:
        told = json.loads(body) | {"timestamp": str(stamp), "sign": feishu_sign(secret, stamp)}
        body = json.dumps(told, ensure_ascii=False)
    return as_json(url, body)


def as_json(url: str, body: str, headers: Mapping[str, str] | None = None) -> Call:
    usual = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Suite-Webhooks/1"}
    return Call(url, body.encode(), usual | dict(headers or {}))


def heard(platform: str, answer: str) -> bool:
    """Whether the message is in the group: robots answer 200 whatever happens, and a code of zero when it is."""
    try:
        told = json.loads(answer)
    except ValueError:
        return False
    names = ("code", "StatusCode") if platform == Platform.FEISHU else ("errcode",)
    return isinstance(told, dict) and any(told.get(name) == 0 for name in names)


def shown(url: str) -> str:
    """What may be shown of a robot's address, which holds its key: the machine."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/…" if parts.netloc else ""
