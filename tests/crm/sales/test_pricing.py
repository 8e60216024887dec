from datetime import timedelta
from decimal import Decimal

import pytest

from crm.sales.models import Order, SalesPolicy
from crm.sales.services import approving
from crm.sales.services.confirming import confirm_orders
from suite.core import clock
from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.masterdata.models import Product, ProductUnit, Unit
from tests import make
from tests.crm.sales.shop import Shop, line


def only_line(order: Order):
    return order.lines.get()


def test_a_line_without_a_price_costs_what_the_product_costs(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp, "3"))

    priced = only_line(order)
    assert (priced.unit_price, priced.net, priced.tax_amount, priced.gross) == (113, 300, 39, 339)
    assert (order.net, order.tax_amount, order.gross) == (300, 39, 339)


def test_prices_without_tax_get_the_tax_on_top(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp, "3"), prices_include_tax=False)

    priced = only_line(order)
    assert (priced.unit_price, priced.net, priced.tax_amount) == (100, 300, 39)


def test_what_was_quoted_with_tax_is_owed_to_the_cent(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp, "3", "33.33"))

    priced = only_line(order)
    assert (priced.net, priced.tax_amount, priced.gross) == (Decimal("88.49"), Decimal("11.50"), Decimal("99.99"))


def test_the_customers_own_price_goes_before_the_tiers_and_everybodys(shop: Shop, lamp: Product) -> None:
    gold = shop.add_customer("小米", owner=shop.rep, tier="gold")
    shop.add_prices("everybody", (lamp, "0", "110"))
    shop.add_prices("gold", (lamp, "0", "105"), tier="gold")
    shop.add_prices("special", (lamp, "0", "99"), party=shop.customer)

    assert only_line(shop.order(line(lamp))).unit_price == 99
    assert only_line(shop.order(line(lamp), party=gold)).unit_price == 105
    assert only_line(shop.order(line(lamp), party=shop.add_customer("OPPO"))).unit_price == 110


def test_a_larger_quantity_reaches_the_next_price_break(shop: Shop, lamp: Product) -> None:
    shop.add_prices("everybody", (lamp, "0", "110"), (lamp, "10", "100"), (lamp, "100", "90"))

    prices = [only_line(shop.order(line(lamp, quantity))).unit_price for quantity in ("9", "10", "99", "100")]

    assert prices == [110, 100, 100, 90]


def test_a_price_list_holds_on_its_days_only(shop: Shop, lamp: Product) -> None:
    today = clock.today(shop.company)
    shop.add_prices("yesterday", (lamp, "0", "1"), valid_to=today - timedelta(days=1))
    shop.add_prices("tomorrow", (lamp, "0", "2"), valid_from=today + timedelta(days=1))
    shop.add_prices("put away", (lamp, "0", "3"), is_archived=True)

    assert only_line(shop.order(line(lamp))).unit_price == 113
    assert only_line(shop.order(line(lamp), date=today + timedelta(days=1))).unit_price == 2


def test_a_box_costs_as_much_as_what_is_in_it(shop: Shop, lamp: Product) -> None:
    box, _made = Unit.objects.get_or_create(code="box", defaults={"name": "箱"})
    ProductUnit.objects.create(company=shop.company, product=lamp, unit=box, numerator=12)
    shop.add_prices("everybody", (lamp, "20", "100"))

    priced = only_line(shop.order(line(lamp, "2", unit_id="box")))

    assert (priced.base_quantity, priced.unit_price, priced.gross) == (24, 1200, 2400)


def test_a_unit_in_which_the_product_is_not_traded_is_refused_at_the_line(shop: Shop, lamp: Product) -> None:
    with pytest.raises(BusinessError) as refused:
        shop.order(line(lamp), line(lamp, unit_id="ton"))

    (refusal,) = refused.value.refusals
    assert (refusal.code, refusal.line, refusal.field) == ("unknown_unit", 1, "unit")


def refused_at_confirm(order: Order, actor: Actor) -> list[Refusal]:
    with pytest.raises(BusinessError) as refused:
        confirm_orders(order_ids=[order.pk], actor=actor)
    return refused.value.refusals


def test_a_rep_gives_the_discount_of_the_policy_and_not_more(shop: Shop, lamp: Product) -> None:
    allowed, more = shop.order(line(lamp, discount=Decimal(20))), shop.order(line(lamp, discount=Decimal(21)))

    (refusal,) = refused_at_confirm(more, shop.rep)

    assert only_line(allowed).gross == Decimal("90.40")
    assert (refusal.code, refusal.line, refusal.field) == ("discount_too_high", 0, "discount")
    assert confirm_orders(order_ids=[allowed.pk], actor=shop.rep).done == [allowed]
    assert confirm_orders(order_ids=[more.pk], actor=shop.manager).done == [more]


def test_below_the_floor_price_only_a_manager_sells(shop: Shop) -> None:
    lamp = shop.add_product("L2", floor_price=Decimal("100"))
    order = shop.order(line(lamp, "1", "110", discount=Decimal(10)))

    (refusal,) = refused_at_confirm(order, shop.rep)

    assert (refusal.code, refusal.line, refusal.field) == ("below_floor", 0, "unit_price")
    assert "99" in str(refusal)
    assert "100" not in str(refusal)  # a rep may not see the floor
    assert "100" in str(approving.doubts([order], make.actor(shop.company, "rep", "buyer"))[order.pk][0])
    assert confirm_orders(order_ids=[order.pk], actor=shop.manager).done == [order]


def test_the_floor_price_holds_with_and_without_tax_and_in_every_unit(shop: Shop) -> None:
    lamp = shop.add_product("L2", floor_price=Decimal("113"))
    third, _made = Unit.objects.get_or_create(code="third", defaults={"name": "三分之一"})
    ProductUnit.objects.create(company=shop.company, product=lamp, unit=third, numerator=2, denominator=3)

    at_the_floor = shop.order(
        line(lamp, "1", "100"), line(lamp, "3", "66.666667", unit_id="third"), prices_include_tax=False
    )
    below = shop.order(line(lamp, "1", "99.99"), line(lamp, "3", "66.66", unit_id="third"), prices_include_tax=False)

    assert approving.doubts([at_the_floor, below], shop.rep).keys() == {below.pk}
    assert [each.line for each in approving.doubts([below], shop.rep)[below.pk]] == [0, 1]


def test_a_product_of_another_company_does_not_exist(shop: Shop) -> None:
    theirs = Shop("globex").add_product("X")

    with pytest.raises(BusinessError) as refused:
        shop.order(line(theirs))

    assert refused.value.code == "unknown_product"


@pytest.mark.parametrize("quantity", ["0", "NaN", "1e30", "Infinity", "0.0000001"])
def test_quantities_beyond_counting_are_refused(shop: Shop, lamp: Product, quantity: str) -> None:
    with pytest.raises(BusinessError) as refused:
        shop.order(line(lamp, quantity))

    assert refused.value.refusals[0].field == "quantity"


def test_an_amount_beyond_counting_is_refused(shop: Shop, lamp: Product) -> None:
    with pytest.raises(BusinessError) as refused:
        shop.order(line(lamp, "99999999999", "99999999999"))

    assert refused.value.code == "too_large"


def test_every_company_starts_with_sales_settings(shop: Shop) -> None:
    assert SalesPolicy.objects.get(company=shop.company).max_discount == 20
