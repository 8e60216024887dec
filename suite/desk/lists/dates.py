"""Days as an address names them: `2026-11-21`, or words such as `last_month`, so that a kept view stays right."""

from __future__ import annotations

import datetime as dt

from django.db.models import Func, Q
from django.db.models.lookups import GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from suite.core import clock
from suite.core.models import Company

Text = str | Promise
Span = tuple[dt.date | None, dt.date | None]
SIGNS = {"gte": GreaterThanOrEqual, "lt": LessThan, "lte": LessThanOrEqual}


class Unclear(ValueError):
    """A parameter that says nothing we understand."""


WORDS: list[tuple[str, Text]] = [
    ("today", gettext_lazy("Today")),
    ("yesterday", gettext_lazy("Yesterday")),
    ("tomorrow", gettext_lazy("Tomorrow")),
    ("this_week", gettext_lazy("This week")),
    ("last_week", gettext_lazy("Last week")),
    ("next_week", gettext_lazy("Next week")),
    ("next_7_days", gettext_lazy("Next 7 days")),
    ("next_30_days", gettext_lazy("Next 30 days")),
    ("last_7_days", gettext_lazy("Last 7 days")),
    ("last_30_days", gettext_lazy("Last 30 days")),
    ("last_90_days", gettext_lazy("Last 90 days")),
    ("this_month", gettext_lazy("This month")),
    ("last_month", gettext_lazy("Last month")),
    ("next_month", gettext_lazy("Next month")),
    ("this_quarter", gettext_lazy("This quarter")),
    ("last_quarter", gettext_lazy("Last quarter")),
    ("this_year", gettext_lazy("This year")),
    ("last_year", gettext_lazy("Last year")),
    ("before_today", gettext_lazy("Before today")),
    ("after_today", gettext_lazy("After today")),
]
NONE: tuple[str, Text] = ("none", gettext_lazy("No date"))


def span(word: str, today: dt.date) -> Span:
    """First and last day of a relative word or an ISO date; weeks start on Monday. Raises Unclear."""
    day, monday, month = dt.timedelta(days=1), today - dt.timedelta(days=today.weekday()), today.replace(day=1)
    quarter = months_on(month, -((today.month - 1) % 3))
    spans: dict[str, Span] = {
        "today": (today, today),
        "yesterday": (today - day, today - day),
        "tomorrow": (today + day, today + day),
        "this_week": (monday, monday + 6 * day),
        "last_week": (monday - 7 * day, monday - day),
        "next_week": (monday + 7 * day, monday + 13 * day),
        "next_7_days": (today, today + 7 * day),
        "next_30_days": (today, today + 30 * day),
        "last_7_days": (today - 6 * day, today),
        "last_30_days": (today - 29 * day, today),
        "last_90_days": (today - 89 * day, today),
        "this_month": (month, months_on(month, 1) - day),
        "last_month": (months_on(month, -1), month - day),
        "next_month": (months_on(month, 1), months_on(month, 2) - day),
        "this_quarter": (quarter, months_on(quarter, 3) - day),
        "last_quarter": (months_on(quarter, -3), quarter - day),
        "this_year": (today.replace(month=1, day=1), today.replace(month=12, day=31)),
        "last_year": (dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31)),
        "before_today": (None, today - day),
        "after_today": (today + day, None),
    }
    return spans[word] if word in spans else (day_of(word),) * 2


def months_on(first: dt.date, months: int) -> dt.date:
    """The first day of the month so many months on."""
    number = first.year * 12 + first.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def within(at: str | Func, first: dt.date | None, last: dt.date | None, company: Company, *, moment: bool) -> Q:
    """From the first to the last day, both included; for instants the days of the company's calendar.

    `at` is the path of a date, or the expression that an index is made of; what has no date is not within.
    """
    if not moment:
        return (_compared(at, "gte", first) if first else Q()) & (_compared(at, "lte", last) if last else Q())
    condition = _compared(at, "gte", clock.day_starts(company, first)) if first else Q()
    if last:
        condition &= _compared(at, "lt", clock.day_starts(company, last + dt.timedelta(days=1)))
    return condition


def _compared(at: str | Func, sign: str, value: dt.date) -> Q:
    if isinstance(at, str):
        return Q(**{f"{at}__{sign}": value})
    return Q(IsNull(at, False), SIGNS[sign](at, value))  # else its opposite would be unknown where there is no date


def day_of(text: str) -> dt.date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        raise Unclear(text)
    return day
