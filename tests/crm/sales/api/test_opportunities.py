from rest_framework.test import APIClient

from crm.sales.models import LostReason, Opportunity
from suite.masterdata.models import Product
from tests.crm.sales.shop import Shop
from tests.crm.sales.test_opportunities import deal, stage

DEALS, STAGES, PIPELINES = (f"/api/v1/crm/sales/{name}/" for name in ("opportunities", "stages", "pipelines"))


def test_a_deal_goes_its_way_by_the_api(shop: Shop, lamp: Product, mei: APIClient, bo: APIClient) -> None:
    reason = LostReason.objects.of(shop.company.pk).order_by("pk")[0]
    made = mei.post(
        DEALS,
        {"name": "Tower", "party": shop.customer.pk, "lines": [{"product": lamp.pk, "amount": "12.50"}]},
        format="json",
    )
    assert made.status_code == 201, made.data
    address = f"{DEALS}{made.data['id']}/"
    target = stage(shop, "Proposal").pk

    refused = mei.post(f"{address}move/", {"stage": target}, format="json")
    moved = bo.post(f"{address}move/", {"stage": target, "override": True, "reason": "known"}, format="json")
    lost = mei.post(f"{address}lose/", {"lost_reason": reason.pk}, format="json")
    wordless = mei.post(f"{address}reopen/", {}, format="json")
    again = mei.post(f"{address}reopen/", {"reason": "They called"}, format="json")
    won = bo.post(f"{address}win/", {"override": True, "reason": "signed"}, format="json")

    assert (made.data["amount"], made.data["value"], made.data["stage_name"]) == ("12.50", "12.50", "First contact")
    assert (refused.status_code, refused.data["code"]) == (409, "criteria")
    assert (moved.data["stage"], moved.data["visits"][-1]["overridden"]) == (target, True)
    assert (lost.data["status"], lost.data["lost_reason"]) == ("lost", reason.pk)
    assert (wordless.status_code, wordless.data["code"]) == (409, "needs_reason")
    assert (again.data["status"], again.data["stage"]) == ("open", target)
    assert (won.status_code, won.data["status"], len(won.data["visits"])) == (200, "won", 5)


def test_fields_change_and_the_stage_only_by_moving(shop: Shop, mei: APIClient) -> None:
    row = deal(shop)
    address = f"{DEALS}{row.pk}/"

    changed = mei.patch(address, {"next_step": "Call", "forecast": "commit", "version": 1}, format="json")
    stale = mei.patch(address, {"next_step": "Write", "version": 1}, format="json")
    staged = mei.patch(address, {"stage": stage(shop, "Won").pk}, format="json")
    bad = mei.post(DEALS, {"name": "x", "amount": "-1", "stage": 0}, format="json")
    unknown = mei.post(f"{address}lose/", {"lost_reason": 0}, format="json")

    assert (changed.status_code, changed.data["forecast"]) == (200, "commit")
    assert (stale.status_code, staged.status_code) == (409, 400)
    assert (bad.status_code, set(bad.data)) == (400, {"amount", "stage"})
    assert unknown.status_code == 400


def test_the_list_is_filtered_ordered_and_scoped(shop: Shop, mei: APIClient) -> None:
    small, large = deal(shop, amount=1), deal(shop, amount=9)
    others = deal(shop, party_id=None, actor=shop.other_rep)

    found = mei.get(DEALS, {"ordering": "-value", "value__gte": "1", "status": "open"}).data["results"]

    assert [row["id"] for row in found] == [large.pk, small.pk]
    assert mei.get(f"{DEALS}{others.pk}/").status_code == 404
    assert mei.post(f"{DEALS}{others.pk}/win/", {}, format="json").status_code == 404


def test_a_deal_is_quoted_and_deleted_by_the_api(shop: Shop, lamp: Product, mei: APIClient) -> None:
    row, wrong = deal(shop), deal(shop)

    quoted = mei.post(f"{DEALS}{row.pk}/quote/", {}, format="json")
    stays = mei.delete(f"{DEALS}{row.pk}/")
    gone = mei.delete(f"{DEALS}{wrong.pk}/")

    assert (quoted.status_code, quoted.data["party"], quoted.data["opportunity"]) == (201, shop.customer.pk, row.pk)
    assert (stays.status_code, stays.data["code"], gone.status_code) == (409, "quoted", 204)
    assert Opportunity.objects.count() == 1


def test_pipelines_are_shaped_by_the_api(shop: Shop, mei: APIClient, bo: APIClient) -> None:
    made = bo.post(PIPELINES, {"name": "服务", "stages": [{"name": "咨询", "probability": "20"}]}, format="json")
    assert made.status_code == 201, made.data
    first = made.data["stages"][0]["id"]

    changed = bo.patch(
        f"{STAGES}{first}/", {"criteria": ["amount"], "actions": [{"name": "喝茶", "days": 2}]}, format="json"
    )
    unknown = bo.patch(f"{STAGES}{first}/", {"criteria": ["luck"]}, format="json")
    last = bo.post(f"{STAGES}{first}/drop/", {}, format="json")
    twice = bo.post(PIPELINES, {"name": "服务", "stages": [{"name": "a"}]}, format="json")

    assert [row["kind"] for row in made.data["stages"]] == ["open", "won", "lost"]
    assert (changed.status_code, changed.data["criteria"]) == (200, ["amount"]), changed.data
    assert (unknown.status_code, last.status_code, twice.status_code) == (400, 409, 400)
    assert mei.get(PIPELINES).status_code == 200
    assert mei.post(PIPELINES, {"name": "x", "stages": []}, format="json").status_code == 403


def test_a_stage_with_deals_is_dropped_into_another(shop: Shop, bo: APIClient) -> None:
    row, first = deal(shop), stage(shop, "First contact")

    refused = bo.post(f"{STAGES}{first.pk}/drop/", {}, format="json")
    done = bo.post(f"{STAGES}{first.pk}/drop/", {"into": stage(shop, "Proposal").pk}, format="json")

    row.refresh_from_db()
    assert (refused.status_code, refused.data["code"], done.status_code) == (409, "stage_in_use", 200)
    assert (row.stage.name_en, done.data) == ("Proposal", {"moved": 1})
