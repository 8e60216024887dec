"""Vouchers by hand."""

import datetime as dt
from decimal import Decimal

import pytest

from erp.finance import services as finance
from erp.finance.models import FinancePolicy, OpenItem, Voucher
from erp.finance.services import MoneyInput, settings, vouchers
from erp.finance.services.vouchers import LineInput
from suite.core import cached, clock
from suite.core.errors import BusinessError
from tests import make
from tests.erp.finance import books


@pytest.fixture
def lines(company):
    """Rent of 8,000 paid from the bank."""
    return [
        LineInput(books.account(company, "560206").pk, debit=Decimal(8000), summary="Rent"),
        LineInput(books.account(company, "1002").pk, credit=Decimal(8000)),
    ]


def test_a_draft_has_no_number_until_it_is_posted(actor, lines):
    voucher = vouchers.create(lines=lines, actor=actor)
    assert voucher.serial is None

    vouchers.post(voucher_ids=[voucher.pk], actor=actor)

    voucher.refresh_from_db()
    assert (voucher.status, str(voucher), voucher.total) == ("posted", "记-0001", 8000)


def test_each_word_counts_for_itself(actor, lines):
    words = [Voucher.Word.RECEIPT, Voucher.Word.PAYMENT, Voucher.Word.RECEIPT]

    numbers = [str(vouchers.enter(lines=lines, word=word, actor=actor)) for word in words]

    assert numbers == ["收-0001", "付-0001", "收-0002"]


def test_what_does_not_balance_is_refused_with_the_difference(actor, lines):
    with pytest.raises(BusinessError, match=r"differ by 8,000\.00"):
        vouchers.create(lines=lines[:1], actor=actor)


@pytest.mark.parametrize(
    ("code", "amounts", "refusal"),
    [
        ("5602", {"debit": Decimal(1)}, "account"),
        ("1405", {"debit": Decimal(1)}, "kept_account"),
        ("1122", {"debit": Decimal(1)}, "needs_party"),
        ("1002", {}, "one_side"),
        ("1002", {"debit": Decimal(1), "credit": Decimal(1)}, "one_side"),
        ("1002", {"debit": Decimal(-1)}, "negative"),
    ],
)
def test_lines_that_an_account_cannot_take_are_refused_at_the_line(company, actor, lines, code, amounts, refusal):
    wrong = LineInput(books.account(company, code).pk, **amounts)

    with pytest.raises(BusinessError) as raised:
        vouchers.create(lines=[*lines, wrong], actor=actor)

    assert raised.value.code == refusal
    assert raised.value.refusals[0].line == 2


def test_a_draft_can_be_rewritten_and_a_stale_save_is_refused(company, actor, lines):
    voucher = vouchers.create(lines=lines, actor=actor)
    half = [LineInput(line.account_id, line.debit / 2, line.credit / 2) for line in lines]

    vouchers.change(voucher_id=voucher.pk, lines=half, summary="Half", expected_version=1, actor=actor)
    with pytest.raises(BusinessError, match="Somebody else"):
        vouchers.change(voucher_id=voucher.pk, lines=lines, expected_version=1, actor=actor)

    voucher.refresh_from_db()
    assert (voucher.total, voucher.summary, voucher.lines.count()) == (4000, "Half", 2)


def test_posted_vouchers_are_reversed_in_red_on_the_same_sides(company, actor, lines):
    voucher = vouchers.enter(lines=lines, actor=actor)

    red = vouchers.reverse(voucher_id=voucher.pk, actor=actor, reason="wrong month")

    assert red.is_red
    assert books.entries(red) == [("560206", Decimal(-8000), Decimal(0)), ("1002", Decimal(0), Decimal(-8000))]
    assert books.balance(company, "1002") == 0
    with pytest.raises(BusinessError, match="reversed already"):
        vouchers.reverse(voucher_id=voucher.pk, actor=actor)


def test_the_reversal_of_a_closed_month_posts_today_and_keeps_the_date(company, actor, lines):
    last_month = clock.today(company).replace(day=1) - dt.timedelta(days=1)
    voucher = vouchers.enter(lines=lines, posting_date=last_month, actor=actor)
    finance.periods.close(period_ids=[voucher.period_id], actor=actor)

    red = vouchers.reverse(voucher_id=voucher.pk, actor=actor)

    assert (red.posting_date, red.effective_date) == (clock.today(company), last_month)


def test_vouchers_of_documents_are_corrected_with_their_document(actor, buyer):
    finance.receive([MoneyInput(party_id=buyer.pk, amount=Decimal(100))], actor=actor)

    with pytest.raises(BusinessError, match="belongs to a document"):
        vouchers.reverse(voucher_id=Voucher.objects.get().pk, actor=actor)


def test_a_line_on_receivables_opens_an_item_that_its_reversal_closes(company, actor, buyer):
    account = finance.set_credit(party=buyer, limit=None, actor=actor)
    opening = [
        LineInput(books.account(company, "1122").pk, debit=Decimal(500), party_id=buyer.pk),
        LineInput(books.account(company, "310405").pk, credit=Decimal(500)),
    ]

    voucher = vouchers.enter(lines=opening, actor=actor)
    assert books.receivable(buyer) == 500 == books.balance(company, "1122")
    vouchers.reverse(voucher_id=voucher.pk, actor=actor)

    assert books.receivable(buyer) == 0 == books.balance(company, "1122")
    account.refresh_from_db()
    assert account.exposure == 0


def test_a_receivable_by_hand_falls_due_by_the_term_of_its_customer(company, actor, buyer):
    term = settings.create_term(code="N60", name="60", lines=[{"percent": None, "days": 60}], actor=actor)
    finance.set_credit(party=buyer, limit=None, term=term, actor=actor)

    voucher = vouchers.enter(
        lines=[
            LineInput(books.account(company, "1122").pk, debit=Decimal(100), party_id=buyer.pk),
            LineInput(books.account(company, "500102").pk, credit=Decimal(100)),
        ],
        actor=actor,
    )

    item = OpenItem.objects.get(voucher=voucher)
    assert item.due_date == voucher.posting_date + dt.timedelta(days=60)


def test_a_settled_item_stops_the_reversal_of_its_voucher(company, actor, buyer):
    opening = [
        LineInput(books.account(company, "1122").pk, debit=Decimal(500), party_id=buyer.pk),
        LineInput(books.account(company, "310405").pk, credit=Decimal(500)),
    ]
    voucher = vouchers.enter(lines=opening, actor=actor)
    finance.receive([MoneyInput(party_id=buyer.pk, amount=Decimal(100), oldest_first=True)], actor=actor)

    with pytest.raises(BusinessError, match="reverse the payment first"):
        vouchers.reverse(voucher_id=voucher.pk, actor=actor)


def test_nobody_reviews_their_own_voucher_where_the_company_says_so(company, lines):
    FinancePolicy.objects.filter(company=company).update(reviewer_differs=True)
    cached.forget(company.pk)
    one, other = make.actor(company, "accountant"), make.actor(company, "accountant")
    voucher = vouchers.create(lines=lines, actor=one)

    with pytest.raises(BusinessError, match="reviewed first"):
        vouchers.post(voucher_ids=[voucher.pk], actor=one)
    with pytest.raises(BusinessError, match="somebody else"):
        vouchers.review(voucher_ids=[voucher.pk], actor=one)
    vouchers.review(voucher_ids=[voucher.pk], actor=other)
    vouchers.post(voucher_ids=[voucher.pk], actor=one)

    voucher.refresh_from_db()
    assert (voucher.status, voucher.reviewed_by) == ("posted", other.user)


def test_a_void_voucher_takes_no_number(actor, lines):
    voucher = vouchers.create(lines=lines, actor=actor)

    vouchers.void(voucher_ids=[voucher.pk], actor=actor)

    with pytest.raises(BusinessError):
        vouchers.post(voucher_ids=[voucher.pk], actor=actor)
    assert str(vouchers.enter(lines=lines, actor=actor)) == "记-0001"


def test_a_three_line_voucher_takes_at_most_seven_statements(company, actor, lines, django_assert_max_num_queries):
    books.warm(company)
    three = [
        *lines,
        LineInput(lines[0].account_id, debit=Decimal(1)),
        LineInput(lines[1].account_id, credit=Decimal(1)),
    ]

    with django_assert_max_num_queries(7):  # with the savepoint that the test adds
        vouchers.enter(lines=three[:4], actor=actor)

    assert OpenItem.objects.count() == 0
