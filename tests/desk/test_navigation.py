"""The menu of each role begins with what the role does."""

import pytest

from suite.desk import navigation
from tests import make


@pytest.mark.parametrize(
    ("role", "first"),
    [
        ("rep", "crm_customers.view_customer"),
        ("accountant", "erp_finance."),
        ("warehouse", "erp_inventory."),
        ("buyer", "erp_procurement."),
    ],
)
@pytest.mark.django_db
def test_sections_in_which_somebody_acts_come_before_those_they_look_at(company, role, first):
    actor = make.actor(company, role)

    entries = [entry for entry in navigation.pages(actor) if entry.order >= navigation.OWN_WORK]

    section = navigation.sections(entries)[0]
    assert any((entry.permission or "").startswith(first) for entry in section.entries), section
    assert [entry.order for entry in entries if entry.order >= navigation.SETTINGS] == sorted(
        entry.order for entry in entries if entry.order >= navigation.SETTINGS
    )


@pytest.mark.django_db
def test_pages_that_count_something_have_a_place_for_the_count_in_the_menu(company, client):
    client.force_login(make.user(company, "warehouse"), "suite.core.auth.CompanyBackend")

    text = client.get("/").text

    counted = [entry.key for entry in navigation.pages(make.actor(company, "warehouse")) if entry.has_badge]
    assert len(counted) >= 2
    assert all(f'data-badge="{key}"' in text for key in counted)
