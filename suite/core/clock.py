"""The only clock: UTC in rows, business dates in the company's zone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone

if TYPE_CHECKING:
    from suite.core.models import Company


def now() -> dt.datetime:
    """This instant, aware, UTC."""
    return timezone.now()


def today(company: Company) -> dt.date:
    """The business date: what the calendar on the company's wall shows."""
    return now().astimezone(ZoneInfo(company.time_zone)).date()


def day_starts(company: Company, day: dt.date) -> dt.datetime:
    """The instant at which `day` begins for the company."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=ZoneInfo(company.time_zone))
