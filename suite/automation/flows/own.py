"""What flows know of the desk's tasks, and the flow on them that comes with the house."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.automation import subjects
from suite.automation.services.flows import ship
from suite.automation.subjects import DateFact, Word
from suite.core.said import again
from suite.desk.lists import BoolFilter
from suite.desk.views.todos import TaskList


def connect() -> None:
    """Called once, when the project starts."""
    subjects.register(
        TaskList,
        announces=("desk.task",),
        facts=(BoolFilter("assigned", _("Has an owner"), condition=Q(owner__isnull=False)),),
        dates={"due": DateFact(_("Due"), "due_at"), "created": DateFact(_("Created"), "created_at")},
        words={
            "title": Word(_("Task"), lambda task: again(task.title)),
            "owner": Word(_("Owner"), lambda task: task.owner or ""),
            "about": Word(_("About"), lambda task: again(task.subject_label)),
            "due": Word(_("Due"), lambda task: task.due_at),
        },
        acts=("complete", "snooze", "reassign", "cancel"),
        related=("owner",),
    )
    ship(
        "overdue-task",
        _("A task a day overdue: tell the manager"),
        "desk.task",
        {
            "id": "start",
            "kind": "start",
            "params": {"on": "date", "date": "due", "number": 24, "unit": "hours", "side": "after", "again": "each"},
            "when": {"match": "all", "groups": [{"match": "all", "params": {"status": "open"}}]},
        },
        {
            "id": "n1",
            "kind": "notice",
            "params": {"who": "manager", "text": _("Overdue in your team: {title} ({owner})"), "urgent": True},
        },
    )
