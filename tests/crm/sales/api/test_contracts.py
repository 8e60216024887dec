from rest_framework.test import APIClient

from crm.sales.models import Contract, Order
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop, line
from tests.crm.sales.test_contracts import contract, want_approval

CONTRACTS, TEMPLATES = "/api/v1/crm/sales/contracts/", "/api/v1/crm/sales/contract-templates/"


def test_a_contract_goes_its_way_by_the_api(shop: Shop, lamp: Product, mei: APIClient, bo: APIClient) -> None:
    made = mei.post(
        CONTRACTS,
        {
            "name": "Supply", "party": shop.customer.pk, "ends_on": "2027-12-31",
            "lines": [{"product": lamp.pk, "quantity": "3"}],
            "milestones": [
                {"name": "Deposit", "share": "30", "due_on": "2026-12-01"},
                {"name": "Rest", "share": "70", "event": "delivered", "days": 30},
                {"name": "Drawings", "due_on": "2026-12-05"},
            ],
        },
        format="json",
    )  # fmt: skip
    assert made.status_code == 201, made.data
    address = f"{CONTRACTS}{made.data['id']}/"
    changed = mei.patch(address, {"lines": [{"product": lamp.pk, "quantity": "2"}], "version": 1}, format="json")
    stale = mei.patch(address, {"note": "x", "version": 1}, format="json")
    early = mei.post(f"{address}order/", {}, format="json")
    submitted = mei.post(f"{address}submit/", {}, format="json")
    again = mei.post(f"{address}submit/", {}, format="json")
    signed = mei.post(f"{address}sign/", {"signed_on": "2026-01-05"}, format="json")
    twice = mei.post(f"{address}order/", {}, format="json")
    drawings = submitted.data["milestones"][2]["id"]
    reached = mei.post(f"{address}reach/", {"milestones": [drawings]}, format="json")
    chain = mei.get(f"{address}chain/")
    wordless = mei.post(f"{address}terminate/", {"reason": ""}, format="json")
    ended = mei.post(f"{address}terminate/", {"reason": "They left"}, format="json")

    assert [row["amount"] for row in made.data["milestones"]] == ["101.70", "237.30", "0.00"]
    assert [row["amount"] for row in changed.data["milestones"]] == ["67.80", "158.20", "0.00"]
    assert (stale.status_code, early.status_code, early.data["code"]) == (409, 409, "not_in_force")
    assert (submitted.data["status"], again.status_code) == ("active", 409)
    assert signed.data["signed_on"] == "2026-01-05"
    assert (twice.status_code, twice.data["code"]) == (409, "already_ordered")
    assert reached.data["milestones"][2]["done_at"] is not None
    assert Order.objects.get().number in str(chain.data)
    assert (wordless.status_code, ended.data["status"]) == (400, "terminated")


def test_bad_input_is_said_at_its_field(shop: Shop, lamp: Product, mei: APIClient) -> None:
    good = {"name": "x", "party": shop.customer.pk, "lines": [{"product": lamp.pk, "quantity": "1"}]}
    for wrong, status in (
        ({"milestones": [{"name": "a", "amount": "5", "due_on": "2026-12-01"}]}, 409),
        ({"milestones": [{"name": "a", "share": "-5"}]}, 400),
        ({"milestones": [{"name": "a", "event": "never"}]}, 400),
        ({"body": "{nonsense}"}, 400),
        ({"template": 0}, 400),
        ({"status": "active"}, 400),
        ({"starts_on": "2027-01-02", "ends_on": "2027-01-01"}, 409),
    ):
        answer = mei.post(CONTRACTS, {**good, **wrong}, format="json")
        assert answer.status_code == status, (wrong, answer.data)
    assert not Contract.objects.exists()


def test_a_contract_of_a_quotation_and_its_approval(shop: Shop, lamp: Product, mei: APIClient, bo: APIClient) -> None:
    want_approval(shop)
    quotation = shop.quotation(line(lamp, "3"))
    made = mei.post(f"{CONTRACTS}from-quotation/", {"quotation": quotation.pk}, format="json")
    unknown = mei.post(f"{CONTRACTS}from-quotation/", {"quotation": 0}, format="json")
    waiting = mei.post(f"{CONTRACTS}{made.data['id']}/submit/", {}, format="json")
    ordered = mei.post(f"/api/v1/crm/sales/quotations/{quotation.pk}/order/", {}, format="json")

    assert (made.status_code, made.data["quotation"], unknown.status_code) == (201, quotation.pk, 400)
    assert waiting.data["status"] == "awaiting"
    assert (ordered.status_code, ordered.data["code"]) == (409, "under_contract")


def test_rows_are_scoped_filtered_and_ordered(shop: Shop, lamp: Product, mei: APIClient, bo: APIClient) -> None:
    small, large = contract(shop, line(lamp)), contract(shop, line(lamp, "9"))
    tom = make.client(shop.other_rep)

    found = mei.get(CONTRACTS, {"ordering": "-gross", "status": "draft", "gross__gte": "1"}).data["results"]

    assert [row["id"] for row in found] == [large.pk, small.pk]
    assert tom.get(CONTRACTS).data["results"] == []
    assert tom.get(f"{CONTRACTS}{small.pk}/").status_code == 404
    assert tom.post(f"{CONTRACTS}{small.pk}/submit/", {}, format="json").status_code == 404
    assert mei.delete(f"{CONTRACTS}{small.pk}/").status_code == 204


def test_templates_are_written_by_managers(shop: Shop, mei: APIClient, bo: APIClient) -> None:
    made = bo.post(TEMPLATES, {"name": "Lease", "body": "For {customer}"}, format="json")
    bad = bo.post(TEMPLATES, {"name": "Lease", "body": "For {nobody}"}, format="json")
    refused = mei.post(TEMPLATES, {"name": "Lease", "body": "x"}, format="json")
    archived = bo.patch(f"{TEMPLATES}{made.data['id']}/", {"is_archived": True}, format="json")

    assert (made.status_code, bad.status_code, refused.status_code) == (201, 400, 403)
    assert archived.data["is_archived"] is True
    assert any(row["name_en"] == "Sale of goods" for row in mei.get(TEMPLATES).data["results"])
