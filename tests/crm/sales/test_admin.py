from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from crm.sales.models import PriceList, SalesPolicy
from suite.core.access import Actor
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop, line


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(actor.user, settings.AUTHENTICATION_BACKENDS[-1])
    return client


@pytest.fixture
def admin(shop: Shop) -> Client:
    return signed_in(make.actor(shop.company, "administrator", username="ada"))


def test_papers_are_read_and_never_written_here(shop: Shop, lamp: Product, admin: Client) -> None:
    order, quotation = shop.order(line(lamp)), shop.quotation(line(lamp))

    for address in (f"crm_sales/order/{order.pk}", f"crm_sales/quotation/{quotation.pk}"):
        page = admin.get(f"/admin/{address}/change/")
        assert page.status_code == 200
        assert "LAMP" in page.content.decode()
        assert admin.post(f"/admin/{address}/change/", {"note": "x"}).status_code == 403
    assert admin.get("/admin/crm_sales/order/add/").status_code == 403
    assert admin.get("/admin/crm_sales/order/").status_code == 200


def test_the_accountant_reads_orders(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp))
    accountant = signed_in(make.actor(shop.company, "accountant", username="acc"))

    assert accountant.get(f"/admin/crm_sales/order/{order.pk}/change/").status_code == 200


def test_a_price_list_is_kept_through_its_service(shop: Shop, lamp: Product, admin: Client) -> None:
    rows = {
        "items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 0,
        "items-0-product": lamp.pk, "items-0-min_quantity": "0", "items-0-price": "99",
    }  # fmt: skip

    answer = admin.post(
        "/admin/crm_sales/pricelist/add/", {"name": "夏季", "includes_tax": "on", "currency": "CNY", **rows}
    )

    assert answer.status_code == 302, answer.content.decode()
    assert PriceList.objects.get().items.get().price == 99
    assert shop.order(line(lamp)).gross == 99


def test_the_settings_take_effect_at_once(shop: Shop, lamp: Product, admin: Client) -> None:
    row = SalesPolicy.objects.get(company=shop.company)

    admin.post(
        f"/admin/crm_sales/salespolicy/{row.pk}/change/",
        {
            "max_discount": "5",
            "quotation_days": "7",
            "renewal_days": "30",
            "response_hours": "4",
            "thank_after_payment": "on",
        },
    )

    assert shop.quotation(line(lamp)).valid_until == shop.quotation(line(lamp)).date + timedelta(7)
