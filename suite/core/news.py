"""What changed just now, by whom, and who is editing what: kept in the cache for pages that stand open.

Open pages ask every few seconds, so the answer costs no statement. Losing the cache loses a hint, never data.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction

log = logging.getLogger(__name__)

KEPT = 24 * 3600  # seconds a page may have stood open and still learn of a change
AT_MOST = 200  # records told apart in one act; beyond it only lists learn of the change
GONE_AFTER = 12.0  # seconds without a sign from somebody who edits

Change = tuple[float, int | None]  # when, and the user
Key = tuple[str, int]  # kind and key of a record; key 0 is every record of the kind


def changed(company_id: int, user_id: int | None, records: Collection[Key]) -> None:
    """Tell open pages, after the commit, that somebody changed these records."""
    if records:
        transaction.on_commit(partial(_tell, company_id, user_id, frozenset(records)))


def _tell(company_id: int, user_id: int | None, records: frozenset[Key]) -> None:
    told = {*((kind, 0) for kind, _pk in records), *(records if len(records) <= AT_MOST else ())}
    change: Change = (time.time(), user_id)
    _quietly(cache.set_many, {_changed_key(company_id, each): change for each in told}, KEPT)


def last_change(company_id: int, record: Key) -> Change | None:
    """When a record changed last and by whom, if that was within a day."""
    return _quietly(cache.get, _changed_key(company_id, record))


def editors(company_id: int, record: Key, *, but: int) -> dict[int, float]:
    """Who is editing a record, other than `but`, and since when."""
    return {user: since for user, (since, _seen) in _present(company_id, record).items() if user != but}


def editing(company_id: int, record: Key, user_id: int) -> None:
    """Note that somebody is editing a record; to be said again before `GONE_AFTER` seconds have passed."""
    present, now = _present(company_id, record), time.time()
    since, _seen = present.get(user_id, (now, now))
    _quietly(cache.set, _editing_key(company_id, record), {**present, user_id: (since, now)}, int(GONE_AFTER) + 1)


def _present(company_id: int, record: Key) -> dict[int, tuple[float, float]]:
    known = _quietly(cache.get, _editing_key(company_id, record)) or {}
    return {user: span for user, span in known.items() if time.time() - span[1] < GONE_AFTER}


def _changed_key(company_id: int, record: Key) -> str:
    return f"changed:{company_id}:{record[0]}:{record[1]}"


def _editing_key(company_id: int, record: Key) -> str:
    return f"editing:{company_id}:{record[0]}:{record[1]}"


def _quietly(do: Callable[..., Any], *args: Any) -> Any:
    """What the cache answers; nothing when it does not."""
    try:
        return do(*args)
    except Exception:
        log.warning("The cache did not answer; open pages learn of nothing")
        return None
