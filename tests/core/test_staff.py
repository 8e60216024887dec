"""Administering people."""

import pytest
from django.core.exceptions import ValidationError

from suite.core import staff
from suite.core.access import Actor, Scope
from suite.core.errors import BusinessError
from suite.core.models import AuditRow, Grant, Membership, Role, User
from tests import make

pytestmark = pytest.mark.django_db
SECRET = "a long and quiet phrase"


def role(company, code):
    return Role.objects.get(company=company, code=code)


def test_a_new_user_is_a_member_with_roles_and_a_trail(admin):
    user = staff.add_user(
        actor=admin, username="mei", password=SECRET, name="梅", roles=[role(admin.company, "rep")], email="m@x.example"
    )

    assert user.check_password(SECRET)
    assert Actor(user, admin.company).may("crm_sales.view_order")
    trail = AuditRow.objects.filter(kind="core.user", object_id=user.pk).order_by("id")
    assert list(trail.values_list("action", flat=True)) == ["created", "roles"]


@pytest.mark.parametrize(
    "wrong", [{"username": "admin"}, {"password": "12345678"}, {"email": "nonsense"}, {"username": "a b"}]
)
def test_a_new_user_must_make_sense(admin, wrong):
    with pytest.raises(ValidationError):
        staff.add_user(**{"actor": admin, "username": "mei", "password": SECRET, "roles": [], **wrong})

    assert not User.objects.filter(username="mei").exists()


def test_switching_off_ends_everything_at_once(admin, rep):
    api = make.client(rep)

    staff.set_active(users=[rep.user], active=False, actor=admin, reason="left us")

    assert api.get("/api/v1/masterdata/parties/").status_code == 401
    assert AuditRow.objects.get(action="switched_off").reason == "left us"


def test_the_last_administrator_stays(admin):
    for act in (
        lambda: staff.set_active(users=[admin.user], active=False, actor=admin),
        lambda: staff.leave(user=admin.user, actor=admin),
        lambda: staff.change_user(user=admin.user, actor=admin, roles=[role(admin.company, "rep")]),
        lambda: staff.set_grants(
            role=role(admin.company, "administrator"), scopes={"core.change_role": Scope.NONE}, actor=admin
        ),
    ):
        with pytest.raises(BusinessError) as refused:
            act()
        assert refused.value.code == "last_administrator"

    assert Actor(User.objects.get(pk=admin.user.pk), admin.company).may("core.change_role")


def test_who_works_elsewhere_too_is_not_taken_over(admin, outsider):
    both = outsider.user
    make.companies.join(user=both, role_codes=["rep"], actor=Actor.system(admin.company))

    for act in (
        lambda: staff.reset_password(user=both, password=SECRET, actor=admin),
        lambda: staff.set_active(users=[both], active=False, actor=admin),
        lambda: staff.change_user(user=both, actor=admin, roles=[role(admin.company, "rep")], email="mine@x.example"),
    ):
        with pytest.raises(BusinessError) as refused:
            act()
        assert refused.value.code == "not_ours"
    staff.change_user(user=both, actor=admin, roles=[role(admin.company, "hr")])
    assert Membership.objects.get(user=both, company=admin.company).roles.get().code == "hr"


def test_only_a_superuser_changes_a_superuser(admin):
    root = make.user(admin.company, "administrator", is_superuser=True)

    with pytest.raises(BusinessError):
        staff.reset_password(user=root, password=SECRET, actor=admin)


def test_rights_are_written_where_they_differ_and_taken_rights_stay_taken(admin):
    rep = role(admin.company, "rep")
    scopes = {"crm_sales.view_order": Scope.ALL, "crm_sales.confirm_order": Scope.NONE, "core.view_user": Scope.ALL}

    changed = staff.set_grants(role=rep, scopes=scopes, actor=admin, reason="spring")

    assert changed == 2
    assert dict(Grant.objects.filter(role=rep, code__in=scopes).values_list("code", "scope")) == scopes
    row = AuditRow.objects.get(action="grants")
    assert row.changes == {"crm_sales.view_order": ["own", "all"], "crm_sales.confirm_order": ["own", "none"]}
    assert staff.set_grants(role=rep, scopes=scopes, actor=admin) == 0


def test_a_copied_role_may_the_same(admin):
    copy = staff.copy_role(role=role(admin.company, "rep"), code="senior", name="高级销售", actor=admin)

    assert copy.grants.count() == role(admin.company, "rep").grants.count()
