from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from suite.core.models import AuditRow
from suite.masterdata.models import Currency, ExchangeRate, Party, Product, Tax, Unit
from tests import make

NO_LINES = {
    f"{prefix}-{name}": 0
    for prefix in ("contacts", "addresses", "units")
    for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
}
PRODUCT = {
    "code": "S1",
    "name": "Screw",
    "kind": "stocked",
    "unit": "pcs",
    "sale_price": "1",
    "standard_cost": "0.5",
    "costing": "average",
    "shortage": "backorder",
}


def browse(actor):
    client = Client(headers={"accept-language": "en"})
    client.force_login(actor.user, "suite.core.auth.CompanyBackend")
    return client


def add(model):
    return reverse(f"admin:masterdata_{model}_add")


def change(row):
    return reverse(f"admin:masterdata_{row._meta.model_name}_change", args=[row.pk])


@pytest.fixture
def desk(admin):
    return browse(admin)


def test_a_party_is_entered_with_a_contact(desk):
    answer = desk.post(
        add("party"),
        {
            **NO_LINES,
            "name": "Maker",
            "kind": "organisation",
            "phone": "138-0013 8000",
            "contacts-TOTAL_FORMS": 1,
            "contacts-0-name": "Mo",
        },
    )

    party = Party.objects.get()
    assert answer.status_code == 302
    assert (party.phone, party.contacts.get().name) == ("13800138000", "Mo")
    assert AuditRow.objects.filter(kind="masterdata.party", action="created").count() == 1


def test_a_contact_struck_out_is_archived(desk, company):
    party = make.party(company, "Maker", contacts=[{"name": "Mo"}, {"name": "Li"}])
    mo, li = party.contacts.order_by("id")

    desk.post(
        change(party),
        {
            **NO_LINES,
            "name": "Maker",
            "kind": "organisation",
            "contacts-TOTAL_FORMS": 2,
            "contacts-INITIAL_FORMS": 2,
            "contacts-0-id": mo.pk,
            "contacts-0-party": party.pk,
            "contacts-0-name": "Mo",
            "contacts-0-DELETE": "on",
            "contacts-1-id": li.pk,
            "contacts-1-party": party.pk,
            "contacts-1-name": "Li Na",
        },
    )

    assert [row.name for row in party.contacts.filter(is_archived=False)] == ["Li Na"]
    assert party.contacts.get(pk=mo.pk).is_archived


def test_a_refusal_of_the_service_stands_in_the_form(desk, company):
    make.party(company, "First", credit_code="91110000600037341L")

    answer = desk.post(
        add("party"), {**NO_LINES, "name": "Second", "kind": "organisation", "credit_code": "91110000600037341L"}
    )

    assert answer.status_code == 200
    assert "belongs to First already" in answer.content.decode()
    assert Party.objects.count() == 1


def test_a_product_is_entered_with_a_further_unit(desk, company):
    tax = Tax.objects.of(company.pk).get(code="VAT13")

    desk.post(
        add("product"),
        {
            **NO_LINES,
            **PRODUCT,
            "tax": tax.pk,
            "units-TOTAL_FORMS": 1,
            "units-0-unit": "box",
            "units-0-numerator": 144,
            "units-0-denominator": 1,
        },
    )

    assert [str(unit) for unit in Product.objects.get().units.all()] == ["box = 144/1"]


def test_another_companys_party_has_no_page(desk, other_company):
    assert desk.get(change(make.party(other_company))).status_code in (302, 404)


def test_what_the_warehouse_may_not_see_is_not_in_its_forms(warehouse, company):
    shown = browse(warehouse).get(change(make.party(company, bank_account="622200001"))).content.decode()

    assert "622200001" not in shown


def test_archived_products_come_back_by_an_act(desk, company):
    product = make.product(company)
    archive, restore = (
        reverse("admin:masterdata_product_act", args=[product.pk, name]) for name in ("archive", "restore")
    )

    desk.post(archive)
    assert Product.objects.get().is_archived
    desk.post(restore)
    assert not Product.objects.get().is_archived


def test_accountants_set_rates_and_taxes(accountant, company):
    client = browse(accountant)

    client.post(add("exchangerate"), {"currency": "USD", "valid_from": "2026-01-01", "rate": "7.1"})
    client.post(
        add("tax"), {"code": "VAT5", "rate": "5", "method": "simple", "name": "5%", "legal_basis": "Notice 36 of 2016"}
    )

    assert ExchangeRate.objects.get().rate == Decimal("7.1")
    assert Tax.objects.filter(company=company, code="VAT5").exists()


def test_units_and_currencies_keep_their_codes(desk):
    desk.post(add("unit"), {"code": "can", "name": "罐", "digits": 0})
    unit = Unit.objects.get(pk="can")

    desk.post(change(unit), {"name": "罐", "name_en": "can", "digits": 0})
    dollar = Currency.objects.get(pk="USD")
    desk.post(change(dollar), {"name": "美金", "name_en": "US dollar", "symbol": "$", "digits": 2})

    assert Unit.objects.get(pk="can").name_en == "can"
    assert Currency.objects.get(pk="USD").name == "美金"


@pytest.mark.parametrize("model", ["party", "product", "tax", "exchangerate", "unit", "currency"])
def test_lists_and_blank_forms_open(desk, model):
    assert desk.get(reverse(f"admin:masterdata_{model}_changelist")).status_code == 200
    assert desk.get(add(model)).status_code == 200


@pytest.mark.parametrize("name", ["products", "product"])
def test_reps_look_at_products(rep, company, name):
    product = make.product(company, "SCREW", units=[{"unit_id": "box", "numerator": 144}])
    page = reverse(f"masterdata:{name}", args=[product.pk] if name == "product" else [])

    assert "SCREW" in browse(rep).get(page).content.decode()
