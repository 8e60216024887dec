"""Sending what waits in rows, by whatever way: claimed by one worker at a time, tried again, given up.

The row is the queue. A claim holds for a while, so that a worker that dies lets go of what it had: at least once, and
each way of sending carries a key by which the other side drops a second copy.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Model, Q, prefetch_related_objects

from suite.core import bulk, clock

log = logging.getLogger(__name__)

M = TypeVar("M", bound=Model)

# Between the tries of a mail.
MAIL_WAITS = tuple(dt.timedelta(seconds=each) for each in (60, 120, 240, 480, 960, 1920, 3600))


@dataclass(frozen=True)
class Queue(Generic[M]):
    """The rows of a table that are to go out; they have `attempts`, `next_try_at`, `error` and a state.

    After each try that fails the next of `waits` passes; after the last one a row is given up.
    """

    model: type[M]
    waits: Sequence[dt.timedelta] = MAIL_WAITS
    held: dt.timedelta = dt.timedelta(minutes=5)  # a claim: what is not noted by then is tried again
    state: str = "state"
    waiting: str = "queued"
    sent: str = "sent"
    given_up: str = "failed"

    def claim(self, limit: int, due: Q | None = None, **stamp: Any) -> list[M]:
        """Take rows that are due, each by one worker; `due` narrows them, `stamp` is written along."""
        moment = clock.now()
        rows_of: Any = self.model._default_manager
        with transaction.atomic():
            found = rows_of.filter(due or Q(), **{self.state: self.waiting, "next_try_at__lte": moment})
            locked = found.order_by("next_try_at", "id").select_for_update(skip_locked=True, of=("self",))
            rows: list[M] = list(locked[:limit])
            rows_of.filter(pk__in=[row.pk for row in rows]).update(
                next_try_at=moment + self.held, attempts=F("attempts") + 1, **stamp
            )
        for row in rows:
            row.attempts += 1  # type: ignore[attr-defined]
        return rows

    def settle(self, rows: Sequence[M], errors: Sequence[str]) -> None:
        """Say of claimed rows what came of the try: blank for what went out; writes nothing yet."""
        for row, error in zip(rows, errors, strict=True):
            attempts, row.error = row.attempts, error  # type: ignore[attr-defined]
            if not error:
                setattr(row, self.state, self.sent)
            elif attempts > len(self.waits):
                setattr(row, self.state, self.given_up)
            else:
                row.next_try_at = clock.now() + self.waits[attempts - 1]  # type: ignore[attr-defined]

    def mail(self, limit: int, write: Callable[[M], EmailMessage], *related: str) -> int:
        """Send what is due as the mails that `write` makes of rows, which have `related`; says how many went out.

        At least once: a worker that dies between sending and writing it down sends again, so each mail has a
        Message-ID of its row, by which mailboxes drop the second copy.
        """
        rows = self.claim(limit)
        if not rows:
            return 0
        prefetch_related_objects(rows, *related)
        with get_connection() as connection:
            return sum(self._mail(row, write, connection) for row in rows)

    def _mail(self, row: M, write: Callable[[M], EmailMessage], connection: Any) -> bool:
        error = ""
        try:
            message = write(row)
            message.connection = connection
            message.send()
        except Exception as fault:
            log.warning("%s %s was not sent: %s", self.model.__name__, row.pk, fault)
            error = told(fault)
        self.note([row], [error])
        return not error

    def note(self, rows: Sequence[M], errors: Sequence[str]) -> None:
        """Write down what came of the try."""
        self.settle(rows, errors)
        bulk.update(rows, self.state, "next_try_at", "error")


def told(error: Exception) -> str:
    """A fault in a line, for the row."""
    return f"{type(error).__name__}: {error}"[:2000]
