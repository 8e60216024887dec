from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suite.masterdata.models import Party, Product, Tax
from tests import make

PARTIES, PRODUCTS = "/api/v1/masterdata/parties/", "/api/v1/masterdata/products/"


def api(actor, method, path, data=None):
    """A call of the API in somebody's name."""
    return getattr(make.client(actor), method.lower())(path, data, format="json")


def test_a_party_comes_with_contacts_and_addresses_in_one_call(admin):
    answer = api(
        admin,
        "POST",
        PARTIES,
        {
            "name": "上海宏远",
            "phone": "138-0013 8000",
            "credit_code": "91310000 madem00019",
            "region": "310115",
            "contacts": [{"name": "张伟", "phone": "139 0000 0000"}],
            "addresses": [{"detail": "世纪大道100号", "region": "310115"}],
        },
    )

    body = answer.json()
    assert answer.status_code == 201, body
    assert (body["phone"], body["phone_raw"], body["credit_code"]) == (
        "13800138000",
        "138-0013 8000",
        "91310000MADEM00019",
    )
    assert body["contacts"][0]["is_primary"]
    assert body["addresses"][0]["is_default"]


def test_a_patch_replaces_the_contacts_it_names(admin, company):
    party = make.party(company, "A", contacts=[{"name": "One"}, {"name": "Two"}])
    one = party.contacts.get(name="One")

    answer = api(admin, "PATCH", f"{PARTIES}{party.pk}/", {"contacts": [{"id": one.pk, "name": "Uno"}], "version": 1})

    assert [contact["name"] for contact in answer.json()["contacts"]] == ["Uno"]
    assert api(admin, "PATCH", f"{PARTIES}{party.pk}/", {"name": "B", "version": 1}).status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 10_000),
        ("name", "a\x00b"),
        ("phone", "none"),
        ("credit_code", "91310000MADEM00010"),
        ("email", "x"),
        ("region", "999999"),
        ("region", 12),
        ("kind", "alien"),
        ("colour", "red"),
        ("code", "P1"),
        ("contacts", [{"name": ""}]),
        ("contacts", [{"name": "A", "phone": "x"}]),
        ("contacts", "nobody"),
        ("addresses", [{"detail": "x", "kind": "moon"}]),
        ("version", 0),
    ],
)
def test_bad_input_is_answered_at_its_field(admin, field, value):
    answer = api(admin, "POST", PARTIES, {"name": "A", field: value})

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not Party.objects.exists()


def test_a_taken_credit_code_is_a_conflict(admin, company):
    make.party(company, "First", credit_code="91110000600037341L")

    answer = api(admin, "POST", PARTIES, {"name": "Second", "credit_code": "91110000600037341L"})

    assert answer.status_code == 409
    assert answer.json()["refusals"][0]["field"] == "credit_code"


def test_another_companys_party_does_not_exist(admin, other_company):
    party = make.party(other_company)

    assert api(admin, "GET", f"{PARTIES}{party.pk}/").status_code == 404
    assert api(admin, "PATCH", f"{PARTIES}{party.pk}/", {"name": "Mine"}).status_code == 404
    assert api(admin, "GET", PARTIES).json()["results"] == []


def test_parties_are_found_by_phone_however_it_is_written(admin, company):
    make.party(company, "A", phone="13800138000")
    make.party(company, "B")

    answer = api(admin, "GET", f"{PARTIES}?phone=138-0013-8000")

    assert [row["name"] for row in answer.json()["results"]] == ["A"]


def test_bank_accounts_are_for_those_who_may_see_them(accountant, warehouse, company):
    party = make.party(company, bank_account="622200001")

    assert api(accountant, "GET", f"{PARTIES}{party.pk}/").json()["bank_account"] == "622200001"
    assert "bank_account" not in api(warehouse, "GET", f"{PARTIES}{party.pk}/").json()


def test_lists_cost_the_same_for_any_number_of_rows(admin, company):
    def parties(count):
        for _ in range(count):
            make.party(
                company, contacts=[{"name": "A"}, {"name": "B"}], addresses=[{"detail": "x", "region_id": "310115"}]
            )

    client, counts = make.client(admin), []
    client.get(PARTIES)
    for count in (2, 8):
        parties(count)
        with CaptureQueriesContext(connection) as seen:
            client.get(PARTIES)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 12


def test_a_product_is_made_with_its_further_units(buyer):
    answer = api(
        buyer,
        "POST",
        PRODUCTS,
        {"code": "S1", "name": "Screw", "sale_price": "0.113", "units": [{"unit": "box", "numerator": 144}]},
    )

    assert answer.status_code == 201, answer.json()
    assert answer.json()["unit"] == "pcs"
    assert answer.json()["units"] == [{"unit": "box", "numerator": 144, "denominator": 1, "barcode": ""}]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sale_price", -1),
        ("sale_price", "NaN"),
        ("sale_price", "1e30"),
        ("unit", "furlong"),
        ("tax", 999999),
        ("code", ""),
        ("costing", "guess"),
        ("units", [{"unit": "box", "numerator": 0}]),
        ("units", [{"unit": "box", "numerator": 2**40}]),
    ],
)
def test_bad_products_are_answered_at_their_field(buyer, field, value):
    answer = api(buyer, "POST", PRODUCTS, {"code": "A", "name": "A", field: value})

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not Product.objects.exists()


def test_costs_are_for_those_who_may_see_them(buyer, rep, company):
    product = make.product(company, standard_cost=Decimal(7))

    assert Decimal(api(buyer, "GET", f"{PRODUCTS}{product.pk}/").json()["standard_cost"]) == 7
    assert "standard_cost" not in api(rep, "GET", f"{PRODUCTS}{product.pk}/").json()


def test_an_archived_product_can_be_brought_back(buyer, company):
    product = make.product(company)

    assert api(buyer, "POST", f"{PRODUCTS}{product.pk}/archive/", {"reason": "Old"}).json()["is_archived"]
    assert not api(buyer, "POST", f"{PRODUCTS}{product.pk}/restore/").json()["is_archived"]


def test_a_rep_may_look_at_products_but_not_change_them(rep, company):
    product = make.product(company)

    assert api(rep, "GET", f"{PRODUCTS}{product.pk}/").status_code == 200
    assert api(rep, "PATCH", f"{PRODUCTS}{product.pk}/", {"name": "X"}).status_code == 403


def test_an_exchange_rate_said_again_is_replaced(accountant):
    path = "/api/v1/masterdata/exchange-rates/"
    first = api(accountant, "POST", path, {"currency": "USD", "valid_from": "2026-01-01", "rate": "7.1"})

    second = api(accountant, "POST", path, {"currency": "USD", "valid_from": "2026-01-01", "rate": "7.2"})

    assert (first.status_code, second.status_code) == (201, 200)
    assert [Decimal(row["rate"]) for row in api(accountant, "GET", path).json()["results"]] == [Decimal("7.2")]
    assert api(accountant, "POST", path, {"currency": "CNY", "valid_from": "2026-01-01", "rate": 1}).status_code == 409
    assert api(accountant, "POST", path, {"currency": "USD", "valid_from": "2026-01-01", "rate": 0}).status_code == 400


def test_two_rates_cannot_hold_a_code_on_the_same_day(accountant):
    path = "/api/v1/masterdata/taxes/"

    answer = api(accountant, "POST", path, {"code": "VAT13", "name": "12%", "rate": 12, "valid_from": "2027-01-01"})

    assert answer.status_code == 409
    assert answer.json()["code"] == "overlap"


def test_marking_another_tax_as_usual_moves_the_mark(accountant, company):
    six = Tax.objects.of(company.pk).get(code="VAT6")

    api(accountant, "PATCH", f"/api/v1/masterdata/taxes/{six.pk}/", {"is_default": True})

    assert Tax.objects.of(company.pk).get(is_default=True) == six


def test_regions_page_through_by_their_codes(rep):
    page = api(rep, "GET", "/api/v1/masterdata/regions/?page_size=200").json()
    second = api(rep, "GET", page["next"]).json()

    assert len(second["results"]) == 200
    assert second["results"][0]["code"] > page["results"][-1]["code"]
    assert api(rep, "GET", "/api/v1/masterdata/regions/?parent=440300").json()["results"][0]["code"] == "440303"


def test_units_and_currencies_are_known_by_their_codes(rep, buyer):
    assert api(rep, "GET", "/api/v1/masterdata/units/kg/").json()["digits"] == 3
    assert api(rep, "GET", "/api/v1/masterdata/currencies/JPY/").json()["digits"] == 0
    assert api(buyer, "POST", "/api/v1/masterdata/units/", {"code": "can", "name": "罐"}).status_code == 201
    assert api(buyer, "POST", "/api/v1/masterdata/units/", {"code": "can", "name": "罐"}).status_code in (400, 409)


def test_who_sees_only_own_customers_makes_no_party_that_would_be_nobodys(rep):
    answer = api(rep, "POST", PARTIES, {"name": "Lost"})

    assert answer.status_code == 403
    assert not Party.objects.filter(name="Lost").exists()
