"""What the back wing did comes home to the order it was done for, and to no other."""

from decimal import Decimal

import pytest

from crm.sales.models import Order, OrderLine
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.inventory.models import Delivery, DeliveryLine
from integration.erp_to_crm import note_delivery, sales_order_of
from suite.core.access import Actor
from suite.core.acts import acting
from suite.core.models import OutboxEvent
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


def test_a_paper_of_no_order_or_of_another_kind_is_not_taken_for_an_order(delivery):
    assert sales_order_of(delivery).id == Order.objects.get().pk
    for paper in (Delivery(), Delivery(order_kind="erp_procurement.purchaseorder", order_id=delivery.order_id)):
        assert sales_order_of(paper) is None
