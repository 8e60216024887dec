"""Sales invoices."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.finance import queries
from erp.finance import services as finance
from erp.finance.models import Deferral, FinancePolicy, Invoice, OpenItem, Voucher
from erp.finance.services import MoneyInput, invoices
from erp.finance.services.invoices import InvoiceLineInput
from erp.finance.signals import invoice_issued
from suite.core import cached, clock, invariants
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.errors import BusinessError
from suite.masterdata.models import Product
from tests import make
from tests.erp.finance import books


@pytest.fixture
def order(company, actor, buyer, lamp):
    order = books.order(buyer, books.line(lamp, 10, 1130))
    finance.open_orders(books.demand(order), actor=actor)
    return order


def ship(order, quantity, actor):
    issue = books.shipped(order, quantity, quantity * 600)
    finance.recognise_deliveries([issue], posting_date=order.date, actor=actor)


def test_an_invoice_of_what_was_delivered_splits_the_tax(actor, order):
    ship(order, 4, actor)

    (invoice,) = invoices.draft_for_orders(order_ids=[order.id], actor=actor)

    assert (invoice.net, invoice.tax_amount, invoice.gross) == (4000, 520, 4520)
    line = invoice.lines.get()
    assert (line.quantity, line.unit_price, line.tax_rate) == (4, 1000, 13)
    assert (invoice.status, invoice.serial) == ("draft", None)


def test_serials_have_no_gaps_per_year_and_drafts_take_none(actor, order, company):
    ship(order, 3, actor)
    last_year = order.date.replace(year=order.date.year - 1)

    for _ in range(3):
        (invoice,) = invoices.draft_for_orders(
            order_ids=[order.id], quantities={order.lines[0].line_id: Decimal(1)}, actor=actor
        )
        invoices.issue(invoice_ids=[invoice.pk], actor=actor)
    service = make.product(company, "FIT", kind=Product.Kind.SERVICE)
    party = make.party(company)
    free = invoices.create(
        party=party, lines=[InvoiceLineInput(service, Decimal(1), Decimal(113))], date=last_year, actor=actor
    )
    invoices.issue(invoice_ids=[free.pk], actor=actor)

    assert list(Invoice.objects.order_by("year", "serial").values_list("year", "serial")) == [
        (last_year.year, 1),
        (order.date.year, 1),
        (order.date.year, 2),
        (order.date.year, 3),
    ]


def test_the_vat_of_an_invoice_before_delivery_is_posted_once(company, actor, order):
    (invoice,) = invoices.draft_for_orders(order_ids=[order.id], of_ordered=True, actor=actor)
    invoices.issue(invoice_ids=[invoice.pk], actor=actor)
    assert books.balance(company, "22210107") == -1300
    assert books.balance(company, "220302") == -10000

    ship(order, 4, actor)
    assert books.balance(company, "22210107") == -1300
    ship(order, 6, actor)

    assert books.balance(company, "22210107") == -1300
    assert books.balance(company, "220302") == 0
    assert books.balance(company, "5001") == -10000


def test_an_invoice_after_delivery_posts_nothing_again(company, actor, order):
    ship(order, 10, actor)
    before = Voucher.objects.count()

    (invoice,) = invoices.draft_for_orders(order_ids=[order.id], actor=actor)
    invoices.issue(invoice_ids=[invoice.pk], actor=actor)

    assert Voucher.objects.count() == before


@pytest.mark.parametrize("ahead", [True, False])
def test_a_draft_of_a_month_that_was_closed_is_issued_today(company, actor, buyer, lamp, ahead):
    today = clock.today(company)
    last_month = today.replace(day=1) - dt.timedelta(days=1)
    sold = books.order(buyer, books.line(lamp, 1, 1130), date=last_month)
    finance.open_orders(books.demand(sold), actor=actor)
    if not ahead:
        finance.recognise_deliveries([books.shipped(sold, 1, 600)], posting_date=last_month, actor=actor)
    (draft,) = invoices.draft_for_orders(order_ids=[sold.source.id], of_ordered=ahead, date=last_month, actor=actor)
    period = queries.period_on(company.pk, last_month)
    finance.periods.close(period_ids=[period.id], actor=actor)

    invoices.issue(invoice_ids=[draft.pk], actor=actor)

    draft.refresh_from_db()
    assert (draft.date, draft.due_date) == (today, today + dt.timedelta(days=30))
    assert (draft.status, draft.serial) == ("issued", 1)


def test_no_more_is_invoiced_than_there_is(actor, order):
    ship(order, 4, actor)
    (first,) = invoices.draft_for_orders(order_ids=[order.id], actor=actor)
    invoices.issue(invoice_ids=[first.pk], actor=actor)
    ship(order, 2, actor)

    (rest,) = invoices.draft_for_orders(order_ids=[order.id], actor=actor)
    assert rest.gross == 2260
    invoices.issue(invoice_ids=[rest.pk], actor=actor)
    with pytest.raises(BusinessError, match="nothing that could be invoiced"):
        invoices.draft_for_orders(order_ids=[order.id], actor=actor)


def test_what_stands_in_a_draft_is_not_drafted_again_until_it_is_given_up(actor, order):
    ship(order, 4, actor)
    line = order.lines[0].line_id
    (part,) = invoices.draft_for_orders(order_ids=[order.id], quantities={line: Decimal(1)}, actor=actor)

    with pytest.raises(BusinessError, match="only 9 can be invoiced, with what stands in drafts") as refused:
        invoices.draft_for_orders(order_ids=[order.id], quantities={line: Decimal(10)}, actor=actor)
    (rest,) = invoices.draft_for_orders(order_ids=[order.id], actor=actor)
    with pytest.raises(BusinessError, match="nothing that could be invoiced"):
        invoices.draft_for_orders(order_ids=[order.id], actor=actor)
    invoices.void(invoice_ids=[part.pk, rest.pk], actor=actor)
    (whole,) = invoices.draft_for_orders(order_ids=[order.id], of_ordered=True, actor=actor)

    assert [(each.line, each.field) for each in refused.value.refusals] == [(0, "quantity")]
    assert (part.gross, rest.gross, whole.gross) == (1130, 3390, 11300)


@pytest.mark.django_db(transaction=True)
def test_of_parallel_drafts_the_second_finds_nothing_left():
    company = make.company()
    actor = Actor.system(company)
    order = books.order(make.party(company), books.line(make.product(company), 10, 1130))
    finance.open_orders(books.demand(order), actor=actor)
    ship(order, 4, actor)
    start = threading.Barrier(2)

    @service
    def draft(*, actor):
        start.wait()
        return invoices.draft_for_orders(order_ids=[order.id], actor=actor)

    def client(_nth):
        try:
            return [invoice.gross for invoice in draft(actor=Actor.system(company))]
        except BusinessError as error:
            return [refusal.code for refusal in error.by_key.values()]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(client, range(2)))

    assert sorted(answers, key=str) == [["nothing_to_invoice"], [4520]]
    assert Invoice.objects.count() == 1


def test_drafts_of_parts_add_up_to_the_line(actor, buyer, lamp):
    order = books.order(buyer, books.line(lamp, 3, "33.33"))
    finance.open_orders(books.demand(order), actor=actor)
    ship(order, 3, actor)
    one = {order.lines[0].line_id: Decimal(1)}

    drafts = [invoices.draft_for_orders(order_ids=[order.id], quantities=one, actor=actor)[0] for _ in range(3)]

    assert [str(draft.net) for draft in drafts] == ["29.50", "29.49", "29.50"]


def test_an_order_that_shrank_stops_a_draft_that_bills_more(actor, order):
    (draft,) = invoices.draft_for_orders(order_ids=[order.id], of_ordered=True, actor=actor)
    finance.change_orders([books.given_up(order, [6])], actor=actor)

    with pytest.raises(BusinessError, match="More would be invoiced"):
        invoices.issue(invoice_ids=[draft.pk], actor=actor)
    invoices.void(invoice_ids=[draft.pk], actor=actor)

    assert Invoice.objects.get(pk=draft.pk).status == "void"


def test_where_revenue_comes_with_delivery_an_invoice_cannot_come_before(company, actor, buyer, lamp):
    FinancePolicy.objects.filter(company=company).update(posting=FinancePolicy.Posting.DELIVERY)
    cached.forget(company.pk)
    order = books.order(buyer, books.line(lamp, 10, 1130))
    finance.open_orders(books.demand(order), actor=actor)

    with pytest.raises(BusinessError, match="nothing that could be invoiced"):
        invoices.draft_for_orders(order_ids=[order.id], of_ordered=True, actor=actor)
    ship(order, 4, actor)

    assert invoices.draft_for_orders(order_ids=[order.id], of_ordered=True, actor=actor)[0].gross == 4520


def test_a_red_invoice_takes_the_advance_vat_back(company, actor, order):
    (invoice,) = invoices.draft_for_orders(order_ids=[order.id], of_ordered=True, actor=actor)
    invoices.issue(invoice_ids=[invoice.pk], actor=actor)
    ship(order, 4, actor)
    line = invoice.lines.get()

    note = invoices.red(invoice_id=invoice.pk, quantities={line.pk: Decimal(6)}, actor=actor, reason="Cancelled")

    assert (note.gross, note.is_red, note.serial) == (-6780, True, 2)
    assert books.balance(company, "22210107") == -520
    assert books.balance(company, "220302") == -6780
    assert Deferral.objects.get().invoiced == 4
    with pytest.raises(BusinessError, match="More would be taken back"):
        invoices.red(invoice_id=invoice.pk, quantities={line.pk: Decimal(5)}, actor=actor)


def test_an_invoice_without_an_order_opens_its_receivable_and_its_red_one_closes_it(company, actor, buyer):
    service = make.product(company, "FIT", kind=Product.Kind.SERVICE)
    account = finance.set_credit(party=buyer, actor=actor)
    invoice = invoices.create(party=buyer, lines=[InvoiceLineInput(service, Decimal(2), Decimal(113))], actor=actor)

    invoices.issue(invoice_ids=[invoice.pk], actor=actor)

    assert books.balance(company, "1122") == 226 == books.receivable(buyer)
    assert books.balance(company, "500102") == -200
    account.refresh_from_db()
    assert account.exposure == 226
    invoices.red(invoice_id=invoice.pk, actor=actor)
    assert books.balance(company, "1122") == 0 == books.receivable(buyer)
    assert {item.status for item in OpenItem.objects.all()} == {"taken_back"}
    account.refresh_from_db()
    assert account.exposure == 0


@pytest.mark.parametrize(
    ("lines", "net", "tax", "gross"),
    [
        ([("goods", 5, 10), ("goods", -2, 5)], 40, "5.20", "45.20"),
        ([("goods", 5, 10), ("fit", -2, 5)], 40, "5.20", "45.20"),
        ([("goods", -5, 40)], -200, "-26.00", "-226.00"),
        ([("goods", -5, 40), ("fit", 1, 20)], -180, "-23.40", "-203.40"),
    ],
)
def test_lines_below_zero_credit_the_customer_and_may_outweigh_the_others(
    company, actor, buyer, lines, net, tax, gross
):
    """After Tryton's account_invoice/tests/scenario_invoice_with_credit.rst and scenario_credit_note.rst."""
    products = {"goods": make.product(company), "fit": make.product(company, kind=Product.Kind.SERVICE)}
    inputs = [InvoiceLineInput(products[what], Decimal(each), Decimal(price)) for what, each, price in lines]
    invoice = invoices.create(party=buyer, lines=inputs, prices_include_tax=False, actor=actor)

    invoices.issue(invoice_ids=[invoice.pk], actor=actor)

    assert (invoice.net, invoice.tax_amount, invoice.gross) == (net, Decimal(tax), Decimal(gross))
    assert invoice.is_red == (net < 0)
    assert (-books.balance(company, "5001"), -books.balance(company, "22210107")) == (net, Decimal(tax))
    assert books.receivable(buyer) == books.balance(company, "1122") == Decimal(gross)
    if net > 0:
        invoices.red(invoice_id=invoice.pk, actor=actor)
        assert books.receivable(buyer) == 0 == books.balance(company, "5001")
    assert all(finding.holds for finding in invariants.check())


def test_a_credit_note_is_paid_out_in_two_parts(company, actor, buyer, lamp):
    """X-OC03 as Tryton writes it, with 13 % tax: a note of its own over 5 at 40, paid out 120 and the rest."""
    line = InvoiceLineInput(lamp, Decimal(-5), Decimal(40))
    note = invoices.create(party=buyer, lines=[line], prices_include_tax=False, actor=actor)
    invoices.issue(invoice_ids=[note.pk], actor=actor)
    item, rests = OpenItem.objects.get(), []

    for amount in (120, 106):
        finance.pay([MoneyInput(buyer.pk, Decimal(amount), allocations={item.pk: Decimal(amount)})], actor=actor)
        item.refresh_from_db()
        rests.append(item.open_amount)

    assert (note.gross, rests, item.status) == (-226, [-106, 0], OpenItem.Status.SETTLED)


def test_the_corridor_hears_the_quantities(actor, order):
    ship(order, 4, actor)
    heard = []

    def hear(**told):
        heard.append(told["quantities"])

    invoice_issued.connect(hear)
    try:
        (invoice,) = invoices.draft_for_orders(order_ids=[order.id], actor=actor)
        invoices.issue(invoice_ids=[invoice.pk], actor=actor)
    finally:
        invoice_issued.disconnect(hear)

    assert heard == [{order.source: {order.lines[0].line_id: Decimal(4)}}]


def test_an_undo_names_what_blocks_it(actor, buyer, order):
    (invoice,) = invoices.draft_for_orders(order_ids=[order.id], of_ordered=True, actor=actor)
    (money,) = finance.receive([MoneyInput(party_id=buyer.pk, amount=Decimal(1), oldest_first=True)], actor=actor)

    refused = finance.refuse_undo([order.id], order.source.kind, actor=actor)

    assert invoice.number in str(refused[order.id])
    assert money.number in str(refused[order.id])


def test_any_number_of_invoices_takes_the_same_statements(company, actor, buyer, lamp):
    books.warm(company)
    counts = []
    for number in (1, 5):
        many = [books.order(buyer, books.line(lamp, 10, 1130)) for _ in range(number)]
        finance.open_orders(books.demand(*many), actor=actor)
        with CaptureQueriesContext(connection) as drafting:
            drafts = invoices.draft_for_orders(order_ids=[order.id for order in many], of_ordered=True, actor=actor)
        with CaptureQueriesContext(connection) as issuing:
            invoices.issue(invoice_ids=[draft.pk for draft in drafts], actor=actor)
        counts.append((len(drafting), len(issuing)))

    assert counts[0] == counts[1]
    assert counts[0][0] <= 8
    assert counts[0][1] <= 13


def test_a_special_invoice_is_issued_to_a_taxpayer_only(company, actor, lamp):
    """专票: who deducts the tax is named with the taxpayer number."""
    nobody = make.party(company)
    taxpayer = make.party(company, credit_code="91110000600037341L")
    lines = [InvoiceLineInput(lamp, Decimal(1), Decimal(113))]

    special = [invoices.create(party=party, lines=lines, kind="special", actor=actor) for party in (nobody, taxpayer)]
    usual = [invoices.create(party=party, lines=lines, actor=actor) for party in (nobody, taxpayer)]
    with pytest.raises(BusinessError) as refused:
        invoices.issue(invoice_ids=[row.pk for row in special], actor=actor)
    issued = invoices.issue(invoice_ids=[special[1].pk, *(row.pk for row in usual)], actor=actor)

    assert {pk: each.code for pk, each in refused.value.by_key.items()} == {special[0].pk: "no_taxpayer_number"}
    assert [row.kind_of for row in usual] == ["ordinary", "special"]
    assert {row.status for row in issued} == {"issued"}


def test_an_invoice_of_nothing_is_issued_without_a_receivable_and_corrected(company, actor, lamp):
    lines = [InvoiceLineInput(lamp, Decimal(1), Decimal(113), Decimal(100))]
    invoice = invoices.create(party=make.party(company), lines=lines, actor=actor)

    invoices.issue(invoice_ids=[invoice.pk], actor=actor)
    note = invoices.red(invoice_id=invoice.pk, actor=actor, reason="Mistake")

    assert (invoice.gross, note.gross, note.is_red) == (0, 0, True)
    assert not OpenItem.objects.exists()
    assert all(finding.holds for finding in invariants.check())
