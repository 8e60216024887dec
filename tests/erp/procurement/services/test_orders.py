from decimal import Decimal

import pytest

from erp.procurement.models import PurchaseOrder, Supplier
from erp.procurement.services import LineInput, approve_orders, change_order, create_order, place_orders, submit_orders
from suite.automation.models import Approval
from suite.automation.queries import changes_before
from suite.core.access import Actor
from tests import make


@pytest.fixture
def order(planner: Actor, supplier: Supplier) -> PurchaseOrder:
    """A draft over ten pieces that waits for its approval."""
    product = make.product(planner.company)
    lines = [LineInput(product.pk, Decimal(10), Decimal(5))]
    made = create_order(supplier=supplier, lines=lines, actor=planner)
    return submit_orders(order_ids=[made.pk], actor=planner)[0]


def test_a_changed_order_asks_again_and_says_what_changed(order: PurchaseOrder, planner: Actor, boss: Actor) -> None:
    line = order.lines.get()

    change_order(
        order_id=order.pk, lines=[LineInput(line.product_id, Decimal(12), Decimal(5), id=line.pk)], actor=planner
    )

    first, second = Approval.objects.filter(object_id=order.pk).order_by("pk")
    assert (first.status, second.status, second.amount) == ("withdrawn", "waiting", Decimal(60))
    told = changes_before(second)
    assert any("12" in text for text in told)
    approve_orders(order_ids=[order.pk], actor=boss)
    assert place_orders(order_ids=[order.pk], actor=planner)[0].status == PurchaseOrder.Status.ORDERED


def test_a_note_on_an_order_lets_its_approval_wait_on(order: PurchaseOrder, planner: Actor) -> None:
    change_order(order_id=order.pk, note="Ring the bell twice", actor=planner)

    assert Approval.objects.get(object_id=order.pk).status == Approval.Status.WAITING
