"""Red invoices that goods draft when they come back."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from erp.finance import services as finance
from erp.finance.models import Deferral, Invoice, OpenItem, Settlement, Voucher
from erp.finance.services import MoneyInput, invoices
from suite.core.models import DocumentLink
from tests.erp.finance import books


@pytest.fixture
def order(actor, buyer, lamp):
    order = books.order(buyer, books.line(lamp, 10, 1130))
    finance.open_orders(books.demand(order), actor=actor)
    return order


def ship(order, quantity, actor):
    issue = books.shipped(order, quantity, quantity * 600)
    finance.recognise_deliveries([issue], posting_date=order.date, actor=actor)


def bill(order, actor, quantity=None, **more):
    """Issue an invoice for what is delivered of an order, or for so much of its first line."""
    if quantity is not None:
        more["quantities"] = {order.lines[0].line_id: Decimal(quantity)}
    (invoice,) = invoices.draft_for_orders(order_ids=[order.id], actor=actor, **more)
    invoices.issue(invoice_ids=[invoice.pk], actor=actor)
    return invoice


def bring_back(order, quantity, actor):
    issue = books.shipped(order, quantity, quantity * 600)
    finance.take_back([issue], posting_date=order.date, actor=actor)
    return issue.source


def reds():
    """Of each red draft the invoice it corrects, its quantity and its total."""
    drafts = Invoice.objects.filter(is_red=True, status="draft").order_by("pk")
    return [(note.corrects, note.lines.get().quantity, note.gross) for note in drafts]


def test_what_was_invoiced_and_came_back_stands_in_a_red_draft(actor, order):
    ship(order, 6, actor)
    blue = bill(order, actor)

    paper = bring_back(order, 1, actor)

    assert reds() == [(blue, -1, -1130)]
    note = Invoice.objects.get(is_red=True)
    assert (note.net, note.tax_amount, note.party_id, note.order_id) == (-1000, -130, order.party_id, order.id)
    links = DocumentLink.objects.filter(to_kind=Invoice.kind(), to_id=note.pk, relation="red")
    assert set(links.values_list("from_kind", "from_id")) == {(Invoice.kind(), blue.pk), (paper.kind, paper.id)}


def test_what_was_not_invoiced_needs_no_red_invoice(actor, order):
    ship(order, 6, actor)
    bill(order, actor, 4)

    bring_back(order, 2, actor)
    assert reds() == []

    bring_back(order, 1, actor)
    assert [(quantity, gross) for _blue, quantity, gross in reds()] == [(-1, -1130)]


def test_what_was_invoiced_ahead_of_its_delivery_comes_back_in_red_too(company, actor, order):
    ship(order, 4, actor)
    blue = bill(order, actor, of_ordered=True)

    bring_back(order, 1, actor)
    invoices.issue(invoice_ids=[Invoice.objects.get(is_red=True).pk], actor=actor)

    row = Deferral.objects.get()
    assert (row.quantity, row.delivered, row.invoiced, row.tax_posted) == (9, 3, 9, 1170)
    assert books.balance(company, "22210107") == -1170
    assert Invoice.objects.get(is_red=True).corrects == blue


def test_the_latest_invoice_is_taken_back_first_and_none_twice(actor, order):
    ship(order, 6, actor)
    first, second = bill(order, actor, 4), bill(order, actor, 2)

    bring_back(order, 1, actor)
    bring_back(order, 3, actor)

    assert reds() == [(second, -1, -1130), (second, -1, -1130), (first, -2, -2260)]


def test_a_red_draft_counts_as_taken_back_until_it_is_given_up(actor, order):
    ship(order, 6, actor)
    blue = bill(order, actor)
    bring_back(order, 1, actor)

    rest = invoices.red(invoice_id=blue.pk, actor=actor, reason="Wrong name")
    invoices.void(invoice_ids=[Invoice.objects.get(status="draft").pk], actor=actor)
    last = invoices.red(invoice_id=blue.pk, actor=actor, reason="Wrong name")

    assert (rest.gross, last.gross) == (-5650, -1130)
    assert Deferral.objects.get().invoiced == 0


def test_the_parts_of_an_uneven_line_come_back_to_the_cent(actor, buyer, lamp):
    order = books.order(buyer, books.line(lamp, 3, "33.33"))
    finance.open_orders(books.demand(order), actor=actor)
    ship(order, 3, actor)
    blue = bill(order, actor)

    for _ in range(3):
        bring_back(order, 1, actor)

    assert (blue.net, blue.tax_amount) == (Decimal("88.49"), Decimal("11.50"))
    notes = Invoice.objects.filter(is_red=True).order_by("pk")
    assert [str(note.net) for note in notes] == ["-29.50", "-29.49", "-29.50"]
    assert [str(note.tax_amount) for note in notes] == ["-3.83", "-3.84", "-3.83"]
    credited = OpenItem.objects.filter(amount__lt=0).aggregate(total=Sum("amount"))["total"]
    assert credited == sum(note.gross for note in notes) == -blue.gross


@pytest.mark.parametrize("paid", [False, True])
def test_the_return_credits_the_customer_and_its_red_invoice_does_not_again(company, actor, buyer, order, paid):
    """Worked example 1, invoiced: what the return of one piece leaves is what the red invoice finds and leaves."""
    finance.set_credit(party=buyer, actor=actor)
    ship(order, 6, actor)
    bill(order, actor)
    finance.change_orders([books.given_up(order, [6])], actor=actor)
    if paid:
        finance.receive([MoneyInput(buyer.pk, Decimal(6780), oldest_first=True)], actor=actor)
    bring_back(order, 1, actor)
    owed = -1130 if paid else 5650

    before = Settlement.objects.count(), OpenItem.objects.count(), Voucher.objects.count()
    invoices.issue(invoice_ids=[Invoice.objects.get(is_red=True).pk], actor=actor)

    assert (Settlement.objects.count(), OpenItem.objects.count(), Voucher.objects.count()) == before
    assert books.receivable(buyer) == owed == books.balance(company, "1122")
    assert finance.standing(buyer.pk, company=company).exposure == owed
    assert (books.balance(company, "5001"), books.balance(company, "22210107")) == (-5000, -650)
    if paid:
        credit = OpenItem.objects.get(amount=-1130)
        finance.pay([MoneyInput(buyer.pk, Decimal(1130), allocations={credit.pk: Decimal(1130)})], actor=actor)
    else:
        finance.receive([MoneyInput(buyer.pk, Decimal(5650), oldest_first=True)], actor=actor)
    assert books.receivable(buyer) == 0 == books.balance(company, "1122")


def test_any_number_of_returns_takes_the_same_statements(company, actor, buyer, lamp):
    books.warm(company)
    counts = []
    for number in (1, 5):
        orders = [books.order(buyer, books.line(lamp, 2, 1130)) for _ in range(number)]
        finance.open_orders(books.demand(*orders), actor=actor)
        for order in orders:
            ship(order, 2, actor)
            bill(order, actor)
        issues = [books.shipped(order, 1, 600) for order in orders]
        with CaptureQueriesContext(connection) as queries:
            finance.take_back(issues, posting_date=orders[0].date, actor=actor)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert len(reds()) == 6
