"""A write asked for twice is done once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections
from rest_framework.test import APIClient

from suite.core.models import AuditRow, IdempotencyKey, Team
from tests import make
from tests.core.api import teams

pytestmark = pytest.mark.urls("tests.core.api.teams")
TEAMS = "/api/v1/core/teams/"


@pytest.mark.django_db
def test_the_same_key_gets_the_same_answer_and_one_effect(admin):
    api = make.client(admin)

    first = api.post(TEAMS, {"name": "Red", "name_en": ""}, HTTP_IDEMPOTENCY_KEY="k1")
    again = api.post(TEAMS, {"name_en": "", "name": "Red"}, HTTP_IDEMPOTENCY_KEY="k1")

    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, first.json())
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    assert Team.objects.count() == AuditRow.objects.filter(kind="core.team").count() == 1


@pytest.mark.django_db
def test_the_same_key_for_something_else_is_refused(admin):
    api = make.client(admin)
    api.post(TEAMS, {"name": "Red"}, HTTP_IDEMPOTENCY_KEY="k1")

    answers = [
        api.post(TEAMS, {"name": "Blue"}, HTTP_IDEMPOTENCY_KEY="k1"),
        api.post(f"{TEAMS}1/shout/", {"name": "Red"}, HTTP_IDEMPOTENCY_KEY="k1"),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert Team.objects.count() == 1


@pytest.mark.django_db
def test_keys_of_two_clients_do_not_meet(admin, outsider):
    for actor in (admin, outsider, admin):
        answer = make.client(actor).post(TEAMS, {"name": f"Red {Team.objects.count()}"}, HTTP_IDEMPOTENCY_KEY="k1")
        assert answer.status_code == 201


@pytest.mark.django_db
def test_what_was_refused_runs_again(admin):
    red, api = make.team(admin.company, "Red"), make.client(admin)
    blocked = api.post(TEAMS, {"name": "Red"}, HTTP_IDEMPOTENCY_KEY="k1")
    red.delete()
    free = api.post(TEAMS, {"name": "Red"}, HTTP_IDEMPOTENCY_KEY="k1")

    assert (blocked.status_code, free.status_code) == (409, 201)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x" * 121, "tab\tbed"])
def test_a_key_is_short_and_printable(admin, key):
    assert make.client(admin).post(TEAMS, {"name": "Red"}, HTTP_IDEMPOTENCY_KEY=key).status_code == 400


@pytest.mark.django_db
def test_the_door_adds_at_most_six_statements(admin, django_assert_num_queries):
    """Token, key, record; then what the service does; then the record read again, and the answer kept."""
    red, api = make.team(admin.company, "Red"), make.client(admin)
    api.get(TEAMS)
    service = 2  # the change and its audit row

    with django_assert_num_queries(
        service + 5 + 2
    ):  # and the savepoint that the test's own transaction makes of an act
        assert api.post(f"{TEAMS}{red.pk}/shout/", HTTP_IDEMPOTENCY_KEY="k1").status_code == 200


def at_once(count, call):
    """Run `call` in so many threads that start together."""
    gate = Barrier(count)

    def one(number):
        gate.wait()
        try:
            return call(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_have_one_effect(admin):
    token = make.client(admin).defaults

    def click(_number):
        return APIClient(**token).post(TEAMS, {"name": "Red"}, HTTP_IDEMPOTENCY_KEY="k1")

    answers = at_once(20, click)

    codes = sorted(answer.status_code for answer in answers)
    assert set(codes) <= {201, 409}
    assert 201 in codes
    assert all(answer["Retry-After"] == "1" for answer in answers if answer.status_code == 409)
    assert Team.objects.count() == IdempotencyKey.objects.count() == 1
    assert click(0).status_code == 201
    assert AuditRow.objects.filter(kind="core.team").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_committed_between_look_and_lock_is_not_done_twice(admin, monkeypatch):
    """The unique key refuses the second effect; its caller comes again and finds the first answer."""
    api = make.client(admin)
    api.post(TEAMS, {"name": "Red"}, HTTP_IDEMPOTENCY_KEY="k1")
    monkeypatch.setattr(
        "suite.core.api.idempotency.LOCK_AND_LOOK", "SELECT true, NULL, NULL, NULL WHERE %s || %s || %s || %s <> ''"
    )

    answer = api.post(TEAMS, {"name": "Blue"}, HTTP_IDEMPOTENCY_KEY="k1")

    assert answer.status_code == 409
    assert answer.json()["code"] == "busy"
    assert list(Team.objects.values_list("name", flat=True)) == ["Red"]


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_runs_the_whole_act_again(admin, monkeypatch):
    calls = []
    change = teams.change_team.__wrapped__

    def fall_once(**kwargs):
        calls.append(1)
        if len(calls) == 1:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'dead' USING ERRCODE = '40P01'; END $$")
        return change(**kwargs)

    monkeypatch.setattr(teams, "change_team", fall_once)
    red = make.team(admin.company, "red")

    answer = make.client(admin).post(f"{TEAMS}{red.pk}/shout/", HTTP_IDEMPOTENCY_KEY="k1")

    assert answer.json()["name"] == "RED"
    assert len(calls) == 2
