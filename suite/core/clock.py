"""The only clock: UTC in rows, business dates in the company's zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone

if TYPE_CHECKING:
    from suite.core.models import Company


_set_to: ContextVar[dt.datetime | None] = ContextVar("clock", default=None)


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Live through history: inside, it is `moment` for every service; only the audit trail tells the real time."""
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)


def now() -> dt.datetime:
    """This instant, aware, UTC."""
    return _set_to.get() or timezone.now()


def today(company: Company) -> dt.date:
    """The business date: what the calendar on the company's wall shows."""
    return now().astimezone(ZoneInfo(company.time_zone)).date()


def day_starts(company: Company, day: dt.date) -> dt.datetime:
    """The instant at which `day` begins for the company."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=ZoneInfo(company.time_zone))
