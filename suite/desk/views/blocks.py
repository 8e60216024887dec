"""What the desk's own blocks of the workbench show."""

from __future__ import annotations

import datetime as dt
from typing import Any

from suite.core import clock
from suite.core.access import Actor
from suite.desk.lists.kept import capped, count_text
from suite.desk.lists.spec import open_spec
from suite.desk.lists.state import ListState
from suite.desk.models import Task
from suite.desk.services import first_steps, notifications, saved_views

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
    rows = list(notifications.inbox(actor).filter(notifications.latest(actor), read_at=None)[:8])
    before = notifications.earlier(actor, rows)
    return {"notifications": [(row, sum(not each.read_at for each in before.get(row.pk, ()))) for row in rows]}


def my_views(actor: Actor) -> dict[str, Any]:
    """The views that are kept in the menu, each with its count: one statement beside those that name what is picked."""
    views = {view.pk: view for view in saved_views.offered(actor).filter(is_pinned=True)[: saved_views.MOST_PINNED]}
    specs = {pk: spec for pk, view in views.items() if (spec := open_spec(view.list_key, actor))}
    counts = capped([ListState(spec, actor, views[pk].params).rows for pk, spec in specs.items()])
    tiles = [
        {"name": views[pk].name, "list": spec.heading, "url": f"{spec.address}?view={pk}", "count": count_text(count)}
        for (pk, spec), count in zip(specs.items(), counts, strict=True)
    ]
    return {"tiles": tiles}


def my_first_steps(actor: Actor) -> dict[str, Any]:
    """The list of the actor's role, ticked as far as it is done."""
    steps = first_steps.look(actor)
    return {"steps": steps, "done": sum(done for _step, done in steps), "total": len(steps)}
