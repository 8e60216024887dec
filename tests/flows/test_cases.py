"""Worked cases from order to cash, with their numbers as their file gives them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.finance.models import Invoice, OpenItem
from erp.finance.services import invoices
from erp.inventory import services as inventory
from erp.inventory.models import Delivery
from suite.masterdata.services.settings import create_tax
from tests import make, shared


@pytest.mark.django_db
def test_one_order_makes_one_shipment_and_one_invoice(company, rep, house):
    given, expected = (shared.case("order_to_cash", "X-OC01")[part] for part in ("given", "expect"))
    tax = create_tax(actor=house, code="VAT10", name="Sales tax", rate=Decimal(str(given["tax_rate"])) * 100)
    product = make.product(company, price=given["price"], sale_price_includes_tax=False)
    make.stock(product, given["stock"])
    customer = make.customer(rep)
    lines = [LineInput(product_id=product.pk, quantity=Decimal(each), tax_id=tax.pk) for each in (2, 3)]
    order = create_order(party=customer.party, lines=lines, prices_include_tax=False, actor=rep)

    confirm_orders(order_ids=[order.pk], actor=rep)
    shipments = list(Delivery.objects.filter(order_id=order.pk))
    inventory.ship(shipments, actor=house)
    (draft,) = invoices.draft_for_orders(order_ids=[order.pk], actor=house)
    invoices.issue(invoice_ids=[draft.pk], actor=house)

    order.refresh_from_db()
    assert (order.net, order.tax_amount, order.gross) == (expected["net"], expected["tax"], expected["total"])
    assert len(shipments) == expected["shipments"]
    issued = Invoice.objects.filter(status=Invoice.Status.ISSUED)
    assert issued.count() == expected["invoices_after_post"]
    assert issued.get().gross == OpenItem.objects.get(order_id=order.pk).open_amount == expected["total"]
