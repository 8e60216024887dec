"""The invariants of purchasing hold after a full life of its papers, and bite when rows are tampered with."""

from decimal import Decimal

import pytest
from django.db import connection

from erp.inventory.services import reverse_receipt
from erp.procurement.models import PurchaseOrder, PurchasePolicy, Supplier
from erp.procurement.services import (
    Bill,
    SupplierInvoice,
    Wish,
    approve_requisitions,
    book_invoices,
    cancel_orders,
    cancel_requisitions,
    close_short,
    create_requisition,
    order_requisitions,
    place_orders,
    receive,
    return_goods,
    submit_requisitions,
)
from suite.core import invariants
from suite.core.access import Actor
from suite.core.acts import acting, save_changes
from suite.masterdata.models import Product
from tests.erp.finance import books
from tests.erp.inventory.make import Shop
from tests.erp.procurement.make import placed

D = Decimal


def asked(product: Product, supplier: Supplier, quantity: int, actor: Actor) -> PurchaseOrder:
    """Ordered from an approved requisition over this quantity."""
    wish = Wish(product_id=product.pk, supplier_id=supplier.pk, quantity=D(quantity), price=D(10))
    requisition = create_requisition(lines=[wish], actor=actor)
    submit_requisitions(requisition_ids=[requisition.pk], actor=actor)
    approve_requisitions(requisition_ids=[requisition.pk], actor=actor)
    (order,) = order_requisitions(requisition_ids=[requisition.pk], actor=actor)
    (order,) = place_orders(order_ids=[order.pk], actor=actor)
    return order


@pytest.fixture
def life(shop: Shop, supplier: Supplier, buyer: Actor) -> Shop:
    """Goods asked for, over-delivered, billed in part, sent back, credited, reversed, closed short, given up."""
    bolt, nut = shop.product("BOLT"), shop.product("NUT")
    first = asked(bolt, supplier, 100, buyer)
    line = first.lines.get()
    receive(quantities={line.pk: D(60)}, actor=buyer)
    (mistake,) = receive(quantities={line.pk: D(5)}, actor=buyer)
    reverse_receipt(mistake, actor=shop.actor, reason="")
    receive(quantities={line.pk: D(44)}, actor=buyer)
    book_invoices([SupplierInvoice(first.pk, [Bill(line.pk, D(80))])], actor=buyer)
    return_goods(quantities={line.pk: D(30)}, actor=buyer, reason="")
    book_invoices([SupplierInvoice(first.pk, [Bill(line.pk, D(-6))])], actor=buyer)
    short = asked(nut, supplier, 50, buyer)
    receive(quantities={short.lines.get().pk: D(20)}, actor=buyer)
    close_short(order_ids=[short.pk], actor=buyer)
    gone = asked(nut, supplier, 7, buyer)
    wanted = gone.lines.get().requisition_line
    cancel_orders(order_ids=[gone.pk], actor=buyer)
    cancel_requisitions(requisition_ids=[wanted.requisition_id], actor=buyer)
    mixed = placed(supplier, (nut, 9, "10"), (nut, -2, "10"), actor=buyer)
    receive(order_ids=[mixed.pk], actor=buyer)
    bills = [Bill(each.pk, each.quantity) for each in mixed.lines.all()]
    book_invoices([SupplierInvoice(mixed.pk, bills)], actor=buyer)
    placed(supplier, (bolt, 3, "10"), actor=buyer)
    return shop


def findings() -> list[invariants.Finding]:
    return [finding for finding in invariants.check() if not finding.holds and finding.invariant.name != "I10"]


def test_a_full_life_contradicts_nothing(life: Shop) -> None:
    assert findings() == []


def test_a_narrower_tolerance_does_not_make_what_was_accepted_wrong(life: Shop) -> None:
    policy = PurchasePolicy.objects.get()

    with acting(life.actor):
        save_changes(policy, {"over_receipt_percent": D(0)})

    assert findings() == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE erp_procurement_purchaseorderline SET received = received + 1 WHERE received > returned",
        "UPDATE erp_procurement_purchaseorderline SET returned = returned - 1 WHERE returned > 0",
        "UPDATE erp_procurement_purchaseorderline SET invoiced = invoiced - 1 WHERE invoiced > 0",
        "UPDATE erp_inventory_goodsreceiptline SET invoiced = invoiced + 1 WHERE invoiced > 0",
        "UPDATE erp_finance_invoiceline SET base_quantity = base_quantity + 1",
        "UPDATE erp_procurement_purchaseorderline SET base_quantity = 1 WHERE received > 10",
        "UPDATE erp_procurement_purchaseorder SET status = 'received' WHERE status = 'ordered'",
        "UPDATE erp_procurement_purchaseorder SET status = 'cancelled' WHERE status = 'received'",
        "UPDATE erp_procurement_requisitionline SET ordered = ordered - 1 WHERE ordered > 0",
        "UPDATE erp_procurement_requisitionline SET cancelled = cancelled - 1 WHERE cancelled > 0",
    ],
)
def test_each_invariant_bites(life: Shop, tampering: str) -> None:
    with books.unguarded(), connection.cursor() as cursor:
        cursor.execute(tampering)
        assert cursor.rowcount > 0

    assert not all(finding.holds for finding in invariants.check("I13"))
