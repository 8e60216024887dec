"""Landed costs on their pages and by the API."""

from __future__ import annotations

from decimal import Decimal

from django.test import Client

from erp.procurement.models import LandedCost
from suite.core.access import Actor
from tests import make
from tests.erp.inventory.make import Shop

URL = "/api/v1/erp/procurement/landed-costs/"


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(actor.user)
    return client


def form(receipt: int | str, **values: object) -> dict[str, object]:
    lines = {
        "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0, "lines-MIN_NUM_FORMS": 0, "lines-MAX_NUM_FORMS": 1000,
        "lines-0-receipt": receipt,
    }  # fmt: skip
    return {"amount": "12.50", "basis": "value", "note": "海运费", "product": "", "date": "", **lines, **values}


def test_a_buyer_puts_freight_on_a_receipt_and_takes_it_off(shop: Shop, buyer: Actor) -> None:
    lamp = shop.product("LAMP")
    receipt = shop.buy((lamp, 5, "20"))
    pages = browser(buyer)

    empty = pages.get(f"/erp/procurement/landed-costs/new/?receipt={receipt.pk}").content.decode()
    nobody = pages.get("/erp/procurement/landed-costs/new/?receipt=99999999999999999999&order=x")
    wrong = pages.post("/erp/procurement/landed-costs/new/", form(receipt.pk, amount="0", note=""))
    made = pages.post("/erp/procurement/landed-costs/new/", form(receipt.pk), follow=True)
    page = made.content.decode()
    landed = LandedCost.objects.get()
    listed = pages.get("/erp/procurement/landed-costs/").content.decode()
    taken = pages.post(f"/erp/procurement/landed-costs/{landed.pk}/reverse/", {"reason": "twice"}, follow=True)

    assert receipt.number in empty
    assert nobody.status_code == 200
    assert wrong.status_code == 400
    assert {"amount", "note"} <= set(wrong.context["form"].errors)
    assert all(text in page for text in (landed.number, "海运费", "12.50", "LAMP", receipt.number))
    assert landed.number in listed
    assert "reversed" in taken.content.decode()
    assert shop.worth(lamp) == (5, 100)


def test_the_api_does_the_same_and_a_clerk_may_not(shop: Shop, buyer: Actor, warehouse: Actor) -> None:
    receipt = shop.buy((shop.product("LAMP"), 5, "20"))
    body = {"receipts": [receipt.pk], "amount": "10.00", "note": "Duty", "basis": "quantity"}

    made = make.client(buyer).post(URL, body, format="json")
    bad = make.client(buyer).post(URL, {**body, "receipts": [], "amount": "-1"}, format="json")
    found = make.client(buyer).get(f"{URL}?receipt={receipt.pk}").json()["results"]
    gone = make.client(buyer).post(f"{URL}{made.json()['id']}/reverse/", {"reason": "twice"}, format="json")
    refused = make.client(warehouse).post(URL, body, format="json")

    assert made.status_code == 201
    assert [(line["receipt"], line["amount"], line["to_stock"]) for line in made.json()["lines"]] == [
        (receipt.pk, "10.00", "10.00")
    ]
    assert (bad.status_code, set(bad.json())) == (400, {"receipts", "amount"})
    assert [row["id"] for row in found] == [made.json()["id"]]
    assert gone.json()["status"] == "reversed"
    assert refused.status_code == 403
    assert LandedCost.objects.get().amount == Decimal(10)
