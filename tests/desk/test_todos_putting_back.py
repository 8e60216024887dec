"""What was done to many tasks is taken back, where nobody has changed it since."""

import datetime as dt

import pytest
from django.contrib.messages import get_messages

from suite.core import clock
from suite.core.models import AuditRow, OutboxEvent
from suite.desk.models import Task
from suite.desk.pages import undo_of
from suite.desk.services import todos
from tests import make
from tests.desk.test_todos import HOUR, one

URL = "/desk/tasks/"


@pytest.fixture
def three(rep) -> list[Task]:
    return [one(rep, title=f"Call {number}", due_at=clock.now() + HOUR * number) for number in (1, 2, 3)]


def do(browse, act: str, **typed) -> dict:
    """Do it to all tasks, and what the button of the message posts."""
    pks = list(Task.objects.values_list("pk", flat=True))
    answer = browse.post(URL, {"act": act, "pk": pks, "_go": "1", **typed})
    (told,) = [undo_of(message) for message in get_messages(answer.wsgi_request)]
    return dict(told["pairs"])


def kept() -> list[tuple]:
    return list(
        Task.objects.order_by("pk").values_list("status", "owner", "team", "due_at", "done_at", "next_notice_at")
    )


@pytest.mark.parametrize("act", ["complete", "cancel", "snooze", "reassign"])
def test_tasks_are_again_as_they_were(rep, browse, three, act):
    other = make.actor(rep.company, "rep", username="other")
    typed = {"snooze": {"due_at": "2030-01-02T10:00"}, "reassign": {"owner": other.user_id}}.get(act, {})
    before = kept()

    button = do(browse, act, **typed)
    changed = kept()
    browse.post(URL, button)

    assert not set(before) & set(changed)
    assert kept() == before
    assert AuditRow.objects.filter(kind="desk.task", action="undone").count() == 3
    reopened = OutboxEvent.objects.filter(event="desk.task.reopened").count()
    assert reopened == (3 if act in ("complete", "cancel") else 0)


def test_what_was_done_before_or_changed_since_stays(rep, browse, three):
    first, second, _third = three
    todos.complete(pks=[first.pk], actor=rep)
    was_done = Task.objects.get(pk=first.pk).done_at

    button = do(browse, "complete")
    todos.reopen(pks=[second.pk], actor=rep)
    todos.change(task=Task.objects.get(pk=second.pk), values={"due_at": clock.now() + dt.timedelta(days=9)}, actor=rep)
    todos.cancel(pks=[second.pk], actor=rep)
    browse.post(URL, button)

    assert [status for status, *_rest in kept()] == ["done", "cancelled", "open"]
    assert Task.objects.get(pk=first.pk).done_at == was_done
