"""Tasks by day: agenda, day, week, month; weeks start on Monday, days are the company's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from suite.core import clock
from suite.core.access import Actor
from suite.desk import planned
from suite.desk.lists.dates import Unclear, day_of
from suite.desk.models import Task
from suite.desk.planned import MOST, Planned

AGENDA = 14  # days


Entry = Task | Planned


@dataclass
class Day:
    """A day with its tasks and what else is planned, by the time of day."""

    date: dt.date
    is_today: bool = False
    is_outside: bool = False
    entries: list[Entry] = field(default_factory=list)


@dataclass
class Agenda:
    """A stretch of days, what is overdue before it, and what has no date."""

    kind: str
    date: dt.date
    days: list[Day]
    previous: dt.date
    next: dt.date
    overdue: list[Entry]
    undated: list[Entry]

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


def _when(entry: Entry) -> dt.datetime:
    return entry.at if isinstance(entry, Planned) else entry.due_at  # type: ignore[return-value]


def agenda_of(actor: Actor, rows: QuerySet[Task], whose: str, kind: str, date_text: str) -> Agenda:
    """The days around a date with the tasks in `rows`: three statements, and three for each other kind of entry."""
    today = clock.today(actor.company)
    try:
        date = day_of(date_text) if date_text else today
    except Unclear:
        date = today
    first, last, previous, following = stretch(kind, date)
    days = {
        (day := first + dt.timedelta(days=number)): Day(
            day, is_today=day == today, is_outside=kind == "month" and day.month != date.month
        )
        for number in range((last - first).days + 1)
    }
    begin, end = clock.day_starts(actor.company, first), clock.day_starts(actor.company, last + dt.timedelta(days=1))
    zone = ZoneInfo(actor.company.time_zone)
    due = rows.filter(due_at__gte=begin, due_at__lt=end).order_by("due_at", "id")[:MOST]
    for entry in sorted([*due, *planned.between(actor, whose, begin, end)], key=_when):
        days[_when(entry).astimezone(zone).date()].entries.append(entry)
    still_open, over = rows.filter(status=Task.Status.OPEN), min(begin, clock.now())
    late = still_open.filter(due_at__lt=over).order_by("due_at", "id")[:50]
    overdue = sorted([*late, *planned.between(actor, whose, None, over)], key=_when)[:50]
    undated = [*still_open.filter(due_at=None).order_by("-id")[:50], *planned.between(actor, whose, None, None)]
    return Agenda(kind, date, list(days.values()), previous, following, overdue, undated)
