"""Debts that are given up, and what becomes of the loss when the goods or the money come back."""

import datetime as dt
from decimal import Decimal

import pytest

from erp.finance import services as finance
from erp.finance.models import OpenItem, Voucher
from erp.finance.services import MoneyInput, invoices
from erp.finance.services.invoice_lines import InvoiceLineInput
from suite.core import clock, invariants
from suite.core.errors import BusinessError
from suite.core.models import DocumentLink
from tests.erp.finance import books


@pytest.fixture
def lost(actor, buyer, lamp):
    """Ten pieces at 113 were delivered, and nothing of it was paid: given up, all or so much of it."""

    def lost(amount=None, paid=None, pieces=10, delivered=10):
        order = books.order(buyer, books.line(lamp, pieces, 113))
        item = finance.open_orders(books.demand(order), actor=actor)[0]
        finance.recognise_deliveries([books.shipped(order, delivered, 100)], posting_date=order.date, actor=actor)
        if paid:
            finance.receive([MoneyInput(buyer.pk, Decimal(paid), oldest_first=True)], actor=actor)
        finance.write_off(item_id=item.pk, amount=amount and Decimal(amount), reason="Insolvent", actor=actor)
        item.refresh_from_db()
        return order, item

    return lost


def sound():
    return all(finding.holds for finding in invariants.check("I1", "I6", "I9", "I12"))


def open_amounts():
    return list(OpenItem.objects.exclude(open_amount=0).values_list("open_amount", flat=True))


def test_goods_that_come_back_take_their_write_off_with_them_and_nobody_is_owed_anything(company, actor, buyer, lost):
    order, item = lost()
    account = finance.set_credit(party=buyer, limit=Decimal(10000), actor=actor)

    finance.take_back([books.shipped(order, 10, 100)], posting_date=order.date, actor=actor)

    item.refresh_from_db()
    account.refresh_from_db()
    assert (item.status, item.written_off, item.taken_back) == (OpenItem.Status.TAKEN_BACK, 0, 1130)
    assert open_amounts() == []
    assert books.balance(company, "571103") == 0 == books.balance(company, "1122") == books.balance(company, "5001")
    assert account.exposure == 0
    assert sound()


@pytest.mark.parametrize(
    ("written_off", "paid", "returned", "loss", "left"),
    [
        (None, None, 4, 678, 0),  # of ten that were given up four come back: six are lost
        (500, None, 5, 500, 65),  # what is open goes first: 630 are open, 565 come back
        (500, None, 8, 226, 0),  # the open 630, and 274 of the loss
        (5, 1125, 1, 0, -108),  # a small rest was given up: he gets back what he paid for the piece
    ],
)
def test_a_return_takes_what_is_open_then_what_was_given_up_and_only_the_rest_is_owed_to_the_customer(
    company, actor, buyer, lost, written_off, paid, returned, loss, left
):
    order, item = lost(written_off, paid)

    finance.take_back([books.shipped(order, returned, 10 * returned)], posting_date=order.date, actor=actor)

    item.refresh_from_db()
    assert books.balance(company, "571103") == loss == item.written_off
    assert books.receivable(buyer) == left == books.balance(company, "1122")
    assert sound()


def test_a_cancelled_rest_that_was_paid_goes_against_what_was_given_up_first(company, actor, buyer, lamp, lost):
    order, _item = lost(pieces=20)
    finance.receive([MoneyInput(buyer.pk, Decimal(1130), oldest_first=True)], actor=actor)

    finance.change_orders([books.given_up(order, [10])], actor=actor)

    assert books.balance(company, "571103") == 0 == books.receivable(buyer) == books.balance(company, "1122")
    assert sound()


def test_a_red_invoice_takes_the_write_off_of_its_invoice_with_it(company, actor, buyer, lamp):
    line = InvoiceLineInput(lamp, Decimal(1), Decimal(50))
    draft = invoices.create(party=buyer, lines=[line], actor=actor)
    invoices.issue(invoice_ids=[draft.pk], actor=actor)
    finance.write_off(item_id=OpenItem.objects.get().pk, reason="Insolvent", actor=actor)

    invoices.red(invoice_id=draft.pk, actor=actor)

    assert open_amounts() == []
    assert books.balance(company, "571103") == 0
    assert sound()


def test_a_write_off_is_undone_by_a_counter_voucher_and_the_debt_stands_as_before(company, actor, buyer, lost):
    _order, item = lost()
    account = finance.set_credit(party=buyer, limit=Decimal(10000), actor=actor)
    due, loss = item.due_date, Voucher.objects.latest("pk")

    finance.undo_write_off(item_id=item.pk, actor=actor, reason="He pays after all")

    item.refresh_from_db()
    account.refresh_from_db()
    red = Voucher.objects.latest("pk")
    assert (item.status, item.open_amount, item.written_off, item.due_date) == ("open", 1130, 0, due)
    assert books.entries(red) == [("571103", Decimal(-1130), 0), ("1122", 0, Decimal(-1130))]
    assert (red.is_red, red.effective_date) == (True, loss.posting_date)
    assert DocumentLink.objects.filter(from_id=loss.pk, to_id=red.pk, relation="reversal").exists()
    assert account.exposure == 1130
    assert not OpenItem.objects.exclude(pk=item.pk).exclude(status="taken_back").exists()
    assert sound()


def test_what_was_given_up_and_undone_can_be_paid_or_given_up_again(company, actor, buyer, lost):
    _order, item = lost(500)
    finance.write_off(item_id=item.pk, amount=Decimal(130), reason="More", actor=actor)
    finance.undo_write_off(item_id=item.pk, actor=actor)
    finance.write_off(item_id=item.pk, amount=Decimal(30), reason="Rounding", actor=actor)
    finance.receive([MoneyInput(buyer.pk, Decimal(1100), oldest_first=True)], actor=actor)

    item.refresh_from_db()
    assert (item.status, item.open_amount, item.written_off) == ("settled", 0, 30)
    assert books.balance(company, "571103") == 30
    assert sound()


def test_the_loss_of_an_earlier_year_stands_and_what_comes_back_of_it_is_income(company, actor, buyer, lamp):
    last_year = dt.datetime(clock.today(company).year - 1, 11, 5, 4, tzinfo=dt.UTC)
    with clock.at(last_year):
        order = books.order(buyer, books.line(lamp, 10, 113))
        item = finance.open_orders(books.demand(order), actor=actor)[0]
        finance.recognise_deliveries([books.shipped(order, 10, 100)], posting_date=order.date, actor=actor)
        finance.write_off(item_id=item.pk, reason="Insolvent", actor=actor)

    finance.undo_write_off(item_id=item.pk, actor=actor)

    assert books.entries(Voucher.objects.latest("pk")) == [("1122", Decimal(1130), 0), ("530106", 0, Decimal(1130))]
    assert books.balance(company, "571103") == 1130
    assert books.receivable(buyer) == 1130
    assert sound()


def test_only_a_write_off_that_stands_is_undone(actor, lost):
    _order, item = lost()
    finance.undo_write_off(item_id=item.pk, actor=actor)

    with pytest.raises(BusinessError, match=f"Nothing of {item.number} is written off"):
        finance.undo_write_off(item_id=item.pk, actor=actor)


def test_a_return_without_a_write_off_asks_nothing_more(actor, buyer, lamp, django_assert_num_queries):
    books.warm(buyer.company)
    order = books.order(buyer, books.line(lamp, 10, 113))
    finance.open_orders(books.demand(order), actor=actor)
    finance.recognise_deliveries([books.shipped(order, 10, 100)], posting_date=order.date, actor=actor)

    # Nine, the trail, the flip, and the savepoint that the test adds.
    with django_assert_num_queries(12):
        finance.take_back([books.shipped(order, 4, 40)], posting_date=order.date, actor=actor)
