"""How refusals and faults are told."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, OperationalError
from django.db.models import ProtectedError
from psycopg2.errors import DeadlockDetected, lookup

from suite.core.api import explain
from suite.core.models import Team, User
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.api.teams")]
TEAMS = "/api/v1/core/teams/"


def test_a_refusal_names_code_line_field_and_record_and_leaves_nothing(admin):
    red = make.team(admin.company, "Red")

    answer = make.client(admin).post(f"{TEAMS}{red.pk}/refuse/", HTTP_IDEMPOTENCY_KEY="no")

    assert answer.status_code == 409
    assert answer.json() == {
        "code": "too_loud",
        "detail": "Red is too loud Too late",
        "refusals": [
            {"code": "too_loud", "detail": "Red is too loud", "line": 1, "field": "name", "key": None},
            {"code": "too_late", "detail": "Too late", "line": None, "field": None, "key": 7},
        ],
    }
    assert not Team.objects.filter(name="never").exists()


def test_a_stale_copy_is_a_refusal(admin):
    red = make.team(admin.company, "Red")

    assert make.client(admin).post(f"{TEAMS}{red.pk}/stale/").json()["code"] == "stale"


def test_what_the_database_refuses_is_a_conflict(admin):
    make.team(admin.company, "Red")

    answer = make.client(admin).post(TEAMS, {"name": "Red"}, HTTP_IDEMPOTENCY_KEY="twice")

    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"


def wrapped(kind, cause):
    error = kind("trouble")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ValidationError({"name": ["Too short"]}), 400),
        (ValidationError("Too short"), 400),
        (DataError("out of range"), 400),
        (User.DoesNotExist(), 404),
        (ProtectedError("in use", set()), 409),
        (wrapped(OperationalError, DeadlockDetected()), 500),
        (OperationalError("server closed the connection"), 500),
        (ZeroDivisionError(), 500),
    ],
)
def test_faults_that_come_from_input_are_not_ours(error, status):
    answer = explain(error, {})

    assert (answer.status_code if answer else 500) == status


def test_a_lock_that_stays_taken_asks_to_come_again(monkeypatch):
    trouble = lookup("55P03")()
    monkeypatch.setattr(type(trouble), "pgcode", "55P03", raising=False)

    answer = explain(wrapped(OperationalError, trouble), {})

    assert answer.status_code == 409
    assert answer["Retry-After"] == "1"
