"""Commands of the core, and what the clock does at night."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from rest_framework.test import APIClient

from suite.core import checks, clock, demo, partitions, tasks
from suite.core.models import ApiToken, Company, IdempotencyKey, User
from tests import make

pytestmark = pytest.mark.django_db


def run(*arguments, **options):
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_a_token_is_printed_alone_and_works(admin):
    text = run("create_api_token", "admin", "--scope", "core.view_*", "--scope", "crm_sales.*", "--days", "7")

    token = text.strip()
    assert text == f"{token}\n"
    row = ApiToken.objects.get()
    assert row.scopes == ["core.view_*", "crm_sales.*"]
    assert dt.timedelta(days=6) < row.expires_at - clock.now() <= dt.timedelta(days=7)
    answer = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get("/api/v1/masterdata/parties/")
    assert answer.status_code == 403  # known, but not entitled


@pytest.mark.parametrize("arguments", [["nobody"], ["admin", "--company", "globex"]])
def test_a_token_needs_a_member(admin, arguments):
    with pytest.raises(CommandError):
        run("create_api_token", *arguments)


@pytest.mark.parametrize(
    "slip",
    [["--days", "0"], ["--days", "-3"], ["--days", "99999999"], ["--scope", "crm_sale.*"], ["--scope", ""]],
    ids=["ends today", "is over", "beyond the calendar", "misspelt", "blank"],
)
def test_a_slip_makes_no_token(admin, slip):
    with pytest.raises(CommandError):
        run("create_api_token", "admin", *slip)

    assert not ApiToken.objects.exists()


def test_a_company_is_founded_with_its_administrator(monkeypatch):
    monkeypatch.setenv("ADMINISTRATOR_PASSWORD", "a long and quiet phrase")

    run("found_company", "apex", "顶点公司", "--name-en", "Apex", "--administrator", "root")

    user = User.objects.get(username="root")
    assert user.check_password("a long and quiet phrase")
    assert user.actor.company == Company.objects.get(code="apex", name="顶点公司", name_en="Apex")
    assert user.is_staff


@pytest.mark.parametrize(
    ("arguments", "password"),
    [(["acme", "A"], ""), (["b c", "B"], ""), (["c", "C", "--time-zone", "Mars"], ""), (["d", "D"], "12345678")],
    ids=["taken", "no code", "no zone", "weak"],
)
def test_a_founding_that_fails_leaves_nothing(company, monkeypatch, arguments, password):
    monkeypatch.setenv("ADMINISTRATOR_PASSWORD", password)
    more = ["--administrator", "root"] if password else []

    with pytest.raises(CommandError):
        run("found_company", *arguments, *more)

    assert list(Company.objects.values_list("code", flat=True)) == ["acme"]


def months():
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'core_audit'::regclass")
        return {name for (name,) in cursor.fetchall()}


def test_partitions_are_there_for_three_months_and_made_once(time_machine):
    time_machine.move_to(dt.datetime(2027, 11, 30, 23, tzinfo=dt.UTC))

    assert partitions.ensure("default") == ["core_audit_2027_11", "core_audit_2027_12", "core_audit_2028_01"]
    assert partitions.ensure("default") == []
    assert {"core_audit_rest", "core_audit_2028_01"} <= months()


def test_a_month_that_has_rows_already_keeps_them_in_the_rest(admin, time_machine):
    time_machine.move_to(dt.datetime(2029, 5, 5, tzinfo=dt.UTC))
    make.team(admin.company)
    make.customer(admin)

    assert partitions.ensure("default") == ["core_audit_2029_06", "core_audit_2029_07"]


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_fresh_database_has_its_partitions():
    assert run("ensure_partitions") == ""
    assert len(months()) == 4


def test_the_night_forgets_old_answers(company):
    for key, hours in (("old", 49), ("new", 47)):
        given = {"client": "token:1", "key": key, "request_digest": "", "status": 200}
        IdempotencyKey.objects.create(company=company, created_at=clock.now() - dt.timedelta(hours=hours), **given)

    assert tasks.clean_up() == 1
    assert IdempotencyKey.objects.get().key == "new"


def test_demo_companies_are_a_fault_in_production(settings):
    assert checks.no_demo_companies() == []
    demo.bring_in_people(make.company("demo", is_demo=True))
    settings.PRODUCTION = True

    assert [message.id for message in checks.no_demo_companies()] == ["core.E001"]


def test_sample_people_work_in_demo_companies_only(company):
    with pytest.raises(ValueError):
        demo.bring_in_people(company)
