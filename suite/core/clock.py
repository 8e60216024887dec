"""The only clock: UTC in rows, business dates in the company's zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from suite.core.models import Company


_set_to: ContextVar[dt.datetime | None] = ContextVar("clock", default=None)
_own_days: ContextVar[bool] = ContextVar("own_days", default=False)


@contextmanager
def at(moment: dt.datetime, *, own_days: bool = False) -> Iterator[None]:
    """Live through history: inside, it is `moment` for every service; only the audit trail tells the real time.

    With `own_days` many days are lived through at once: a paper that carries a date is booked on that day.
    """
    token, days = _set_to.set(moment), _own_days.set(own_days)
    try:
        yield
    finally:
        _set_to.reset(token)
        _own_days.reset(days)


def now() -> dt.datetime:
    """This instant, aware, UTC."""
    return _set_to.get() or dt.datetime.now(dt.UTC)


def today(company: Company) -> dt.date:
    """The business date: what the calendar on the company's wall shows."""
    return day_of(company, now())


def day_of(company: Company, moment: dt.datetime) -> dt.date:
    """The business date at an instant."""
    return moment.astimezone(ZoneInfo(company.time_zone)).date()


def lies_back(company: Company, day: dt.date) -> bool:
    """Whether something may stand behind `day` in the books already: while history is lived through, behind any."""
    return _set_to.get() is not None or day < today(company)


def days_are_own() -> bool:
    """Whether many days of history are lived through at once, so that instants say nothing about days."""
    return _own_days.get()


def booking_day(company: Company, own: dt.date) -> dt.date:
    """The day on which a paper with a date of its own is booked: today, unless days of history are lived through."""
    return own if days_are_own() else today(company)


def day_starts(company: Company, day: dt.date) -> dt.datetime:
    """The instant at which `day` begins for the company."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=ZoneInfo(company.time_zone))
