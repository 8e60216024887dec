"""How many tasks were done on time, by person and week, out of the task table itself."""

import datetime as dt
from decimal import Decimal

from django.http import QueryDict

from suite.core import clock
from suite.desk.lists.state import ListState, explicit
from suite.desk.models import Task
from suite.desk.services import todos
from suite.desk.services.todos import NewTask
from suite.desk.views.todos import TaskList

DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 11, 18, 4, tzinfo=dt.UTC)  # a Wednesday


def test_the_share_done_on_time_per_person_and_week_equals_the_tasks_behind_it(rep):
    with clock.at(NOON - 3 * DAY):
        due = {
            "done": NOON - DAY, "too late": NOON - DAY, "not done": NOON - 2 * DAY, "given up": NOON - DAY,
            "to come": NOON + DAY, "undated": None,
        }  # fmt: skip
        todos.create(
            tasks=[NewTask(title=name, owner_id=rep.user_id, due_at=at) for name, at in due.items()], actor=rep
        )
        pks = {task.title: task.pk for task in Task.objects.of(rep.company_id)}
        todos.complete(pks=[pks["done"]], actor=rep)
        todos.cancel(pks=[pks["given up"]], actor=rep)
    with clock.at(NOON):
        todos.complete(pks=[pks["too late"]], actor=rep)

        pivot = ListState(TaskList(), rep, {"view": "timely"}).pivot
        cell = pivot.rows[0].cells[0]
        behind = ListState(TaskList(), rep, explicit(QueryDict(cell.url.partition("?")[2]))).rows

        assert [label for _key, label in pivot.heads] == ["2026-11-16"]
        assert (cell.value, cell.rows) == (Decimal("33.33"), 3)
        assert set(behind.values_list("pk", flat=True)) == {pks["done"], pks["too late"], pks["not done"]}
