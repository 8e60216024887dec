from rest_framework.test import APIClient

from crm.sales.models import Order, QuotationMail
from suite.masterdata.models import Product
from tests.crm.sales.shop import Shop, line
from tests.make import client

QUOTATIONS = "/api/v1/crm/sales/quotations/"


def test_from_offer_to_order_without_retyping(shop: Shop, lamp: Product, mei: APIClient) -> None:
    written = mei.post(
        QUOTATIONS, {"party": shop.customer.pk, "lines": [{"product": lamp.pk, "quantity": "3"}]}, format="json"
    ).data
    sent = mei.post(f"{QUOTATIONS}{written['id']}/send/", {"message": "Hello", "language": "en"}, format="json")
    ordered = mei.post(f"{QUOTATIONS}{written['id']}/order/", {"customer_reference": "PO-1"}, format="json")

    assert (sent.status_code, sent.data["status"]) == (200, "sent")
    assert ordered.status_code == 201, ordered.data
    assert (ordered.data["quotation"], ordered.data["gross"]) == (written["id"], "339.00")
    assert ordered.data["lines"][0]["quantity"] == "3.000000"
    assert QuotationMail.objects.get().language == "en"
    assert mei.get(f"{QUOTATIONS}{written['id']}/").data["status"] == "won"


def test_ordering_twice_is_refused_and_with_one_key_done_once(shop: Shop, lamp: Product, mei: APIClient) -> None:
    quotation = shop.quotation(line(lamp))
    address = f"{QUOTATIONS}{quotation.pk}/order/"

    answers = [mei.post(address, {}, format="json", headers={"Idempotency-Key": "k"}) for _n in range(2)]
    again = mei.post(address, {}, format="json")

    assert {answer.data["id"] for answer in answers} == {Order.objects.get().pk}
    assert (again.status_code, again.data["code"]) == (409, "already_ordered")


def test_a_revision_is_answered_as_the_new_draft(shop: Shop, lamp: Product, mei: APIClient) -> None:
    quotation = shop.quotation(line(lamp))
    mei.post(f"{QUOTATIONS}{quotation.pk}/send/", {"by_mail": False}, format="json")

    revision = mei.post(f"{QUOTATIONS}{quotation.pk}/revise/", {}, format="json").data

    assert (revision["revision"], revision["status"], revision["replaces"]) == (2, "draft", quotation.pk)
    assert mei.get(f"{QUOTATIONS}{quotation.pk}/").data["status"] == "replaced"


def test_lost_with_a_reason_is_lost(shop: Shop, lamp: Product, mei: APIClient) -> None:
    quotation = shop.quotation(line(lamp))

    answer = mei.post(f"{QUOTATIONS}{quotation.pk}/lose/", {"reason": "too dear"}, format="json")

    assert (answer.status_code, answer.data["status"]) == (200, "lost")


def test_somebody_elses_quotation_does_not_exist(shop: Shop, lamp: Product, mei: APIClient) -> None:
    quotation = shop.quotation(line(lamp), actor=shop.other_rep, party=shop.add_customer("free"))

    for act in ("send", "revise", "win", "lose", "order"):
        assert mei.post(f"{QUOTATIONS}{quotation.pk}/{act}/", {}, format="json").status_code == 404


def test_who_may_not_write_orders_does_not_order(shop: Shop, lamp: Product) -> None:
    quotation = shop.quotation(line(lamp))

    answer = client(shop.rep, "crm_sales.*_quotation").post(f"{QUOTATIONS}{quotation.pk}/order/", {}, format="json")

    assert answer.status_code == 403
