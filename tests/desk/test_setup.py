"""The setup centre finds settings, says what is open, and takes changes back."""

import pytest

from crm.sales.services.policy import change_policy, policy_of
from erp.finance.services.settings import change_policy as change_books
from suite.core import companies, modules, staff
from suite.core.access import Scope
from suite.core.errors import BusinessError
from suite.core.models import AuditRow, Company, Role
from suite.desk import setup
from suite.desk.services import settings_history
from tests import make

pytestmark = pytest.mark.django_db
BACKEND = "suite.core.auth.CompanyBackend"


@pytest.fixture
def desk(client, admin):
    client.force_login(admin.user, BACKEND)
    return client


def last(kind: str) -> AuditRow:
    return AuditRow.objects.filter(kind=kind).latest("id")


@pytest.mark.parametrize(("q", "title"), [("users", "Users"), ("industry", "Industry"), ("tax", "Taxes")])
def test_settings_are_found_by_their_words(q, title, admin):
    assert title in [str(card.title) for card in setup.cards(admin, q)]


def test_the_centre_shows_open_steps_and_all_areas(desk):
    page = desk.get("/desk/setup/")

    assert "Steps still open" in page.text
    assert {"Setting up", "Administration", "Master data"} <= set(page.context["areas"])
    assert "No setting is called so." in desk.get("/desk/setup/?q=zzzz").text


def test_what_a_reader_may_not_set_is_not_there(company, admin, rep):
    assert setup.cards(rep) == [card for card in setup.cards(rep) if "/desk/" in card.url]
    modules.switch(label="erp_procurement", on=False, actor=admin)
    assert "Purchase settings" not in [str(card.title) for card in setup.cards(admin)]


def test_changed_settings_are_taken_back(company, admin, desk):
    change_policy(max_discount=33, thank_after_payment=False, actor=admin)
    row = last("crm_sales.salespolicy")

    assert desk.post(f"/desk/setup/{row.pk}/undo/").status_code == 302

    assert (policy_of(company.pk).max_discount, policy_of(company.pk).thank_after_payment) == (20, True)
    assert "Take back" in desk.get("/desk/setup/").text


def test_what_was_changed_again_is_not_taken_back(company, admin):
    change_books(overdue_days=10, actor=admin)
    row = last("erp_finance.financepolicy")
    change_books(overdue_days=20, actor=admin)

    with pytest.raises(BusinessError, match="changed again since"):
        settings_history.take_back(row=row, actor=admin)


def test_modules_company_and_rights_are_taken_back(company, admin):
    modules.switch(label="crm_retention", on=False, actor=admin)
    settings_history.take_back(row=last("core.company"), actor=admin)
    assert Company.objects.get(pk=company.pk).modules_off == []

    companies.change(values={"phone": "010-1"}, actor=admin)
    settings_history.take_back(row=last("core.company"), actor=admin)
    assert Company.objects.get(pk=company.pk).phone == ""

    role = Role.objects.get(company=company, code="rep")
    staff.set_grants(role=role, scopes={"crm_sales.view_order": Scope.ALL}, actor=admin)
    settings_history.take_back(row=last("core.role"), actor=admin)
    assert role.grants.get(code="crm_sales.view_order").scope == Scope.OWN


def test_the_trail_of_another_company_is_out_of_reach(desk, outsider):
    change_policy(max_discount=33, actor=outsider)

    assert desk.post(f"/desk/setup/{last('crm_sales.salespolicy').pk}/undo/").status_code == 404
    assert policy_of(outsider.company_id).max_discount == 33


def test_records_that_are_no_settings_are_not_undone_here(company, desk, admin):
    make.party(company)
    row = last("masterdata.party")

    assert desk.post(f"/desk/setup/{row.pk}/undo/")["Location"] == "/desk/setup/"
