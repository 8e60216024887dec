"""How often one client may ask."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

log = logging.getLogger(__name__)


class ClientThrottle(BaseThrottle):
    """So many requests a minute per token or user (`API_RATE`, 0: no limit); a cache that is down stops nobody."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if not settings.API_RATE:
            return True
        minute = int(time.time() // 60)
        try:
            return self._count(f"api-rate:{client_of(request)}:{minute}") <= settings.API_RATE
        except Exception:
            log.warning("The cache did not answer; requests are not counted")
            return True

    def _count(self, key: str) -> int:
        try:
            return cache.incr(key)
        except ValueError:
            cache.add(key, 0, 120)
            return cache.incr(key)

    def wait(self) -> float:
        return 60 - time.time() % 60


def client_of(request: Request) -> str:
    """Who calls, as throttling and idempotency know them."""
    return f"token:{request.auth.pk}" if request.auth else f"user:{request.user.pk}"
