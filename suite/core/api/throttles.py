"""How often one client may ask."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

log = logging.getLogger(__name__)


TELL_EVERY = 0.2  # seconds between two looks of a process at what the others have counted
MOST = 10_000  # clients a process remembers


@dataclass(slots=True)
class Tally:
    """The requests of a client in a minute: of all processes when last told, and of this one since."""

    minute: int
    told: int = 0
    untold: int = 0
    told_at: float = float("-inf")


_tallies: dict[str, Tally] = {}


class ClientThrottle(BaseThrottle):
    """So many requests a minute per token or user (`API_RATE`, 0: no limit); a cache that is down stops nobody."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if not settings.API_RATE:
            return True
        try:
            return self._count(client_of(request)) <= settings.API_RATE
        except Exception:
            log.warning("The cache did not answer; requests are not counted")
            return True

    def _count(self, client: str) -> int:
        """The cache costs as much as a statement: it is told from time to time."""
        minute, moment = int(time.time() // 60), time.monotonic()
        tally = _tallies.get(client)
        if tally is None or tally.minute != minute:
            if len(_tallies) >= MOST:
                _tallies.clear()
            tally = _tallies[client] = Tally(minute)
        tally.untold += 1
        if moment - tally.told_at > TELL_EVERY:
            tally.told_at = moment
            tally.told = self._tell(f"api-rate:{client}:{minute}", tally.untold)
            tally.untold = 0
        return tally.told + tally.untold

    def _tell(self, key: str, more: int) -> int:
        try:
            return cache.incr(key, more)
        except ValueError:
            cache.add(key, 0, 120)
            return cache.incr(key, more)

    def wait(self) -> float:
        return 60 - time.time() % 60


def client_of(request: Request) -> str:
    """Who calls, as throttling and idempotency know them."""
    return f"token:{request.auth.pk}" if request.auth else f"user:{request.user.pk}"
