"""Small settled rows that every act reads (settings, roles, terms, open periods) cost no statement in a hot path.

Each process keeps its own copy under a version key per company in the shared cache; who changes rows calls `forget`.
Copies are values, not rows to be saved: read what you need, write through the models.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import transaction

log = logging.getLogger(__name__)

T = TypeVar("T")

LIFETIME = 60.0  # seconds a copy is trusted when rows were changed behind the services' back
LOOK_EVERY = 0.2  # seconds between two looks of a process at the version of a company

ALL = 0  # in place of a company: rows that all companies share

_versions: dict[int, tuple[Any, float]] = {}
_copies: dict[tuple[int, str], tuple[Any, float, Any]] = {}


def rows(company_id: int, name: str, load: Callable[[int], T]) -> T:
    """What `load(company_id)` returns, from the process's copy while it is good. `name` is "area.rows"."""
    version, key, moment = _version(company_id), (company_id, name), time.monotonic()
    known = _copies.get(key)
    if known and known[0] == version and moment - known[1] < LIFETIME:
        return known[2]
    value = load(company_id)
    _copies[key] = (version, moment, value)
    return value


def forget(company_id: int) -> None:
    """Have every process read the company's settled rows anew, now and again after the commit.

    Again, because another process may read the old rows between this call and the commit.
    """
    _renew(company_id)
    transaction.on_commit(partial(_renew, company_id))


def _renew(company_id: int) -> None:
    version = secrets.token_hex(8)
    _versions[company_id] = (version, time.monotonic())
    try:
        cache.set(_key(company_id), version, None)
    except Exception:
        log.warning("The cache did not answer; other processes learn of a change after %s seconds", LIFETIME)


def _version(company_id: int) -> Any:
    known, moment = _versions.get(company_id), time.monotonic()
    if known and moment - known[1] < LOOK_EVERY:
        return known[0]
    try:
        version = cache.get(_key(company_id))
    except Exception:
        log.warning("The cache did not answer; copies are read anew after %s seconds", LIFETIME)
        version = known and known[0]
    _versions[company_id] = (version, moment)
    return version


def _key(company_id: int) -> str:
    return f"rows:{company_id}"
