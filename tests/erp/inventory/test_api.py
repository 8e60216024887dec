"""Stock through the door for other systems."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from erp.inventory.api.stock import RuleViewSet
from erp.inventory.models import Delivery, GoodsReceipt, StockAdjustment, StockRule
from tests import make
from tests.erp.inventory.make import Shop

BASE = "/api/v1/erp/inventory"


@pytest.fixture
def clerk(shop: Shop) -> APIClient:
    return make.client(make.actor(shop.company, "warehouse"))


@pytest.fixture
def accountant(shop: Shop) -> APIClient:
    return make.client(make.actor(shop.company, "accountant"))


def post(client: APIClient, address: str, **body: Any) -> Any:
    return client.post(f"{BASE}/{address}", body, format="json")


def test_balances_tell_what_is_free(shop: Shop, clerk: APIClient) -> None:
    tea = shop.product("tea", stock=10)
    shop.confirm(shop.order((tea, 4)))

    [row] = clerk.get(f"{BASE}/balances/", {"code": "tea"}).json()["results"]

    assert {name: row[name] for name in ("on_hand", "reserved", "free")} == {
        "on_hand": "10.000000",
        "reserved": "4.000000",
        "free": "6.000000",
    }


def test_a_delivery_is_shipped_in_full(shop: Shop, clerk: APIClient) -> None:
    tea = shop.product("tea", stock=10)
    [delivery] = shop.confirm(shop.order((tea, 4)))

    answer = post(clerk, f"deliveries/{delivery.pk}/ship/")

    assert (answer.status_code, answer.json()["status"]) == (200, "shipped")
    assert "cost" not in answer.json()["lines"][0]


def test_a_delivery_is_shipped_in_part(shop: Shop, clerk: APIClient) -> None:
    tea = shop.product("tea", stock=10)
    [delivery] = shop.confirm(shop.order((tea, 10)))
    line = delivery.lines.get().pk

    answer = post(
        clerk, f"deliveries/{delivery.pk}/ship/", lines=[{"line": line, "quantity": "6"}], backorder_date="2026-12-24"
    )

    assert answer.json()["lines"][0]["quantity"] == "6.000000"
    backorders = clerk.get(f"{BASE}/deliveries/", {"order_id": delivery.order_id, "status": "open"}).json()["results"]
    assert [(row["backorder_of"], row["promised_date"]) for row in backorders] == [(delivery.pk, "2026-12-24")]


def test_what_lacks_is_refused_at_its_line(shop: Shop, clerk: APIClient) -> None:
    tea = shop.product("tea", stock=1)
    [delivery] = shop.confirm(shop.order((tea, 2)))

    answer = post(clerk, f"deliveries/{delivery.pk}/ship/")

    assert answer.status_code == 409
    assert answer.json()["refusals"][0] | {"detail": ""} == {
        "code": "short_of_stock", "detail": "", "line": 0, "field": "quantity", "key": delivery.pk,
    }  # fmt: skip


@pytest.mark.parametrize("quantity", ["-1", "11", "1e30", "NaN", "many", None])
def test_an_odd_quantity_is_a_fault_at_its_field(shop: Shop, clerk: APIClient, quantity: str | None) -> None:
    tea = shop.product("tea", stock=10)
    [delivery] = shop.confirm(shop.order((tea, 10)))
    line = delivery.lines.get().pk

    answer = post(clerk, f"deliveries/{delivery.pk}/ship/", lines=[{"line": line, "quantity": quantity}])

    assert answer.status_code == 400
    assert Delivery.objects.get().status == Delivery.Status.OPEN


def test_a_line_of_another_delivery_does_not_exist(shop: Shop, clerk: APIClient) -> None:
    tea = shop.product("tea", stock=10)
    first, second = shop.confirm(shop.order((tea, 1)), shop.order((tea, 1)))

    answer = post(clerk, f"deliveries/{first.pk}/ship/", lines=[{"line": second.lines.get().pk, "quantity": "1"}])

    assert (answer.status_code, list(answer.json()["lines"]["0"])) == (400, ["line"])


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ([(0, "11")], {"0": ["quantity"]}),
        ([(0, "1"), (0, "2")], {"1": ["line"]}),
        ([(0, "1"), (7, "2")], {"1": ["line"]}),
    ],
)
def test_what_cannot_be_shipped_is_refused_at_the_line_as_sent(
    shop: Shop, clerk: APIClient, lines: list[tuple[int, str]], wrong: dict[str, list[str]]
) -> None:
    tea = shop.product("tea", stock=20)
    [delivery] = shop.confirm(shop.order((tea, 10)))
    first = delivery.lines.get().pk

    answer = post(
        clerk,
        f"deliveries/{delivery.pk}/ship/",
        lines=[{"line": first + more, "quantity": quantity} for more, quantity in lines],
    )

    assert answer.status_code == 400
    assert {index: list(fields) for index, fields in answer.json()["lines"].items()} == wrong


@pytest.mark.parametrize(
    ("address", "figures", "field"),
    [
        ("goods-receipts", {"quantity": "999999999999", "unit_cost": "999999999999"}, "quantity"),
        ("adjustments", {"difference": "999999999999", "unit_cost": "999999999999"}, "difference"),
        ("adjustments", {"difference": "-11"}, "difference"),
    ],
)
def test_figures_that_cannot_be_booked_are_refused_where_they_were_written(
    shop: Shop, clerk: APIClient, address: str, figures: dict[str, str], field: str
) -> None:
    tea, milk = shop.product("tea", stock=10), shop.product("milk", stock=10)
    whole = dict.fromkeys(figures, "1")

    answer = post(
        clerk,
        f"{address}/",
        warehouse=shop.warehouse_id,
        reason="Stocktake",
        lines=[{"product": milk.pk, **whole}, {"product": tea.pk, **figures}],
    )

    assert answer.status_code == 409
    assert (answer.json()["refusals"][0]["line"], answer.json()["refusals"][0]["field"]) == (1, field)


def test_goods_come_back_with_a_reason(shop: Shop, clerk: APIClient) -> None:
    tea = shop.product("tea", stock=10)
    delivery = shop.sell((tea, 4))
    lines = [{"line": delivery.lines.get().pk, "quantity": "1"}]

    assert post(clerk, f"deliveries/{delivery.pk}/return/", lines=lines).status_code == 400
    answer = post(clerk, f"deliveries/{delivery.pk}/return/", lines=lines, reason="broken")

    assert (answer.status_code, answer.json()["lines"][0]["returned"]) == (200, "1.000000")
    assert GoodsReceipt.objects.get().reason == "broken"


def test_goods_are_received_and_the_mistake_is_reversed(shop: Shop, accountant: APIClient, clerk: APIClient) -> None:
    tea = shop.product("tea", standard_cost=7)
    body = {"warehouse": shop.warehouse_id, "lines": [{"product": tea.pk, "quantity": "3"}], "reason": "found"}

    receipt = post(clerk, "goods-receipts/", **body).json()
    seen = accountant.get(f"{BASE}/goods-receipts/{receipt['id']}/").json()
    answer = post(clerk, f"goods-receipts/{receipt['id']}/reverse/", reason="not found after all")

    assert (receipt["kind"], receipt["status"]) == ("other", "posted")
    assert "value" not in receipt["lines"][0]
    assert seen["lines"][0]["value"] == "21.00"
    assert (answer.status_code, answer.json()["status"]) == (200, "reversed")
    assert shop.balance(tea) == (0, 0)


def test_goods_that_came_without_an_order_go_back_to_their_supplier(shop: Shop, clerk: APIClient) -> None:
    tea = shop.product("tea")
    body = {"warehouse": shop.warehouse_id, "party": shop.supplier.pk}
    receipt = post(clerk, "goods-receipts/", **body, lines=[{"product": tea.pk, "quantity": "10", "unit_cost": "7"}])
    line, address = receipt.json()["lines"][0]["id"], f"goods-receipts/{receipt.json()['id']}/return/"

    answer = post(clerk, address, lines=[{"line": line, "quantity": "4"}], reason="broken")
    more = post(clerk, address, lines=[{"line": line, "quantity": "7"}], reason="broken, too")

    assert (answer.status_code, answer.json()["lines"][0]["returned"]) == (200, "4.000000")
    assert (more.status_code, more.json()["code"]) == (409, "more_than_delivered")
    assert (shop.worth(tea), shop.balance(tea)) == ((6, 42), (6, 0))


def test_an_adjustment_is_booked_and_reversed(shop: Shop, clerk: APIClient) -> None:
    tea = shop.product("tea", stock=10)
    lines = [{"product": tea.pk, "difference": "-2"}]

    adjustment = post(clerk, "adjustments/", warehouse=shop.warehouse_id, reason="Stocktake", lines=lines).json()

    assert shop.balance(tea) == (8, 0)
    assert post(clerk, f"adjustments/{adjustment['id']}/reverse/").json()["status"] == "reversed"
    assert shop.balance(tea) == (10, 0)


def test_demands_tell_who_waits(shop: Shop, clerk: APIClient) -> None:
    tea = shop.product("tea", stock=3)
    shop.confirm(shop.order((tea, 5)), shop.order((tea, 1)))

    waiting = clerk.get(f"{BASE}/demands/", {"is_waiting": "true"}).json()["results"]

    assert sorted(row["waiting"] for row in waiting) == ["1.000000", "2.000000"]


def test_rules_and_warehouses_are_kept(shop: Shop, clerk: APIClient) -> None:
    tea = shop.product("tea", stock=3)
    body = {"product": tea.pk, "warehouse": shop.warehouse_id, "reorder_point": "5", "target": "20"}

    rule = post(clerk, "stock-rules/", **body).json()
    changed = clerk.patch(f"{BASE}/stock-rules/{rule['id']}/", {"reorder_point": "2"}, format="json").json()
    bad = clerk.patch(f"{BASE}/stock-rules/{rule['id']}/", {"target": "1"}, format="json")
    north = post(clerk, "warehouses/", code="N", name="北仓").json()

    assert (rule["is_low"], changed["is_low"]) == (True, False)
    assert (bad.status_code, list(bad.json())) == (400, ["target"])
    assert clerk.get(f"{BASE}/warehouses/{north['id']}/").json()["name"] == "北仓"
    again = clerk.post(f"{BASE}/stock-rules/", body, format="json")
    assert (again.status_code, again.json().get("id")) == (200, rule["id"]), again.json()
    assert clerk.delete(f"{BASE}/stock-rules/{rule['id']}/").status_code == 204
    assert not StockRule.objects.exists()


def test_a_rule_that_is_removed_meanwhile_is_not_made_anew(
    shop: Shop, clerk: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"product": shop.product("tea").pk, "warehouse": shop.warehouse_id, "reorder_point": "5", "target": "20"}
    rule = post(clerk, "stock-rules/", **body).json()
    found = RuleViewSet.get_object

    def lost(view: RuleViewSet) -> StockRule:
        row = found(view)
        StockRule.objects.filter(pk=row.pk).delete()
        return row

    monkeypatch.setattr(RuleViewSet, "get_object", lost)
    answer = clerk.patch(f"{BASE}/stock-rules/{rule['id']}/", {"target": "30"}, format="json")

    assert answer.status_code == 404
    assert not StockRule.objects.exists()


def test_a_rep_sees_deliveries_of_his_own_orders_only(shop: Shop) -> None:
    rep = make.actor(shop.company, "rep")
    tea = shop.product("tea", stock=3)
    mine, _theirs = shop.confirm(shop.order((tea, 1), owner=rep.user_id), shop.order((tea, 1)))
    client = make.client(rep)

    rows = client.get(f"{BASE}/deliveries/").json()["results"]

    assert [row["id"] for row in rows] == [mine.pk]
    assert post(client, f"deliveries/{mine.pk}/ship/").status_code == 403


def test_another_company_reaches_nothing(shop: Shop, clerk: APIClient) -> None:
    tea = shop.product("tea", stock=3)
    [delivery] = shop.confirm(shop.order((tea, 1)))
    stranger = make.client(make.actor(Shop("globex").company, "warehouse"))
    lines = [{"product": tea.pk, "difference": "1"}]

    assert stranger.get(f"{BASE}/deliveries/{delivery.pk}/").status_code == 404
    assert post(stranger, f"deliveries/{delivery.pk}/ship/").status_code == 404
    answer = post(stranger, "adjustments/", warehouse=shop.warehouse_id, reason="mine", lines=lines)
    assert (answer.status_code, set(answer.json())) == (400, {"warehouse", "lines"})
    assert StockAdjustment.objects.filter(reason="mine").count() == 0


@pytest.mark.parametrize("address", ["balances", "moves", "deliveries", "goods-receipts", "adjustments", "demands"])
def test_a_list_takes_as_many_statements_for_a_hundred_rows_as_for_ten(shop: Shop, address: str) -> None:
    products = [shop.product(f"p{n}") for n in range(5)]
    client = make.client(make.actor(shop.company, "warehouse"))
    counts = []

    for size in (2, 20):
        for _ in range(size):
            shop.buy(*((product, 2, "1") for product in products))
            shop.open_stock((products[0], 1, "1"))
        shop.confirm(*(shop.order(*((product, 1) for product in products)) for _ in range(size)))
        client.get(f"{BASE}/{address}/")
        with CaptureQueriesContext(connection) as statements:
            assert client.get(f"{BASE}/{address}/", {"page_size": 100}).status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 12


def test_how_a_delivery_goes_is_noted(shop: Shop, clerk: APIClient) -> None:
    tea = shop.product("tea", stock=3)
    delivery = shop.sell((tea, 1))

    answer = clerk.patch(f"{BASE}/deliveries/{delivery.pk}/", {"tracking_number": "SF123"}, format="json")
    late = clerk.patch(f"{BASE}/deliveries/{delivery.pk}/", {"address": "elsewhere"}, format="json")
    forced = clerk.patch(f"{BASE}/deliveries/{delivery.pk}/", {"status": "open"}, format="json")

    assert answer.json()["tracking_number"] == "SF123"
    assert (late.status_code, forced.status_code) == (409, 400)
    assert Decimal(delivery.lines.get().quantity) == 1
