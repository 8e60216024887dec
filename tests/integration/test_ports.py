"""What the wings ask upwards is answered by the other one."""

import pytest

from crm.sales.models import Order
from crm.sales.services.orders import create_order
from erp.finance import ports
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
