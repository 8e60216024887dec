"""Rights: roles, scopes, companies, and who else hears of a change."""

import pytest

from crm.sales.models import OrderLine
from suite.core import access, companies, roles
from suite.core.access import Actor, Scope
from suite.core.models import Grant, Job, Role, User
from tests import make

pytestmark = pytest.mark.django_db


def job(actor, **fields):
    return Job.objects.create(company=actor.company, user=actor.user, kind="x", **fields)


def grant(role, code, scope):
    Grant.objects.update_or_create(role=role, code=code, defaults={"scope": scope})
    access.changed(role.company_id)


def test_the_widest_scope_of_all_roles_counts(company):
    both = make.actor(company, "rep", "sales_manager")

    assert make.actor(company, "rep").scope("crm_sales.view_order") == Scope.OWN
    assert both.scope("crm_sales.view_order") == Scope.TEAM


def test_own_team_and_everything(company, admin, rep, manager):
    colleague = make.actor(company, "rep")
    rows = [job(actor) for actor in (rep, colleague, admin)]
    role = Role.objects.get(company=company, code="rep")

    for scope, count in ((Scope.NONE, 0), (Scope.OWN, 1), (Scope.ALL, 3)):
        grant(role, "core.view_job", scope)
        assert Job.objects.visible_to(Actor(rep.user, company)).count() == count
    assert len(rows) == Job.objects.visible_to(Actor.system(company)).count()


def test_a_manager_sees_what_belongs_to_the_team_they_lead_or_are_in(rep, manager, company):
    theirs = make.customer(rep)
    strangers = make.customer(make.actor(company, "rep"))

    seen = set(type(theirs).objects.visible_to(manager))

    assert theirs in seen
    assert strangers not in seen


def test_a_superuser_is_scoped_by_company_too(admin, outsider):
    root = make.user(admin.company, "administrator", is_superuser=True)
    job(outsider)

    assert not Job.objects.visible_to(Actor(root, admin.company)).exists()


def test_a_user_who_is_switched_off_may_nothing(admin):
    admin.user.is_active = False

    assert not admin.may("core.view_user")


def test_taking_a_role_away_counts_at_once(rep):
    assert rep.may("crm_sales.view_order")

    companies.join(user=rep.user, role_codes=["hr"], actor=Actor.system(rep.company))

    assert not Actor(rep.user, rep.company).may("crm_sales.view_order")


def test_grants_cost_nothing_the_second_time(rep, django_assert_num_queries):
    Actor(rep.user, rep.company).may("crm_sales.view_order")

    with django_assert_num_queries(0):
        assert Actor(rep.user, rep.company).may("crm_sales.view_order")


def test_seeding_again_changes_nothing_an_administrator_decided(company):
    role = Role.objects.get(company=company, code="rep")
    grant(role, "crm_sales.view_order", Scope.NONE)
    before = Grant.objects.count()

    roles.seed(company)

    assert Grant.objects.count() == before
    assert Grant.objects.get(role=role, code="crm_sales.view_order").scope == Scope.NONE


def test_every_pattern_of_a_role_reaches_something():
    idle = [
        f"{role}: {pattern}"
        for role, (_name, _name_en, patterns) in roles.ROLES.items()
        for pattern in patterns
        if not roles.expand({pattern: Scope.ALL})
    ]

    assert idle == []


def test_the_lines_of_a_paper_are_as_private_as_the_paper(rep):
    rows = OrderLine.objects.filter(access.own_rows(OrderLine, rep, Scope.OWN))

    assert f'"owner_id" = {rep.user.pk}' in str(rows.query)


def test_django_asks_the_same_grants(rep):
    rep.user.actor = rep

    assert rep.user.has_perm("crm_sales.view_order")
    assert not rep.user.has_perm("erp_finance.view_voucher")
    assert rep.user.has_module_perms("crm_sales")
    assert not rep.user.has_module_perms("erp_procurement")
    assert not rep.user.is_staff


def test_colleagues_are_users_of_the_same_company(rep, outsider):
    assert outsider.user not in User.objects.visible_to(rep)
    assert rep.user in User.objects.visible_to(rep)


@pytest.mark.parametrize("code", ["", "crm_customers.change_customer"])
def test_one_record_is_shown_to_whom_its_list_shows_it(company, admin, rep, manager, outsider, code):
    stranger = make.actor(company, "rep")
    left = make.actor(company, "rep")
    left.user.is_active = False
    customers = [make.customer(each) for each in (rep, stranger, outsider)]
    jobs = [job(each) for each in (rep, stranger, outsider)]
    rows = [*customers, *(customer.party for customer in customers), *jobs]

    for actor in (admin, rep, manager, stranger, left, outsider, Actor.system(company)):
        for row in rows:
            manager_of = type(row).objects
            assert (
                manager_of.shows(row.pk, actor, code) == manager_of.visible_to(actor, code).filter(pk=row.pk).exists()
            )
    assert type(customers[0]).objects.shows(customers[0].pk, manager)
    assert not type(customers[0]).objects.shows(customers[1].pk, rep)
    assert not type(customers[0]).objects.shows(10**19 - 1, rep)
