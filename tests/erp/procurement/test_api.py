from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from erp.procurement.models import PurchaseOrder, Supplier
from suite.core.access import Actor
from suite.core.models import Company
from suite.masterdata.models import Product
from tests import make
from tests.erp.inventory.make import Shop
from tests.erp.procurement.make import placed
from tests.make import client

URL = "/api/v1/erp/procurement/"


@pytest.fixture
def bolt(shop: Shop, supplier: Supplier) -> Product:
    bolt = shop.product("BOLT")
    make.terms(supplier, bolt, "12.50")
    return bolt


def post(caller: APIClient, address: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
    answer = caller.post(URL + address, body or {}, format="json")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_one_case_walks_from_request_to_invoice(
    shop: Shop, bolt: Product, planner: Actor, buyer: Actor, warehouse: Actor
) -> None:
    """ERP-02: each document links to the next; skipping approval is refused."""
    made = post(client(planner), "requisitions/", {"lines": [{"product": bolt.pk, "quantity": 20}]}, 201)
    number = made["id"]
    post(client(planner), f"requisitions/{number}/submit/")
    skipped = post(client(buyer), f"requisitions/{number}/order/", status=409)

    approved = post(client(buyer), f"requisitions/{number}/approve/", {"note": "Good price"})
    (order,) = post(client(buyer), f"requisitions/{number}/order/")
    post(client(buyer), f"purchase-orders/{order['id']}/place/")
    line = order["lines"][0]
    part = post(
        client(warehouse), f"purchase-orders/{order['id']}/receive/", {"lines": [{"line": line["id"], "quantity": 5}]}
    )
    whole = post(client(warehouse), f"purchase-orders/{order['id']}/receive/", {"reference": "DN 7"})

    bill = {"lines": [{"line": line["id"], "quantity": 20}], "tax_number": "25312000000000000001"}
    invoice = post(client(buyer), f"purchase-orders/{order['id']}/invoice/", bill)
    more = post(client(buyer), f"purchase-orders/{order['id']}/invoice/", bill, status=409)

    assert skipped["code"] == "wrong_state"
    assert approved["status"] == "approved"
    assert (line["unit_price"], order["gross"]) == ("12.500000", "282.50")
    assert (part["status"], part["lines"][0]["outstanding"]) == ("ordered", "15.000000")
    assert whole["status"] == "received"
    assert shop.balance(bolt) == (20, 0)
    assert (invoice["gross"], invoice["status"], more["code"]) == ("282.50", "issued", "quantity_not_received")


def test_an_approved_requisition_is_told_its_supplier_where_it_lacks_one(
    shop: Shop, supplier: Supplier, planner: Actor, buyer: Actor
) -> None:
    lines = [{"product": shop.product(code).pk, "quantity": 5} for code in ("NUT", "PIN")]
    made = post(client(planner), "requisitions/", {"lines": lines}, 201)
    address = f"requisitions/{made['id']}/"
    post(client(planner), f"{address}submit/")
    post(client(buyer), f"{address}approve/")
    first = made["lines"][0]["id"]
    refused = post(client(buyer), f"{address}order/", status=409)

    strange = post(
        client(buyer), f"{address}supplier/", {"supplier": supplier.pk, "lines": [first, first + 10**6]}, 400
    )
    post(client(buyer), f"{address}supplier/", {"supplier": supplier.pk, "lines": [first]})
    told = post(client(buyer), f"{address}supplier/", {"supplier": supplier.pk})
    post(client(buyer), f"{address}order/")
    late = post(client(buyer), f"{address}supplier/", {"supplier": supplier.pk, "lines": [first]}, 400)

    assert refused["code"] == "no_supplier"
    assert list(strange["lines"]) == ["1"]
    assert {line["supplier"] for line in told["lines"]} == {supplier.pk}
    assert list(late["lines"]) == ["0"]


def test_an_order_by_hand_needs_an_approval_of_its_own(supplier: Supplier, bolt: Product, buyer: Actor) -> None:
    body = {"supplier": supplier.pk, "lines": [{"product": bolt.pk, "quantity": "10", "unit_price": "11"}]}
    order = post(client(buyer), "purchase-orders/", body, 201)
    address = f"purchase-orders/{order['id']}/"

    refused = post(client(buyer), f"{address}place/", status=409)
    post(client(buyer), f"{address}submit/")
    post(client(buyer), f"{address}approve/")
    placed_ = post(client(buyer), f"{address}place/")

    assert refused["code"] == "not_approved"
    assert "110.00" in refused["detail"]
    assert (placed_["status"], placed_["approved_amount"]) == ("ordered", "110.00")


def test_a_draft_that_grew_after_its_approval_needs_another(supplier: Supplier, bolt: Product, buyer: Actor) -> None:
    body = {"supplier": supplier.pk, "lines": [{"product": bolt.pk, "quantity": "10", "unit_price": "11"}]}
    order = post(client(buyer), "purchase-orders/", body, 201)
    address = f"purchase-orders/{order['id']}/"
    post(client(buyer), f"{address}submit/")
    post(client(buyer), f"{address}approve/")

    line = {"id": order["lines"][0]["id"], "product": bolt.pk, "quantity": "11", "unit_price": "11"}
    changed = client(buyer).patch(URL + address, {"lines": [line], "version": 1}, format="json")

    assert (changed.status_code, changed.json()["net"]) == (200, "121.00")
    assert post(client(buyer), f"{address}place/", status=409)["code"] == "not_approved"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"quantity": "1e30"}, "quantity"),
        ({"quantity": "NaN"}, "quantity"),
        ({"quantity": 1, "unit_price": "-1"}, "unit_price"),
        ({"quantity": 1, "discount": "101"}, "discount"),
        ({"quantity": 1, "price": 3}, "price"),
        ({"quantity": 1, "product": 999999}, "product"),
    ],
)
def test_bad_input_is_answered_at_its_field(
    supplier: Supplier, bolt: Product, buyer: Actor, line: dict[str, Any], field: str
) -> None:
    body = {"supplier": supplier.pk, "lines": [{"product": bolt.pk, **line}]}

    answer = client(buyer).post(URL + "purchase-orders/", body, format="json")

    assert answer.status_code == 400
    assert field in answer.json()["lines"]["0"]
    assert not PurchaseOrder.objects.exists()


def test_more_lines_than_a_page_takes_are_refused(supplier: Supplier, bolt: Product, buyer: Actor) -> None:
    lines = [{"product": bolt.pk, "quantity": 1}] * 501

    assert "lines" in post(client(buyer), "purchase-orders/", {"supplier": supplier.pk, "lines": lines}, 400)


def test_a_quantity_of_zero_is_refused_at_its_line(supplier: Supplier, bolt: Product, buyer: Actor) -> None:
    body = {"supplier": supplier.pk, "lines": [{"product": bolt.pk, "quantity": 0}]}

    refused = post(client(buyer), "purchase-orders/", body, 409)

    assert (refused["refusals"][0]["line"], refused["refusals"][0]["field"]) == (0, "quantity")


def test_nobody_receives_for_lines_of_another_order(supplier: Supplier, bolt: Product, buyer: Actor) -> None:
    mine, other = (placed(supplier, (bolt, 5, "10"), actor=buyer) for _n in range(2))
    body = {"lines": [{"line": other.lines.get().pk, "quantity": 1}]}

    assert "line" in post(client(buyer), f"purchase-orders/{mine.pk}/receive/", body, 400)["lines"]["0"]


def test_papers_of_another_company_do_not_exist(
    supplier: Supplier, bolt: Product, buyer: Actor, other_company: Company
) -> None:
    order = placed(supplier, (bolt, 5, "10"), actor=buyer)
    stranger = client(make.actor(other_company, "buyer"))

    post(stranger, f"purchase-orders/{order.pk}/receive/", status=404)
    body = {"supplier": supplier.pk, "lines": [{"product": bolt.pk, "quantity": 1}]}
    assert set(post(stranger, "purchase-orders/", body, 400)) == {"supplier", "lines"}


def test_a_supplier_is_made_changed_and_given_terms(bolt: Product, buyer: Actor) -> None:
    body = {"name": "东莞紧固件厂", "lead_days": 12, "contacts": [{"name": "陈"}]}
    made = post(client(buyer), "suppliers/", body, 201)
    changed = client(buyer).patch(f"{URL}suppliers/{made['id']}/", {"lead_days": 9}, format="json").json()
    item = {"supplier": made["id"], "product": bolt.pk, "price": "11.2", "pack": "10"}
    terms = post(client(buyer), "supplier-items/", item, 201)
    again = post(client(buyer), "supplier-items/", {**item, "price": "12"}, 200)
    gone = client(buyer).delete(f"{URL}supplier-items/{terms['id']}/")

    assert (made["contacts"][0]["name"], changed["lead_days"]) == ("陈", 9)
    assert (terms["price"], again["price"], gone.status_code) == ("11.200000", "12.000000", 204)
    assert again["id"] == terms["id"]


def test_reordering_answers_with_what_it_asked_for(shop: Shop, bolt: Product, buyer: Actor) -> None:
    from tests.erp.procurement.services.test_reordering import rule

    rule(shop, bolt, 5, 30)

    (made,) = post(client(buyer), "requisitions/reorder/")

    assert (made["origin"], made["lines"][0]["quantity"]) == ("reorder", "30.000000")
    assert Decimal(made["lines"][0]["terms"]["point"]) == 5


def test_a_warehouse_clerk_receives_but_neither_orders_nor_approves(
    supplier: Supplier, bolt: Product, buyer: Actor, warehouse: Actor
) -> None:
    order = placed(supplier, (bolt, 5, "10"), actor=buyer)
    clerk = client(warehouse)

    post(clerk, f"purchase-orders/{order.pk}/receive/")
    post(clerk, f"purchase-orders/{order.pk}/close/", status=403)
    post(clerk, "requisitions/reorder/", status=403)


@pytest.mark.parametrize("address", ["requisitions/", "purchase-orders/", "suppliers/", "supplier-items/", "arrivals/"])
def test_lists_take_as_many_statements_for_many_rows_as_for_one(
    shop: Shop, supplier: Supplier, bolt: Product, buyer: Actor, address: str, django_assert_max_num_queries
) -> None:
    from tests.erp.procurement.services.test_reordering import rule

    caller = client(buyer)
    for n in range(12):
        product = shop.product(f"P{n}")
        make.terms(make.supplier(shop.company), product, 3)
        placed(supplier, (product, 5, "10"), actor=buyer)
        rule(shop, product, 20, 30)
        post(caller, "requisitions/reorder/")

    with django_assert_max_num_queries(12):
        answer = caller.get(URL + address)

    rows = answer.json() if address == "arrivals/" else answer.json()["results"]
    assert len(rows) >= 12


def test_a_held_invoice_is_booked_and_taken_back(
    company: Company, bolt: Product, supplier: Supplier, buyer: Actor, planner: Actor
) -> None:
    order = placed(supplier, (bolt, 10, "12.5"), actor=buyer)
    bill = {"lines": [{"line": order.lines.get().pk, "quantity": 10}], "tax_number": "N-1", "hold": True}
    held = post(client(buyer), f"purchase-orders/{order.pk}/invoice/", bill)
    address = f"invoices/{held['id']}"

    early = post(client(buyer), f"{address}/book/", status=409)
    wrong = client(buyer).post(f"/api/v1/erp/finance/invoices/{held['id']}/issue/", {}, format="json")
    post(client(make.actor(company, "warehouse")), f"purchase-orders/{order.pk}/receive/")
    booked = post(client(buyer), f"{address}/book/")
    post(client(planner), f"{address}/take-back/", {"reason": "Not ours"}, status=403)
    undone = post(client(buyer), f"{address}/take-back/", {"reason": "Not ours"})
    again = post(client(buyer), f"purchase-orders/{order.pk}/invoice/", {**bill, "hold": False})

    assert (early["code"], wrong.status_code, wrong.json()["code"]) == ("quantity_not_received", 409, "not_ours")
    assert [each["status"] for each in (held, booked, undone, again)] == ["draft", "issued", "void", "issued"]
    found = client(buyer).get(f"{URL}invoices/?tax_number=N-1").json()["results"]
    assert {row["id"] for row in found} == {held["id"], again["id"]}


def test_an_order_written_afterwards_takes_over_what_came(shop: Shop, bolt: Product, buyer: Actor) -> None:
    of_shop = make.supplier(shop.company, party=shop.supplier)
    receipt = shop.buy((bolt, 10, "12.5"))
    order = placed(of_shop, (bolt, 10, "12.5"), actor=buyer)

    adopted = post(client(buyer), f"purchase-orders/{order.pk}/adopt/", {"receipt": receipt.pk})
    again = post(client(buyer), f"purchase-orders/{order.pk}/adopt/", {"receipt": receipt.pk}, status=409)
    bill = {"lines": [{"line": adopted["lines"][0]["id"], "quantity": 10}]}

    assert (adopted["status"], adopted["lines"][0]["received"]) == ("received", "10.000000")
    assert again["code"] == "other_receipt"
    assert post(client(buyer), f"purchase-orders/{order.pk}/invoice/", bill)["gross"] == "141.25"
