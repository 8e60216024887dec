"""What the back wing did comes home to the order it was done for, and to no other."""

from decimal import Decimal

import pytest

from crm.sales.models import Order, OrderLine
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.inventory import services as inventory
from erp.inventory.models import Delivery, DeliveryLine
from erp.procurement import services as procurement
from erp.procurement.models import Requisition, RequisitionLine
from integration.erp_to_crm import note_delivery, sales_order_of
from integration.ports import fulfilment
from suite.core.access import Actor
from suite.core.acts import acting
from suite.core.models import OutboxEvent
from suite.core.outbox import relay
from suite.desk.services.notifications import inbox
from tests import make


@pytest.fixture
def delivery(company, rep) -> Delivery:
    product = make.product(company, price=1130)
    make.stock(product, 10, unit_cost=600)
    lines = [LineInput(product_id=product.pk, quantity=Decimal(4))]
    order = create_order(party=make.customer(rep).party, lines=lines, actor=rep)
    confirm_orders(order_ids=[order.pk], actor=rep)
    return Delivery.objects.get(order_id=order.pk)


def test_what_is_on_no_line_of_the_order_counts_nowhere(company, delivery):
    own = delivery.lines.get()
    gift = DeliveryLine(delivery=delivery, product=own.product, quantity=Decimal(7))
    delivery.shipped_lines = [own, gift]

    with acting(Actor.system(company)):
        note_delivery(deliveries=[delivery])

    assert OrderLine.objects.get().delivered == 4
    assert OutboxEvent.objects.filter(event="crm.sales.order.delivered").count() == 1


def test_an_order_whose_goods_are_missing_is_short_again_and_its_rep_hears_of_it(company, rep, delivery):
    product, warehouse_id = delivery.lines.get().product, delivery.warehouse_id
    missing = [inventory.Difference(product.pk, Decimal(-7))]

    inventory.adjust(missing, warehouse_id=warehouse_id, reason="gone", actor=Actor.system(company), release=True)
    relay()

    order = Order.objects.get()
    assert fulfilment(order, rep).waiting == {order.lines.get().pk: 1}
    assert RequisitionLine.objects.get(requisition__order_id=order.pk).needed == 1
    told = inbox(rep).get(subject_kind=Order.kind(), subject_id=order.pk)
    assert str(told.title) == f"{order.number} is short again: 1 piece of {product} that it held are missing"


def test_goods_whose_receipt_was_a_mistake_are_not_asked_for_again(company, rep):
    product = make.product(company, price=1130)
    make.terms(make.supplier(company), product, 600)
    order = create_order(
        party=make.customer(rep).party, lines=[LineInput(product_id=product.pk, quantity=Decimal(4))], actor=rep
    )
    confirm_orders(order_ids=[order.pk], actor=rep)
    house = make.actor(company, "administrator")
    requisition = Requisition.objects.get()
    procurement.approve_requisitions(requisition_ids=[requisition.pk], actor=house)
    [purchase] = procurement.order_requisitions(requisition_ids=[requisition.pk], actor=house)
    procurement.place_orders(order_ids=[purchase.pk], actor=house)
    [receipt] = procurement.receive(order_ids=[purchase.pk], actor=house)

    inventory.reverse_receipt(receipt, actor=house, reason="not ours", release=True)

    assert fulfilment(order, rep).waiting == {order.lines.get().pk: 4}
    assert RequisitionLine.objects.count() == 1


def test_a_paper_of_no_order_or_of_another_kind_is_not_taken_for_an_order(delivery):
    assert sales_order_of(delivery).id == Order.objects.get().pk
    for paper in (Delivery(), Delivery(order_kind="erp_procurement.purchaseorder", order_id=delivery.order_id)):
        assert sales_order_of(paper) is None
