"""直运: goods that the supplier delivers straight to the customer never lie in our stock."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from crm.sales.models import Order
from crm.sales.services.amending import amend_order
from crm.sales.services.confirming import cancel_orders, confirm_orders
from crm.sales.services.lines import inputs_of
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.finance.models import AccountBalance
from erp.inventory import services as inventory
from erp.inventory.models import Delivery, Demand, GoodsReceipt, StockBalance, StockMove, StockValue
from erp.procurement import services as procurement
from erp.procurement.models import PurchaseOrder, Requisition
from erp.procurement.services import Bill
from suite.core import invariants
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.desk.chain import chain_of
from tests import make

D = Decimal


@pytest.fixture
def house(buyer) -> Actor:
    """Who buys, and here does what is left to do."""
    return buyer


@pytest.fixture
def pump(company):
    product = make.product(company, "PUMP", price=1130)
    make.terms(make.supplier(company, "Pumps"), product, "10", minimum=D(50))
    return product


def sold(rep: Actor, product, quantity: int = 1, *more: LineInput, address: str = "Dock 3") -> Order:
    """A confirmed order with a line that the supplier delivers."""
    line = LineInput(product_id=product.pk, quantity=D(quantity), is_direct=True)
    party = make.customer(rep).party
    order = create_order(party=party, lines=[line, *more], shipping_address=address, actor=rep)
    confirm_orders(order_ids=[order.pk], actor=rep)
    return order


def bought(order: Order, house: Actor) -> PurchaseOrder:
    """The purchase order that its requisition led to, placed."""
    requisition = Requisition.objects.get(order_id=order.pk, is_direct=True)
    procurement.approve_requisitions(requisition_ids=[requisition.pk], actor=house)
    (purchase,) = procurement.order_requisitions(requisition_ids=[requisition.pk], actor=house)
    procurement.place_orders(order_ids=[purchase.pk], actor=house)
    return purchase


def balances(company) -> dict[str, Decimal]:
    rows = AccountBalance.objects.of(company.pk).values("account__code").annotate(net=Sum("debit") - Sum("credit"))
    return {row["account__code"]: row["net"] for row in rows if row["net"]}


def test_a_direct_delivery_touches_neither_stock_nor_its_value_x_sv05(company, rep, house, pump):
    make.stock(pump, 1, unit_cost=10)
    make.stock(pump, 1, unit_cost=20)

    order = sold(rep, pump)
    purchase = bought(order, house)
    procurement.receive(order_ids=[purchase.pk], actor=house)

    value = StockValue.objects.get(product=pump)
    assert (value.quantity, value.value) == (2, 30)
    assert StockBalance.objects.get(product=pump).reserved == 0
    assert (set(StockMove.objects.values_list("kind", flat=True)), Demand.objects.count()) == ({"opening"}, 0)
    (delivery,) = Delivery.objects.filter(order_id=order.pk)
    assert (delivery.kind_of, delivery.status, delivery.lines.get().cost) == ("direct", "shipped", 10)
    books = balances(company)
    assert (books["5401"], books["220202"], books["1405"]) == (10, -10, 30)
    assert (books["500101"], "220302" in books) == (-1000, False)


def test_the_purchase_goes_to_the_customer_for_just_what_they_want(rep, house, pump):
    make.stock(pump, 100)

    order = sold(rep, pump, 3)
    purchase = bought(order, house)

    assert (purchase.is_direct, purchase.delivery_address, purchase.lines.get().quantity) == (True, "Dock 3", 3)
    labels = [box.title for step in chain_of(house, order) for box in step.boxes]
    assert purchase.number in labels


def test_parts_that_the_supplier_brings_are_delivered_as_they_come(rep, house, pump):
    order = sold(rep, pump, 10)
    line = bought(order, house).lines.get()

    procurement.receive(quantities={line.pk: D(4)}, actor=house)
    order.refresh_from_db()
    assert (order.delivery, order.lines.get().delivered) == ("part", 4)
    procurement.receive(quantities={line.pk: D(6)}, actor=house)

    order.refresh_from_db()
    assert (order.delivery, order.lines.get().delivered) == ("done", 10)


def test_more_than_the_customer_wants_is_not_received(rep, house, pump):
    line = bought(sold(rep, pump, 100), house).lines.get()

    with pytest.raises(BusinessError) as refused:
        procurement.receive(quantities={line.pk: D(101)}, actor=house)

    assert refused.value.code == "not_wanted"


def test_the_warehouse_does_not_ship_what_the_supplier_delivers(rep, house, pump):
    order = sold(rep, pump)
    delivery = Delivery.objects.get(order_id=order.pk)

    with pytest.raises(BusinessError, match="delivered by the supplier"):
        inventory.ship([delivery], actor=house)


def test_the_supplier_bills_the_cost_of_sales(company, rep, house, pump):
    purchase = bought(sold(rep, pump, 10), house)
    procurement.receive(order_ids=[purchase.pk], actor=house)

    bills = [Bill(purchase.lines.get().pk, D(10), D("10.50"))]
    procurement.book_invoices([procurement.SupplierInvoice(purchase.pk, bills)], actor=house)

    books = balances(company)
    assert (books["5401"], books["22210101"], books["220201"]) == (105, D("13.65"), D("-118.65"))
    assert not {"1405", "220202"} & books.keys()


def test_a_mixed_order_ships_its_own_goods_itself(company, rep, house, pump):
    tap = make.product(company, "TAP")
    make.stock(tap, 5)

    order = sold(rep, pump, 2, LineInput(product_id=tap.pk, quantity=D(1)))

    kinds = dict(Delivery.objects.filter(order_id=order.pk).values_list("kind_of", "lines__product__code"))
    assert kinds == {"direct": "PUMP", "sale": "TAP"}


def test_what_comes_back_from_the_customer_comes_into_the_stock(company, rep, house, pump):
    purchase = bought(sold(rep, pump, 2), house)
    procurement.receive(order_ids=[purchase.pk], actor=house)
    line = Delivery.objects.get(kind_of="direct").lines.get()

    inventory.return_goods({line.pk: D(1)}, actor=house, reason="Too many")

    assert (balances(company)["5401"], balances(company)["1405"]) == (10, 10)
    assert StockBalance.objects.get(product=pump).on_hand == 1


def test_a_cancelled_order_asks_for_nothing_any_more(rep, house, pump):
    order = sold(rep, pump, 7)

    cancel_orders(order_ids=[order.pk], actor=rep, reason="Changed their mind")

    assert Requisition.objects.get().status == "cancelled"
    assert Delivery.objects.get().status == "cancelled"


def test_a_larger_order_asks_for_the_rest_and_a_smaller_one_gives_it_up(rep, house, pump):
    order = sold(rep, pump, 7)

    for quantity in (9, 4):
        order.refresh_from_db()
        (line,) = inputs_of(order.lines.all())
        wanted = LineInput(**{**{name: getattr(line, name) for name in line.__slots__}, "quantity": D(quantity)})
        amend_order(order_id=order.pk, lines=[wanted], version=order.version, actor=rep, reason="")
        rows = Requisition.objects.order_by("pk").values_list("lines__quantity", "lines__cancelled")
        assert sum(asked - given_up for asked, given_up in rows) == quantity
        assert sum(Delivery.objects.values_list("lines__quantity", flat=True)) == quantity


def test_a_receipt_of_direct_goods_is_not_taken_back_by_itself(rep, house, pump):
    purchase = bought(sold(rep, pump), house)
    (receipt,) = procurement.receive(order_ids=[purchase.pk], actor=house)

    with pytest.raises(BusinessError, match="with the customer"):
        inventory.reverse_receipt(receipt, actor=house, reason="")

    assert GoodsReceipt.objects.get().status == "posted"


def test_the_books_and_the_papers_agree(rep, house, pump):
    purchase = bought(sold(rep, pump, 10), house)
    procurement.receive(quantities={purchase.lines.get().pk: D(6)}, actor=house)
    bills = [Bill(purchase.lines.get().pk, D(5))]
    procurement.book_invoices([procurement.SupplierInvoice(purchase.pk, bills)], actor=house)

    found = [finding for finding in invariants.check() if not finding.holds and finding.invariant.name != "I10"]

    assert found == []
