"""Goods come back from customers."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from erp.inventory import services
from erp.inventory.models import Delivery, Demand, GoodsReceipt, StockMove
from suite.core import clock
from suite.core.errors import BusinessError
from suite.core.models import DocumentLink
from tests.erp.finance.books import balance
from tests.erp.inventory.make import Shop


def test_goods_come_back_at_the_cost_at_which_they_left(shop: Shop) -> None:
    pot = shop.product("pot", stock=10, cost="600")
    delivery = shop.sell((pot, 6))
    shop.buy((pot, 4, "700"))
    line = delivery.lines.get()

    [receipt] = services.return_goods({line.pk: Decimal(1)}, actor=shop.actor, reason="cracked")

    assert (receipt.kind_of, receipt.reason) == (GoodsReceipt.Kind.CUSTOMER_RETURN, "cracked")
    assert receipt.lines.get().value == 600
    line.refresh_from_db()
    assert (line.returned, line.returned_cost) == (1, 600)
    assert shop.balance(pot) == (9, 0)
    assert shop.worth(pot) == (9, 2400 + 2800 + 600)
    assert Demand.objects.get().returned == 1
    assert (balance(shop.company, "5001"), balance(shop.company, "5401")) == (-5000, 3000)
    assert balance(shop.company, "1405") == shop.worth(pot)[1]


def test_parts_of_a_cost_that_does_not_come_out_even_add_up(shop: Shop) -> None:
    tea = shop.product("tea", stock=3, cost="3.333333")
    line = shop.sell((tea, 3)).lines.get()

    for _ in range(3):
        services.return_goods({line.pk: Decimal(1)}, actor=shop.actor, reason="")

    values = StockMove.objects.filter(kind="customer_return").order_by("id").values_list("value", flat=True)
    assert [str(value) for value in values] == ["3.33", "3.34", "3.33"]
    assert shop.worth(tea) == (3, 10)


def test_what_came_back_goes_to_those_who_wait(shop: Shop) -> None:
    tea = shop.product("tea", stock=5)
    line = shop.sell((tea, 5)).lines.get()
    shop.confirm(shop.order((tea, 2)))

    services.return_goods({line.pk: Decimal(3)}, actor=shop.actor, reason="")

    assert shop.balance(tea) == (3, 2)


def test_no_more_comes_back_than_was_delivered(shop: Shop) -> None:
    tea = shop.product("tea", stock=5)
    line = shop.sell((tea, 5)).lines.get()
    services.return_goods({line.pk: Decimal(3)}, actor=shop.actor, reason="")

    with pytest.raises(BusinessError) as refusal:
        services.return_goods({line.pk: Decimal(3)}, actor=shop.actor, reason="")

    assert refusal.value.code == "more_than_delivered"
    assert "2" in str(refusal.value)
    assert shop.balance(tea) == (3, 0)


def test_nothing_comes_back_before_it_left(shop: Shop) -> None:
    tea, today = shop.product("tea", stock=5), clock.today(shop.company)
    line = shop.sell((tea, 5)).lines.get()
    bought = shop.buy((tea, 2, "3")).lines.get()
    yesterday = today - dt.timedelta(days=1)
    rest: dict[str, Any] = {"actor": shop.actor, "reason": "cracked", "posting_date": yesterday}

    with pytest.raises(BusinessError) as from_customer:
        services.return_goods({line.pk: Decimal(1)}, **rest)
    with pytest.raises(BusinessError) as to_supplier:
        services.return_to_supplier({bought.pk: Decimal(1)}, **rest)

    for refused in (from_customer, to_supplier):
        (refusal,) = refused.value.refusals
        assert (refusal.code, refusal.field) == ("before_it_came", "posting_date")
        assert str(today) in str(refusal)
    assert shop.balance(tea) == (2, 0)


def test_what_was_not_delivered_does_not_come_back(shop: Shop) -> None:
    tea = shop.product("tea", stock=5)
    [delivery] = shop.confirm(shop.order((tea, 5)))

    with pytest.raises(BusinessError) as refusal:
        services.return_goods({delivery.lines.get().pk: Decimal(1)}, actor=shop.actor, reason="")

    assert refusal.value.code == "not_delivered"


def test_a_return_hangs_on_the_delivery_that_brought_the_goods(shop: Shop) -> None:
    tea = shop.product("tea", stock=5)
    delivery = shop.sell((tea, 5))

    [receipt] = services.return_goods({delivery.lines.get().pk: Decimal(1)}, actor=shop.actor, reason="")

    link = DocumentLink.objects.get(to_kind=GoodsReceipt.kind(), to_id=receipt.pk)
    assert (link.from_kind, link.from_id, link.relation) == (Delivery.kind(), delivery.pk, "return")
    assert receipt.order == delivery.order


def test_goods_without_a_delivery_come_back_from_a_customer_only(shop: Shop) -> None:
    tea = shop.product("tea", stock=5)
    stranger = Shop("other").customer

    for nobody in (0, stranger.pk):
        with pytest.raises(BusinessError) as refusal:
            services.take_in([services.Unsold(nobody, {tea.pk: Decimal(1)}, "")], actor=shop.actor)
        assert refusal.value.code == "no_customer"

    [receipt] = services.take_in([services.Unsold(shop.customer.pk, {tea.pk: Decimal(1)}, "")], actor=shop.actor)
    assert (receipt.party_id, receipt.order) == (shop.customer.pk, None)
    assert shop.balance(tea) == (6, 0)


def test_the_database_keeps_no_return_without_a_customer_and_no_half_known_order(shop: Shop) -> None:
    shop.buy((shop.product("tea"), 1, "10"))
    receipts = GoodsReceipt.objects.all()

    for nonsense in ({"party": None}, {"order_id": 7}, {"order_kind": "crm_sales.order"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            receipts.update(**nonsense)


def test_a_service_is_taken_back_without_stock(shop: Shop) -> None:
    advice = shop.product("advice", kind="service")
    line = shop.sell((advice, 2)).lines.get()

    services.return_goods({line.pk: Decimal(1)}, actor=shop.actor, reason="")

    assert not StockMove.objects.exists()
    assert balance(shop.company, "500102") == -1000
