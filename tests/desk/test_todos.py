import datetime as dt
import os
import signal
import subprocess
import sys
import time

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from suite.core import clock
from suite.core.access import Actor
from suite.core.errors import Stale
from suite.core.models import AuditRow
from suite.desk.models import Notification, Task
from suite.desk.services import todos
from suite.desk.services.todos import NewTask
from tests import make

HOUR = dt.timedelta(hours=1)


def one(actor: Actor, **fields) -> Task:
    fields.setdefault("due_at", clock.now() + HOUR)
    return todos.create(tasks=[NewTask(**{"title": "Call back", **fields})], actor=actor)[0]


def test_a_task_for_a_colleague_tells_the_colleague(rep, manager):
    task = one(manager, owner_id=rep.user_id)

    told = Notification.objects.get()
    assert (told.user_id, told.kind, told.title) == (rep.user_id, "assigned", "New task for you: Call back")
    assert task.team_id is not None


def test_a_key_makes_a_task_once(rep):
    first = todos.create(tasks=[NewTask("Thank and ask", key="order:1:thanks")], actor=rep)
    second = todos.create(tasks=[NewTask("Thank and ask", key="order:1:thanks")], actor=rep)

    assert (len(first), len(second)) == (1, 0)
    assert Task.objects.count() == 1


def test_nobody_outside_the_company_gets_a_task(rep, other_company):
    stranger = make.actor(other_company, "rep")

    with pytest.raises(ValidationError):
        one(rep, owner_id=stranger.user_id)


def test_finishing_twice_counts_once_and_is_audited(rep):
    task = one(rep)

    assert todos.complete(pks=[task.pk], actor=rep) == 1
    assert todos.complete(pks=[task.pk], actor=rep) == 0
    assert AuditRow.objects.filter(kind="desk.task", action="completed").count() == 1


def test_a_task_without_a_date_has_its_place(rep, browse):
    for number in range(20):
        one(rep, title=f"Soon {number}")
    one(rep, title="Some day", due_at=None)

    assert "Some day" in browse.get("/desk/workbench/my-tasks/").content.decode()
    undated = browse.get("/desk/tasks/?view=undated").content.decode()
    assert "Some day" in undated
    assert "Soon 1" not in undated
    assert "Some day" in browse.get("/desk/tasks/?due=none").content.decode()


def test_a_page_offers_only_what_its_reader_may_do(rep, manager, browse):
    task = one(rep)
    leading = Client()
    leading.force_login(manager.user, "suite.core.auth.CompanyBackend")
    edit = f"/desk/tasks/{task.pk}/edit/"

    assert edit in browse.get(f"/desk/tasks/{task.pk}/").content.decode()
    seen = leading.get(f"/desk/tasks/{task.pk}/")

    assert seen.status_code == 200
    assert edit not in seen.content.decode()
    assert leading.get(edit).status_code == 404


def test_a_stale_change_is_refused(rep):
    task = one(rep)
    todos.change(task=Task.objects.get(pk=task.pk), values={"title": "Call again"}, actor=rep, version=1)

    with pytest.raises(Stale):
        todos.change(task=Task.objects.get(pk=task.pk), values={"title": "Visit"}, actor=rep, version=1)


def test_who_has_a_task_hears_once_that_it_is_due_and_once_that_it_is_overdue(rep, time_machine):
    task = one(rep, due_at=clock.now() + HOUR)

    told = []
    for step in (dt.timedelta(minutes=31), dt.timedelta(minutes=30), dt.timedelta(hours=24)):
        time_machine.move_to(clock.now() + step)
        todos.remind()
        todos.remind()
        told.append(sorted(Notification.objects.values_list("kind", flat=True)))

    assert told == [["due"], ["due", "overdue"], ["due", "overdue"]]
    task.refresh_from_db()
    assert (task.notified, task.next_notice_at) == ("overdue", None)


def test_putting_off_starts_the_reminders_anew(rep, time_machine):
    task = one(rep, due_at=clock.now() - HOUR)
    todos.remind()

    todos.snooze(pks=[task.pk], due_at=clock.now() + HOUR, actor=rep)
    time_machine.move_to(clock.now() + 2 * HOUR)
    todos.remind()

    assert Notification.objects.filter(kind="overdue").count() == 2


def test_reminding_takes_the_same_statements_for_10_and_for_100_tasks(rep, django_assert_max_num_queries):
    soon = clock.now() + dt.timedelta(minutes=10)
    todos.create(tasks=[NewTask(f"Task {n}", due_at=soon) for n in range(100)], actor=rep)

    with django_assert_max_num_queries(16):
        assert todos.remind() == 100


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_worker_killed_during_200_reminders_leaves_200_effects():
    company = make.company("acme")
    rep = make.actor(company, "rep")
    todos.create(tasks=[NewTask(f"Task {n}", due_at=clock.now()) for n in range(200)], actor=rep)
    script = f"""
import django; django.setup()
import suite.celery
from django.db import connection; connection.settings_dict["NAME"] = {connection.settings_dict["NAME"]!r}
from suite.desk.services import todos
print("ready", flush=True)
todos.remind(limit=20)
"""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "suite.settings"}

    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as worker:
        worker.stdout.readline()
        while Notification.objects.count() < 40 and worker.poll() is None:
            time.sleep(0.005)
        worker.send_signal(signal.SIGKILL)
    todos.remind()

    assert Notification.objects.count() == 200
    assert set(Task.objects.values_list("notified", flat=True)) == {"overdue"}
