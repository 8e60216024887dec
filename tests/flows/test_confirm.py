"""A confirmation and everything that follows from it."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from suite.core.access import Actor
from tests import make


def order_of(rep: Actor, products: list, quantity: int = 1):
    customer = make.customer(rep)
    lines = [LineInput(product_id=product.pk, quantity=Decimal(quantity)) for product in products]
    return create_order(party=customer.party, lines=lines, actor=rep)


@pytest.mark.parametrize("count", [1, 5, 50])
def test_a_confirmation_takes_sixteen_statements_however_many_lines(company, rep, count):
    products = make.goods(company, count, quantity=100)
    warm_up = order_of(rep, products[:1])
    confirm_orders(order_ids=[warm_up.pk], actor=rep)
    order = order_of(rep, products)

    with CaptureQueriesContext(connection) as queries:
        confirm_orders(order_ids=[order.pk], actor=rep)

    statements = [query["sql"][:150] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) <= 16, "\n".join(statements)
