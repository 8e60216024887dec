"""The confirm as other systems ask for it: how often, how dear, and what they are told."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from crm.sales.models import Order
from suite.core.models import DocumentLink
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop, line
from tests.make import client

ORDERS = "/api/v1/crm/sales/orders/"
BRACKETS = ("SAVEPOINT", "RELEASE SAVEPOINT")  # the test's own transaction turns begin and commit into these


@pytest.fixture
def confirm(mei: APIClient) -> Callable[[Order], int]:
    """Confirm an order with a key and say how many statements the request took."""

    def count(order: Order) -> int:
        key = {"Idempotency-Key": f"confirm-{order.pk}"}
        with CaptureQueriesContext(connection) as captured:
            answer = mei.post(f"{ORDERS}{order.pk}/confirm/", {}, format="json", headers=key)
        assert (answer.status_code, answer.data.get("status")) == (200, "confirmed"), answer.data
        return sum(not query["sql"].startswith(BRACKETS) for query in captured)

    return count


def test_a_confirm_takes_22_statements_however_many_lines(shop: Shop, confirm: Callable[[Order], int]) -> None:
    lamps = make.goods(shop.company, 200, price=113, quantity=100)
    confirm(shop.order(line(lamps[0])))

    counts = {lines: confirm(shop.order(*map(line, lamps[:lines]))) for lines in (1, 5, 50, 200)}

    assert set(counts.values()) == {counts[1]}, counts
    assert counts[1] <= 22


def test_a_confirm_takes_26_statements_when_goods_are_short(shop: Shop, confirm: Callable[[Order], int]) -> None:
    lamps = make.goods(shop.company, 200, price=113)
    confirm(shop.order(*map(line, lamps)))

    counts = {lines: confirm(shop.order(*map(line, lamps[:lines]))) for lines in (1, 5, 50, 200)}

    assert set(counts.values()) == {counts[1]}, counts
    assert counts[1] <= 26


def test_the_same_key_confirms_once_and_answers_alike(shop: Shop, lamp: Product, mei: APIClient) -> None:
    order = shop.order(line(lamp))
    address, key = f"{ORDERS}{order.pk}/confirm/", {"Idempotency-Key": "k"}

    first, second = (mei.post(address, {}, format="json", headers=key) for _n in range(2))
    without = mei.post(address, {}, format="json")

    assert first.data == second.data
    assert (without.status_code, without.data["code"]) == (409, "already_confirmed")


def test_a_short_order_that_must_not_wait_is_refused_at_its_line(shop: Shop, lamp: Product, mei: APIClient) -> None:
    make.stock(lamp, 3)
    order = shop.order(line(lamp, "5"), shortage=Order.Shortage.REFUSE)

    answer = mei.post(f"{ORDERS}{order.pk}/confirm/", {}, format="json")

    assert answer.status_code == 409
    assert answer.data["refusals"][0]["line"] == 0
    assert mei.get(f"{ORDERS}{order.pk}/").data["status"] == "draft"


def test_of_a_set_the_refused_are_named_and_the_others_confirmed(shop: Shop, lamp: Product, mei: APIClient) -> None:
    make.stock(lamp, 100)
    orders = [shop.order(line(lamp, quantity), shortage=Order.Shortage.REFUSE) for quantity in ("60", "50", "40")]
    ids = [order.pk for order in orders]

    strict = mei.post(f"{ORDERS}confirm/", {"ids": ids}, format="json")
    partial = mei.post(f"{ORDERS}confirm/", {"ids": ids, "all_or_nothing": False}, format="json")

    assert strict.status_code == 409
    assert {row["key"] for row in strict.data["refusals"]} == {ids[1]}
    assert partial.status_code == 200
    assert partial.data["confirmed"] == [ids[0], ids[2]]
    assert [(row["id"], row["line"]) for row in partial.data["refused"]] == [(ids[1], 0)]
    linked = DocumentLink.objects.filter(from_kind=Order.kind())
    assert set(linked.values_list("from_id", flat=True)) == {ids[0], ids[2]}


def test_a_set_with_somebody_elses_order_is_refused_for_that_one(shop: Shop, lamp: Product, mei: APIClient) -> None:
    mine = shop.order(line(lamp))
    theirs = shop.order(line(lamp), actor=shop.other_rep, party=shop.add_customer("free"))

    answer = mei.post(f"{ORDERS}confirm/", {"ids": [mine.pk, theirs.pk], "all_or_nothing": False}, format="json")

    assert answer.data["confirmed"] == [mine.pk]
    assert answer.data["refused"][0]["code"] == "not_found"
    theirs.refresh_from_db()
    assert theirs.status == "draft"


@pytest.mark.parametrize("ids", [[], ["x"], [-1], [None], list(range(1, 600))])
def test_odd_sets_are_bad_input(mei: APIClient, ids: list) -> None:
    assert mei.post(f"{ORDERS}confirm/", {"ids": ids}, format="json").status_code == 400


def test_what_is_unknown_is_told_as_unknown(shop: Shop, lamp: Product, mei: APIClient) -> None:
    make.stock(lamp, 100)
    order = shop.order(line(lamp, "5"))
    mei.post(f"{ORDERS}{order.pk}/confirm/", {}, format="json")

    amended = mei.post(f"{ORDERS}{order.pk}/amend/", {"lines": [{"id": 10**9, "quantity": "7"}]}, format="json")
    confirmed = mei.post(f"{ORDERS}confirm/", {"ids": [10**9, 10**9 + 1]}, format="json")

    assert amended.json() == {"lines": {"0": {"id": ["There is no such line in this document"]}}}
    assert confirmed.data["detail"] == "There is no such order"


@pytest.mark.parametrize("pk", [10**9, 2**63, 10**18 * 9 + 10**18])
def test_an_order_that_cannot_be_is_not_found(mei: APIClient, pk: int) -> None:
    for act in ("confirm", "undo", "cancel"):
        assert mei.post(f"{ORDERS}{pk}/{act}/", {}, format="json").status_code == 404


def test_undo_cancel_and_amend_go_the_same_way(shop: Shop, lamp: Product, mei: APIClient) -> None:
    make.stock(lamp, 100)
    order = shop.order(line(lamp, "5"))
    address = f"{ORDERS}{order.pk}/"

    confirmed = mei.post(f"{address}confirm/", {}, format="json").data
    amended = mei.post(
        f"{address}amend/",
        {"lines": [{"id": confirmed["lines"][0]["id"], "quantity": "7"}], "reason": "more"},
        format="json",
    )
    assert amended.status_code == 200, amended.data
    assert (amended.data["gross"], amended.data["revision"]) == ("791.00", 1)

    undone = mei.post(f"{address}undo/", {"reason": "mistake"}, format="json")
    assert (undone.status_code, undone.data["status"]) == (200, "draft")

    mei.post(f"{address}confirm/", {}, format="json")
    cancelled = mei.post(f"{address}cancel/", {"reason": "changed their mind"}, format="json")
    assert (cancelled.status_code, cancelled.data["status"]) == (200, "cancelled")


def test_chain_and_receipt_name_what_came_of_the_order(shop: Shop, lamp: Product, mei: APIClient) -> None:
    order = shop.order(line(lamp, "5"))
    mei.post(f"{ORDERS}{order.pk}/confirm/", {}, format="json")

    chain = mei.get(f"{ORDERS}{order.pk}/chain/").data
    receipt = mei.get(f"{ORDERS}{order.pk}/receipt/").data

    assert {paper["kind"] for step in chain for paper in step["papers"]} >= {"crm_sales.order"}
    kinds = {paper["kind"] for paper in receipt[0]["papers"]}
    assert {"erp_inventory.delivery", "erp_procurement.requisition"} <= kinds
    assert receipt[0]["act"] == "confirm"


def test_without_the_right_to_confirm_nothing_is_confirmed(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp))
    reader = client(shop.rep, "*.view_*")

    assert reader.post(f"{ORDERS}{order.pk}/confirm/", {}, format="json").status_code == 403
    assert reader.post(f"{ORDERS}confirm/", {"ids": [order.pk]}, format="json").status_code == 403
