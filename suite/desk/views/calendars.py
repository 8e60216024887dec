"""The calendar of what somebody has to do: tasks, and what areas plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from suite.core import clock
from suite.core.access import Actor
from suite.desk import planned
from suite.desk.lists.calendars import MOST, Calendar, Entry, calendar_of, with_movable
from suite.desk.models import Task


@dataclass
class Agenda:
    """A calendar, what is overdue before it, and what has no date."""

    calendar: Calendar
    overdue: list[Entry]
    undated: list[Entry]


def agenda_of(actor: Actor, rows: QuerySet[Task], whose: str, kind: str, date_text: str) -> Agenda:
    """The days around a date with the tasks in `rows`: three statements, and three for each other kind of entry."""
    rows = with_movable(rows, Task.objects.visible_to(actor, "desk.change_task"))

    def entries(tasks: Iterable[Task], begin: dt.datetime | None, end: dt.datetime | None) -> list[Entry]:
        found = [
            Entry(
                task.due_at, task.title, row=task, is_overdue=task.is_overdue, pk=task.pk if task.is_movable else None
            )
            for task in tasks
        ]
        found += [
            Entry(each.at, each.title, each.about, each.url, each.icon, each.is_overdue)
            for each in planned.between(actor, whose, begin, end)
        ]
        return sorted(found, key=lambda entry: entry.at) if end else found  # type: ignore[arg-type, return-value]

    def between(first: dt.date, last: dt.date) -> list[Entry]:
        begin, end = (clock.day_starts(actor.company, day) for day in (first, last + dt.timedelta(days=1)))
        return entries(rows.filter(due_at__gte=begin, due_at__lt=end).order_by("due_at", "id")[:MOST], begin, end)

    calendar = calendar_of(actor.company, kind, date_text, between)
    over = min(clock.day_starts(actor.company, calendar.days[0].date), clock.now())
    still_open = rows.filter(status=Task.Status.OPEN)
    late = entries(still_open.filter(due_at__lt=over).order_by("due_at", "id")[:50], None, over)[:50]
    return Agenda(calendar, late, entries(still_open.filter(due_at=None).order_by("-id")[:50], None, None))
