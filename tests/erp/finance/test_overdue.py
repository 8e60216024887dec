"""What is overdue is the same on every face: credit stop, customer page, ageing, tile, list."""

import datetime as dt
from decimal import Decimal

import pytest

from erp.finance import services as finance
from erp.finance.admin.items import PayableList, ReceivableList, overdue
from erp.finance.models import FinancePolicy, OpenItem, PaymentTerm
from erp.finance.services import MoneyInput, invoices, settings, vouchers
from erp.finance.services.invoice_lines import InvoiceLineInput
from erp.finance.services.vouchers import LineInput
from suite.core import clock
from suite.core.acts import acting
from tests.erp.finance import books


@pytest.fixture
def day(company):
    return clock.today(company) - dt.timedelta(days=61)


@pytest.fixture
def sell(company, actor, buyer, lamp, day):
    """An order of two at 113, half of it due after 30 days, of which so many were delivered."""
    finance.set_credit(party=buyer, term=PaymentTerm.objects.get(company=company, code="HALF"), actor=actor)

    def sell(delivered, date=day):
        order = books.order(buyer, books.line(lamp, 2, 113), date=date)
        finance.open_orders(books.demand(order), actor=actor)
        if delivered:
            finance.recognise_deliveries([books.shipped(order, delivered, 10)], posting_date=date, actor=actor)
        return order

    return sell


def faces(actor, buyer, lamp):
    """The amount that each face calls overdue."""
    spec = ReceivableList()
    listed = spec.rows(actor).filter(overdue(actor))
    asked = books.order(buyer, books.line(lamp, 1, 1))
    with acting(actor):
        refused = finance.refuse_credit(books.demand(asked), actor=actor).get(asked.id)
    finance.release_credit({} if refused else {buyer.pk: asked.gross}, actor=actor)
    report, standing = finance.reports.ageing(actor), finance.standing(buyer.pk, company=actor.company)
    assert report.total.total == report.ledger
    assert sum(report.total.buckets) == standing.owes - standing.credits
    return {
        "stop": Decimal(str(refused).split()[0].replace(",", "")) if refused else 0,
        "customer": standing.overdue,
        "ageing": sum(report.total.buckets[1:]),
        "tile": finance.reports.overdue(actor).amount,
        "list": spec.footer(listed)["late"] or 0,
        "rows": sum(row.late for row in spec.rows(actor)),
    }


def due_twice(sell, actor, buyer, lamp, day):
    sell(2)
    return 226


def half_delivered(sell, actor, buyer, lamp, day):
    sell(1)
    return 113


def nothing_delivered(sell, actor, buyer, lamp, day):
    sell(0)
    return 0


def not_due_yet(sell, actor, buyer, lamp, day):
    sell(2, clock.today(actor.company))
    return 0


def paid_and_delivered_in_part(sell, actor, buyer, lamp, day):
    sell(1)
    finance.receive([MoneyInput(buyer.pk, Decimal(100), oldest_first=True)], actor=actor)
    return 13


def invoiced_ahead(sell, actor, buyer, lamp, day):
    """The VAT of an invoice before the delivery is booked, and still nobody is late with it."""
    order = sell(1)
    (draft,) = invoices.draft_for_orders(order_ids=[order.id], of_ordered=True, date=day, actor=actor)
    invoices.issue(invoice_ids=[draft.pk], actor=actor)
    return 113


def credited_after_payment(sell, actor, buyer, lamp, day):
    """A return leaves a credit because all was paid; then the payment bounces and all is open, the credit too."""
    order = sell(2)
    (money,) = finance.receive([MoneyInput(buyer.pk, Decimal(226), oldest_first=True)], actor=actor)
    finance.take_back([books.shipped(order, 1, 10)], posting_date=clock.today(actor.company), actor=actor)
    finance.reverse_money(money_id=money.pk, actor=actor, reason="Bounced")
    assert OpenItem.objects.filter(open_amount=-113).exists()
    return 113


def a_credit_of_another_order(sell, actor, buyer, lamp, day):
    """It lowers nothing until somebody allocates it, however old it is."""
    paid = sell(2)
    finance.receive([MoneyInput(buyer.pk, Decimal(226), oldest_first=True)], actor=actor)
    finance.take_back([books.shipped(paid, 2, 10)], posting_date=day, actor=actor)
    sell(2)
    return 226


def without_an_order(sell, actor, buyer, lamp, day):
    line = InvoiceLineInput(lamp, Decimal(1), Decimal(50))
    draft = invoices.create(party=buyer, lines=[line], date=day, actor=actor)
    invoices.issue(invoice_ids=[draft.pk], actor=actor)
    finance.write_off(item_id=OpenItem.objects.latest("pk").pk, amount=Decimal(5), reason="Small", actor=actor)
    return 45


@pytest.mark.parametrize(
    "happened",
    [
        due_twice, half_delivered, nothing_delivered, not_due_yet, paid_and_delivered_in_part, invoiced_ahead,
        credited_after_payment, a_credit_of_another_order, without_an_order,
    ],
    ids=lambda each: each.__name__,
)  # fmt: skip
def test_every_face_calls_the_same_overdue(company, actor, buyer, lamp, sell, day, happened):
    settings.change_policy(actor=actor, overdue_days=0)
    expected = happened(sell, actor, buyer, lamp, day)

    assert set(faces(actor, buyer, lamp).values()) == {expected}, faces(actor, buyer, lamp)


@pytest.mark.parametrize("posting", [FinancePolicy.Posting.DELIVERY, FinancePolicy.Posting.RETAIL])
def test_every_face_agrees_under_the_other_posting_rules(company, actor, buyer, lamp, sell, posting):
    settings.change_policy(actor=actor, overdue_days=0, posting=posting)
    sell(1)

    assert set(faces(actor, buyer, lamp).values()) == {113}


def test_payables_and_their_ageing_agree(company, actor, buyer):
    opening = [
        LineInput(books.account(company, "310405").pk, debit=Decimal(70)),
        LineInput(books.account(company, "220201").pk, credit=Decimal(70), party_id=buyer.pk),
    ]
    vouchers.enter(lines=opening, posting_date=clock.today(company) - dt.timedelta(days=60), actor=actor)

    late = PayableList().footer(PayableList().rows(actor))["late"]

    assert late == sum(finance.reports.ageing(actor, "payable").total.buckets[1:]) == 70
