import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.customers.models import Activity, Customer
from crm.customers.services import activities
from suite.core import clock
from suite.masterdata.models import Party
from tests import make

CUSTOMERS = "/api/v1/crm/customers/customers/"
ACTIVITIES = "/api/v1/crm/customers/activities/"


def api(actor, method, path, data=None):
    """A call of the API in somebody's name."""
    return getattr(make.client(actor), method.lower())(path, data, format="json")


def test_one_post_makes_party_profile_contacts_and_addresses(rep, team):
    tag = api(rep, "POST", "/api/v1/crm/customers/tags/", {"name": "VIP"}).json()

    answer = api(
        rep,
        "POST",
        CUSTOMERS,
        {
            "name": "上海宏远",
            "phone": "138-0013 8000",
            "grade": "A",
            "tags": [tag["id"]],
            "next_step": "Send a quotation",
            "contacts": [{"name": "张伟", "preferences": "Tea"}, {"name": "李娜", "is_primary": True}],
            "addresses": [{"detail": "世纪大道100号", "region": "310115"}],
        },
    )

    body = answer.json()
    assert answer.status_code == 201, body
    assert (body["name"], body["phone"], body["owner"], body["team"]) == (
        "上海宏远",
        "13800138000",
        rep.user.pk,
        team.pk,
    )
    assert {contact["name"]: contact["is_primary"] for contact in body["contacts"]} == {"张伟": False, "李娜": True}
    assert body["tags"] == [tag["id"]]
    assert api(rep, "GET", f"{CUSTOMERS}{body['id']}/").json() == body


def test_a_patch_changes_party_and_profile_alike(rep):
    customer = make.customer(rep, "Old", contacts=[{"name": "A"}])

    body = api(rep, "PATCH", f"{CUSTOMERS}{customer.pk}/", {"name": "New", "grade": "B", "version": 1}).json()

    assert (body["name"], body["grade"], body["version"]) == ("New", "B", 2)
    assert [contact["name"] for contact in body["contacts"]] == ["A"]
    assert api(rep, "PATCH", f"{CUSTOMERS}{customer.pk}/", {"grade": "C", "version": 1}).status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grade", "Z"),
        ("owner", 999_999),
        ("tags", [999_999]),
        ("stage", "active"),
        ("next_step_at", "soon"),
        ("phone", "x"),
        ("contacts", [{"name": "A", "email": "x"}]),
        ("nme", "A"),
        ("party", 999_999),
        ("version", 1),
    ],
)
def test_bad_input_is_answered_at_its_field(rep, field, value):
    answer = api(rep, "POST", CUSTOMERS, {"name": "A", field: value})

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not Party.objects.exists()


def test_a_customer_without_a_name_is_refused_at_the_name(rep):
    assert list(api(rep, "POST", CUSTOMERS, {"grade": "A"}).json()) == ["name"]


def test_an_existing_party_becomes_a_customer(admin, company):
    party = make.party(company, "Supplier")

    body = api(admin, "POST", CUSTOMERS, {"party": party.pk, "grade": "C"}).json()

    assert (body["party"], body["name"], body["grade"]) == (party.pk, "Supplier", "C")


def test_what_stands_on_a_party_that_is_here_is_not_given_with_its_customer(admin, company):
    party = make.party(company, "Supplier")

    answer = api(admin, "POST", CUSTOMERS, {"party": party.pk, "name": "Other", "phone": "13800138000"})

    assert (answer.status_code, set(answer.json())) == (400, {"name", "phone"})


@pytest.mark.parametrize("q", ["华为", "hw", "hua", "8000"])
def test_customers_are_found_by_parts_of_names_and_phones(rep, q):
    make.customer(rep, "华为技术有限公司", phone="13800138000")
    make.customer(rep, "Lamps Ltd")

    found = api(rep, "GET", f"{CUSTOMERS}?q={q}").json()["results"]

    assert [row["name"] for row in found] == ["华为技术有限公司"]
    assert api(rep, "GET", f"{CUSTOMERS}?q={'x' * 101}").status_code == 400


def test_a_duplicate_is_a_conflict_until_it_is_wanted(rep):
    make.customer(rep, "First", phone="13800138000")
    data = {"name": "Second", "phone": "138-0013 8000"}

    refused = api(rep, "POST", CUSTOMERS, data)
    allowed = api(rep, "POST", CUSTOMERS, {**data, "allow_duplicate": True})

    assert (refused.status_code, refused.json()["code"]) == (409, "duplicate")
    assert allowed.status_code == 201


def test_candidates_are_shown_while_typing(rep, company):
    make.customer(make.actor(company, "rep", name="Mei"), "First", phone="13800138000")

    answer = api(rep, "GET", f"{CUSTOMERS}duplicates/?phone=138-0013-8000")

    assert [(row["name"], row["owner"], row["reasons"]) for row in answer.json()] == [("First", "Mei", ["same phone"])]


def test_customers_are_found_by_a_contacts_phone(rep):
    make.customer(rep, "First", contacts=[{"name": "A", "phone": "13800138000"}])
    make.customer(rep, "Second")

    body = api(rep, "GET", f"{CUSTOMERS}?phone=138 0013 8000").json()

    assert [row["name"] for row in body["results"]] == ["First"]


def test_a_colleagues_customer_does_not_exist_for_a_rep(rep, manager, company):
    customer = make.customer(make.actor(company, "rep"))

    assert api(rep, "GET", f"{CUSTOMERS}{customer.pk}/").status_code == 404
    assert api(rep, "POST", ACTIVITIES, {"party": customer.party_id, "kind": "note", "title": "x"}).status_code == 400
    assert api(manager, "POST", f"{CUSTOMERS}transfer/", {"customers": [customer.pk], "owner": None}).status_code == 400


def test_a_manager_hands_customers_of_the_team_over(rep, manager):
    customer = make.customer(rep)

    answer = api(manager, "POST", f"{CUSTOMERS}transfer/", {"customers": [customer.pk], "owner": manager.user.pk})

    assert answer.json() == {"transferred": 1}
    assert Customer.objects.get().owner == manager.user


def test_activities_stand_on_the_timeline_page_by_page(rep):
    customer = make.customer(rep)
    for n in range(31):
        activities.log_activity(actor=rep, party=customer.party, kind="call", title=f"Call {n}")

    first = api(rep, "GET", f"{CUSTOMERS}{customer.pk}/timeline/").json()
    second = make.client(rep).get(f"{CUSTOMERS}{customer.pk}/timeline/", {"after": first["next"]}).json()

    assert (len(first["results"]), len(second["results"]), second["next"]) == (30, 1, "")
    assert first["results"][0]["title"] == "Call: Call 30"


def test_a_logged_visit_moves_the_last_contact(rep):
    customer = make.customer(rep)

    answer = api(rep, "POST", ACTIVITIES, {"party": customer.party_id, "kind": "visit", "text": "Saw the plant"})

    assert answer.status_code == 201, answer.json()
    assert answer.json()["title"] == "Saw the plant"
    assert (clock.now() - Customer.objects.get().last_touch_at).total_seconds() < 60
    assert Activity.objects.get().owner == rep.user


def test_lists_cost_the_same_for_any_number_of_rows(rep):
    client, counts = make.client(rep), []
    client.get(CUSTOMERS)
    for count in (2, 8):
        for _ in range(count):
            make.customer(rep, contacts=[{"name": "A"}, {"name": "B"}], addresses=[{"detail": "x"}])
        with CaptureQueriesContext(connection) as seen:
            client.get(CUSTOMERS)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 12


def test_a_tag_is_unique_by_name(rep):
    api(rep, "POST", "/api/v1/crm/customers/tags/", {"name": "VIP"})

    assert api(rep, "POST", "/api/v1/crm/customers/tags/", {"name": "VIP"}).status_code == 409
