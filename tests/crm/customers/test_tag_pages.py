"""Rules of tags on screen and through the API; the tags on lists."""

import pytest

from crm.customers.models import Customer, TagRule
from crm.customers.services import tagging
from crm.customers.services.tags import create_tag, tag_customers
from tests import make


@pytest.fixture
def desk(client, admin):
    client.force_login(admin.user, "suite.core.auth.CompanyBackend")
    return client


def test_a_rule_is_written_on_a_page_and_shows_its_conditions_in_words(desk, admin):
    tag = create_tag(name="Key", actor=admin)
    blank = desk.post("/crm/customers/tag-rules/new/", {"name": "Big", "tag": tag.pk, "is_on": "on"})
    saved = desk.post("/crm/customers/tag-rules/new/", {"name": "Big", "tag": tag.pk, "is_on": "on", "g0-grade": "A"})

    rule = TagRule.objects.get(name="Big")
    page = desk.get(f"/crm/customers/tag-rules/{rule.pk}/").content.decode()
    listed = desk.get("/crm/customers/tag-rules/").content.decode()

    assert (blank.status_code, saved.status_code) == (409, 302)
    assert "Say at least one condition" in blank.content.decode()
    assert 'name="g0-paid_late_min"' in page
    assert "Grade: A" in listed


def test_a_rep_sees_why_a_customer_carries_a_tag_but_writes_no_rules(client, rep, admin, house):
    tagging.set_rule(
        tag=create_tag(name="Key", actor=admin), name="Big ones", actor=admin,
        conditions_={"groups": [{"params": {"grade": "A"}}]},
    )  # fmt: skip
    customer = make.customer(rep, "恒泰", grade="A")
    tagging.go_through(actor=house)
    client.force_login(rep.user, "suite.core.auth.CompanyBackend")

    page = client.get(f"/crm/customers/{customer.pk}/").content.decode()
    told = make.client(rep).get(f"/api/v1/crm/customers/customers/{customer.pk}/").json()

    assert "Key" in page
    assert "by rule since" in page
    assert "Big ones" in page
    assert [each["rule_name"] for each in told["ruled_tags"]] == ["Big ones"]
    assert client.get("/crm/customers/tag-rules/").status_code == 403


def test_twenty_rows_tagged_in_bulk_are_the_twenty_the_filter_finds(desk, rep, admin):
    tag = create_tag(name="Fair", actor=admin)
    rows = [make.customer(rep) for _each in range(22)]
    tag_customers(customers=[row.pk for row in rows[:20]], tags=[tag], actor=rep)

    through_api = make.client(admin).get(f"/api/v1/crm/customers/customers/?tag={tag.pk}").json()["results"]
    on_screen = desk.get(f"/crm/customers/?tag={tag.pk}&cols=name,tags")

    assert {row["id"] for row in through_api} == {row.pk for row in rows[:20]}
    assert on_screen.content.decode().count("Fair") >= 20
    assert Customer.objects.filter(tags=tag).count() == 20


def test_other_systems_write_rules(admin, rep):
    tag = create_tag(name="Key", actor=admin)
    caller, url = make.client(admin), "/api/v1/crm/customers/tag-rules/"

    made = caller.post(
        url, {"name": "Big", "tag": tag.pk, "conditions": {"groups": [{"params": {"grade": "A"}}]}}, format="json"
    )
    bad = caller.patch(
        f"{url}{made.json()['id']}/", {"conditions": {"groups": [{"params": {"x": "A"}}]}}, format="json"
    )
    off = caller.patch(f"{url}{made.json()['id']}/", {"is_on": False}, format="json")
    refused = make.client(rep).post(url, {"name": "Mine", "tag": tag.pk}, format="json")

    assert (made.status_code, bad.status_code, off.status_code, refused.status_code) == (201, 400, 200, 403)
    assert off.json()["is_on"] is False
