"""How refusals and faults are told."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, OperationalError, transaction
from django.db.models import ProtectedError
from psycopg2.errors import DeadlockDetected, lookup

from suite.automation.models import ApprovalRule
from suite.core.api import explain
from suite.core.api.errors import translated
from suite.core.errors import BusinessError, Refusal
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
    (refusal,) = answer.json()["refusals"]
    assert (refusal["field"], refusal["line"], refusal["key"]) == ("name", None, None)


def test_a_rule_over_several_fields_is_told_at_each_of_them(admin):
    make_rule = partial(ApprovalRule.objects.create, company=admin.company, kind="crm_sales.order")
    make_rule(from_amount=5)

    told = [broken(make_rule, from_amount=5), broken(make_rule, from_amount=-1)]

    fields = [[refusal.field for refusal in each.refusals] for each in told]
    assert fields == [["kind", "from_amount", "conditions"], ["from_amount"]]
    assert str(told[0]) == "There is a rule for this document and amount already"


def broken(write, **values):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write(**values)
    return translated(caught.value)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_is_not_there_is_told_without_names_of_models(admin, language):
    answer = make.client(admin).get(f"{TEAMS}999/", headers={"Accept-Language": language})

    assert answer.status_code == 404
    assert answer.json() == {"detail": {"en": "Not found.", "zh-hans": "未找到。"}[language]}


def test_a_refusal_of_several_for_one_reason_is_said_once():
    error = BusinessError(by_key={1: Refusal("gone", "It is gone"), 2: Refusal("gone", "It is gone")})

    assert str(error) == "It is gone"
    assert len(error.refusals) == 2


@pytest.mark.parametrize(("method", "status"), [("head", 200), ("get", 200), ("options", 405), ("delete", 405)])
def test_a_plain_view_answers_each_method_as_it_says(admin, method, status):
    answer = getattr(make.client(admin), method)("/api/v1/core/papers/?since=2026-01-01")

    assert answer.status_code == status


@pytest.mark.parametrize("address", [TEAMS, "/api/v1/core/papers/"])
def test_options_names_the_methods(admin, address):
    answer = make.client(admin).options(address)

    assert answer.status_code == 405
    assert "POST" in answer["Allow"]


@pytest.mark.urls("suite.urls")
def test_a_write_without_the_slash_is_told_the_address(admin):
    answer = make.client(admin).post(TEAMS.rstrip("/"), {"name": "Red"})

    assert answer.status_code == 404
    assert TEAMS in answer.json()["detail"]
    assert make.client(admin).get(TEAMS.rstrip("/")).status_code == 301


def test_a_body_that_is_too_large_is_refused_and_read_away(admin, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000

    answer = make.client(admin).post(TEAMS, {"name": "x" * 20_000})

    assert answer.status_code == 413
    assert "9 kB" in answer.json()["detail"]


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
