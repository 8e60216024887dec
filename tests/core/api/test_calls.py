"""What other systems asked can be looked up by them and by who keeps the house; nothing else is kept of it."""

import datetime as dt

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from suite.core import clock
from suite.core.api import calls
from suite.core.models import ApiCall, ApiToken
from tests import make

ME = "/api/v1/core/me/"
CALLS = "/api/v1/core/api-calls/"
PARTIES = "/api/v1/masterdata/parties/"


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """No calls of other tests."""
    monkeypatch.setattr(calls, "_waiting", [])


@pytest.fixture
def system(company):
    return make.actor(company, "integrator", username="api")


def test_a_call_is_kept_with_its_token_answer_and_number(db, system):
    make.client(system).get(f"{ME}?secret=1", HTTP_X_REQUEST_ID="shop-4711-a")
    make.client(system).post(PARTIES, {"name": ""}, format="json")
    assert calls.write() == 2

    good, bad = ApiCall.objects.order_by("pk")
    assert (good.method, good.path, good.code, good.request_id, good.told) == ("GET", ME, 200, "shop-4711-a", "")
    assert good.token.user == system.user
    assert (bad.code, "name" in bad.told) == (400, True)


def test_no_call_waits_for_its_log(db, system):
    client = make.client(system)
    client.get(ME)
    calls.write()

    with CaptureQueriesContext(connection) as statements:
        client.get(ME)

    assert not any("core_apicall" in each["sql"] for each in statements)


def test_all_that_waits_is_written_by_one_statement(db, system, django_assert_num_queries):
    client = make.client(system)
    for _number in range(5):
        client.get(ME)

    with django_assert_num_queries(1):
        assert calls.write() == 5


def test_people_in_the_browser_and_strangers_leave_no_call(db, system):
    browser = Client()
    browser.force_login(system.user, backend="suite.core.auth.CompanyBackend")
    browser.get(ME)
    Client(HTTP_AUTHORIZATION="Bearer suite_guess").get(ME)

    assert calls.write() == 0


def test_each_sees_the_calls_of_their_own_tokens_and_the_administrator_all(db, company, system, rep, other_company):
    for actor in (system, rep, make.actor(other_company, "administrator")):
        make.client(actor).get(ME)
    calls.write()
    admin = make.client(make.actor(company, "administrator"))

    def paths(client):
        return len(client.get(CALLS, {"code": 200}).json()["results"])

    assert (paths(make.client(rep)), paths(admin)) == (1, 2)


def test_the_log_is_asked_by_token_and_number(db, system):
    client = make.client(system)
    client.get(ME, HTTP_X_REQUEST_ID="first-call")
    client.get(ME, HTTP_X_REQUEST_ID="second-call")
    calls.write()
    token = ApiToken.objects.get(user=system.user)

    found = client.get(CALLS, {"token": token.pk, "request_id": "first-call"}).json()["results"]

    assert [row["request_id"] for row in found] == ["first-call"]


def test_the_admin_lists_the_calls_and_finds_one_by_its_number(db, company, system):
    make.client(system).get(ME, HTTP_X_REQUEST_ID="first-call")
    make.client(system).get(PARTIES, HTTP_X_REQUEST_ID="second-call")
    calls.write()
    pages = Client()
    pages.force_login(make.user(company, "administrator"), backend="suite.core.auth.CompanyBackend")

    found = pages.get("/admin/core/apicall/", {"q": "second-call"}).content.decode()
    shown = pages.get(f"/admin/core/apicall/{ApiCall.objects.first().pk}/change/")

    assert PARTIES in found
    assert ME not in found
    assert shown.status_code == 200


def test_a_month_is_kept(db, system):
    make.client(system).get(ME)
    make.client(system).get(ME)
    calls.write()
    ApiCall.objects.filter(pk=ApiCall.objects.first().pk).update(at=clock.now() - dt.timedelta(days=31))

    assert calls.forget() == 1
    assert ApiCall.objects.count() == 1


def test_calls_wait_while_the_database_is_away(db, system, monkeypatch):
    make.client(system).get(ME)
    with monkeypatch.context() as away:
        away.setattr(calls.bulk, "insert", lost)
        with pytest.raises(OperationalError):
            calls.write()

    assert calls.write() == 1


def lost(rows):
    raise OperationalError("server closed the connection")


@pytest.mark.parametrize(("fault", "code"), [(ZeroDivisionError, 500), (OperationalError, 503)])
def test_a_call_on_which_something_broke_is_kept_too(db, system, monkeypatch, fault, code):
    client = make.client(system)
    client.raise_request_exception = False
    monkeypatch.setattr("django.db.connection.close_if_unusable_or_obsolete", lambda: None)

    def broken(*args, **kwargs):
        raise fault

    monkeypatch.setattr("suite.masterdata.api.PartyViewSet.list", broken)
    answer = client.get(PARTIES, HTTP_X_REQUEST_ID="broken-call")

    assert (answer.status_code, calls.write()) == (code, 1)
    assert list(ApiCall.objects.values_list("path", "code", "request_id")) == [(PARTIES, code, "broken-call")]
