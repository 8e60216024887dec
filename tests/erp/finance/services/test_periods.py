"""Periods close, and stay closed."""

import datetime as dt
import threading
import time
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.finance import services as finance
from erp.finance.models import Period, Voucher
from erp.finance.services import MoneyInput, periods, vouchers
from erp.finance.services.vouchers import LineInput
from suite.core import clock, invariants
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.models import AuditRow
from tests import make
from tests.erp.finance import books


def rent(company):
    return [
        LineInput(books.account(company, "560206").pk, debit=Decimal(80)),
        LineInput(books.account(company, "1002").pk, credit=Decimal(80)),
    ]


@pytest.fixture
def this_month(company):
    """On its last day."""
    with books.month_end(company) as month:
        yield month


def test_two_years_are_open_for_a_new_company_and_more_can_be_opened(company, actor):
    today = clock.today(company)
    assert Period.objects.filter(company=company).count() == 24

    for year in (today.year + 1, today.year + 1, today.year - 2):
        periods.open_year(year=year, actor=actor)

    assert Period.objects.filter(company=company).count() == 48
    assert f"{today.year}-12" in set(Period.objects.values_list("code", flat=True))


@pytest.mark.parametrize("ahead", [2, -3, 100])
def test_years_of_the_books_have_no_gaps(company, actor, ahead):
    with pytest.raises(BusinessError) as refusal:
        periods.open_year(year=clock.today(company).year + ahead, actor=actor)

    assert refusal.value.code == "gap_of_years"
    assert Period.objects.filter(company=company).count() == 24


def test_nothing_is_posted_into_a_closed_period_by_any_path(company, actor, buyer, lamp, this_month):
    order = books.order(buyer, books.line(lamp, 1, 100))
    periods.close(period_ids=[this_month.pk], actor=actor)

    for act in (
        lambda: vouchers.enter(lines=rent(company), actor=actor),
        lambda: finance.open_orders(books.demand(order), actor=actor),
        lambda: finance.receive([MoneyInput(buyer.pk, Decimal(1))], actor=actor),
    ):
        with pytest.raises(BusinessError) as refusal:
            act()
        assert refusal.value.code == "period_closed"
    assert not Voucher.objects.exists()


def test_a_period_is_closed_from_its_last_day_on_and_not_before(company, actor, this_month):
    with (
        clock.at(clock.now() - dt.timedelta(days=1)),
        pytest.raises(BusinessError, match=f"can be closed from {this_month.ends} on") as refused,
    ):
        periods.close(period_ids=[this_month.pk], actor=actor)
    assert refused.value.code == "period_running"

    (closed,) = periods.close(period_ids=[this_month.pk], actor=actor)

    assert closed.status == "closed"


def test_unposted_vouchers_keep_a_period_open(company, actor, this_month):
    voucher = vouchers.create(lines=rent(company), actor=actor)

    with pytest.raises(BusinessError, match="1 vouchers"):
        periods.close(period_ids=[this_month.pk], actor=actor)
    vouchers.void(voucher_ids=[voucher.pk], actor=actor)
    periods.close(period_ids=[this_month.pk], actor=actor)


def test_months_are_closed_in_one_act_by_the_same_statements_or_not_at_all(company, actor, this_month):
    past = list(Period.objects.filter(company=company, ends__lt=this_month.starts).order_by("starts"))
    for period in past:
        vouchers.enter(lines=rent(company), posting_date=period.ends, actor=actor)
    waiting = vouchers.create(lines=rent(company), posting_date=past[1].ends, actor=actor)

    with pytest.raises(BusinessError) as refused:
        periods.close(period_ids=[period.pk for period in past], actor=actor)
    assert set(refused.value.by_key) == {past[1].pk}
    assert not Period.objects.filter(status="closed").exists()
    vouchers.void(voucher_ids=[waiting.pk], actor=actor)
    counts = []
    for some in (past[:1], past[1:]):
        with CaptureQueriesContext(connection) as queries:
            periods.close(period_ids=[period.pk for period in some], actor=actor)
        counts.append(len(queries))

    closed = Period.objects.filter(company=company, status="closed")
    assert closed.count() == len(past) > 2
    assert len({period.seal for period in closed}) == len(past)
    assert counts[0] == counts[1]
    assert AuditRow.objects.filter(action="closed").count() == len(past)
    assert not [each for each in invariants.check("I8") if not each.holds]


def test_reopening_needs_a_reason_and_is_logged(company, actor, this_month):
    vouchers.enter(lines=rent(company), actor=actor)
    periods.close(period_ids=[this_month.pk], actor=actor)
    this_month.refresh_from_db()
    assert len(this_month.seal) == 32

    with pytest.raises(BusinessError, match="Say why"):
        periods.reopen(period_id=this_month.pk, actor=actor, reason=" ")
    periods.reopen(period_id=this_month.pk, actor=actor, reason="A late bill")

    assert AuditRow.objects.get(action="reopened").reason == "A late bill"
    vouchers.enter(lines=rent(company), actor=actor)
    this_month.refresh_from_db()
    assert (this_month.status, this_month.seal) == ("open", "")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_posting_slips_into_a_period_that_is_closed_while_eight_clients_post():
    company = make.company()
    system = Actor.system(company)
    lines = rent(company)
    this_month = Period.objects.get(company=company, code=f"{clock.today(company):%Y-%m}")
    closed, outcomes = threading.Event(), []

    def client():
        mine = Actor.system(company)
        for _ in range(200):
            try:
                vouchers.enter(lines=lines, actor=mine)
                outcomes.append("posted")
            except BusinessError as error:
                outcomes.append(error.code)
                if closed.is_set():
                    break
        connection.close()

    clients = [threading.Thread(target=client) for _ in range(8)]
    for each in clients:
        each.start()
    while outcomes.count("posted") < 20:
        time.sleep(0.01)
    for _ in range(50):
        try:
            with clock.at(dt.datetime.combine(this_month.ends, dt.time(4), dt.UTC)):
                periods.close(period_ids=[this_month.pk], actor=system)
            break
        except BusinessError:
            time.sleep(0.01)
    closed.set()
    at_close = Voucher.objects.filter(period=this_month, status="posted").count()
    for each in clients:
        each.join()

    assert set(outcomes) == {"posted", "period_closed"}
    assert Voucher.objects.filter(period=this_month, status="posted").count() == at_close
    assert all(finding.holds for finding in invariants.check("I1", "I7", "I8"))
    serials = Voucher.objects.filter(status="posted").order_by("serial").values_list("serial", flat=True)
    assert list(serials) == list(range(1, at_close + 1))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_line_cannot_slip_into_a_voucher_while_it_is_posted():
    """The trigger on lines waits for the flip under way and then refuses."""
    company = make.company()
    actor = Actor.system(company)
    voucher = vouchers.create(lines=rent(company), actor=actor)
    flipped, added, errors = threading.Event(), threading.Event(), []

    def add_a_pair():
        flipped.wait()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
                cursor.execute(
                    "INSERT INTO erp_finance_voucherline (company_id, voucher_id, position, account_id, debit, credit,"
                    " summary, source_kind, posting_date)"
                    " SELECT company_id, voucher_id, 9, account_id, debit, credit, '', '', posting_date"
                    " FROM erp_finance_voucherline WHERE voucher_id = %s",
                    [voucher.pk],
                )
        except Exception as error:
            errors.append(str(error))
        finally:
            added.set()
            connection.close()

    thread = threading.Thread(target=add_a_pair)
    thread.start()
    from suite.core.acts import acting, current_act

    with acting(actor):
        vouchers.post(voucher_ids=[voucher.pk], actor=actor)
        current_act().flush()
        flipped.set()
        assert not added.wait(0.3)
    thread.join()

    assert "final" in errors[0]
    assert voucher.lines.count() == 2
