"""Where no view answers, programs get JSON and people a page."""

import json

import pytest
from django.test import Client, RequestFactory

from suite.core.views import faults


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
    answer = faults.server_error(RequestFactory().get(path))

    assert answer.status_code == 500
    assert answer["Content-Type"] == kind
    if kind == "application/json":
        assert "nothing was saved" in json.loads(answer.content)["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("en", "Back to the form"), ("zh-hans", "返回表单")])
def test_a_form_that_stood_open_too_long_is_told_so(language, words):
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {}, headers={"accept-language": language})

    assert answer.status_code == 403
    assert words in answer.content.decode()
