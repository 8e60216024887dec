"""What keeps the pages for strangers from being hammered; a cache that is down stops nobody."""

from __future__ import annotations

import logging

from django.core.cache import cache

from suite.core import clock

log = logging.getLogger(__name__)

WINDOW = 600  # seconds in which so many may come


def too_many(*counted: tuple[str, int]) -> bool:
    """Whether one of these (what, how many) came more often than so within the window; counts this one."""
    window = int(clock.now().timestamp() // WINDOW)
    try:
        return any(_counted(f"{what}:{window}") > most for what, most in counted)
    except Exception:
        log.warning("The cache did not answer; who comes to pages for strangers is not counted")
        return False


def _counted(key: str) -> int:
    cache.add(key, 0, WINDOW * 2)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out a moment ago
        return 1
