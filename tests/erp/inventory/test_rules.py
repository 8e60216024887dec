"""What is low is told once, and once when it is back."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from erp.inputs import OrderChange
from erp.inventory import services
from erp.inventory.models import StockRule, Warehouse
from erp.inventory.services.warehouses import save_warehouse
from suite.core.errors import BusinessError
from suite.core.models import OutboxEvent
from suite.masterdata.models import Product
from tests.erp.inventory.make import Shop


def told() -> list[tuple[int, bool, Decimal]]:
    """What was announced: product, is low, free."""
    events = OutboxEvent.objects.filter(event__startswith="erp.inventory.stock.").order_by("pk")
    return [(each.payload["product"], each.event.endswith("low"), Decimal(each.payload["free"])) for each in events]


def rule(shop: Shop, product: Product, point: int, target: int = 100) -> StockRule:
    return services.set_rule(
        product=product,
        warehouse=Warehouse.objects.get(pk=shop.warehouse_id),
        reorder_point=Decimal(point),
        target=Decimal(target),
        actor=shop.actor,
    )


def test_a_product_becomes_low_once_and_comes_back_once(shop: Shop) -> None:
    tea = shop.product("tea", stock=10)
    rule(shop, tea, 5)

    shop.sell((tea, 4))
    shop.sell((tea, 2))
    shop.sell((tea, 1))
    shop.buy((tea, 1, "1"))
    shop.buy((tea, 3, "1"))

    assert told() == [(tea.pk, True, 4), (tea.pk, False, 7)]
    assert OutboxEvent.objects.filter(event="erp.inventory.stock.low").count() == 1
    assert OutboxEvent.objects.filter(event="erp.inventory.stock.back").count() == 1


def test_goods_are_low_as_soon_as_they_are_promised_and_back_when_the_order_is_cancelled(shop: Shop) -> None:
    tea = shop.product("tea", stock=10)
    rule(shop, tea, 5)
    order = shop.order((tea, 6))

    shop.confirm(order)
    none_left = {line.line_id: replace(line, quantity=Decimal(0)) for line in order.lines}
    services.change_orders(
        [OrderChange(order, {line.line_id: line for line in order.lines}, none_left)], actor=shop.actor
    )

    assert told() == [(tea.pk, True, 4), (tea.pk, False, 10)]
    assert not StockRule.objects.get().is_low


def test_exactly_the_reorder_point_is_not_low(shop: Shop) -> None:
    tea = shop.product("tea", stock=10)
    rule(shop, tea, 5)

    shop.sell((tea, 5))

    assert told() == []


def test_a_rule_on_scarce_goods_tells_at_once_and_dropping_it_ends_that(shop: Shop) -> None:
    tea = shop.product("tea", stock=3)

    first = rule(shop, tea, 5)
    changed = rule(shop, tea, 2)
    services.drop_rule(rule(shop, tea, 4), actor=shop.actor)

    assert first.pk == changed.pk
    assert told() == [(tea.pk, True, 3), (tea.pk, False, 3), (tea.pk, True, 3), (tea.pk, False, 3)]
    assert not StockRule.objects.exists()


def test_a_rule_is_dropped_once(shop: Shop) -> None:
    low = rule(shop, shop.product("tea", stock=3), 5)

    services.drop_rule(low, actor=shop.actor)
    services.drop_rule(low, actor=shop.actor)

    assert [low for _product, low, _free in told()] == [True, False]


@pytest.mark.parametrize(("point", "target"), [(5, 4), (-1, 4)])
def test_a_rule_fills_up_to_at_least_its_point(shop: Shop, point: int, target: int) -> None:
    tea = shop.product("tea")

    with pytest.raises(ValidationError):
        rule(shop, tea, point, target)


def test_a_new_default_warehouse_takes_the_place_of_the_old(shop: Shop) -> None:
    north = services.save_warehouse(values={"code": "N", "name": "北仓", "is_default": True}, actor=shop.actor)

    assert services.default_warehouse_id(shop.company.pk) == north.pk
    assert Warehouse.objects.filter(company=shop.company, is_default=True).count() == 1
    with pytest.raises(ValidationError):
        services.save_warehouse(values={"code": "N", "name": "again"}, actor=shop.actor)


def test_a_company_always_has_a_default_warehouse(shop: Shop) -> None:
    main = Warehouse.objects.of(shop.company.pk).get(is_default=True)

    with pytest.raises(BusinessError) as refused:
        save_warehouse(warehouse=main, values={"is_default": False}, actor=shop.actor)

    assert refused.value.code == "default_warehouse"


def test_a_warehouse_with_stock_is_not_archived(shop: Shop) -> None:
    shop.product("tea", stock=1)
    main = Warehouse.objects.get(pk=shop.warehouse_id)
    services.save_warehouse(values={"code": "N", "name": "北仓", "is_default": True}, actor=shop.actor)
    main.refresh_from_db()

    with pytest.raises(BusinessError) as refusal:
        services.save_warehouse(warehouse=main, values={"is_archived": True}, actor=shop.actor)

    assert refusal.value.code == "warehouse_in_use"
