"""Money in, money out, and what it settles."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.finance import services as finance
from erp.finance.models import OpenItem, Settlement, Voucher
from erp.finance.services import MoneyInput, vouchers
from erp.finance.services.vouchers import LineInput
from erp.finance.signals import payment_received
from suite.core import clock, invariants
from suite.core.errors import BusinessError
from suite.core.models import DocumentLink
from tests import make
from tests.erp.finance import books


def owing(company, actor, buyer, lamp, *prices, **more):
    """Orders of one piece each, confirmed."""
    orders = [books.order(buyer, books.line(lamp, 1, price), **more) for price in prices]
    finance.open_orders(books.demand(*orders), actor=actor)
    return list(OpenItem.objects.order_by("pk"))


def receive(buyer, amount, actor, **more):
    (money,) = finance.receive([MoneyInput(party_id=buyer.pk, amount=Decimal(amount), **more)], actor=actor)
    return money


def test_a_deposit_waits_on_its_own_account(company, actor, buyer):
    money = receive(buyer, 5000, actor)

    assert money.unapplied == 5000
    voucher = Voucher.objects.get()
    assert books.entries(voucher) == [("1002", Decimal(5000), Decimal(0)), ("220301", Decimal(0), Decimal(5000))]


def test_an_allocated_deposit_leaves_its_account(company, actor, buyer, lamp):
    owing(company, actor, buyer, lamp, 11300)
    money = receive(buyer, 5000, actor)

    finance.allocate(money_id=money.pk, actor=actor)

    assert books.balance(company, "220301") == 0
    assert books.balance(company, "1122") == 6300 == books.receivable(buyer)


def test_one_payment_settles_the_oldest_items_first_and_the_rest_stays_open(company, actor, buyer, lamp):
    """ERP-34: one payment over five invoices is allocated in one step."""
    items = owing(company, actor, buyer, lamp, 100, 200, 300, 400, 500)

    money = receive(buyer, 650, actor, oldest_first=True)

    assert money.unapplied == 0
    assert [item.open_amount for item in OpenItem.objects.order_by("pk")] == [0, 0, 0, 350, 500]
    assert Settlement.objects.filter(money=money).count() == 4
    assert books.balance(company, "1122") == 850 == books.receivable(buyer)
    assert items[0].number


def test_an_overpayment_becomes_an_advance(company, actor, buyer, lamp):
    owing(company, actor, buyer, lamp, 100)

    money = receive(buyer, 150, actor, oldest_first=True)

    assert money.unapplied == 50
    assert books.balance(company, "220301") == -50
    assert books.receivable(buyer) == 0


def test_bank_charges_are_ours_and_the_customer_is_credited_in_full(company, actor, buyer, lamp):
    """X-AC03: a bank line of 50, booked as 52 from the customer less 2 bank fee."""
    owing(company, actor, buyer, lamp, 52)

    receive(buyer, 52, actor, oldest_first=True, charges=Decimal(2))

    assert books.entries(Voucher.objects.latest("pk")) == [
        ("1002", Decimal(50), Decimal(0)),
        ("560301", Decimal(2), Decimal(0)),
        ("1122", Decimal(0), Decimal(52)),
    ]
    assert books.receivable(buyer) == 0


def test_no_more_of_a_deposit_can_be_used_than_was_paid_in(company, actor, buyer, lamp):
    """X-OC04."""
    (item,) = owing(company, actor, buyer, lamp, 500)
    money = receive(buyer, 100, actor)

    with pytest.raises(BusinessError, match=r"200\.00 would be allocated of 100\.00"):
        finance.allocate(money_id=money.pk, allocations={item.pk: Decimal(200)}, actor=actor)
    finance.allocate(money_id=money.pk, allocations={item.pk: Decimal(100)}, actor=actor)

    assert books.receivable(buyer) == 400


def test_a_credit_is_paid_out_in_two_parts(company, actor, buyer, lamp):
    """X-OC03: a credit note of 220, paid out 120 and 100."""
    order = books.order(buyer, books.line(lamp, 5, 44, rate=10))
    finance.open_orders(books.demand(order), actor=actor)
    finance.recognise_deliveries([books.shipped(order, 5, 50)], posting_date=order.date, actor=actor)
    receive(buyer, 220, actor, oldest_first=True)
    finance.take_back([books.shipped(order, 5, 50)], posting_date=order.date, actor=actor)
    note = OpenItem.objects.get(amount__lt=0)
    assert note.open_amount == -220

    rests = []
    for amount in (120, 100):
        part = MoneyInput(party_id=buyer.pk, amount=Decimal(amount), allocations={note.pk: Decimal(amount)})
        finance.pay([part], actor=actor)
        note.refresh_from_db()
        rests.append(note.open_amount)

    assert rests == [-100, 0]
    assert note.status == OpenItem.Status.SETTLED
    assert books.balance(company, "1122") == 0 == books.balance(company, "1002")


def test_a_deposit_is_given_back_in_parts_and_no_more_than_is_left_of_it(company, actor, buyer, lamp):
    """After the outbound payments of customers in Odoo (account/tests/test_account_payment.py), own numbers."""
    (item,) = owing(company, actor, buyer, lamp, 60)
    finance.set_credit(party=buyer, limit=Decimal(1000), actor=actor)
    deposit = receive(buyer, 100, actor)
    finance.allocate(money_id=deposit.pk, allocations={item.pk: Decimal(60)}, actor=actor)

    def give_back(amount, **more):
        wish = MoneyInput(party_id=buyer.pk, amount=Decimal(amount), refunds_id=deposit.pk, **more)
        return finance.pay([wish], actor=actor)[0]

    first = give_back(25, charges=Decimal(1))
    with pytest.raises(BusinessError, match=rf"Only 15\.00 of {deposit.number} can be given back"):
        give_back(16)
    give_back(15)
    with pytest.raises(BusinessError, match=f"Undo these first: {first.number}"):
        finance.reverse_money(money_id=deposit.pk, actor=actor)

    assert books.entries(Voucher.objects.get(source_id=first.pk)) == [
        ("220301", Decimal(25), Decimal(0)),
        ("560301", Decimal(1), Decimal(0)),
        ("1002", Decimal(0), Decimal(26)),
    ]
    assert (books.balance(company, "220301"), books.balance(company, "1002")) == (0, 59)
    assert (books.receivable(buyer), finance.standing(buyer.pk, company=company).exposure) == (0, 0)
    finance.reverse_money(money_id=first.pk, actor=actor)
    deposit.refresh_from_db()
    assert (deposit.unapplied, books.balance(company, "220301")) == (25, -25)
    assert finance.standing(buyer.pk, company=company).exposure == -25
    assert all(finding.holds for finding in invariants.check())


def test_a_prepayment_comes_back_from_the_supplier(company, actor, buyer):
    (prepaid,) = finance.pay([MoneyInput(party_id=buyer.pk, amount=Decimal(500))], actor=actor)

    back = receive(buyer, 200, actor, refunds_id=prepaid.pk)

    prepaid.refresh_from_db()
    assert (prepaid.unapplied, back.unapplied) == (300, 0)
    assert (books.balance(company, "1123"), books.balance(company, "220301")) == (300, 0)
    assert all(finding.holds for finding in invariants.check())


def test_only_an_advance_of_the_same_party_and_the_other_direction_is_given_back(company, actor, buyer):
    deposit = receive(buyer, 100, actor)
    stranger = make.party(company)

    for party, book in ((stranger, finance.pay), (buyer, finance.receive)):
        with pytest.raises(BusinessError, match="This is no advance of the party"):
            book([MoneyInput(party_id=party.pk, amount=Decimal(10), refunds_id=deposit.pk)], actor=actor)
    with pytest.raises(BusinessError, match="A refund settles nothing else"):
        finance.pay([MoneyInput(buyer.pk, Decimal(10), refunds_id=deposit.pk, oldest_first=True)], actor=actor)


def test_an_advance_is_not_given_back_before_it_came(company, actor, buyer):
    deposit = receive(buyer, 100, actor)
    day_before = deposit.date - dt.timedelta(days=1)

    with pytest.raises(BusinessError, match="it cannot be given back before"):
        finance.pay([MoneyInput(buyer.pk, Decimal(10), date=day_before, refunds_id=deposit.pk)], actor=actor)


@pytest.mark.parametrize(
    ("gain", "bank", "differs"), [("30.31", "230.31", ("530105", "-30.31")), ("-12.5", "187.50", ("560303", "12.50"))]
)
def test_money_in_another_currency_settles_the_debt_and_the_difference_of_exchange_is_said(
    company, actor, buyer, lamp, gain, bank, differs
):
    """After Tryton's account_invoice/tests/scenario_invoice_alternate_currency_rate_change.rst."""
    owing(company, actor, buyer, lamp, 200)

    money = receive(buyer, 200, actor, oldest_first=True, exchange_gain=Decimal(gain))

    assert (money.unapplied, books.receivable(buyer)) == (0, 0)
    assert books.balance(company, "1002") == Decimal(bank)
    assert books.balance(company, differs[0]) == Decimal(differs[1])
    finance.reverse_money(money_id=money.pk, actor=actor)
    assert (books.balance(company, "1002"), books.balance(company, differs[0]), books.receivable(buyer)) == (0, 0, 200)
    assert all(finding.holds for finding in invariants.check())


def test_a_cheaper_payment_in_another_currency_is_a_gain_and_none_is_larger_than_the_amount(company, actor, buyer):
    finance.pay([MoneyInput(buyer.pk, Decimal(100), charges=Decimal(1), exchange_gain=Decimal(5))], actor=actor)

    assert books.entries(Voucher.objects.latest("pk")) == [
        ("1123", Decimal(100), Decimal(0)),
        ("560301", Decimal(1), Decimal(0)),
        ("1002", Decimal(0), Decimal(96)),
        ("530105", Decimal(0), Decimal(5)),
    ]
    with pytest.raises(BusinessError, match="A difference of exchange is less than the amount"):
        finance.receive([MoneyInput(buyer.pk, Decimal(100), exchange_gain=Decimal("-100.01"))], actor=actor)


def test_a_credit_note_can_be_set_off_in_a_receipt(company, actor, buyer, lamp):
    first = books.order(buyer, books.line(lamp, 1, 200))
    finance.open_orders(books.demand(first), actor=actor)
    finance.recognise_deliveries([books.shipped(first, 1, 50)], posting_date=first.date, actor=actor)
    receive(buyer, 200, actor, oldest_first=True)
    finance.take_back([books.shipped(first, 1, 50)], posting_date=first.date, actor=actor)
    note = OpenItem.objects.get(amount__lt=0)
    item = owing(company, actor, buyer, lamp, 1000)[-1]

    money = receive(buyer, 800, actor, allocations={item.pk: Decimal(1000), note.pk: Decimal(200)})

    assert money.unapplied == 0
    assert books.receivable(buyer) == 0 == books.balance(company, "1122")


def test_money_carries_no_day_that_is_still_to_come_but_a_voucher_may(company, actor, buyer):
    tomorrow = clock.today(company) + dt.timedelta(days=1)
    money = MoneyInput(buyer.pk, Decimal(10), date=tomorrow)
    for book in (finance.receive, finance.pay):
        with pytest.raises(BusinessError, match="is still to come") as refused:
            book([money], actor=actor)
        assert refused.value.refusals[0].field == "date"

    finance.periods.open_year(year=tomorrow.year, actor=actor)
    accounts = books.account(company, "1002").pk, books.account(company, "1001").pk
    lines = [LineInput(accounts[0], debit=Decimal(1)), LineInput(accounts[1], credit=Decimal(1))]
    assert vouchers.enter(lines=lines, posting_date=tomorrow, actor=actor).posting_date == tomorrow


@pytest.fixture
def credited(company, actor, buyer, lamp):
    """A customer who was paid back nothing yet of an order of 200 that he had paid, and owes 300 and 500."""
    paid = books.order(buyer, books.line(lamp, 1, 200))
    finance.open_orders(books.demand(paid), actor=actor)
    receive(buyer, 200, actor, oldest_first=True)
    finance.change_orders([books.given_up(paid, [0])], actor=actor)
    owing(company, actor, buyer, lamp, 300, 500)
    return OpenItem.objects.get(open_amount__lt=0)


def test_credits_are_used_up_before_the_money_and_stand_in_its_outcome(company, actor, buyer, lamp, credited):
    money = receive(buyer, 400, actor, oldest_first=True)

    assert [item.open_amount for item in OpenItem.objects.filter(amount__in=[300, 500]).order_by("pk")] == [0, 200]
    credited.refresh_from_db()
    assert (credited.open_amount, credited.status, money.unapplied) == (0, "settled", 0)
    settled = Settlement.objects.filter(money=money).order_by("amount")
    assert [each.amount for each in settled] == [-200, 300, 300]
    assert DocumentLink.objects.filter(from_id=credited.pk, to_id=money.pk).exists()
    assert books.receivable(buyer) == 200 == books.balance(company, "1122")

    finance.reverse_money(money_id=money.pk, actor=actor)

    credited.refresh_from_db()
    assert credited.open_amount == -200
    assert books.receivable(buyer) == 600 == books.balance(company, "1122")
    assert all(finding.holds for finding in invariants.check("I6", "I9", "I12"))


@pytest.mark.parametrize(("amount", "left", "unapplied"), [(500, [100, 0, 0], 0), (1000, [0, 0, 0], 400)])
def test_the_own_order_of_money_comes_before_the_credits(
    company, actor, buyer, lamp, credited, amount, left, unapplied
):
    second = OpenItem.objects.get(amount=500)
    order = books.Source(second.order_kind, second.order_id, second.order_number)

    money = receive(buyer, amount, actor, oldest_first=True, order=order)

    credited.refresh_from_db()
    rows = OpenItem.objects.filter(amount__in=[300, 500]).order_by("pk")
    assert [*(item.open_amount for item in rows), credited.open_amount] == left
    assert money.unapplied == unapplied


def test_an_advance_is_allocated_beside_what_a_credit_covers_already(company, actor, buyer, lamp, credited):
    OpenItem.objects.filter(pk=credited.pk).update(due_date=clock.today(company) + dt.timedelta(days=9))
    early = receive(buyer, 700, actor)
    finance.allocate(money_id=early.pk, actor=actor)
    credited.refresh_from_db()
    assert credited.open_amount == -200  # not due yet: it waits
    OpenItem.objects.filter(pk=credited.pk).update(due_date=clock.today(company))
    late = receive(buyer, 50, actor)

    late = finance.allocate(money_id=late.pk, actor=actor)

    credited.refresh_from_db()
    assert (credited.open_amount, late.unapplied) == (-100, 50)
    assert books.receivable(buyer) == -100 == books.balance(company, "1122")
    assert all(finding.holds for finding in invariants.check("I6", "I9", "I12"))


def test_a_payment_uses_up_what_the_supplier_owes_first(company, actor, buyer):
    payable, bank = books.account(company, "220201").pk, books.account(company, "1002").pk
    for side, other, amount in (("credit", "debit", 90), ("debit", "credit", 40)):
        line = LineInput(payable, party_id=buyer.pk, **{side: Decimal(amount)})
        vouchers.enter(lines=[line, LineInput(bank, **{other: Decimal(amount)})], actor=actor)

    (money,) = finance.pay([MoneyInput(buyer.pk, Decimal(60), oldest_first=True)], actor=actor)

    assert money.unapplied == 10
    assert not OpenItem.objects.exclude(open_amount=0).exists()
    assert books.balance(company, "220201") == 0
    assert all(finding.holds for finding in invariants.check("I6", "I12"))


def test_a_reversed_receipt_leaves_everything_as_before_in_red(company, actor, buyer, lamp):
    account = finance.set_credit(party=buyer, limit=Decimal(100000), actor=actor)
    (first, second) = owing(company, actor, buyer, lamp, 100, 200)
    account.refresh_from_db()
    money = receive(buyer, 280, actor, allocations={first.pk: Decimal(100)})
    finance.allocate(money_id=money.pk, allocations={second.pk: Decimal(80)}, actor=actor)

    finance.reverse_money(money_id=money.pk, actor=actor, reason="bounced")

    money.refresh_from_db()
    assert (money.status, money.unapplied) == ("reversed", 0)
    assert [item.open_amount for item in OpenItem.objects.order_by("pk")] == [100, 200]
    assert books.balance(company, "1002") == 0 == books.balance(company, "220301")
    assert books.balance(company, "1122") == 300
    account.refresh_from_db()
    assert account.exposure == 0


def test_items_of_somebody_else_cannot_be_settled(company, actor, buyer, lamp):
    from tests import make

    (item,) = owing(company, actor, buyer, lamp, 100)
    stranger = make.party(company, "Stranger")

    with pytest.raises(BusinessError, match="no open item"):
        receive(stranger, 100, actor, allocations={item.pk: Decimal(100)})


def test_the_corridor_hears_what_was_settled_and_what_is_open(company, actor, buyer, lamp):
    order = books.order(buyer, books.line(lamp, 1, 300))
    finance.open_orders(books.demand(order), actor=actor)
    heard = []

    def hear(**told):
        heard.append((told["settled"], told["still_open"]))

    payment_received.connect(hear)
    try:
        money = receive(buyer, 100, actor, oldest_first=True)
        finance.reverse_money(money_id=money.pk, actor=actor)
    finally:
        payment_received.disconnect(hear)

    assert heard == [
        ({order.source: Decimal(100)}, {order.source: Decimal(200)}),
        ({order.source: Decimal(-100)}, {order.source: Decimal(300)}),
    ]


def test_a_receipt_takes_the_same_statements_for_any_number_of_items(company, actor, buyer, lamp):
    books.warm(company)
    counts = []
    for count in (1, 20):
        owing(company, actor, buyer, lamp, *([100] * count))
        with CaptureQueriesContext(connection) as statements:
            receive(buyer, 100 * count, actor, oldest_first=True)
        counts.append(len(statements))

    # Eight, trail, flip, what the corridor does with it, and the savepoint that the test adds.
    assert counts[0] == counts[1] <= 14


def test_the_chain_of_the_worked_example(company, actor, buyer, lamp):
    """Worked example 1: deposit, confirm, apply, ship 4, ship 2, cancel the last 4, return 1, collect."""
    order = books.order(buyer, books.line(lamp, 10, 1130))
    seen = []

    def look():
        seen.append((books.receivable(buyer), -books.balance(company, "220302"), books.balance(company, "1122")))

    deposit = receive(buyer, 5000, actor, order=order.source)
    look()
    finance.open_orders(books.demand(order), actor=actor)
    look()
    finance.allocate(money_id=deposit.pk, actor=actor)
    look()
    for quantity in (4, 2):
        issue = books.shipped(order, quantity, quantity * 600)
        finance.recognise_deliveries([issue], posting_date=order.date, actor=actor)
        look()
    finance.change_orders([books.given_up(order, [6])], actor=actor)
    look()
    finance.take_back([books.shipped(order, 1, 600)], posting_date=order.date, actor=actor)
    look()
    receive(buyer, 650, actor, oldest_first=True)
    look()

    assert seen == [
        (0, 0, 0),
        (11300, 11300, 11300),
        (6300, 11300, 6300),
        (6300, 6780, 6300),
        (6300, 4520, 6300),
        (1780, 0, 1780),
        (650, 0, 650),
        (0, 0, 0),
    ]
    assert books.balance(company, "5001") == -5000
    assert books.balance(company, "22210107") == -650
    assert books.balance(company, "5401") == 3000
    assert books.balance(company, "1002") == 5650


def test_a_credit_is_set_off_against_the_oldest_that_the_customer_owes_without_a_voucher(company, actor, buyer, lamp):
    paid = books.order(buyer, books.line(lamp, 1, 300))
    finance.open_orders(books.demand(paid), actor=actor)
    receive(buyer, 300, actor, oldest_first=True)
    finance.change_orders([books.given_up(paid, [0])], actor=actor)
    owing(company, actor, buyer, lamp, 100, 250)
    credit = OpenItem.objects.get(open_amount__lt=0)
    written, heard = Voucher.objects.count(), []
    payment_received.connect(listener := lambda **told: heard.append(told), weak=False)

    finance.set_off(item_id=credit.pk, actor=actor)
    payment_received.disconnect(listener)

    first, second = OpenItem.objects.filter(amount__in=[100, 250]).order_by("pk")
    credit.refresh_from_db()
    assert (credit.open_amount, credit.status) == (0, "settled")
    assert (first.open_amount, first.status, first.taken_back) == (0, "settled", 0)
    assert second.open_amount == 50 == books.receivable(buyer) == books.balance(company, "1122")
    assert Voucher.objects.count() == written
    assert {order.number: amount for order, amount in heard[0]["settled"].items()} == {
        paid.source.number: -300,
        first.order_number: 100,
        second.order_number: 200,
    }
    assert all(finding.holds for finding in invariants.check("I6", "I9", "I12"))


def test_only_an_open_credit_beside_something_open_is_set_off(company, actor, buyer, lamp):
    (owed,) = owing(company, actor, buyer, lamp, 100)
    with pytest.raises(BusinessError, match="Only an open credit"):
        finance.set_off(item_id=owed.pk, actor=actor)

    receive(buyer, 100, actor, oldest_first=True)
    line = LineInput(books.account(company, "1122").pk, credit=Decimal(7), party_id=buyer.pk)
    vouchers.enter(lines=[line, LineInput(books.account(company, "1002").pk, debit=Decimal(7))], actor=actor)
    with pytest.raises(BusinessError, match="nothing open"):
        finance.set_off(item_id=OpenItem.objects.get(open_amount__lt=0).pk, actor=actor)
