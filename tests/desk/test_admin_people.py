"""Administering people and looking at what runs, on the admin pages."""

import pytest
from django.contrib import admin as site
from django.test import Client

from suite.core import acts, clock
from suite.core.models import ApiToken, AuditRow, Grant, Job, OutboxEvent, Role, User
from suite.core.roles import our_models
from tests import make

pytestmark = pytest.mark.django_db
SECRET = "a long and quiet phrase"


@pytest.fixture
def browser(admin):
    client = Client()
    client.force_login(admin.user, "suite.core.auth.CompanyBackend")
    return client


def page(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_the_libraries_pages_that_know_no_company_are_gone():
    assert set(site.site._registry) <= set(our_models())


@pytest.mark.parametrize("name", ["user", "role", "team", "company", "apitoken", "outboxevent", "job", "auditrow"])
def test_lists_show_the_company_alone(browser, admin, outsider, name):
    text = page(browser, f"/admin/core/{name}/")

    assert "outsider" not in text
    assert "globex" not in text.lower()


def test_a_user_is_added_and_changed_through_the_services(browser, admin, rep):
    role = Role.objects.get(company=admin.company, code="rep")
    typed = {"username": "mei", "password": SECRET, "name": "梅", "language": "zh-hans", "roles": [role.pk]}
    added = browser.post("/admin/core/user/add/", typed)
    mei = User.objects.get(username="mei")
    hr = Role.objects.get(company=admin.company, code="hr")
    changed = browser.post(f"/admin/core/user/{mei.pk}/change/", typed | {"name": "小梅", "roles": [hr.pk]})

    assert (added.status_code, changed.status_code) == (302, 302)
    mei.refresh_from_db()
    assert (mei.name, mei.memberships.get().roles.get().code) == ("小梅", "hr")
    assert "password" not in page(browser, f"/admin/core/user/{mei.pk}/change/").split("<form")[1].split("csrf")[0]
    assert AuditRow.objects.filter(kind="core.user", object_id=mei.pk, action="profile").exists()


def test_a_weak_password_comes_back_as_an_error_of_the_form(browser, admin):
    role = Role.objects.get(company=admin.company, code="rep")
    typed = {"username": "mei", "password": "12345678", "language": "en", "roles": [role.pk]}

    answer = browser.post("/admin/core/user/add/", typed)

    assert answer.status_code == 200
    assert not User.objects.filter(username="mei").exists()


@pytest.mark.parametrize(
    ("language", "taken", "short", "again"),
    [
        ("en", "already exists", "at least 8 characters", "Type the password again"),
        ("zh-hans", "已存在", "至少需要 8 个字符", "请重新输入密码"),
    ],
)
def test_all_that_is_wrong_with_a_new_user_is_told_at_once(browser, admin, rep, language, taken, short, again):
    admin.user.language = language
    admin.user.save()
    role = Role.objects.get(company=admin.company, code="rep")
    typed = {"username": rep.user.username, "language": "en", "roles": [role.pk]}

    weak, strong = (
        browser.post("/admin/core/user/add/", typed | {"password": password}).content.decode()
        for password in ("short", SECRET)
    )

    assert taken in weak
    assert short in weak
    assert taken in strong
    assert again in strong


def test_a_user_is_switched_off_with_a_reason(browser, rep):
    answer = browser.post(f"/admin/core/user/{rep.user.pk}/act/off/", {"_go": "1", "reason": "left"})

    rep.user.refresh_from_db()
    assert answer.status_code == 302
    assert not rep.user.is_active
    assert AuditRow.objects.get(action="switched_off").reason == "left"


def test_users_of_another_company_are_out_of_reach(browser, outsider):
    assert browser.get(f"/admin/core/user/{outsider.user.pk}/change/").status_code in (302, 404)
    assert browser.post(f"/admin/core/user/{outsider.user.pk}/act/off/", {"_go": "1"}).status_code == 404
    role = Role.objects.get(company=outsider.company, code="rep")
    assert browser.get(f"/desk/roles/{role.pk}/rights/").status_code == 404


def test_the_matrix_of_a_role_writes_what_differs(browser, admin):
    role = Role.objects.get(company=admin.company, code="rep")

    shown = page(browser, f"/desk/roles/{role.pk}/rights/")
    browser.post(
        f"/desk/roles/{role.pk}/rights/", {"crm_sales.view_order": "all", "made.up": "all", "reason": "spring"}
    )

    assert 'name="crm_sales.confirm_order"' in shown
    assert "otp" not in shown
    assert Grant.objects.get(role=role, code="crm_sales.view_order").scope == "all"
    assert AuditRow.objects.get(action="grants").reason == "spring"


def test_a_token_is_revoked(browser, admin, rep):
    make.client(rep)
    token = ApiToken.objects.get()

    browser.post(f"/admin/core/apitoken/{token.pk}/act/revoke/", {"_go": "1", "reason": "lost"})

    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_dead_event_is_tried_again(browser, admin):
    with acts.acting(admin) as act:
        act.announce("test.event", admin.company, key="1")
    event = OutboxEvent.objects.get(event="test.event")
    OutboxEvent.objects.update(dead_at=clock.now(), attempts=12)

    assert "test.event" in page(browser, "/admin/core/outboxevent/")
    browser.post(f"/admin/core/outboxevent/{event.pk}/act/retry/", {"_go": "1"})

    event.refresh_from_db()
    assert (event.dead_at, event.attempts) == (None, 0)


def test_somebodys_job_is_stopped(browser, rep):
    job = Job.objects.create(company=rep.company, user=rep.user, kind="x", title="Export")

    browser.post(f"/admin/core/job/{job.pk}/act/stop/")

    job.refresh_from_db()
    assert job.status == Job.Status.STOPPED


def test_the_audit_trail_names_who_and_what_and_cannot_be_changed(browser, admin, rep):
    browser.post(f"/admin/core/user/{rep.user.pk}/act/off/", {"_go": "1", "reason": "left"})
    row = AuditRow.objects.get(action="switched_off")

    text = page(browser, f"/admin/core/auditrow/?who={admin.user.pk}&kind=core.user")

    assert "left" in text
    assert str(admin.user) in text
    assert browser.post(f"/admin/core/auditrow/{row.pk}/change/", {"reason": "x"}).status_code == 403
    assert browser.post(f"/admin/core/auditrow/{row.pk}/delete/").status_code == 403


def test_colleagues_are_administered_by_administrators_only(rep, company):
    clerk = make.actor(company, "warehouse")
    client = Client()
    client.force_login(clerk.user, "suite.core.auth.CompanyBackend")

    assert client.get("/admin/core/user/").status_code == 403
    assert client.get("/admin/core/auditrow/").status_code == 403
