"""What the desk's own blocks of the workbench show."""

from __future__ import annotations

import datetime as dt
from typing import Any

from suite.core import clock
from suite.core.access import Actor
from suite.desk.models import Task
from suite.desk.services import notifications

SHOWN = 15
UNDATED = 5


def my_tasks(actor: Actor) -> dict[str, Any]:
    """Overdue, today, upcoming, and what has no date: two statements."""
    moment = clock.now()
    today = clock.today(actor.company)
    tomorrow = clock.day_starts(actor.company, today + dt.timedelta(days=1))
    mine = Task.objects.visible_to(actor).filter(owner=actor.user_id, status=Task.Status.OPEN)
    rows = list(mine.filter(due_at__isnull=False).order_by("due_at", "id")[: SHOWN + 1])
    undated = list(mine.filter(due_at=None).order_by("-id")[: UNDATED + 1])
    groups: dict[str, list[Task]] = {"overdue": [], "today": [], "upcoming": []}
    for row in rows[:SHOWN]:
        assert row.due_at is not None
        groups["overdue" if row.due_at < moment else "today" if row.due_at < tomorrow else "upcoming"].append(row)
    more = len(rows) > SHOWN or len(undated) > UNDATED
    return {**groups, "undated": undated[:UNDATED], "more": more, "any": bool(rows or undated)}


def my_notifications(actor: Actor) -> dict[str, Any]:
    return {"notifications": list(notifications.inbox(actor).filter(read_at=None)[:8])}
