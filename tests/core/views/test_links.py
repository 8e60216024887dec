"""People set their password by a one-time link: who is invited, and who forgot theirs."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from suite.core import invitations, staff
from suite.core.errors import BusinessError
from suite.core.models import AuditRow, Role, User
from tests import make

GOOD = "a-Long-Enough-2026"


@pytest.fixture
def administrator(company):
    return make.actor(company, "administrator", username="root")


@pytest.fixture
def invited(company, administrator) -> User:
    roles = Role.objects.filter(company=company, code="rep")
    return staff.add_user(actor=administrator, username="li.na", email="li.na@example.com", roles=roles)


def linked(client: Client, path: str, password: str = GOOD) -> Client:
    client.post(path, {"new": password})
    return client


def may_sign_in(username: str, password: str) -> bool:
    return Client().post("/sign-in/", {"username": username, "password": password}).status_code == 302


def test_who_is_invited_sets_a_password_and_signs_in(invited, administrator):
    path = staff.invite(user=invited, actor=administrator)
    assert "li.na" in Client().get(path).content.decode()

    linked(Client(), path)

    assert may_sign_in("li.na", GOOD)
    assert set(AuditRow.objects.filter(object_id=invited.pk).values_list("action", flat=True)) >= {
        "invited",
        "password",
        "link_used",
    }


def test_a_link_works_once(invited, administrator):
    path = staff.invite(user=invited, actor=administrator)
    linked(Client(), path)

    again = Client().post(path, {"new": "Another-One-2026"})

    assert again.headers["Location"] == "/sign-in/forgotten/"
    assert not may_sign_in("li.na", "Another-One-2026")


@pytest.mark.parametrize("end", ["token", "key", "over", "off"])
def test_a_link_that_does_not_hold_opens_nothing(invited, administrator, settings, end):
    path = staff.invite(user=invited, actor=administrator)
    if end == "over":
        settings.PASSWORD_RESET_TIMEOUT = -1
    elif end == "off":
        staff.set_active(users=[invited], active=False, actor=administrator)
    elif end == "token":
        path = f"{path[:-3]}xx/"
    else:
        path = path.replace("/new-password/", "/new-password/x")

    assert Client().post(path, {"new": GOOD}).headers["Location"] == "/sign-in/forgotten/"
    assert not may_sign_in("li.na", GOOD)


def test_a_weak_password_is_refused_at_the_field(invited, administrator):
    path = staff.invite(user=invited, actor=administrator)

    answer = Client().post(path, {"new": "12345678"})

    assert answer.status_code == 400
    assert answer.context["form"].errors["new"]


def test_a_forgotten_password_is_set_by_the_link_in_the_mail(company):
    cache.clear()
    make.user(company, "rep", username="wang", email="wang@example.com")
    client = Client()
    client.force_login(User.objects.get(username="wang"), "suite.core.auth.CompanyBackend")

    invitations.mail_links("WANG@example.com", "https://suite.example/")
    [sent] = mail.outbox
    path = re.search(r"https://suite\.example(/\S+)", sent.body)[1]
    linked(Client(), path)

    assert sent.to == ["wang@example.com"]
    assert may_sign_in("wang", GOOD)
    assert client.get("/").status_code == 302, "sign-ins from before have ended"


def test_strangers_and_those_switched_off_get_no_mail(invited, administrator):
    staff.set_active(users=[invited], active=False, actor=administrator)

    assert invitations.mail_links("li.na@example.com", "https://x/") == 0
    assert invitations.mail_links("nobody@example.com", "https://x/") == 0


def test_the_page_answers_the_same_to_everybody(company):
    cache.clear()
    answers = {
        Client().post("/sign-in/forgotten/", {"address": address}).headers["Location"]
        for address in ("nobody@example.com", "nobody@example.com", "root")
    }

    assert answers == {"/sign-in/"}


def test_an_administrator_invites_nobody_of_another_company(company, other_company, administrator):
    stranger = make.user(other_company, "rep", username="stranger")

    with pytest.raises(BusinessError):
        staff.invite(user=stranger, actor=administrator)


def test_the_admin_page_shows_the_link_of_a_new_colleague(company, administrator):
    cache.clear()
    client = Client()
    client.force_login(administrator.user, "suite.core.auth.CompanyBackend")
    role = Role.objects.get(company=company, code="rep")
    typed = {"username": "zhao", "name": "赵", "email": "zhao@example.com", "language": "en", "roles": [role.pk]}

    page = client.post("/admin/core/user/add/", typed, follow=True).content.decode()

    path = re.search(r"/sign-in/new-password/[^/]+/[^/\s&<]+/", page)[0]
    linked(Client(), path)
    assert may_sign_in("zhao", GOOD)
