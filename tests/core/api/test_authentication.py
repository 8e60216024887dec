"""Who may come in through the API."""

import datetime as dt

import pytest
from django.test import Client
from rest_framework.test import APIClient

from suite.core import clock, people, tokens
from suite.core.models import ApiToken
from tests.make import actor, client, team

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.api.teams")]
TEAMS = "/api/v1/core/teams/"


def test_a_stranger_is_asked_for_a_token(db):
    answer = APIClient().get(TEAMS)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer suite_guess", "Bearer \x01", "bearer Ж"])
def test_a_token_that_nobody_has_is_refused(db, header):
    assert APIClient(HTTP_AUTHORIZATION=header).get(TEAMS).status_code == 401


def end_of(how, actor):
    match how:
        case "revoked":
            tokens.revoke(token=ApiToken.objects.get(), actor=actor)
        case "expired":
            ApiToken.objects.update(expires_at=clock.now() - dt.timedelta(seconds=1))
        case "user disabled":
            actor.user.is_active = False
            actor.user.save()
        case "no longer a member":
            actor.user.memberships.all().delete()
        case "sent away":
            people.sign_out_everywhere(users=[actor.user], actor=actor)


@pytest.mark.parametrize("how", ["revoked", "expired", "user disabled", "no longer a member", "sent away"])
def test_a_token_dies_at_once(admin, how):
    api = client(admin)
    assert api.get(TEAMS).status_code == 200

    end_of(how, admin)

    assert api.get(TEAMS).status_code == 401


def test_only_the_digest_of_a_token_is_kept(admin):
    text = tokens.create(user=admin.user, name="till", actor=admin)

    row = ApiToken.objects.get()
    assert text not in str(vars(row))
    assert text.startswith(row.prefix)


def test_the_scopes_of_a_token_narrow_the_rights_of_its_user(admin):
    red = team(admin.company, "Red")
    reader = client(admin, "core.view_*")

    assert reader.get(TEAMS).status_code == 200
    assert reader.patch(f"{TEAMS}{red.pk}/", {"name": "Blue"}).status_code == 403


def test_the_scopes_of_a_token_never_widen_them(rep):
    assert client(rep, "*").post(TEAMS, {"name": "Red"}).status_code == 403


def test_one_statement_finds_token_user_and_company(admin, django_assert_num_queries):
    api = client(admin)
    api.get(TEAMS)

    with django_assert_num_queries(2):  # the token, the list
        api.get(TEAMS)


def test_a_browser_session_needs_the_forgery_token(admin):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin.user, "suite.core.auth.CompanyBackend")
    reading = browser.get(TEAMS)
    bare = browser.post(TEAMS, {"name": "Red"}, content_type="application/json")
    browser.cookies["csrftoken"] = "a" * 32
    shown = browser.post(TEAMS, {"name": "Red"}, content_type="application/json", headers={"X-CSRFToken": "a" * 32})

    assert reading.status_code == 200
    assert bare.status_code == 403
    assert shown.status_code == 201


def test_a_user_of_no_company_gets_nothing(db, django_user_model):
    browser = Client()
    browser.force_login(django_user_model.objects.create_user("lost"), "suite.core.auth.CompanyBackend")

    assert browser.get(TEAMS).status_code == 403


@pytest.mark.parametrize(("asked", "answered"), [(None, "zh-hans"), ("en", "en"), ("zh-CN,zh;q=0.9", "zh-hans")])
def test_a_program_is_answered_in_the_language_it_asks_for_else_in_its_users(company, asked, answered):
    api = client(actor(company, "integrator", language="zh-hans"))

    answer = api.get(TEAMS, headers={"Accept-Language": asked} if asked else {})

    assert answer["Content-Language"] == answered


def test_too_many_requests_are_asked_to_wait(admin, settings):
    settings.API_RATE = 3
    api = client(admin)

    answers = [api.get(TEAMS) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[3]["Retry-After"]) <= 60


def test_a_cache_that_is_down_stops_nobody(admin, settings):
    settings.CACHES = {"default": {"BACKEND": "suite.core.rediscache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}

    assert client(admin).get(TEAMS).status_code == 200


def test_the_number_of_a_request_is_the_callers_or_ours(admin):
    api = client(admin)

    assert api.get(TEAMS, headers={"X-Request-Id": "order-4711-a"})["X-Request-Id"] == "order-4711-a"
    assert len(api.get(TEAMS, headers={"X-Request-Id": "evil\tline"})["X-Request-Id"]) == 16


def test_no_cache_between_keeps_what_one_caller_may_see(admin):
    assert client(admin).get(TEAMS)["Cache-Control"] == "private"


def test_programs_do_not_run_the_house(company):
    program = actor(company, "integrator")

    assert program.may("crm_sales.add_order")
    assert program.may("erp_finance.add_receipt")
    assert [
        code
        for code in ("core.add_user", "core.change_role", "core.change_grant", "core.change_company", "core.add_team")
        if program.may(code)
    ] == []
