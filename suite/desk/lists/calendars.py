"""Days side by side: agenda, day, week, month; weeks start on Monday, days are the company's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from suite.core import clock
from suite.core.calendar import Known, is_working_day
from suite.core.calendar import days as company_days
from suite.core.models import Company
from suite.desk.lists.dates import Unclear, day_of
from suite.desk.lists.filters import DateFilter
from suite.desk.lists.kept import KeptViews

if TYPE_CHECKING:
    from suite.desk.lists.state import ListState

AGENDA = 14  # days
MOST = 500  # entries on one page
SPANS = ("month", "week", "day", "agenda")


@dataclass(frozen=True)
class Entry:
    """Something on a day, or at a time of it; `row` is what a template of its own draws."""

    at: dt.date | dt.datetime | None
    title: Any
    about: Any = ""
    url: Any = ""
    icon: str = ""
    is_overdue: bool = False
    row: Any = None
    pk: int | None = None  # of what may be put on another day

    @property
    def is_timed(self) -> bool:
        return isinstance(self.at, dt.datetime)


@dataclass
class Day:
    """A day with what stands on it, by the time of day."""

    date: dt.date
    is_today: bool = False
    is_outside: bool = False
    is_free: bool = False
    known: Known | None = None  # what the calendar of the company says of it
    entries: list[Entry] = field(default_factory=list)


@dataclass
class Calendar:
    """A stretch of days."""

    kind: str
    date: dt.date
    days: list[Day]
    previous: dt.date
    next: dt.date
    is_full: bool = False  # there is more than is shown

    @property
    def weeks(self) -> list[list[Day]]:
        return [self.days[start : start + 7] for start in range(0, len(self.days), 7)]


def stretch(kind: str, date: dt.date) -> tuple[dt.date, dt.date, dt.date, dt.date]:
    """First and last day to show, and the dates one step back and ahead."""
    if kind == "month":
        first = date.replace(day=1)
        after = (first + dt.timedelta(days=32)).replace(day=1)
        begin = first - dt.timedelta(days=first.weekday())
        last = after - dt.timedelta(days=1)
        return begin, last + dt.timedelta(days=6 - last.weekday()), (first - dt.timedelta(days=1)).replace(day=1), after
    days = {"day": 1, "week": 7}.get(kind, AGENDA)
    begin = date - dt.timedelta(days=date.weekday()) if kind == "week" else date
    step = dt.timedelta(days=days)
    return begin, begin + step - dt.timedelta(days=1), begin - step, begin + step


def calendar_of(
    company: Company, kind: str, date_text: str, between: Callable[[dt.date, dt.date], Iterable[Entry]]
) -> Calendar:
    """The days around a date (today when the text is none), with what `between` the first and the last is found."""
    today, known = clock.today(company), company_days(company)
    try:
        date = day_of(date_text) if date_text else today
    except Unclear:
        date = today
    first, last, previous, following = stretch(kind, date)
    days = {
        (day := first + dt.timedelta(days=number)): Day(
            day,
            is_today=day == today,
            is_outside=kind == "month" and day.month != date.month,
            is_free=not is_working_day(company, day),
            known=known.get(day),
        )
        for number in range((last - first).days + 1)
    }
    zone = ZoneInfo(company.time_zone)
    entries = list(between(first, last))
    for entry in entries:
        on = entry.at.astimezone(zone).date() if isinstance(entry.at, dt.datetime) else entry.at
        if on in days:
            days[on].entries.append(entry)
    return Calendar(kind, date, list(days.values()), previous, following, is_full=len(entries) >= MOST)


def dates_of(state: KeptViews) -> list[DateFilter]:
    """The filters by whose field the list can be a calendar."""
    return [each for each in state.filters if isinstance(each, DateFilter) and each.name in state.spec.calendars]


def with_movable(rows: QuerySet[Any], changeable: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with `is_movable`: whether they are among those that may be changed."""
    return rows.annotate(is_movable=Exists(changeable.filter(pk=OuterRef("pk"))))


def calendar_for(state: ListState, by: DateFilter) -> Calendar:
    """The rows of a list by one of its dates: one statement, beside those the list makes for its columns."""
    company, title = state.actor.company, state.title_column
    about = [column for column in state.columns if column is not title and column.card == "side"][:2]

    def between(first: dt.date, last: dt.date) -> Iterable[Entry]:
        found = by.between(first, last, company, state.spec.model)
        edit = state.moving and state.moving.edit
        shown = with_movable(state.shown_rows, state.changeable(edit)) if edit else state.shown_rows
        keys = state.rows.filter(found).order_by(by.stands, "pk").values("pk")[:MOST]
        rows = list(shown.filter(pk__in=keys).order_by(by.stands, "pk"))  # what is joined is joined to these few
        state.complete(rows)
        for row in rows:
            at = next((at for path in by.paths if (at := _at(row, path))), None)
            # Called by the template: a full month shows four of the entries of a day.
            yield Entry(
                at,
                partial(title.html, row),
                lambda row=row: [column.html(row) for column in about],
                partial(state.spec.url, row),
                pk=row.pk if edit and row.is_movable else None,
            )

    return calendar_of(company, state.span, state.params.get("on", ""), between)


def _at(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row
