"""The worked example of the chain: 10 pieces at 1,130 with tax, cost 600 each, from the deposit to the last cent."""

from decimal import Decimal

import pytest
from django.db.models import Model, Sum

from crm.sales.models import Order
from crm.sales.services.confirming import cancel_orders, confirm_orders, undo_confirm
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.finance import services as finance
from erp.finance.admin.vouchers import VoucherList
from erp.finance.models import AccountBalance, Invoice, OpenItem, Voucher
from erp.finance.services import invoices
from erp.inputs import Source
from erp.inventory import services as inventory
from erp.inventory.models import Delivery, DeliveryLine
from erp.procurement import services as procurement
from erp.procurement.models import Requisition
from erp.procurement.services import Bill, SupplierInvoice
from integration.receipt import receipts_of
from suite.core.access import Actor
from suite.desk.chain import chain_of
from suite.desk.lists import ListState
from tests import make


@pytest.fixture
def order(company, rep):
    product = make.product(company, price=1130)
    make.stock(product, 10, unit_cost=600)
    customer = make.customer(rep)
    return create_order(party=customer.party, lines=[LineInput(product_id=product.pk, quantity=Decimal(10))], actor=rep)


@pytest.fixture
def house(company) -> Actor:
    return Actor.system(company)


def balances(company) -> dict[str, Decimal]:
    rows = AccountBalance.objects.of(company.pk).values("account__code").annotate(net=Sum("debit") - Sum("credit"))
    return {row["account__code"]: row["net"] for row in rows if row["net"]}


def open_receivable(order: Order) -> Decimal:
    rows = OpenItem.objects.filter(order_kind=Order.kind(), order_id=order.pk)
    return rows.aggregate(open=Sum("open_amount"))["open"] or Decimal(0)


def ship(order: Order, quantity: int, house: Actor) -> Delivery:
    delivery = Delivery.objects.get(order_id=order.pk, status=Delivery.Status.OPEN)
    line = delivery.lines.get()
    return inventory.ship([delivery], quantities={line.pk: Decimal(quantity)}, actor=house)[0]


def test_every_act_of_the_chain_posts_what_the_worked_example_says(company, rep, house, order):
    source = Source(Order.kind(), order.pk, order.number)

    def shown() -> tuple[Decimal, Decimal, Decimal]:
        """Receivable and advance as the worked example shows them, and what is ordered beyond."""
        standing = finance.standing(order.party_id, company=company)
        assert standing.credits == standing.overdue == 0
        return standing.owes, standing.advance, standing.undelivered

    (deposit,) = finance.receive(
        [finance.MoneyInput(party_id=order.party_id, amount=Decimal(5000), order=source)], actor=house
    )
    assert balances(company)["220301"] == -5000
    assert shown() == (0, 5000, 0)

    confirm_orders(order_ids=[order.pk], actor=rep)
    assert open_receivable(order) == 11300
    assert balances(company)["1122"] == 11300
    assert balances(company)["220302"] == -11300
    assert shown() == (0, 5000, 11300)

    finance.allocate(money_id=deposit.pk, actor=house)
    assert open_receivable(order) == 6300
    assert "220301" not in balances(company)
    assert shown() == (0, 5000, 11300)

    first = ship(order, 4, house)
    after_four = balances(company)
    assert (after_four["220302"], after_four["500101"], after_four["22210107"]) == (-6780, -4000, -520)
    assert after_four["5401"] == 2400
    assert shown() == (0, 480, 6780)

    ship(order, 2, house)
    after_six = balances(company)
    assert (after_six["220302"], after_six["500101"], after_six["22210107"]) == (-4520, -6000, -780)
    assert after_six["5401"] == 3600
    assert shown() == (1780, 0, 4520)

    cancel_orders(order_ids=[order.pk], actor=rep, reason="The customer needs only six")
    assert open_receivable(order) == 1780
    assert "220302" not in balances(company)
    assert shown() == (1780, 0, 0)
    order.refresh_from_db()
    assert (order.status, order.payment, order.delivery) == ("cancelled", "part", "part")

    line = DeliveryLine.objects.get(delivery=first)
    inventory.return_goods({line.pk: Decimal(1)}, actor=house, reason="Broken")
    after_return = balances(company)
    assert open_receivable(order) == 650
    assert after_return["5401"] == 3000
    assert after_return["22210107"] == -650
    assert shown() == (650, 0, 0)

    finance.receive([finance.MoneyInput(party_id=order.party_id, amount=Decimal(650), oldest_first=True)], actor=house)
    assert open_receivable(order) == 0
    assert "1122" not in balances(company)
    assert sum(balances(company).values()) == 0
    assert shown() == (0, 0, 0)


def test_invoiced_goods_that_come_back_draft_their_red_invoice(rep, house, order):
    confirm_orders(order_ids=[order.pk], actor=rep)
    shipped = ship(order, 6, house)
    (blue,) = invoices.draft_for_orders(order_ids=[order.pk], actor=house)
    invoices.issue(invoice_ids=[blue.pk], actor=house)

    (receipt,) = inventory.return_goods({shipped.lines.get().pk: Decimal(1)}, actor=house, reason="Broken")
    red = Invoice.objects.get(is_red=True)
    invoices.issue(invoice_ids=[red.pk], actor=house)

    assert (red.corrects, red.gross) == (blue, -1130)
    assert order.lines.get().invoiced == 5
    assert open_receivable(order) == 11300 - 1130
    chain = {box.title for step in chain_of(house, receipt) for box in step.boxes}
    assert {order.number, red.number} <= chain


def invoice(order: Order, house: Actor) -> None:
    drafts = invoices.draft_for_orders(order_ids=[order.pk], actor=house)
    invoices.issue(invoice_ids=[draft.pk for draft in drafts], actor=house)


@pytest.mark.parametrize("invoiced_first", [True, False])
def test_an_order_of_which_some_came_back_is_invoiced_once_the_rest_is(rep, house, order, invoiced_first):
    """As in Tryton and ERPNext, where an order is billed when all that the customer kept is (scenario_sale.rst)."""
    confirm_orders(order_ids=[order.pk], actor=rep)
    shipped = ship(order, 10, house)
    states = []

    def note() -> None:
        order.refresh_from_db()
        states.append((order.delivery, order.invoicing))

    if invoiced_first:
        invoice(order, house)
    inventory.return_goods({shipped.lines.get().pk: Decimal(4)}, actor=house, reason="Broken")
    note()
    if invoiced_first:
        invoices.issue(invoice_ids=[Invoice.objects.get(is_red=True).pk], actor=house)
    else:
        invoice(order, house)
    note()
    inventory.return_goods({shipped.lines.get().pk: Decimal(6)}, actor=house, reason="Broken, too")
    invoices.issue(invoice_ids=[Invoice.objects.get(status=Invoice.Status.DRAFT).pk], actor=house)
    note()

    assert states == [("done", "done" if invoiced_first else "none"), ("done", "done"), ("done", "none")]
    assert open_receivable(order) == 0


def test_the_receipt_of_an_undo_says_what_was_taken_back(rep, order):
    confirm_orders(order_ids=[order.pk], actor=rep)
    undo_confirm(order_id=order.pk, actor=rep, reason="Too early")

    undone, confirmed = receipts_of(order, rep)

    states = {paper.state for receipt in (undone, confirmed) for paper in receipt.papers if "receivable" in paper.kind}
    assert states == {"Taken back"}


def told(actor: Actor, paper: Model) -> dict[str, list[str]]:
    return {step.label: [box.title for box in step.boxes] for step in chain_of(actor, paper)}


@pytest.fixture
def story(company, rep, buyer, house, order):
    """An order of 25 with 10 in stock: bought, delivered, invoiced, billed, partly paid; beside another order."""
    product = order.lines.get().product
    make.terms(make.supplier(company), product, "600")
    two = [
        create_order(party=order.party, lines=[LineInput(product_id=product.pk, quantity=Decimal(n))], actor=rep)
        for n in (25, 1)
    ]
    confirm_orders(order_ids=[row.pk for row in two], actor=rep)
    (requisition, _other) = Requisition.objects.order_by("pk")
    procurement.approve_requisitions(requisition_ids=[requisition.pk], actor=buyer)
    (purchase,) = procurement.order_requisitions(requisition_ids=[requisition.pk], actor=buyer)
    procurement.place_orders(order_ids=[purchase.pk], actor=buyer)
    procurement.receive(order_ids=[purchase.pk], actor=buyer)
    bill = Bill(purchase.lines.get().pk, Decimal(15))
    procurement.book_invoices([SupplierInvoice(purchase.pk, [bill])], actor=buyer)
    ship(two[0], 25, house)
    invoice(two[0], house)
    part = finance.MoneyInput(party_id=order.party_id, amount=Decimal(20000), oldest_first=True)
    finance.receive([part], actor=house)
    return two[0]


def test_the_chain_is_the_same_from_each_of_its_papers_and_names_the_sides(house, story):
    whole = told(house, story)
    assert whole["Order"] == [story.number]

    steps = ["Order", "Requisition", "Purchase order", "Goods receipt", "Supplier's invoice", "Delivery"]
    assert list(whole) == [*steps, "Sales invoice", "Receivable", "Payable", "Receipt", "Voucher"]
    for step in chain_of(house, story):
        for box in step.boxes:
            assert told(house, box.row) == whole, box.title


def test_papers_that_a_role_may_not_open_are_named_without_a_way_in(company, house, story):
    clerk = make.actor(company, "warehouse")
    delivery = Delivery.objects.get(order_id=story.pk)

    steps = {step.label: step.boxes for step in chain_of(clerk, delivery)}

    (box,) = steps["Order"]
    assert (box.title, box.state, box.url, box.row) == (story.number, "Confirmed", "", None)
    assert steps["Delivery"][0].url
    assert {label: [box.title for box in boxes] for label, boxes in steps.items()} == told(house, story)


def test_the_number_of_an_order_finds_the_vouchers_of_all_that_came_of_it(house, story):
    shipped = Delivery.objects.get(order_id=story.pk)
    (back,) = inventory.return_goods({shipped.lines.get().pk: Decimal(1)}, actor=house, reason="Broken")
    whole = {box.pk for step in chain_of(house, story) for box in step.boxes if box.kind == Voucher.kind()}

    found = set(ListState(VoucherList(), house, {"q": story.number}).rows.values_list("pk", flat=True))

    assert found == whole
    assert set(Voucher.objects.filter(source_kind=back.kind(), source_id=back.pk).values_list("pk", flat=True)) <= found
    assert found < set(Voucher.objects.values_list("pk", flat=True))
