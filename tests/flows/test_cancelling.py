"""An order that was invoiced or paid ahead is cancelled: nothing is left behind, and nobody is left in the dark."""

from decimal import Decimal

import pytest
from django.test import Client

from crm.sales.models import Order
from crm.sales.services.confirming import cancel_orders, confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.finance import services as finance
from erp.finance.models import Invoice, OpenItem
from erp.finance.services import invoices
from erp.inputs import Source
from erp.inventory import services as inventory
from erp.inventory.models import Delivery
from integration.receipt import receipts_of
from suite.core import invariants, outbox
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.models import AuditRow
from suite.desk.models import Notification
from tests import make


@pytest.fixture
def house(company) -> Actor:
    return Actor.system(company)


@pytest.fixture
def order(company, rep) -> Order:
    """Confirmed: 10 at 1,130 with tax."""
    product = make.product(company, price=1130)
    make.stock(product, 20, unit_cost=600)
    lines = [LineInput(product_id=product.pk, quantity=Decimal(10))]
    order = create_order(party=make.customer(rep).party, lines=lines, actor=rep)
    confirm_orders(order_ids=[order.pk], actor=rep)
    return order


def ship(order: Order, quantity: int, house: Actor) -> None:
    delivery = Delivery.objects.get(order_id=order.pk, status=Delivery.Status.OPEN)
    inventory.ship([delivery], quantities={delivery.lines.get().pk: Decimal(quantity)}, actor=house)


def draft(order: Order, house: Actor) -> Invoice:
    (invoice,) = invoices.draft_for_orders(order_ids=[order.pk], of_ordered=True, actor=house)
    return invoice


def pay(order: Order, amount: int, house: Actor, *, as_deposit: bool = False) -> None:
    source = Source(Order.kind(), order.pk, order.number)
    money = finance.MoneyInput(order.party_id, Decimal(amount), order=source, oldest_first=not as_deposit)
    finance.receive([money], actor=house)


def test_an_issued_invoice_is_named_and_corrected_first(rep, house, order):
    ship(order, 4, house)
    invoice = draft(order, house)
    invoices.issue(invoice_ids=[invoice.pk], actor=house)
    lines = [LineInput(product_id=order.lines.get().product_id, quantity=Decimal(1))]
    other = create_order(party=order.party, lines=lines, actor=rep)
    confirm_orders(order_ids=[other.pk], actor=rep)

    outcome = cancel_orders(order_ids=[order.pk, other.pk], actor=rep, reason="x", all_or_nothing=False)
    with pytest.raises(BusinessError):
        cancel_orders(order_ids=[order.pk], actor=rep, reason="x")
    invoices.red(invoice_id=invoice.pk, quantities={invoice.lines.get().pk: Decimal(6)}, actor=house)
    after = cancel_orders(order_ids=[order.pk], actor=rep, reason="x")

    assert outcome.done == [other]
    assert str(outcome.refused[order.pk]) == (
        f"{order.number} is invoiced ahead: first correct in red what {invoice.number} bills beyond delivery"
    )
    assert after.done == [order]


@pytest.mark.parametrize(("shipped", "billed", "state"), [(0, 10, "void"), (4, 10, "void"), (4, 4, "draft")])
def test_a_draft_over_what_is_given_up_is_voided_in_the_same_act(rep, house, order, shipped, billed, state):
    if shipped:
        ship(order, shipped, house)
    (invoice,) = invoices.draft_for_orders(
        order_ids=[order.pk], quantities={order.lines.get().pk: Decimal(billed)}, actor=house
    )

    outcome = cancel_orders(order_ids=[order.pk], actor=rep, reason="x")

    invoice.refresh_from_db()
    is_void = state == "void"
    assert invoice.status == state
    assert AuditRow.objects.filter(kind=Invoice.kind(), object_id=invoice.pk, action="voided").count() == is_void
    assert outcome.told == ([f"{order.number}: draft invoice {invoice.number} was voided with it"] if is_void else [])
    named = {(paper.kind, paper.number) for paper in receipts_of(order, rep)[0].papers}
    assert ((Invoice.kind(), invoice.number) in named) == is_void


@pytest.mark.parametrize("as_deposit", [False, True])
@pytest.mark.parametrize(("shipped", "back"), [(0, "11,300.00"), (4, "6,780.00")])
def test_what_was_paid_for_what_never_left_is_owed_back(company, rep, house, order, as_deposit, shipped, back):
    accountant = make.user(company, "accountant")
    pay(order, 11300, house, as_deposit=as_deposit)
    if shipped:
        ship(order, shipped, house)

    outcome = cancel_orders(order_ids=[order.pk], actor=rep, reason="x")
    outbox.relay(limit=1000)

    assert outcome.told == [f"{order.number}: {back} CNY is owed back to the customer and stands open until it is paid"]
    standing = finance.standing(order.party_id, company=company)
    assert f"{standing.credits + standing.advance - standing.owes:,.2f}" == back
    if not as_deposit:
        credit = OpenItem.objects.get(order_id=order.pk, status=OpenItem.Status.OPEN)
        assert credit.number in {paper.number for paper in receipts_of(order, rep)[0].papers}
    told = Notification.objects.filter(kind="credit")
    assert set(told.values_list("user", flat=True)) == {order.owner_id, accountant.pk}
    assert {back in str(each.title) for each in told} == {True}
    assert not [finding for finding in invariants.check() if not finding.holds]


def test_the_open_credit_is_paid_back(company, rep, house, order):
    pay(order, 11300, house)
    cancel_orders(order_ids=[order.pk], actor=rep, reason="x")
    credit = OpenItem.objects.get(order_id=order.pk, status=OpenItem.Status.OPEN)

    money = finance.MoneyInput(order.party_id, Decimal(11300), allocations={credit.pk: Decimal(11300)})
    finance.pay([money], actor=house)

    assert credit.open_amount == -11300
    assert finance.standing(order.party_id, company=company).credits == 0


@pytest.mark.parametrize("as_deposit", [False, True])
def test_page_and_api_say_what_is_owed_back(company, rep, house, order, as_deposit):
    lines = [LineInput(product_id=order.lines.get().product_id, quantity=Decimal(1))]
    second = create_order(party=order.party, lines=lines, actor=rep)
    confirm_orders(order_ids=[second.pk], actor=rep)
    pay(order, 11300, house, as_deposit=as_deposit)
    invoice = draft(second, house)
    page = Client()
    page.force_login(rep.user, backend="suite.core.auth.CompanyBackend")

    shown = page.post(f"/crm/sales/orders/{order.pk}/cancel/", {"reason": "x"}, follow=True).content.decode()
    answer = make.client(rep).post(f"/api/v1/crm/sales/orders/{second.pk}/cancel/", {"reason": "x"})

    assert "11,300.00 CNY is owed back to the customer" in shown
    assert "11,300.00 owed back" in shown
    assert "Finance: pay it back or use it up" in shown
    assert answer.json()["status"] == "cancelled"
    assert answer.json()["aftermath"] == {"owed_back": "0.00", "currency": "CNY", "voided": [invoice.number]}
