"""Where no view answers, programs get JSON and people a page."""

import logging

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory
from django.utils import timezone

from suite.core import clock
from suite.core.acts import request_id
from suite.core.views import faults
from tests import make


@pytest.mark.django_db
def test_an_unknown_address_of_the_api_answers_in_json(client):
    answer = client.get("/api/v1/nothing/", headers={"accept-language": "en"})

    assert answer.status_code == 404
    assert answer.json() == {"detail": "There is nothing at this address"}


@pytest.mark.django_db
def test_an_unknown_page_answers_with_a_page(client):
    answer = client.get("/nothing/")

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("path", "kind"), [("/api/v1/x/", "application/json"), ("/x/", "text/html; charset=utf-8")])
def test_a_fault_of_ours_is_said_in_the_callers_format(path, kind):
    """It may come after the commit: nothing is claimed about what was saved."""
    token = request_id.set("r-17")
    answer = faults.server_error(RequestFactory().get(path))
    request_id.reset(token)

    told = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (500, kind)
    assert "nothing was saved" not in told
    assert "may have been saved: look before you try again" in told
    assert "r-17" in told
    if kind != "application/json":
        assert "可能已经保存" in told
        assert timezone.localtime(clock.now()).strftime("%Y-%m-%d %H:%M") in told


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("en", "Back to the form"), ("zh-hans", "返回表单")])
def test_a_form_that_stood_open_too_long_is_told_so(language, words):
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {}, headers={"accept-language": language})

    assert answer.status_code == 403
    assert words in answer.content.decode()


def cut(*_args, **_kwargs):
    """The server ends the connection in the middle of a question."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_lost_database_is_said_to_people_in_both_languages_and_once_in_the_log(
    company, caplog, monkeypatch, language
):
    monkeypatch.setattr("suite.core.middleware.memberships_of", cut)
    person = Client(raise_request_exception=False)
    person.force_login(make.user(company), backend="suite.core.auth.CompanyBackend")

    answer = person.get("/", headers={"accept-language": language})

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "database cannot be reached" in answer.content.decode()
    assert "数据库暂时无法连接" in answer.content.decode()
    assert len([row for row in caplog.records if row.levelno >= logging.ERROR]) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "words"), [("en", "cannot be reached"), ("zh-hans", "暂时无法连接")])
def test_a_lost_database_is_said_to_programs_in_their_language(admin, caplog, monkeypatch, language, words):
    api = make.client(admin)
    api.raise_request_exception = False

    monkeypatch.setattr("suite.masterdata.api.ProductViewSet.get_queryset", cut)
    answer = api.get("/api/v1/masterdata/products/", headers={"accept-language": language})
    monkeypatch.undo()

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["code"] == "unavailable"
    assert words in answer.json()["detail"]
    assert len([row for row in caplog.records if row.levelno >= logging.ERROR]) == 1
    assert api.get("/api/v1/masterdata/products/").status_code == 200


@pytest.mark.parametrize(
    ("code", "is_lost"),
    [(None, True), ("57P01", True), ("08006", True), ("53300", True), ("57014", False), ("40P01", False)],
)
def test_what_the_database_answers_is_no_lost_line(code, is_lost):
    error = OperationalError()
    error.__cause__ = type("Cause", (Exception,), {"pgcode": code})()

    assert faults.is_lost(error) is is_lost
    assert faults.is_lost(InterfaceError())
    assert not faults.is_lost(ValueError())
