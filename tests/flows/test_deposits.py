"""A deposit names its sales order where finance books it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from crm.sales.models import Order
from erp.finance.models import Receipt
from suite.core import clock
from suite.core.access import Actor
from tests import make
from tests.crm.sales.shop import Shop, line

NEW = "admin:erp_finance_receipt_add"


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


@pytest.fixture
def order(shop: Shop) -> Order:
    return shop.order(line(shop.add_product("LAMP"), "10", "113"))


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(actor.user, "suite.core.auth.CompanyBackend")
    return client


def typed(shop: Shop, **values: object) -> dict[str, object]:
    return {"party": shop.customer.pk, "amount": "300", "date": clock.today(shop.company), "method": "bank", **values}


def test_a_deposit_is_booked_for_an_order_before_its_confirmation(shop: Shop, order: Order) -> None:
    client = browser(make.actor(shop.company, "accountant"))
    assert "Sales order" in client.get(reverse(NEW)).content.decode()

    answer = client.post(reverse(NEW), typed(shop, order=order.pk))

    money = Receipt.objects.get()
    assert answer.status_code == 302
    assert (money.order_kind, money.order_id, money.amount) == (Order.kind(), order.pk, Decimal(300))
    page = client.get(reverse("admin:erp_finance_receipt_change", args=[money.pk])).content.decode()
    assert f'<a href="{reverse("sales:order", args=[order.pk])}">{order.number}</a>' in page


def test_a_deposit_for_the_order_of_somebody_else_is_refused_at_its_field(shop: Shop, order: Order) -> None:
    client = browser(make.actor(shop.company, "accountant"))
    other = shop.add_customer("小米", owner=shop.rep)

    answer = client.post(reverse(NEW), typed(shop, party=other.pk, order=order.pk))

    assert list(answer.context["form"].errors) == ["order"]
    assert not Receipt.objects.exists()


def test_payments_ask_for_no_sales_order(shop: Shop) -> None:
    page = browser(make.actor(shop.company, "accountant")).get(reverse("admin:erp_finance_payment_add"))

    assert "order" not in page.context["form"].fields
