"""Signing in and out."""

import datetime as dt

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from suite.core import access, demo, people
from suite.core.models import ApiToken, AuditRow, Role
from tests import make

PASSWORD = "a long and quiet phrase"
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei(company):
    return make.actor(company, "rep", username="mei", email="mei@acme.example", password=PASSWORD)


@pytest.fixture
def browser():
    return Client()


def signs_in(browser, username, password=PASSWORD, **more):
    return browser.post("/sign-in/", {"username": username, "password": password, **more})


def user_of(browser):
    return get_user(type("Request", (), {"session": browser.session})())


def current_code(device):
    return f"{totp(device.bin_key):06d}"


@pytest.mark.parametrize("name", ["mei", "mei@acme.example", "MEI@acme.example"])
def test_name_or_mail_address_and_password_let_in(browser, mei, name):
    response = signs_in(browser, name, next="/profile/")

    assert response.url == "/profile/"
    assert user_of(browser) == mei.user
    assert AuditRow.objects.filter(kind="core.user", object_id=mei.user.pk, action="signed_in").exists()


def test_the_way_onward_stays_in_the_house(browser, mei):
    response = signs_in(browser, "mei", next="https://evil.example/")

    assert response.url == "/"


def test_a_wrong_password_is_recorded_and_keeps_out(browser, mei):
    response = signs_in(browser, "mei", "wrong")

    assert response.status_code == 400
    assert user_of(browser).is_anonymous
    row = AuditRow.objects.get(kind="core.user", object_id=mei.user.pk, action="sign_in_failed")
    assert row.actor_id is None


def test_five_wrong_passwords_lock_this_name_from_this_address_only(browser, mei):
    for _ in range(5):
        response = signs_in(browser, "mei", "wrong")
    right = signs_in(browser, "mei")
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")

    assert response.status_code == right.status_code == 429
    assert "Too many attempts" in right.content.decode() or "次" in right.content.decode()
    assert signs_in(elsewhere, "mei").status_code == 302


def test_the_spellings_of_a_mail_address_share_the_tries_of_its_name(browser, mei):
    for name in ("mei@acme.example", "Mei@acme.example", "mEi@acme.example", "meI@acme.example", "mei"):
        signs_in(browser, name, "wrong")

    assert signs_in(browser, "MEI@acme.example").status_code == 429


def test_a_misspelt_right_makes_no_token(browser, mei):
    signs_in(browser, "mei")

    slip = browser.post("/profile/tokens/", {"name": "till", "scopes": "crm_sales.view_* crm_sale.*"})

    assert slip.status_code == 400
    assert "crm_sale.*" in slip.context["form"].errors["scopes"][0]
    assert not ApiToken.objects.exists()


def test_somebody_without_a_company_is_told_so(browser, mei):
    mei.user.memberships.all().delete()

    assert signs_in(browser, "mei").status_code == 400


def test_signing_out_takes_a_post(browser, mei):
    signs_in(browser, "mei")

    assert browser.get("/sign-out/").status_code == 405
    assert browser.post("/sign-out/").status_code == 302
    assert user_of(browser).is_anonymous


def test_a_disabled_user_is_out_at_once(browser, mei):
    signs_in(browser, "mei")
    mei.user.is_active = False
    mei.user.save()

    assert browser.get("/profile/").url.startswith("/sign-in/")


def test_signing_out_everywhere_ends_other_browsers(browser, mei):
    signs_in(browser, "mei")
    people.sign_out_everywhere(users=[mei.user], actor=mei)

    assert browser.get("/profile/").url.startswith("/sign-in/")


@pytest.mark.parametrize("hours", [13, 24 * 8])
def test_a_sign_in_ends_when_nothing_is_asked_for_long(browser, mei, hours, time_machine):
    time_machine.move_to(NOON)
    signs_in(browser, "mei")
    time_machine.shift(hours * 3600)

    assert browser.get("/profile/").url.startswith("/sign-in/")


def test_a_busy_sign_in_ends_after_a_week_too(browser, mei, time_machine):
    time_machine.move_to(NOON)
    signs_in(browser, "mei")
    answers = []
    for _ in range(15):
        time_machine.shift(11.9 * 3600)
        answers.append(browser.get("/profile/").status_code)

    assert answers[:14] == [200] * 14
    assert answers[14] == 302


def test_the_second_step_asks_for_a_code_that_works_once(browser, mei):
    device = TOTPDevice.objects.create(user=mei.user, name="app", confirmed=True)

    assert signs_in(browser, "mei", next="/profile/").url == "/sign-in/code/"
    assert user_of(browser).is_anonymous
    assert browser.post("/sign-in/code/", {"code": "000000"}).status_code == 400
    TOTPDevice.objects.update(throttling_failure_count=0)
    code = current_code(device)
    assert browser.post("/sign-in/code/", {"code": code}).url == "/profile/"
    assert user_of(browser) == mei.user

    again = Client()
    signs_in(again, "mei")
    assert again.post("/sign-in/code/", {"code": code}).status_code == 400


def test_a_second_step_is_set_up_with_backup_codes(browser, mei):
    signs_in(browser, "mei")
    page = browser.get("/profile/second-step/").content.decode()
    device = TOTPDevice.objects.get(user=mei.user)
    shown = browser.post("/profile/second-step/", {"code": current_code(device)})
    codes = shown.context["codes"]

    assert "data:image/svg+xml;base64," in page
    assert len(codes) == 10
    other = Client()
    signs_in(other, "mei")
    assert other.post("/sign-in/code/", {"code": codes[0]}).status_code == 302
    again = Client()
    signs_in(again, "mei")
    assert again.post("/sign-in/code/", {"code": codes[0]}).status_code == 400


def test_a_role_may_demand_the_second_step(browser, mei):
    Role.objects.filter(company=mei.company, code="rep").update(second_step=True)
    access.changed(mei.company_id)
    signs_in(browser, "mei")

    assert browser.get("/profile/").url == "/profile/second-step/"
    assert browser.get("/profile/second-step/").status_code == 200


def test_the_second_step_is_removed_with_the_password(browser, mei):
    TOTPDevice.objects.create(user=mei.user, name="app", confirmed=True)
    browser.force_login(mei.user, "suite.core.auth.CompanyBackend")

    browser.post("/profile/second-step/remove/", {"password": "wrong"})
    assert TOTPDevice.objects.exists()
    browser.post("/profile/second-step/remove/", {"password": PASSWORD})
    assert not TOTPDevice.objects.exists()


def test_demo_companies_offer_one_click_per_role(browser):
    demo.bring_in_people(make.company("demo", is_demo=True))

    page = browser.get("/sign-in/").content.decode()
    response = signs_in(browser, "sales", demo.PASSWORD)

    assert all(f'value="{username}"' in page for username in demo.PEOPLE)
    assert response.status_code == 302


def test_production_lets_no_sample_people_in(browser, settings):
    demo.bring_in_people(make.company("demo", is_demo=True))
    settings.MODE, settings.PRODUCTION = "production", True

    assert "suite-demo" not in browser.get("/sign-in/", secure=True).content.decode()
    assert signs_in(browser, "sales", demo.PASSWORD).status_code == 400
    assert user_of(browser).is_anonymous
