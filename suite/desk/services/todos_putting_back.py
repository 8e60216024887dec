"""What many tasks held before an act changed them, and giving it back to them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import current_act, plain, service
from suite.desk import search
from suite.desk.models import Task
from suite.desk.services.todos import announce

COLUMNS = {"status": "status", "owner_id": "owner", "team_id": "team", "due_at": "due_at", "done_at": "done_at"}
REMINDERS = ("next_notice_at", "notified")  # they go along; the clock may have moved them since
MOMENTS = {"due_at", "done_at", "next_notice_at"}


def held(pks: Collection[int]) -> dict[int, dict[str, Any]]:
    """State, owner, due time and reminders of tasks as they are now; one statement."""
    rows = Task.objects.filter(pk__in=pks).values("pk", *COLUMNS, *REMINDERS)
    return {row.pop("pk"): {name: _written(value) for name, value in row.items()} for row in rows}


@service
def put_back(*, changed: Mapping[int, Mapping[str, Sequence[Any]]], actor: Actor, reason: str = "") -> int:
    """Give tasks back what they held before ({pk: {name: [before, after]}}); says how many got something back.

    What was changed once more since stays as it is, and nobody is told anew. A fixed number of statements, whatever
    their number.
    """
    given: list[Task] = []
    moved: dict[str, list[Task]] = defaultdict(list)
    for row in Task.objects.of(actor.company_id).lock(changed):
        pairs = {name: pair for name, pair in changed[row.pk].items() if name in COLUMNS}
        if not pairs or any(_written(getattr(row, name)) != after for name, (_before, after) in pairs.items()):
            continue
        current_act().audit(row, "undone", {COLUMNS[name]: (after, before) for name, (before, after) in pairs.items()})
        if "status" in pairs:
            moved[pairs["status"][0]].append(row)
        given.append(row)
    for status, rows in moved.items():
        Task.move_to(rows, status, done_at=clock.now() if status == Task.Status.DONE else None)
    for row in given:
        for name, (before, _after) in changed[row.pk].items():
            if name != "status" and name in (*COLUMNS, *REMINDERS):
                setattr(row, name, dt.datetime.fromisoformat(before) if before and name in MOMENTS else before)
        row.version, row.updated_at = row.version + 1, clock.now()
    bulk.update(given, "owner", "team", "due_at", "done_at", *REMINDERS, "version", "updated_at")
    for row in moved[Task.Status.OPEN]:
        announce(row, "reopened")
    search.index(given)
    return len(given)


def _written(value: Any) -> Any:
    """A value as it is kept until somebody takes the act back."""
    return value.isoformat() if isinstance(value, dt.datetime) else plain(value)
