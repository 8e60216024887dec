from datetime import timedelta
from decimal import Decimal

from erp.inventory.models import StockRule
from erp.procurement.models import Requisition, RequisitionLine
from erp.procurement.services import (
    approve_requisitions,
    order_requisitions,
    place_orders,
    reorder,
)
from suite.core import clock
from suite.core.access import Actor
from suite.masterdata.models import Product
from tests import make
from tests.erp.inventory.make import Shop


def rule(shop: Shop, product: Product, point: int, target: int) -> StockRule:
    return StockRule.objects.create(
        company=shop.company, product=product, warehouse_id=shop.warehouse_id, reorder_point=point, target=target
    )


def coming(shop: Shop, product: Product, quantity: int, buyer: Actor) -> None:
    """Bought and on its way."""
    rule(shop, product, quantity, quantity)
    requisitions = reorder(actor=shop.actor)
    pks = [requisition.pk for requisition in requisitions]
    approve_requisitions(requisition_ids=pks, actor=buyer)
    place_orders(order_ids=[order.pk for order in order_requisitions(requisition_ids=pks, actor=buyer)], actor=buyer)
    StockRule.objects.all().delete()


def test_an_order_point_met_exactly_asks_for_nothing_one_below_fills_up_to_the_target(shop: Shop, buyer: Actor) -> None:
    """X-PP03: 20 on hand, 5 coming, 15 going out, point 10, target 40."""
    bolt = shop.product("BOLT")
    make.terms(make.supplier(shop.company), bolt, 12)
    coming(shop, bolt, 5, buyer)
    shop.open_stock((bolt, 20, "10"))
    shop.reserve(shop.order((bolt, 15)))
    rule(shop, bolt, 10, 40)

    met = reorder(actor=shop.actor)
    shop.reserve(shop.order((bolt, 1)))
    below = reorder(actor=shop.actor)

    assert met == []
    assert [line.quantity for line in RequisitionLine.objects.filter(requisition__in=below)] == [31]


def test_a_proposal_names_quantity_supplier_date_and_its_figures(shop: Shop) -> None:
    bolt = shop.product("BOLT", stock=4)
    supplier = make.supplier(shop.company, lead_days=9)
    make.terms(supplier, bolt, 12, pack=Decimal(25))
    rule(shop, bolt, 5, 30)

    (requisition,) = reorder(actor=shop.actor)

    line = requisition.lines.get()
    assert (line.quantity, line.needed, line.supplier) == (50, 26, supplier)
    assert line.needed_by == clock.today(shop.company) + timedelta(days=9)
    assert {name: Decimal(line.terms[name]) for name in ("free", "coming", "waiting", "point", "target")} == {
        "free": 4, "coming": 0, "waiting": 0, "point": 5, "target": 30,
    }  # fmt: skip
    assert requisition.origin == Requisition.Origin.REORDER


def test_running_again_adds_nothing(shop: Shop) -> None:
    bolt = shop.product("BOLT")
    rule(shop, bolt, 5, 30)
    reorder(actor=shop.actor)

    again = reorder(actor=shop.actor)

    assert again == []
    assert Requisition.objects.count() == 1


def test_five_thousand_points_take_no_more_statements_than_one(shop: Shop, django_assert_max_num_queries) -> None:
    supplier = make.supplier(shop.company)
    products = Product.objects.bulk_create(
        Product(company=shop.company, code=f"P{n}", name=f"P{n}", unit=shop.unit, tax=shop.tax) for n in range(5000)
    )
    make.terms_of_all(supplier, products, 3)
    StockRule.objects.bulk_create(
        StockRule(company=shop.company, product=product, warehouse_id=shop.warehouse_id, reorder_point=5, target=20)
        for product in products
    )

    with django_assert_max_num_queries(13):
        made = reorder(actor=shop.actor)

    assert RequisitionLine.objects.filter(requisition__in=made).count() == 5000


def test_what_the_house_asks_for_is_approved_by_the_buyer_who_had_it_looked_up(shop: Shop, buyer: Actor) -> None:
    make.actor(shop.company, "executive")
    bolt = shop.product("BOLT")
    make.terms(make.supplier(shop.company), bolt, 12)
    rule(shop, bolt, 10, 40)
    (requisition,) = reorder(actor=buyer)

    (approved,) = approve_requisitions(requisition_ids=[requisition.pk], actor=buyer)

    assert approved.status == Requisition.Status.APPROVED
