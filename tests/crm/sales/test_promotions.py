import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from crm.sales.models import Order, Promotion
from crm.sales.services import approving, promotions
from crm.sales.services.amending import amend_order
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.lines import inputs_of
from crm.sales.services.orders import OrderDraft, change_order, create_orders
from crm.sales.services.promotions import Scope, Step
from crm.sales.services.quotations import order_from_quotation
from suite.core import clock
from suite.core.errors import BusinessError
from suite.masterdata.models import Product, ProductUnit, Region, Unit
from tests.crm.sales.shop import Shop, line


def promote(shop: Shop, *steps: tuple[str, str], **fields: Any) -> Promotion:
    """A promotion with steps (from quantity, value)."""
    given = {"code": f"P{Promotion.objects.count()}", "name": "秋季促销", "name_en": "Autumn sale", **fields}
    return promotions.create_promotion(
        steps=[Step(Decimal(value), Decimal(least)) for least, value in steps], actor=shop.manager, **given
    )


def prices(order: Order) -> list[Decimal]:
    return [each.unit_price for each in order.lines.all()]


def test_a_percentage_comes_off_and_the_line_says_why(shop: Shop, lamp: Product) -> None:
    autumn = promote(shop, ("0", "10"))

    sold = shop.order(line(lamp, "2")).lines.get()

    assert (sold.unit_price, sold.discount, sold.gross, sold.promotion) == (
        Decimal("101.7"),
        0,
        Decimal("203.4"),
        autumn,
    )
    assert sold.promotion_text == "Autumn sale −10 %"
    with translation.override("zh-hans"):
        assert type(sold).objects.get().promotion_text == "秋季促销 −10 %"


@pytest.mark.parametrize(
    ("kind", "steps", "quantity", "gross"),
    [
        ("amount", [("0", "13")], "3", "300"),
        ("fixed", [("0", "99.9")], "3", "299.7"),
        ("fixed", [("0", "150")], "3", "339"),  # no promotion makes anything dearer
        ("amount", [("0", "200")], "3", "0"),
        ("percent", [("10", "5"), ("100", "20")], "9", "1017"),
        ("percent", [("10", "5"), ("100", "20")], "10", "1073.5"),
        ("percent", [("10", "5"), ("100", "20")], "100", "9040"),
        ("gift", [("3", "1")], "3", "339"),
        ("gift", [("3", "1")], "4", "339"),
        ("gift", [("3", "1")], "7", "678"),
        ("gift", [("3", "1")], "9", "791"),
        ("gift", [("3", "1"), ("10", "5")], "15", "1130"),
    ],
)
def test_each_kind_of_promotion(
    shop: Shop, lamp: Product, kind: str, steps: list[tuple[str, str]], quantity: str, gross: str
) -> None:
    promote(shop, *steps, kind=kind)

    assert shop.order(line(lamp, quantity)).gross == Decimal(gross)


def test_a_quantity_promotion_over_a_set_of_products_as_in_x_oc02(shop: Shop) -> None:
    one, two, three, four = (shop.add_product(f"P{n}", "20", sale_price_includes_tax=False) for n in range(1, 5))
    tenth = type(one.tax).objects.create(company=shop.company, code="T10", name="10%", rate=10)
    Product.objects.update(tax=tenth)
    set_off = promote(shop, ("10", "10"), together=True)
    promotions.change_promotion(
        promotion_id=set_off.pk, scopes=[Scope(product_id=one.pk), Scope(product_id=two.pk)], actor=shop.manager
    )

    a = shop.order(line(one, "5"), line(two, "10"), line(three, "5"), line(four, "5"), prices_include_tax=False)
    b = shop.order(line(one, "5"), line(two, "3"), line(three, "10"), prices_include_tax=False)

    assert (a.net, a.tax_amount, a.gross) == (470, 47, 517)
    assert b.net == 360
    promotions.hold(pks=[set_off.pk], actor=shop.manager)
    anew = [line(each.product, str(each.quantity), id=each.pk) for each in a.lines.all()]
    assert change_order(order_id=a.pk, lines=anew, actor=shop.rep).net == 500


def test_the_highest_priority_decides_then_the_lowest_price(shop: Shop, lamp: Product) -> None:
    promote(shop, ("0", "10"))
    best = promote(shop, ("0", "20"))
    promote(shop, ("0", "15"))

    assert shop.order(line(lamp)).lines.get().promotion == best
    first = promote(shop, ("0", "5"), priority=3)
    assert shop.order(line(lamp)).lines.get().promotion == first


def test_stackable_ones_are_applied_one_after_the_other_against_those_that_stand_alone(
    shop: Shop, lamp: Product
) -> None:
    promote(shop, ("0", "10"), is_stackable=True, name_en="Ten")
    promote(shop, ("0", "3"), is_stackable=True, kind="amount", priority=0, name_en="Three")
    alone = promote(shop, ("0", "11"))

    both = shop.order(line(lamp)).lines.get()
    assert both.unit_price == Decimal("98.7")  # 113 − 10 % − 3
    with translation.override("en"):
        assert both.promotion_text == "Ten −10 % · Three −2.95 %"

    promotions.change_promotion(promotion_id=alone.pk, priority=1, actor=shop.manager)
    assert shop.order(line(lamp)).lines.get().promotion == alone


def test_it_holds_for_its_products_categories_and_customers_only(shop: Shop, lamp: Product) -> None:
    desk = shop.add_product("DESK", "113", category="Furniture")
    china = Region.objects.create(code="TT", name="省")
    town = Region.objects.create(code="TTX", name="市", parent=china)
    south, gold = shop.add_customer("南方", owner=shop.rep), shop.add_customer("金牌", owner=shop.rep)
    type(south).objects.filter(pk=south.pk).update(region=town)
    gold.customer.tags.create(company=shop.company, name="Gold")
    tag = gold.customer.tags.get()
    for percent, scopes in [
        ("10", [Scope(product_id=lamp.pk), Scope(party_id=shop.customer.pk)]),
        ("20", [Scope(category="Furniture"), Scope(region_id=china.pk)]),
        ("30", [Scope(tag_id=tag.pk)]),
    ]:
        promote(shop, ("0", percent), scopes=scopes)

    def offs(party: Any) -> list[Any]:
        return [100 - each / Decimal("1.13") for each in prices(shop.order(line(lamp), line(desk), party=party))]

    assert offs(shop.customer) == [10, 0]
    assert offs(south) == [0, 20]
    assert offs(gold) == [30, 30]
    assert offs(shop.add_customer("他人", owner=shop.rep)) == [0, 0]


def test_it_holds_on_its_days_while_it_is_on_and_in_its_company(shop: Shop, lamp: Product) -> None:
    today = clock.today(shop.company)
    row = promote(shop, ("0", "10"), valid_from=today, valid_to=today)
    promote(Shop("other"), ("0", "90"))

    def price(**more: Any) -> Decimal:
        return shop.order(line(lamp), **more).lines.get().unit_price

    assert price() == Decimal("101.7")
    assert price(date=today + dt.timedelta(days=1)) == price(date=today - dt.timedelta(days=1)) == 113
    promotions.hold(pks=[row.pk], actor=shop.system)
    assert price() == 113
    promotions.release(pks=[row.pk], actor=shop.system)
    assert price() == Decimal("101.7")
    promotions.switch(pks=[row.pk], on=False, actor=shop.manager)
    assert promotions.release(pks=[row.pk], actor=shop.system) == 0
    assert price() == 113


def test_a_price_typed_by_hand_stays(shop: Shop, lamp: Product) -> None:
    promote(shop, ("0", "10"))

    sold = shop.order(line(lamp, "1", "112")).lines.get()

    assert (sold.unit_price, sold.promotion, sold.promotion_text) == (112, None, "")


def test_other_units_and_currencies(shop: Shop, lamp: Product) -> None:
    box, _made = Unit.objects.get_or_create(code="box", defaults={"name": "箱"})
    ProductUnit.objects.create(company=shop.company, product=lamp, unit=box, numerator=12)
    promote(shop, ("24", "13"), kind="amount")
    promote(shop, ("0", "1"), kind="fixed", currency_id="USD")

    assert prices(shop.order(line(lamp, "1", unit_id="box"), line(lamp, "2", unit_id="box"))) == [1356, 1200]
    assert shop.order(line(lamp, "24"), prices_include_tax=False).net == Decimal("2123.89")  # 2400 without 13 % tax


def test_what_a_promotion_gives_is_no_discount_of_the_rep(shop: Shop, lamp: Product) -> None:
    Product.objects.filter(pk=lamp.pk).update(floor_price=100)
    promote(shop, ("0", "50"))

    plain = shop.order(line(lamp))
    assert confirm_orders(order_ids=[plain.pk], actor=shop.rep).refused == {}
    more = shop.order(line(lamp, discount=Decimal(1)))
    (doubt,) = approving.doubts([more], shop.rep)[more.pk]
    assert doubt.code == "below_floor"


def test_the_price_follows_what_the_promotion_was_given_for(shop: Shop, lamp: Product) -> None:
    row = promote(shop, ("10", "10"))
    order = shop.order(line(lamp, "10"))

    def lower(quantity: str) -> Decimal:
        kept = inputs_of(order.lines.all())[0]
        changed = [line(lamp, quantity, str(kept.unit_price), id=kept.id)]
        return change_order(order_id=order.pk, lines=changed, actor=shop.rep).lines.get().unit_price

    promotions.switch(pks=[row.pk], on=False, actor=shop.manager)
    assert lower("10") == Decimal("101.7")
    assert order.lines.get().promotion == row
    promotions.switch(pks=[row.pk], on=True, actor=shop.manager)
    assert lower("9") == 113
    assert order.lines.get().promotion is None


def test_a_confirmed_order_is_amended_with_the_promotion_it_was_promised_with(shop: Shop, lamp: Product) -> None:
    row = promote(shop, ("10", "10"))
    order = shop.order(line(lamp, "10"))
    confirm_orders(order_ids=[order.pk], actor=shop.rep)
    promotions.hold(pks=[row.pk], actor=shop.system)
    pk = order.lines.get().pk

    amend_order(order_id=order.pk, lines=[line(lamp, "20", "101.7", id=pk)], actor=shop.rep)
    assert order.lines.get().unit_price == Decimal("101.7")
    amend_order(order_id=order.pk, lines=[line(lamp, "5", "101.7", id=pk)], actor=shop.rep)
    assert (order.lines.get().unit_price, order.lines.get().promotion) == (113, None)


def test_an_order_tells_the_promotion_of_its_quotation(shop: Shop, lamp: Product) -> None:
    row = promote(shop, ("0", "10"))
    quotation = shop.quotation(line(lamp, "2"))
    promotions.switch(pks=[row.pk], on=False, actor=shop.manager)

    sold = order_from_quotation(quotation_id=quotation.pk, actor=shop.rep).lines.get()

    assert (sold.promotion, sold.promoted) == (row, [["秋季促销", "Autumn sale", "10"]])


def test_what_papers_carry_is_not_changed_any_more(shop: Shop, lamp: Product) -> None:
    row = promote(shop, ("0", "10"))
    promotions.change_promotion(promotion_id=row.pk, steps=[Step(Decimal(12))], actor=shop.manager)
    shop.order(line(lamp))

    with pytest.raises(BusinessError) as refused:
        promotions.change_promotion(promotion_id=row.pk, steps=[Step(Decimal(50))], actor=shop.manager)
    assert refused.value.refusals[0].code == "promotion_given"
    promotions.change_promotion(promotion_id=row.pk, name="双十一", actor=shop.manager)


@pytest.mark.parametrize(
    ("kind", "steps", "code"),
    [
        ("percent", [], "steps"),
        ("percent", [("0", "101")], "step"),
        ("percent", [("0", "0")], "step"),
        ("gift", [("0", "1")], "step"),
        ("amount", [("1", "2"), ("1", "3")], "step_twice"),
    ],
)
def test_nonsense_is_refused(shop: Shop, kind: str, steps: list[tuple[str, str]], code: str) -> None:
    with pytest.raises(BusinessError) as refused:
        promote(shop, *steps, kind=kind)
    assert refused.value.refusals[0].code == code


def test_any_number_of_lines_is_priced_by_the_same_statements(shop: Shop, lamp: Product) -> None:
    products = [shop.add_product(f"N{n}") for n in range(6)]
    for product in products:
        promote(shop, ("0", "10"), scopes=[Scope(product_id=product.pk), Scope(party_id=shop.customer.pk)])

    def statements(*sold: Product) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            create_orders([OrderDraft(party_id=shop.customer.pk, lines=[line(each) for each in sold])], actor=shop.rep)
        return len([each for each in seen if "crm_sales_promotion" in each["sql"] and "SELECT" in each["sql"][:7]])

    assert statements(products[0]) == statements(*products) == 1
