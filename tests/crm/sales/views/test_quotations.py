from django.test import Client

from crm.sales.models import Order, Quotation, QuotationMail
from suite.masterdata.models import Product
from tests.crm.sales.shop import Shop, line
from tests.crm.sales.views.sheets import typed

QUOTATIONS = "/crm/sales/quotations/"


def test_from_sheet_to_order_without_retyping(shop: Shop, lamp: Product, mei: Client) -> None:
    mei.post(f"{QUOTATIONS}new/", typed({"product": lamp.pk, "quantity": "3"}, party=shop.customer.pk))
    quotation = Quotation.objects.get()
    mei.post(f"{QUOTATIONS}{quotation.pk}/send/", {"to": "a@b.example", "language": "en", "message": "Hello"})

    ordered = mei.post(f"{QUOTATIONS}{quotation.pk}/order/")
    again = mei.post(f"{QUOTATIONS}{quotation.pk}/order/")

    order = Order.objects.get()
    assert ordered["Location"] == again["Location"] == f"/crm/sales/orders/{order.pk}/"
    assert (order.gross, order.quotation_id) == (339, quotation.pk)
    assert QuotationMail.objects.get().to == "a@b.example"
    page = mei.get(f"{QUOTATIONS}{quotation.pk}/").content.decode()
    assert "a@b.example" in page
    assert order.number in page


def test_without_an_address_it_is_only_marked_as_sent(shop: Shop, lamp: Product, mei: Client) -> None:
    quotation = shop.quotation(line(lamp))

    mei.post(f"{QUOTATIONS}{quotation.pk}/send/", {"to": "", "language": "en", "message": ""})

    quotation.refresh_from_db()
    assert quotation.status == "sent"
    assert not QuotationMail.objects.exists()


def test_a_revision_opens_for_writing(shop: Shop, lamp: Product, mei: Client) -> None:
    quotation = shop.quotation(line(lamp))
    mei.post(f"{QUOTATIONS}{quotation.pk}/send/", {"to": "", "language": "en", "message": ""})

    answer = mei.post(f"{QUOTATIONS}{quotation.pk}/revise/")

    revision = Quotation.objects.get(revision=2)
    assert answer["Location"] == f"{QUOTATIONS}{revision.pk}/edit/"
    assert mei.get(answer["Location"]).status_code == 200


def test_lists_and_pages_open(shop: Shop, lamp: Product, mei: Client, bo: Client) -> None:
    quotation = shop.quotation(line(lamp))
    prices = shop.add_prices("everybody", (lamp, "0", "99"))

    for client in (mei, bo):
        for address in (
            QUOTATIONS,
            f"{QUOTATIONS}{quotation.pk}/",
            "/crm/sales/price-lists/",
            f"/crm/sales/price-lists/{prices.pk}/",
            "/",
        ):
            assert client.get(address).status_code == 200, address


def test_price_lists_and_settings_are_for_managers(shop: Shop, lamp: Product, mei: Client, bo: Client) -> None:
    rows = {
        "prices-TOTAL_FORMS": 1, "prices-INITIAL_FORMS": 0,
        "prices-0-product": lamp.pk, "prices-0-min_quantity": "10", "prices-0-price": "90",
    }  # fmt: skip
    sheet = {"name": "批发", "includes_tax": "on", **rows}

    assert mei.post("/crm/sales/price-lists/new/", sheet).status_code == 403
    assert mei.get("/crm/sales/settings/").status_code == 403
    assert bo.post("/crm/sales/price-lists/new/", sheet).status_code == 302
    assert shop.order(line(lamp, "10")).gross == 900

    policy = {"max_discount": "5", "quotation_days": "10", "renewal_days": "30", "response_hours": "8"}
    assert bo.post("/crm/sales/settings/", policy).status_code == 302
    assert shop.quotation(line(lamp)).valid_until is not None


def test_pages_and_exports_of_price_lists_name_nobody_elses_customers(shop: Shop, lamp: Product, mei: Client) -> None:
    shop.add_prices("everybody", (lamp, "0", "99"))
    theirs = shop.add_prices("special", (lamp, "0", "80"), party=shop.add_customer("小米", owner=shop.other_rep))

    listed = mei.get("/crm/sales/price-lists/").content.decode()
    exported = mei.get("/crm/sales/price-lists/?export=csv")

    assert ("everybody" in listed, "小米" in listed, "special" in listed) == (True, False, False)
    sheet = exported.getvalue().decode()
    assert ("everybody" in sheet, "小米" in sheet) == (True, False)
    assert mei.get(f"/crm/sales/price-lists/{theirs.pk}/").status_code == 404
