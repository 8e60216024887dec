"""What the books say."""

import datetime as dt
from decimal import Decimal

import pytest

from erp.finance import queries
from erp.finance import services as finance
from erp.finance.models import PaymentTerm
from erp.finance.services import MoneyInput, reports, settings, vouchers
from erp.finance.services.ledger import VoucherDraft, book
from erp.finance.services.vouchers import LineInput
from suite.core import clock
from suite.core.acts import acting
from tests import make
from tests.erp.finance import books


def post(company, actor, day, *lines, party=None):
    """Post (code, amount) lines, debit above zero."""
    draft = VoucherDraft(company.pk, day, "test")
    for code, amount in lines:
        account = books.account(company, code)
        draft.move(account.pk, Decimal(amount), party_id=party.pk if party and account.needs_party else None)
    with acting(actor):
        book([draft], actor=actor)


@pytest.fixture
def year(company):
    return clock.today(company).year


def test_a_part_of_the_year_starts_with_what_was_before(company, actor, buyer, year):
    """X-AC05: sold in March for 10, paid in May."""
    post(company, actor, dt.date(year, 3, 9), ("1122", 10), ("500101", -10), party=buyer)
    post(company, actor, dt.date(year, 5, 9), ("1001", 10), ("1122", -10), party=buyer)

    def of(code, first, last):
        rows = {row.account.code: row for row in reports.trial_balance(actor, first, last).rows}
        row = rows[code]
        return row.opening, row.debit, row.credit, row.closing

    assert of("1122", f"{year}-01", f"{year}-03") == (0, 10, 0, 10)
    assert of("1122", f"{year}-01", f"{year}-12") == (0, 10, 10, 0)
    assert of("5001", f"{year}-01", f"{year}-03") == (0, 0, 10, -10)
    assert of("5001", f"{year}-05", f"{year}-12") == (-10, 0, 0, -10)
    account = books.account(company, "1122")
    whole = reports.ledger(actor, account, dt.date(year, 1, 1), dt.date(year, 12, 31))
    assert (whole.debit, whole.credit, whole.closing, len(whole.rows)) == (10, 10, 0, 2)
    revenue = reports.ledger(actor, books.account(company, "500101"), dt.date(year, 5, 1), dt.date(year, 12, 31))
    assert (revenue.opening, revenue.closing, revenue.rows) == (-10, -10, [])


def test_a_small_set_of_entries_in_chinese_accounts(company, actor, buyer):
    """X-AC06."""
    day = clock.today(company)
    post(company, actor, day, ("1002", 100000), ("3001", -100000))
    post(company, actor, day, ("1405", 40000), ("22210101", 5200), ("1002", -45200))
    post(company, actor, day, ("1122", 56500), ("500101", -50000), ("22210107", -6500), party=buyer)
    post(company, actor, day, ("5401", 30000), ("1405", -30000))
    post(company, actor, day, ("560206", 8000), ("1002", -8000))

    sheet = reports.trial_balance(actor)

    closing = {row.account.code: row.closing for row in sheet.rows}
    expected = {"1002": 46800, "1122": 56500, "1405": 10000, "2221": -1300, "3001": -100000, "5001": -50000}
    expected |= {"5401": 30000, "5602": 8000}
    assert {code: closing[code] for code in expected} == expected
    assert sheet.total.closing == 0
    assert sheet.total.debit == sheet.total.credit == 239700
    sides = {row.account.code: (row.closing_debit, row.closing_credit) for row in sheet.rows}
    assert (sides["1002"], sides["2221"], sides["22210101"]) == ((46800, 0), (0, 1300), (5200, 0))
    assert sheet.sides["closing_debit"] == sheet.sides["closing_credit"] == 151300
    assert sheet.sides["opening_debit"] == sheet.sides["opening_credit"] == 0
    levels = {row.account.code: row.level for row in sheet.rows}
    assert (levels["2221"], levels["222101"], levels["22210107"]) == (0, 1, 2)


def test_the_trial_balance_equals_the_raw_sum_in_one_statement(company, actor, buyer, lamp, django_assert_num_queries):
    order = books.order(buyer, books.line(lamp, 3, "33.33"))
    finance.open_orders(books.demand(order), actor=actor)
    for _ in range(3):
        finance.recognise_deliveries([books.shipped(order, 1, 10)], posting_date=order.date, actor=actor)
    books.warm(company)

    with django_assert_num_queries(1):
        sheet = reports.trial_balance(actor)

    for row in sheet.rows:
        assert row.closing == books.balance(company, row.account.code)
    assert sheet.total.closing == 0


def test_the_ledger_runs_through_pages_and_leads_to_the_documents(company, actor, buyer):
    day = clock.today(company)
    for _ in range(5):
        finance.receive([MoneyInput(buyer.pk, Decimal(10))], actor=actor)
    bank = books.account(company, "1002")

    first = reports.ledger(actor, bank, day, day, size=3)
    second = reports.ledger(actor, bank, day, day, after=first.next, size=3)

    assert [row.balance for row in first.rows] == [10, 20, 30]
    assert [row.balance for row in second.rows] == [40, 50]
    assert second.next is None
    assert first.rows[0].line.voucher.source_kind == "erp_finance.receipt"


def test_the_ledger_of_one_party_stands_alone(company, actor, buyer):
    other = make.party(company)
    for party in (buyer, other):
        finance.receive([MoneyInput(party.pk, Decimal(10))], actor=actor)
    deposits = books.account(company, "2203")
    day = clock.today(company)

    sheet = reports.ledger(actor, deposits, day, day, party_id=other.pk)

    assert [row.line.party for row in sheet.rows] == [other]


def test_buckets_and_undelivered_are_the_control_account_to_the_cent(company, actor, buyer, lamp):
    """ERP-28: what is not delivered never ages."""
    today = clock.today(company)
    for days, delivered in ((100, 2), (45, 1), (31, 0), (0, 1)):
        day = today - dt.timedelta(days=days)
        order = books.order(buyer, books.line(lamp, 2, 113), date=day)
        finance.open_orders(books.demand(order), actor=actor)
        if delivered:
            finance.recognise_deliveries([books.shipped(order, delivered, 10)], posting_date=day, actor=actor)

    report = reports.ageing(actor)

    (row,) = report.rows
    assert row.buckets == [113, 113, 0, 226, 0]
    assert row.undelivered == 113 + 226 + 113
    assert report.total.total == report.ledger == books.balance(company, "1122")


def test_undelivered_goods_take_the_last_instalments(company, actor, buyer, lamp):
    from erp.finance.models import PaymentTerm

    finance.set_credit(party=buyer, term=PaymentTerm.objects.get(company=company, code="HALF"), actor=actor)
    day = clock.today(company) - dt.timedelta(days=45)
    order = books.order(buyer, books.line(lamp, 2, 50), date=day)
    finance.open_orders(books.demand(order), actor=actor)
    finance.recognise_deliveries([books.shipped(order, 1, 10)], posting_date=day, actor=actor)

    (row,) = reports.ageing(actor).rows

    assert row.buckets == [0, 50, 0, 0, 0]
    assert row.undelivered == 50


def test_ageing_on_an_earlier_day_shows_what_was_open_then(company, actor, buyer, lamp):
    today = clock.today(company)
    before = today - dt.timedelta(days=10)
    order = books.order(buyer, books.line(lamp, 1, 100), date=before)
    finance.open_orders(books.demand(order), actor=actor)
    finance.recognise_deliveries([books.shipped(order, 1, 10)], posting_date=before, actor=actor)
    finance.receive([MoneyInput(buyer.pk, Decimal(100), oldest_first=True)], actor=actor)

    then, now = reports.ageing(actor, as_of=before), reports.ageing(actor)

    assert then.total.total == 100 == then.ledger
    assert now.rows == []
    assert now.ledger == 0


def test_money_that_came_before_what_it_settles_is_a_credit_until_then(company, actor, buyer, lamp):
    today = clock.today(company)
    order = books.order(buyer, books.line(lamp, 1, 100))
    finance.open_orders(books.demand(order), actor=actor)
    before = today - dt.timedelta(days=3)
    finance.receive([MoneyInput(buyer.pk, Decimal(100), date=before, oldest_first=True)], actor=actor)

    then, now = reports.ageing(actor, as_of=before), reports.ageing(actor)

    assert then.total.buckets[0] == then.total.total == -100 == then.ledger
    assert now.total.total == 0 == now.ledger


def test_payables_age_too(company, actor):
    maker = make.party(company)
    opening = [
        LineInput(books.account(company, "310405").pk, debit=Decimal(70)),
        LineInput(books.account(company, "220201").pk, credit=Decimal(70), party_id=maker.pk),
    ]
    vouchers.enter(lines=opening, posting_date=clock.today(company) - dt.timedelta(days=60), actor=actor)

    report = reports.ageing(actor, "payable")

    assert report.rows[0].buckets == [0, 70, 0, 0, 0]
    assert report.total.total == 70 == report.ledger


def test_terms_split_a_total_and_the_last_part_takes_the_rest(company):
    """X-AC01: half in 20 days, the rest in 40."""
    from erp.finance.queries import Instalment, Terms

    terms = Terms(1, frozenset(), {1: [Instalment(Decimal(50), 20), Instalment(None, 40)]}, {})
    day = dt.date(2026, 3, 2)

    assert terms.split(Decimal(240), day, None) == [(dt.date(2026, 3, 22), 120), (dt.date(2026, 4, 11), 120)]
    assert [part for _day, part in terms.split(Decimal("100.01"), day, 1)] == [Decimal("50.01"), Decimal("50.00")]


def test_terms_count_from_the_end_of_the_month_and_spread_the_cents(company, actor):
    """After Odoo's account/tests/test_account_payment_term.py: own numbers."""
    thirds = [{"percent": Decimal("33.3333"), "days": 0, "from_month_end": True}] * 2 + [{"days": 10}]
    term = settings.create_term(code="THIRDS", name="Thirds", lines=thirds, actor=actor)
    usual = PaymentTerm.objects.get(company=company, code="EOM30")
    terms = queries.terms(company.pk)

    assert terms.split(Decimal("100.01"), dt.date(2028, 2, 3), term.pk) == [
        (dt.date(2028, 2, 29), Decimal("33.34")),
        (dt.date(2028, 2, 29), Decimal("33.34")),
        (dt.date(2028, 2, 13), Decimal("33.33")),
    ]
    assert [part for _day, part in terms.split(Decimal("-0.05"), dt.date(2028, 2, 3), term.pk)] == [
        Decimal("-0.02"), Decimal("-0.02"), Decimal("-0.01"),
    ]  # fmt: skip
    for day, due in ((dt.date(2026, 11, 1), dt.date(2026, 12, 30)), (dt.date(2026, 12, 31), dt.date(2027, 1, 30))):
        assert terms.split(Decimal(7), day, usual.pk) == [(due, 7)]
