"""An order delivered and invoiced in part, and then given up: what left stays sold, the rest is undone."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.test import Client

from crm.sales.models import Order
from crm.sales.services.amending import amend_order
from crm.sales.services.confirming import cancel_orders, confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.finance import services as finance
from erp.finance.models import Invoice, OpenItem
from erp.finance.services import MoneyInput, invoices
from erp.inventory import services as inventory
from erp.inventory.models import Delivery, Demand, StockBalance
from erp.procurement import services as procurement
from erp.procurement.models import PurchaseOrder, Requisition
from integration.receipt import receipts_of
from suite.core import invariants
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.models import OutboxEvent
from suite.core.outbox import relay
from suite.desk.chain import chain_of
from suite.desk.services.notifications import inbox
from tests import make


@pytest.fixture
def house(company):
    return make.actor(company, "administrator")


@pytest.fixture
def buyer(company):
    return make.actor(company, "buyer")


@pytest.fixture
def order(company, rep, house):
    """Ten lamps at 1,130 with tax, six on hand: four are delivered and invoiced, four are asked for."""
    lamp = make.product(company, price=1130)
    make.terms(make.supplier(company), lamp, 600)
    make.stock(lamp, 6, unit_cost=600)
    line = LineInput(product_id=lamp.pk, quantity=Decimal(10))
    order = create_order(party=make.customer(rep).party, lines=[line], actor=rep)
    confirm_orders(order_ids=[order.pk], actor=rep)
    delivery = Delivery.objects.get()
    inventory.ship([delivery], quantities={delivery.lines.get().pk: Decimal(4)}, actor=house)
    [invoice] = invoices.draft_for_orders(order_ids=[order.pk], actor=house)
    invoices.issue(invoice_ids=[invoice.pk], actor=house)
    return order


@pytest.fixture
def purchase(order, buyer) -> PurchaseOrder:
    """The four that were short are ordered from the supplier."""
    requisition = Requisition.objects.get()
    procurement.approve_requisitions(requisition_ids=[requisition.pk], actor=buyer)
    [purchase] = procurement.order_requisitions(requisition_ids=[requisition.pk], actor=buyer)
    procurement.place_orders(order_ids=[purchase.pk], actor=buyer)
    return purchase


def in_the_house(order: Order, rep: Actor) -> None:
    cancel_orders(order_ids=[order.pk], actor=rep, reason="No longer needed")


def through_the_api(order: Order, rep: Actor) -> None:
    answer = make.client(rep).post(
        f"/api/v1/crm/sales/orders/{order.pk}/cancel/", {"reason": "No longer needed"}, "json"
    )
    assert answer.status_code == 200, answer.json()
    assert answer.json()["invoicing"] == "done"


def in_the_browser(order: Order, rep: Actor) -> None:
    client = Client()
    client.force_login(rep.user, "suite.core.auth.CompanyBackend")
    answer = client.post(f"/crm/sales/orders/{order.pk}/cancel/", {"reason": "No longer needed"})
    assert answer.status_code == 302


@pytest.mark.parametrize("cancel", [in_the_house, through_the_api, in_the_browser])
def test_what_was_delivered_stays_sold_and_the_rest_is_released(order, rep, house, cancel):
    cancel(order, rep)

    order.refresh_from_db()
    demand, balance = Demand.objects.get(), StockBalance.objects.get()
    assert (order.status, order.lines.get().delivered, order.lines.get().invoiced) == ("cancelled", 4, 4)
    assert (order.delivery, order.invoicing) == ("part", "done")
    assert (demand.wanted, demand.shipped, demand.reserved, balance.on_hand, balance.reserved) == (4, 4, 0, 2, 0)
    assert sorted(Delivery.objects.values_list("status", flat=True)) == ["cancelled", "shipped"]
    assert OpenItem.objects.aggregate(open=Sum("open_amount"))["open"] == 4 * 1130
    assert (Invoice.objects.get().status, Invoice.objects.get().gross) == ("issued", 4 * 1130)
    assert Requisition.objects.get().status == Requisition.Status.CANCELLED
    papers = {box.title for step in chain_of(house, order) for box in step.boxes}
    made = [*Delivery.objects.all(), *Requisition.objects.all(), *Invoice.objects.all()]
    assert {str(paper) for paper in made} <= papers
    assert [finding for finding in invariants.check() if not finding.holds] == []


def test_the_page_of_a_cancelled_order_says_that_what_was_delivered_is_to_be_paid(order, rep):
    client = Client()
    client.force_login(rep.user, "suite.core.auth.CompanyBackend")
    cancel_orders(order_ids=[order.pk], actor=rep, reason="No longer needed")

    follow_up, fulfilment, collection = client.get(f"/crm/sales/orders/{order.pk}/").context["way"]

    assert (follow_up.text, fulfilment.text, collection.text) == ("Cancelled", "Partly delivered", "4,520.00 open")
    assert collection.next == "Finance: collect the money"


def test_what_the_supplier_was_asked_for_is_named_to_rep_and_buyer(order, purchase, rep, buyer):
    cancel_orders(order_ids=[order.pk], actor=rep, reason="No longer needed")
    relay()

    cancelled = receipts_of(order, rep)[0]
    assert purchase.number in {paper.number for paper in cancelled.papers}
    told = inbox(buyer).get(subject_id=purchase.pk, kind="stock")
    assert str(told.title) == f"{purchase.number}: nobody needs 4 of {purchase.lines.get().product} any more"
    assert [finding for finding in invariants.check() if not finding.holds] == []


def test_what_others_wait_for_is_not_superfluous(order, purchase, rep, buyer):
    line = order.lines.get()
    other = create_order(
        party=make.customer(rep).party, lines=[LineInput(product_id=line.product_id, quantity=Decimal(6))], actor=rep
    )
    confirm_orders(order_ids=[other.pk], actor=rep)
    asked = Requisition.objects.get(order_id=other.pk)
    procurement.cancel_requisitions(requisition_ids=[asked.pk], actor=buyer)

    cancel_orders(order_ids=[order.pk], actor=rep, reason="No longer needed")

    assert Demand.objects.get(order_id=other.pk).waiting == 4
    assert not OutboxEvent.objects.filter(event="erp.procurement.purchaseorder.unneeded").exists()


def test_an_order_is_paid_when_its_unpaid_rest_is_given_up(order, rep, house):
    finance.receive([MoneyInput(party_id=order.party_id, amount=Decimal(4520), oldest_first=True)], actor=house)
    order.refresh_from_db()
    assert (order.payment, order.paid) == ("part", 4520)

    cancel_orders(order_ids=[order.pk], actor=rep, reason="No longer needed")

    order.refresh_from_db()
    assert (order.payment, order.paid) == ("done", 4520)


def test_an_order_nobody_paid_for_is_not_paid_by_giving_it_up(order, rep):
    cancel_orders(order_ids=[order.pk], actor=rep, reason="No longer needed")

    order.refresh_from_db()
    assert order.payment == "none"


def test_an_order_paid_in_full_is_paid_in_part_once_it_grows(order, rep, house):
    finance.receive([MoneyInput(party_id=order.party_id, amount=Decimal(11300), oldest_first=True)], actor=house)
    line = order.lines.get()

    amend_order(order_id=order.pk, lines=[LineInput(id=line.pk, product_id=line.product_id, quantity=Decimal(12))],
                actor=rep, reason="Two more")  # fmt: skip

    order.refresh_from_db()
    assert (order.payment, order.paid) == ("part", 11300)


def test_an_order_delivered_in_full_is_not_cancelled(order, purchase, rep, buyer, house):
    procurement.receive(order_ids=[purchase.pk], actor=buyer)
    inventory.ship(Delivery.objects.filter(status=Delivery.Status.OPEN), actor=house)
    client = Client()
    client.force_login(rep.user, "suite.core.auth.CompanyBackend")

    answer = client.post(f"/crm/sales/orders/{order.pk}/cancel/", {"reason": "No longer needed"})

    order.refresh_from_db()
    said = f"{order.number} is delivered: take goods back with a return"
    assert (order.status, order.delivery, answer.status_code) == (Order.Status.CONFIRMED, Order.Progress.DONE, 409)
    assert said in answer.content.decode()
    assert f'title="{said}"' in client.get(f"/crm/sales/orders/{order.pk}/").content.decode()


def test_an_invoice_drafted_for_what_was_given_up_since_is_not_issued(company, rep, house):
    line = LineInput(product_id=make.product(company).pk, quantity=Decimal(2))
    order = create_order(party=make.customer(rep).party, lines=[line], actor=rep)
    confirm_orders(order_ids=[order.pk], actor=rep)
    [draft] = invoices.draft_for_orders(order_ids=[order.pk], of_ordered=True, actor=house)
    amend_order(order_id=order.pk, lines=[replace(line, quantity=Decimal(1))], actor=rep, reason="One will do")

    with pytest.raises(BusinessError, match="More would be invoiced than there is"):
        invoices.issue(invoice_ids=[draft.pk], actor=house)
