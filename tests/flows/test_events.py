"""What an order tells the house is heard: no event of it gets stuck."""

from decimal import Decimal

import pytest

from crm.sales.services.amending import amend_order
from crm.sales.services.confirming import cancel_orders, confirm_orders, undo_confirm
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.finance import services as finance
from erp.finance.models import FinancePolicy, PaymentTerm
from erp.inventory import services as inventory
from erp.inventory.models import Delivery
from integration.receipt import receipts_of
from suite.core import cached, outbox
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.models import OutboxEvent
from tests import make


@pytest.fixture
def order(company, rep):
    product = make.product(company)
    make.stock(product, 10)
    lines = [LineInput(product_id=product.pk, quantity=Decimal(6))]
    return create_order(party=make.customer(rep).party, lines=lines, actor=rep)


def test_every_event_of_an_orders_life_finds_its_hearers(company, rep, order):
    product_id = order.lines.get().product_id
    confirm_orders(order_ids=[order.pk], actor=rep)
    undo_confirm(order_id=order.pk, actor=rep)
    confirm_orders(order_ids=[order.pk], actor=rep)
    amend_order(order_id=order.pk, lines=[LineInput(product_id=product_id, quantity=Decimal(4))], actor=rep)
    delivery = Delivery.objects.get(order_id=order.pk, status=Delivery.Status.OPEN)
    one_of_each = {line.pk: Decimal(1) for line in delivery.lines.all()}
    inventory.ship([delivery], quantities=one_of_each, actor=Actor.system(company))
    cancel_orders(order_ids=[order.pk], actor=rep, reason="No longer wanted")

    while outbox.relay():
        pass

    told = set(OutboxEvent.objects.filter(object_id=order.pk).values_list("event", flat=True))
    assert {f"crm.sales.order.{what}" for what in ("confirmed", "undone", "amended", "cancelled")} <= told
    assert list(OutboxEvent.objects.filter(done_at=None).values_list("event", "error")) == []


def test_the_receipt_names_the_counter_entries_of_an_undo_and_of_a_cancellation(rep, order):
    confirm_orders(order_ids=[order.pk], actor=rep)
    undo_confirm(order_id=order.pk, actor=rep)
    confirm_orders(order_ids=[order.pk], actor=rep)
    cancel_orders(order_ids=[order.pk], actor=rep, reason="No longer wanted")

    receipts = receipts_of(order, rep)

    assert [receipt.act for receipt in receipts] == ["cancel", "confirm", "undo", "confirm"]
    papers = [{(paper.kind, paper.id) for paper in receipt.papers} for receipt in receipts]
    assert all(any(kind == "erp_finance.voucher" for kind, _pk in each) for each in papers)
    vouchers = [pk for each in papers for kind, pk in each if kind == "erp_finance.voucher"]
    assert len(vouchers) == len(set(vouchers)) == 4


def test_an_amendment_keeps_at_least_one_line(rep, order):
    confirm_orders(order_ids=[order.pk], actor=rep)

    with pytest.raises(BusinessError) as refused:
        amend_order(order_id=order.pk, lines=[], actor=rep)

    assert refused.value.code == "no_lines"


def test_the_receipt_of_a_sale_over_the_counter_names_what_its_delivery_booked(company, rep, order):
    FinancePolicy.objects.filter(company=company).update(posting=FinancePolicy.Posting.RETAIL)
    cached.forget(company.pk)
    confirm_orders(order_ids=[order.pk], actor=rep)

    (receipt,) = receipts_of(order, rep)

    assert {paper.kind for paper in receipt.papers} == {
        "erp_inventory.delivery",
        "erp_finance.receivable",
        "erp_finance.voucher",
    }


def test_who_pays_before_pays_before_goods_go_over_the_counter(company, rep, order):
    FinancePolicy.objects.filter(company=company).update(posting=FinancePolicy.Posting.RETAIL)
    cached.forget(company.pk)
    finance.set_credit(
        party=order.party, term=PaymentTerm.objects.get(company=company, code="PREPAID"), actor=Actor.system(company)
    )
    lines = [LineInput(product_id=order.lines.get().product_id, quantity=Decimal(1))]
    other = create_order(party=make.customer(rep).party, lines=lines, actor=rep)

    refused = confirm_orders(order_ids=[order.pk, other.pk], actor=rep, all_or_nothing=False).refused
    papers = Delivery.objects.filter(order_id=order.pk).count()
    finance.receive([finance.MoneyInput(party_id=order.party_id, amount=order.gross)], actor=Actor.system(company))
    confirm_orders(order_ids=[order.pk], actor=rep)

    assert {pk: each.code for pk, each in refused.items()} == {order.pk: "waits_for_payment"}
    assert str(refused[order.pk]) == (
        f"{order.number} leaves at once, and this customer pays before: first receive {order.gross} more"
    )
    assert papers == 0
    assert set(Delivery.objects.values_list("order_id", "status")) == {(order.pk, "shipped"), (other.pk, "shipped")}
