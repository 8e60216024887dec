"""What the wings ask upwards is answered by the other one."""

from decimal import Decimal

import pytest

from crm.sales import ports as sales_ports
from crm.sales.models import Order
from crm.sales.queries import performance
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.finance import ports
from erp.finance import services as finance
from suite.core import clock
from suite.core.access import Actor
from tests import make


@pytest.fixture
def order(rep: Actor) -> Order:
    return create_order(party=make.customer(rep).party, lines=[], actor=rep)


def test_finance_hears_of_the_order_that_a_deposit_is_for(rep: Actor, order: Order) -> None:
    found = ports.sales_order(rep, order.party_id, order.pk)

    assert found == (Order.kind(), order.pk, order.number)


def test_finance_hears_of_no_order_that_is_another_customers_or_out_of_sight(rep: Actor, order: Order) -> None:
    other, stranger = make.customer(rep).party, make.actor(rep.company, "warehouse")

    assert ports.sales_order(rep, other.pk, order.pk) is None
    assert ports.sales_order(stranger, order.party_id, order.pk) is None


def test_what_came_in_counts_for_whose_order_it_pays(rep: Actor) -> None:
    product = make.product(rep.company, price=1130)
    party, house = make.customer(rep).party, Actor.system(rep.company)
    order = create_order(party=party, lines=[LineInput(product_id=product.pk, quantity=Decimal(1))], actor=rep)
    confirm_orders(order_ids=[order.pk], actor=rep)
    finance.receive([finance.MoneyInput(party_id=party.pk, amount=Decimal(300), oldest_first=True)], actor=house)
    other, today = make.actor(rep.company, "rep", username="tom"), clock.today(rep.company)

    shown = performance.mine(rep).figures["collected"].amount
    others = sales_ports.collected(other, today, today)

    assert (shown, others) == (300, {})
    assert sum((sales_ports.collected(house, today, today) or {}).values()) == 300
