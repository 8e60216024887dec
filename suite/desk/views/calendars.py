"""Tasks by day: agenda, day, week, month; weeks start on Monday, days are the company's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from suite.core import clock
from suite.core.access import Actor
from suite.desk.lists.filters import Unclear, day_of
from suite.desk.models import Task

AGENDA = 14  # days
MOST = 500  # tasks on one page


@dataclass
class Day:
    """A day with its tasks."""

    date: dt.date
    is_today: bool = False
    is_outside: bool = False
    tasks: list[Task] = field(default_factory=list)


@dataclass
class Agenda:
    """A stretch of days, what is overdue before it, and what has no date."""

    kind: str
    date: dt.date
    days: list[Day]
    previous: dt.date
    next: dt.date
    overdue: list[Task]
    undated: list[Task]

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


def agenda_of(actor: Actor, rows: QuerySet[Task], kind: str, date_text: str) -> Agenda:
    """The days around a date with the tasks in `rows`: three statements."""
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
    for task in rows.filter(due_at__gte=begin, due_at__lt=end).order_by("due_at", "id")[:MOST]:
        days[task.due_at.astimezone(zone).date()].tasks.append(task)  # type: ignore[union-attr]
    still_open = rows.filter(status=Task.Status.OPEN)
    overdue = list(still_open.filter(due_at__lt=min(begin, clock.now())).order_by("due_at", "id")[:50])
    undated = list(still_open.filter(due_at=None).order_by("-id")[:50])
    return Agenda(kind, date, list(days.values()), previous, following, overdue, undated)
