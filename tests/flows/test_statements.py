"""How many statements the whole way of an order takes, however long the order is."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.finance.services import invoices
from erp.inventory import services as inventory
from erp.inventory.models import Delivery
from suite.core.access import Actor
from tests import make


def walk(rep: Actor, products: list) -> list[str]:
    """The statements from the draft to delivered, invoiced and posted, an act after the other."""
    customer = make.customer(rep)
    with CaptureQueriesContext(connection) as seen:
        lines = [LineInput(product_id=product.pk, quantity=Decimal(1)) for product in products]
        order = create_order(party=customer.party, lines=lines, actor=rep)
        confirm_orders(order_ids=[order.pk], actor=rep)
        inventory.ship(list(Delivery.objects.filter(order_id=order.pk)), actor=rep)
        drafts = invoices.draft_for_orders(order_ids=[order.pk], actor=rep)
        invoices.issue(invoice_ids=[invoice.pk for invoice in drafts], actor=rep)
    return [each["sql"][:150] for each in seen if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))]


@pytest.mark.parametrize("count", [1, 5, 50])
def test_from_draft_to_invoiced_takes_sixty_statements_however_many_lines(company, rep, count):
    products = [make.product(company) for _n in range(count)]
    for product in products:
        make.stock(product, 100, unit_cost=50)
    walk(rep, products[:1])  # settings are read once

    statements = walk(rep, products)

    assert len(statements) <= 60, "\n".join(statements)
