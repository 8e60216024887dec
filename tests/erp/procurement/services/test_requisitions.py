from dataclasses import replace
from decimal import Decimal

import pytest

from erp.procurement.models import PurchaseOrder, Requisition, Supplier
from erp.procurement.services import (
    Wish,
    approve_requisitions,
    cancel_requisitions,
    change_order,
    create_requisition,
    order_requisitions,
    place_orders,
    reject_requisitions,
    reopen_requisitions,
    submit_requisitions,
)
from erp.procurement.services.orders import inputs_of, unplaceable
from suite.automation.models import Approval
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.models import Company
from suite.masterdata.models import Product
from tests import make


@pytest.fixture
def bolt(company: Company) -> Product:
    return make.product(company, "BOLT")


@pytest.fixture
def zhou(company: Company, bolt: Product) -> Supplier:
    supplier = make.supplier(company, "周记五金")
    make.terms(supplier, bolt, "12.50", minimum=Decimal(50), pack=Decimal(12))
    return supplier


def requested(actor: Actor, product: Product, quantity: int, **values: object) -> Requisition:
    return create_requisition(lines=[Wish(product.pk, Decimal(quantity), **values)], actor=actor)


def submitted(actor: Actor, product: Product, quantity: int, **values: object) -> Requisition:
    requisition = requested(actor, product, quantity, **values)
    return submit_requisitions(requisition_ids=[requisition.pk], actor=actor)[0]


def test_a_wish_takes_supplier_and_price_from_the_offer_asked_first(
    buyer: Actor, bolt: Product, zhou: Supplier
) -> None:
    dearer = make.supplier(buyer.company)
    make.terms(dearer, bolt, "9", priority=20)

    requisition = requested(buyer, bolt, 10)

    line = requisition.lines.get()
    assert (line.supplier, line.price, line.pending) == (zhou, Decimal("12.5"), 10)
    assert requisition.amount == Decimal("125.00")


def test_up_to_the_limit_one_buyer_agrees(planner: Actor, buyer: Actor, bolt: Product, zhou: Supplier) -> None:
    requisition = submitted(planner, bolt, 800)

    approve_requisitions(requisition_ids=[requisition.pk], actor=buyer, note="Needed")

    requisition.refresh_from_db()
    step = Approval.objects.get().steps.get()
    assert requisition.status == Requisition.Status.APPROVED
    assert (step.decided_by, step.note, step.decided_at is not None) == (buyer.user, "Needed", True)


def test_above_the_limit_the_executive_agrees_after_the_buyer(
    planner: Actor, buyer: Actor, boss: Actor, bolt: Product, zhou: Supplier
) -> None:
    requisition = submitted(planner, bolt, 801)

    approve_requisitions(requisition_ids=[requisition.pk], actor=buyer)

    requisition.refresh_from_db()
    assert requisition.status == Requisition.Status.SUBMITTED
    with pytest.raises(BusinessError) as refused:
        approve_requisitions(requisition_ids=[requisition.pk], actor=buyer)
    assert refused.value.code == "not_your_step"

    approve_requisitions(requisition_ids=[requisition.pk], actor=boss)

    requisition.refresh_from_db()
    assert requisition.status == Requisition.Status.APPROVED


def test_approval_cannot_be_skipped(buyer: Actor, bolt: Product, zhou: Supplier) -> None:
    requisition = submitted(buyer, bolt, 10)

    with pytest.raises(BusinessError) as refused:
        order_requisitions(requisition_ids=[requisition.pk], actor=buyer)

    assert refused.value.code == "wrong_state"
    assert not PurchaseOrder.objects.exists()


def test_an_approved_requisition_becomes_an_order_that_needs_no_further_approval(
    planner: Actor, buyer: Actor, bolt: Product, zhou: Supplier
) -> None:
    requisition = submitted(planner, bolt, 60)
    approve_requisitions(requisition_ids=[requisition.pk], actor=buyer)

    (order,) = order_requisitions(requisition_ids=[requisition.pk], actor=buyer)
    place_orders(order_ids=[order.pk], actor=buyer)

    requisition.refresh_from_db()
    order.refresh_from_db()
    assert requisition.status == Requisition.Status.ORDERED
    assert (order.party, order.net, order.tax_amount, order.gross) == (
        zhou.party, Decimal("750.00"), Decimal("97.50"), Decimal("847.50")
    )  # fmt: skip
    assert order.status == PurchaseOrder.Status.ORDERED


def test_a_rejected_requisition_can_be_reopened_and_given_up(
    planner: Actor, buyer: Actor, bolt: Product, zhou: Supplier
) -> None:
    requisition = submitted(planner, bolt, 10)

    reject_requisitions(requisition_ids=[requisition.pk], actor=buyer, note="Too dear")
    reopen_requisitions(requisition_ids=[requisition.pk], actor=planner)
    cancel_requisitions(requisition_ids=[requisition.pk], actor=planner)

    requisition.refresh_from_db()
    assert requisition.status == Requisition.Status.CANCELLED
    assert requisition.lines.get().pending == 0


def test_an_approved_requisition_covers_its_goods_from_its_supplier_and_nothing_else(
    planner: Actor, buyer: Actor, bolt: Product, zhou: Supplier
) -> None:
    requisition = submitted(planner, bolt, 800)
    approve_requisitions(requisition_ids=[requisition.pk], actor=buyer)
    (order,) = order_requisitions(requisition_ids=[requisition.pk], actor=buyer)
    (line,) = inputs_of(order)
    other, elsewhere = make.product(buyer.company, "NUT"), make.supplier(buyer.company, "Elsewhere")

    def uncovered(**changes: object) -> bool:
        change_order(order_id=order.pk, actor=buyer, **{"party": zhou.party, "lines": [line], **changes})
        return bool(unplaceable([PurchaseOrder.objects.get(pk=order.pk)]))

    assert uncovered(lines=[replace(line, product_id=other.pk)])
    assert uncovered(party=elsewhere.party)
    assert not uncovered()
