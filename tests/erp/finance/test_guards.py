"""The ledger guards itself against whoever writes."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from erp.finance.models import AccountBalance, Voucher, VoucherLine
from erp.finance.services.ledger import VoucherDraft, book, write_vouchers
from suite.core import clock
from suite.core.acts import acting
from suite.core.errors import BusinessError
from tests.erp.finance import books


def entry(company, *lines, **more):
    draft = VoucherDraft(company.pk, clock.today(company), "test", **more)
    for code, amount in lines:
        account = books.account(company, code).pk
        (draft.debit if amount > 0 else draft.credit)(account, abs(Decimal(amount)))
    return draft


@pytest.fixture
def posted(company, actor):
    with acting(actor):
        (voucher,) = book([entry(company, ("1002", 100), ("3001", -100))], actor=actor)
    return voucher


@pytest.fixture
def draft(company, actor):
    with acting(actor):
        (voucher,) = write_vouchers([entry(company, ("1002", 100), ("3001", -100))], actor=actor)
    return voucher


def attack(statement, *params):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


def test_a_posted_voucher_takes_no_change(posted):
    attack("UPDATE erp_finance_voucher SET summary = 'x' WHERE id = %s", posted.pk)
    attack("UPDATE erp_finance_voucher SET status = 'draft' WHERE id = %s", posted.pk)
    attack("DELETE FROM erp_finance_voucher WHERE id = %s", posted.pk)
    attack("UPDATE erp_finance_voucherline SET debit = debit + 1 WHERE voucher_id = %s AND debit > 0", posted.pk)
    attack("DELETE FROM erp_finance_voucherline WHERE voucher_id = %s", posted.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    attack("TRUNCATE erp_finance_voucherline CASCADE")
    attack("TRUNCATE erp_finance_voucher CASCADE")


def test_a_balanced_pair_cannot_be_added_to_a_posted_voucher(posted):
    pair = [
        VoucherLine(
            company_id=posted.company_id,
            voucher=posted,
            account_id=line.account_id,
            debit=line.debit,
            credit=line.credit,
            posting_date=line.posting_date,
        )
        for line in posted.lines.all()
    ]

    with pytest.raises(IntegrityError, match="final"), transaction.atomic():
        VoucherLine.objects.bulk_create(pair)


def test_lines_cannot_be_moved_into_a_posted_voucher(posted, draft):
    attack("UPDATE erp_finance_voucherline SET voucher_id = %s WHERE voucher_id = %s", posted.pk, draft.pk)


def test_nothing_is_born_posted(posted):
    attack(
        "INSERT INTO erp_finance_voucher"
        " SELECT (jsonb_populate_record(v, jsonb_build_object('id', -1, 'serial', 99))).*"
        " FROM erp_finance_voucher v WHERE id = %s",
        posted.pk,
    )


@pytest.mark.parametrize(
    ("rule", "statement"),
    [
        ("unbalanced", "UPDATE erp_finance_voucherline SET debit = 99 WHERE debit = 100"),
        ("unbalanced", "DELETE FROM erp_finance_voucherline"),
        ("negative", "UPDATE erp_finance_voucherline SET debit = -debit, credit = -credit"),
        ("other_date", "UPDATE erp_finance_voucherline SET posting_date = posting_date - 1"),
        ("needs_party", "UPDATE erp_finance_account SET needs_party = true WHERE code = '1002'"),
        ("not_a_leaf", "UPDATE erp_finance_account SET is_leaf = false WHERE code = '1002'"),
        ("period_closed", "UPDATE erp_finance_period SET status = 'closed'"),
        ("period_closed", "UPDATE erp_finance_voucher SET posting_date = posting_date - 400"),
    ],
)
def test_the_flip_refuses_what_is_not_right(company, actor, draft, rule, statement):
    from erp.finance.services.ledger import post_at_last

    with connection.cursor() as cursor:
        cursor.execute(statement)

    with pytest.raises(BusinessError) as refusal, acting(actor):
        post_at_last([draft])

    assert refusal.value.code == rule
    assert Voucher.objects.get(pk=draft.pk).serial is None


def test_the_lines_of_another_company_are_refused(company, actor, draft):
    from erp.finance.services.ledger import post_at_last
    from tests import make

    other = make.company()
    foreign = books.account(other, "1002").pk
    VoucherLine.objects.filter(voucher=draft, debit__gt=0).update(account_id=foreign)

    with pytest.raises(BusinessError) as refusal, acting(actor):
        post_at_last([draft])

    assert refusal.value.code == "other_company"


def test_posting_moves_the_maintained_balances(company, posted):
    balance = AccountBalance.objects.get(account__code="1002")

    assert (balance.debit, balance.credit) == (Decimal(100), Decimal(0))
    assert balance.period.code == f"{clock.today(company):%Y-%m}"


def test_numbers_have_no_gaps_and_start_anew_with_each_month(company, actor):
    today = clock.today(company)
    last_month = today.replace(day=1) - dt.timedelta(days=1)
    drafts = [entry(company, ("1002", 100), ("3001", -100)) for _ in range(3)]
    earlier = VoucherDraft(company.pk, last_month, "earlier")
    for line in drafts[0].lines:
        earlier.lines.append(
            VoucherLine(
                company=company,
                account_id=line.account_id,
                debit=line.debit,
                credit=line.credit,
                posting_date=last_month,
            )
        )

    with acting(actor):
        book([*drafts, earlier], actor=actor)

    numbers = Voucher.objects.order_by("posting_date", "serial").values_list("posting_date", "serial")
    assert list(numbers) == [(last_month, 1), (today, 1), (today, 2), (today, 3)]
