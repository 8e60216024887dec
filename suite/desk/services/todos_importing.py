"""Tasks out of sheets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from suite.core.access import Actor
from suite.desk.imports import Batch, Field, Saved
from suite.desk.models import Task
from suite.desk.services import todos
from suite.desk.services.todos import NewTask

FIELDS = (
    Field("title", gettext_lazy("Task"), required=True, aliases=("待办事项", "title"), example="Call back"),
    Field("due_at", gettext_lazy("Due"), "datetime", aliases=("到期时间", "due date"), example="2026-12-01 10:00"),
    Field("owner_id", gettext_lazy("Owner"), "ref", ref="user", aliases=("owner", "负责人")),
    Field("note", gettext_lazy("Note"), max_length=5000, aliases=("备注",)),
)
LEFT_OUT = (
    gettext_lazy("About"),
    gettext_lazy("Status"),
    pgettext_lazy("moment", "Created"),
    pgettext_lazy("moment", "Done"),
)


def save(*, actor: Actor, batch: Batch, key: str = "", update: bool = True) -> Saved:
    """Make the tasks of a batch; who is given some is told once of each."""
    made = todos.create(tasks=[NewTask(**row) for row in batch.dicts()], actor=actor)
    return Saved(made=[task.pk for task in made])


def undo(*, actor: Actor, made: Collection[int], changed: Mapping[int, Any]) -> dict[int, str]:
    """Give the tasks up again; what was done since stays done and is named."""
    open_ones = set(
        Task.objects.of(actor.company_id).filter(pk__in=made, status=Task.Status.OPEN).values_list("pk", flat=True)
    )
    todos.cancel(pks=open_ones, actor=actor)
    return {pk: _("is closed already") for pk in made if pk not in open_ones}
