import pytest
from rest_framework.test import APIClient

from suite.core import tokens
from suite.desk.models import Notification, Task
from suite.desk.services import todos
from suite.desk.services.todos import NewTask
from tests import make

URL = "/api/v1/desk/tasks/"


@pytest.fixture
def api(rep) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.create(user=rep.user, name='test', actor=rep)}")
    return client


def test_a_task_lives_through_the_api(rep, manager, api):
    made = api.post(URL, {"title": "Call", "due_at": "2026-12-01T09:00:00+08:00"}, format="json")
    assert (made.status_code, made.json()["owner"]) == (201, rep.user_id)
    one = f"{URL}{made.json()['id']}/"

    assert api.patch(one, {"title": "Call now"}, format="json").json()["version"] == 2
    assert api.patch(one, {"title": "Late", "version": 1}, format="json").status_code == 409
    assert api.post(f"{one}snooze/", {"due_at": "2026-12-02T09:00:00Z"}, format="json").status_code == 200
    assert api.post(f"{one}complete/").json()["status"] == "done"
    assert api.post(f"{one}reopen/").json()["status"] == "open"
    assert api.post(f"{one}reassign/", {"owner": manager.user_id}, format="json").json()["owner"] == manager.user_id
    assert api.get(one).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": "x" * 201},
        {"title": "a\x00b"},
        {"title": "x", "due_at": "tomorrow"},
        {"title": "x", "owner": 10**30},
        {"title": "x", "status": "done"},
        {"title": "x", "subject_kind": "core.user", "subject_id": 1},
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(api, body):
    assert api.post(URL, body, format="json").status_code == 400
    assert not Task.objects.exists()


def test_a_task_about_a_record_needs_the_right_to_see_it(rep, api, other_company):
    mine = todos.create(tasks=[NewTask("Mine")], actor=rep)[0]
    foreign = todos.create(tasks=[NewTask("Foreign")], actor=make.actor(other_company, "rep"))[0]

    about = {"title": "x", "subject_kind": "desk.task"}
    assert api.post(URL, {**about, "subject_id": mine.pk}, format="json").json()["subject_label"] == "Mine"
    assert api.post(URL, {**about, "subject_id": foreign.pk}, format="json").status_code == 400


def test_notifications_are_read_by_whom_they_are_for(rep, manager, api):
    todos.create(tasks=[NewTask("Call", owner_id=rep.user_id)], actor=manager)
    todos.create(tasks=[NewTask("Visit", owner_id=manager.user_id)], actor=rep)

    listed = api.get("/api/v1/desk/notifications/", {"unread": "true"}).json()["results"]
    assert [row["title"] for row in listed] == ["New task for you: Call"]
    assert api.post(f"/api/v1/desk/notifications/{listed[0]['id']}/read/").json()["read_at"]
    foreign = Notification.objects.get(user=manager.user)
    assert api.post(f"/api/v1/desk/notifications/{foreign.pk}/read/").status_code == 404
