"""What a contract in force sets in motion beyond selling: plans that post nothing, and money for its milestones."""

import datetime as dt
from decimal import Decimal

import pytest

from crm.sales.models import Contract, Order
from crm.sales.services import executing
from crm.sales.services.confirming import cancel_orders, confirm_orders
from crm.sales.services.contracts import create_contract
from crm.sales.services.plans import MilestoneInput
from crm.sales.services.pricing import LineInput
from erp.finance import services as finance
from erp.finance.models import Invoice, OpenItem, Voucher
from erp.inputs import Source
from erp.procurement.models import Requisition
from suite.core import clock, modules
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.models import Company, DocumentLink
from suite.desk.chain import chain_of
from suite.masterdata.models import Product
from tests import make


@pytest.fixture
def company(db: None) -> Company:
    return make.company("acme")


@pytest.fixture
def house(company: Company) -> Actor:
    return Actor.system(company)


@pytest.fixture
def rep(company: Company) -> Actor:
    return make.actor(company, "rep", username="mei")


@pytest.fixture
def lamp(company: Company) -> Product:
    lamp = make.product(company, "LAMP")
    make.terms(make.supplier(company), lamp, 40)
    return lamp


def signed(rep: Actor, lamp: Product, quantity: str = "10", *shares: str) -> Contract:
    """A contract in force, paid in these shares."""
    day = clock.today(rep.company) + dt.timedelta(days=10)
    row = create_contract(
        party=make.customer(rep).party, name="Supply",
        lines=[LineInput(lamp.pk, Decimal(quantity), Decimal("99.99"))],
        plan=[MilestoneInput(name=f"Part {share}", share=Decimal(share), due_on=day) for share in shares], actor=rep,
    )  # fmt: skip
    executing.submit_contracts(contract_ids=[row.pk], actor=rep)
    return Contract.objects.get(pk=row.pk)


def test_order_purchase_plan_and_invoices_are_drafted_and_nothing_is_posted(rep: Actor, lamp: Product) -> None:
    make.stock(lamp, 4)
    posted = Voucher.objects.count()
    row = signed(rep, lamp, "10", "30", "70")

    order, requisition = Order.objects.get(), Requisition.objects.get()
    invoices = list(Invoice.objects.order_by("pk"))
    assert (order.status, requisition.status, requisition.origin) == ("draft", "draft", "contract")
    assert [str(line.quantity.normalize()) for line in requisition.lines.all()] == ["6"]
    assert [invoice.status for invoice in invoices] == ["draft", "draft"]
    assert [invoice.gross for invoice in invoices] == list(row.milestones.values_list("amount", flat=True))
    assert sum(invoice.net for invoice in invoices) == order.net
    assert Voucher.objects.count() == posted
    assert not OpenItem.objects.exists()
    linked = set(DocumentLink.objects.filter(from_kind=Contract.kind(), from_id=row.pk).values_list("to_kind", "to_id"))
    assert {(Order.kind(), order.pk), (Requisition.kind(), requisition.pk)} <= linked
    assert {(Invoice.kind(), invoice.pk) for invoice in invoices} <= linked
    boxes = [box.title for step in chain_of(Actor.system(rep.company), row) for box in step.boxes]
    assert {order.number, requisition.number, invoices[0].number} <= set(boxes)


@pytest.mark.parametrize("shares", [["100"], ["33.3333", "33.3333", "33.3334"], ["10", "20", "30", "40"], []])
def test_planned_invoices_come_to_payments_and_lines_to_the_cent(
    company: Company, rep: Actor, lamp: Product, shares: list[str]
) -> None:
    row = signed(rep, lamp, "7", *shares)

    invoices = list(Invoice.objects.order_by("pk"))
    amounts = list(row.milestones.values_list("amount", flat=True)) or [row.gross]
    assert [invoice.gross for invoice in invoices] == amounts
    assert sum(invoice.tax_amount for invoice in invoices) == row.tax_amount
    assert sum(line.quantity for invoice in invoices for line in invoice.lines.all()) == 7


def test_a_plan_is_issued_only_once_the_order_is_confirmed(house: Actor, rep: Actor, lamp: Product) -> None:
    signed(rep, lamp, "10", "30", "70")
    order, invoices = Order.objects.get(), list(Invoice.objects.order_by("pk"))

    with pytest.raises(BusinessError):
        finance.invoices.issue(invoice_ids=[invoices[0].pk], actor=house)
    confirm_orders(order_ids=[order.pk], actor=rep)
    finance.invoices.issue(invoice_ids=[invoice.pk for invoice in invoices], actor=house)

    order.refresh_from_db()
    assert order.invoicing == "done"
    plan, asked = Requisition.objects.order_by("pk")
    assert (plan.status, asked.status) == ("cancelled", "submitted")  # it is asked for once


def test_what_was_submitted_of_the_plan_is_not_asked_for_again(house: Actor, rep: Actor, lamp: Product) -> None:
    from erp.procurement import services as procurement

    signed(rep, lamp)
    plan = Requisition.objects.get()
    procurement.submit_requisitions(requisition_ids=[plan.pk], actor=house)
    confirm_orders(order_ids=[Order.objects.get().pk], actor=rep)

    assert Requisition.objects.get().pk == plan.pk


def test_a_cancelled_draft_takes_its_plans_along_and_may_be_ordered_again(rep: Actor, lamp: Product) -> None:
    row = signed(rep, lamp, "10", "100")
    cancel_orders(order_ids=[Order.objects.get().pk], actor=rep, reason="again")
    assert (Requisition.objects.get().status, Invoice.objects.get().status) == ("cancelled", "void")

    order = executing.order_contract(contract_id=row.pk, actor=rep)

    assert Requisition.objects.filter(status="draft").count() == 1
    assert Invoice.objects.get(status="draft").order_id == order.pk
    with pytest.raises(BusinessError) as refused:
        executing.order_contract(contract_id=row.pk, actor=rep)
    assert refused.value.code == "already_ordered"


def test_ending_a_contract_withdraws_what_was_planned(rep: Actor, lamp: Product) -> None:
    row = signed(rep, lamp, "10", "100")

    executing.terminate_contracts(contract_ids=[row.pk], actor=rep, reason="bankrupt")

    assert Order.objects.get().status == "cancelled"
    assert (Requisition.objects.get().status, Invoice.objects.get().status) == ("cancelled", "void")


def test_without_purchasing_nothing_is_planned_to_be_bought(house: Actor, rep: Actor, lamp: Product) -> None:
    modules.switch(label="erp_procurement", on=False, actor=house)

    signed(rep, lamp, "10", "100")

    assert not Requisition.objects.exists()
    assert Order.objects.exists()
    assert Invoice.objects.exists()


def test_money_pays_the_milestones_in_their_order(house: Actor, rep: Actor, lamp: Product) -> None:
    row = signed(rep, lamp, "10", "30", "70")
    order = Order.objects.get()
    first, second = row.milestones.all()
    source = Source(Order.kind(), order.pk, order.number)
    deposit = finance.MoneyInput(party_id=row.party_id, amount=first.amount, order=source)
    (money,) = finance.receive([deposit], actor=house)

    first.refresh_from_db()
    assert (first.paid, first.done_at is not None) == (first.amount, True)
    confirm_orders(order_ids=[order.pk], actor=rep)
    finance.receive([finance.MoneyInput(party_id=row.party_id, amount=Decimal(100), oldest_first=True)], actor=house)
    second.refresh_from_db()
    assert (second.paid, second.done_at) == (100, None)
    assert executing.watch(actor=house) == 0
    with clock.at(clock.now() + dt.timedelta(days=11)):
        assert executing.watch(actor=house) == 1  # the first is paid, the second is not

    finance.reverse_money(money_id=money.pk, actor=house)
    first.refresh_from_db()
    assert first.done_at is None
