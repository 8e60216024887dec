from rest_framework.test import APIClient

from crm.sales.models import Lead
from suite.masterdata.models import Product
from tests.crm.sales.shop import Shop
from tests.crm.sales.test_leads import lead
from tests.make import client

LEADS, RULES = "/api/v1/crm/sales/leads/", "/api/v1/crm/sales/lead-rules/"


def test_a_lead_goes_its_way_by_the_api(shop: Shop, lamp: Product, mei: APIClient) -> None:
    known = shop.add_customer("Sky Trading", owner=shop.rep, phone="13800138000")
    made = mei.post(
        LEADS,
        {"organisation": "Blue", "name": "Li", "phone": "138-0013-8000", "products": [lamp.pk], "source": "web"},
        format="json",
    )
    assert made.status_code == 201, made.data
    address = f"{LEADS}{made.data['id']}/"

    logged = mei.post(f"{address}log/", {"kind": "mail", "text": "hello"}, format="json")
    changed = mei.patch(address, {"campaign": "spring", "version": logged.data["version"]}, format="json")
    staged = mei.patch(address, {"status": "converted"}, format="json")
    qualified = mei.post(f"{address}qualify/", {}, format="json")
    converted = mei.post(f"{address}convert/", {"party": known.pk, "amount": "12.50"}, format="json")
    again = mei.post(f"{address}convert/", {"party": known.pk}, format="json")

    assert (made.data["phone"], made.data["owner"], made.data["clock"]) == ("13800138000", shop.rep.user_id, "green")
    (alike,) = made.data["alike"]
    assert (alike["kind"], alike["id"], alike["exact"], alike["reasons"]) == ("party", known.pk, True, ["same phone"])
    assert (logged.data["status"], logged.data["responded_at"] is not None) == ("contacted", True)
    assert (changed.data["campaign"], staged.status_code, qualified.data["status"]) == ("spring", 400, "qualified")
    assert (converted.data["status"], converted.data["party"]) == ("converted", known.pk)
    assert converted.data["opportunity"]
    assert (again.status_code, again.data["code"]) == (409, "converted")


def test_a_site_with_a_narrow_token_brings_leads_and_reads_none(shop: Shop) -> None:
    site = client(shop.manager, "crm_sales.add_lead")

    made = site.post(LEADS, {"name": "Li", "consent": "Call me"}, format="json")
    read = site.get(LEADS)
    changed = site.patch(f"{LEADS}{made.data['id']}/", {"name": "x"}, format="json")

    assert (made.status_code, read.status_code, changed.status_code) == (201, 403, 403)
    assert made.data["consent_at"]


def test_nonsense_is_answered_at_its_field(shop: Shop, mei: APIClient) -> None:
    long = mei.post(LEADS, {"name": "x" * 10_000}, format="json")
    nobody = mei.post(LEADS, {"phone": "13800138000"}, format="json")
    phone = mei.post(LEADS, {"name": "x", "phone": "12"}, format="json")

    assert [answer.status_code for answer in (long, nobody, phone)] == [400, 400, 400]
    assert ("name" in long.data, "name" in nobody.data, "phone" in phone.data) == (True, True, True)
    assert not Lead.objects.exists()


def test_claim_assign_close_and_scope(shop: Shop, mei: APIClient, bo: APIClient) -> None:
    row, theirs = lead(shop), lead(shop, "Theirs", owner=shop.other_rep.user)
    address = f"{LEADS}{row.pk}/"

    claimed = mei.post(f"{address}claim/", {}, format="json")
    assigned = mei.post(f"{address}assign/", {"owner": shop.manager.user_id}, format="json")
    by_manager = bo.post(f"{address}assign/", {"owner": shop.rep.user_id}, format="json")
    nobody = bo.post(f"{address}assign/", {"owner": 0}, format="json")
    wordless = mei.post(f"{address}disqualify/", {}, format="json")
    closed = mei.post(f"{address}disqualify/", {"reason": "no budget"}, format="json")

    assert (claimed.status_code, claimed.data["owner"]) == (200, shop.rep.user_id)
    assert (assigned.status_code, by_manager.data["owner"], nobody.status_code) == (403, shop.rep.user_id, 400)
    assert (wordless.status_code, closed.data["status"], closed.data["reason"]) == (400, "disqualified", "no budget")
    assert mei.get(f"{LEADS}{theirs.pk}/").status_code == 404
    assert [each["id"] for each in mei.get(LEADS, {"status": "disqualified"}).data["results"]] == [row.pk]


def test_a_text_is_read_and_rules_are_kept(shop: Shop, mei: APIClient, bo: APIClient) -> None:
    read = mei.post(f"{LEADS}read/", {"text": "Hi, my name is Ann Lee from Sky Ltd, ann@sky.example"}, format="json")
    rule = bo.post(
        RULES,
        {"name": "Fair", "way": "least", "seats": [{"user": shop.rep.user_id, "quota": 3}],
         "conditions": {"groups": [{"params": {"source": "fair"}}]}},
        format="json",
    )  # fmt: skip
    off = bo.patch(f"{RULES}{rule.data['id']}/", {"is_active": False}, format="json")
    bad = bo.patch(f"{RULES}{rule.data['id']}/", {"conditions": {"groups": [{"params": {"x": "1"}}]}}, format="json")
    report = mei.get("/api/v1/crm/sales/reports/responses/", {"since": "2026-01-01", "until": "2026-12-31"})

    assert (read.data["name"], read.data["organisation"], read.data["email"]) == (
        "Ann Lee",
        "Sky Ltd",
        "ann@sky.example",
    )
    assert (rule.status_code, rule.data["seats"][0]["quota"]) == (201, 3)
    assert (off.data["is_active"], bad.status_code, report.status_code) == (False, 400, 200)
    assert mei.get(RULES).status_code == 403
