"""The invariants hold after a full life, and each one bites when rows are changed behind the guards."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from erp.finance import services as finance
from erp.finance.models import Period
from erp.finance.services import MoneyInput, invoices, periods, vouchers
from erp.finance.services.vouchers import LineInput
from suite.core import clock, invariants
from suite.core.acts import acting
from suite.masterdata.models import Product
from tests import make
from tests.erp.finance import books


@pytest.fixture
def life(company, actor, buyer, lamp):
    """Orders confirmed, delivered, cancelled, returned, invoiced and paid; vouchers by hand; a closed month.

    Goods cost nothing here: stock is inventory's to check.
    """
    finance.set_credit(party=buyer, limit=Decimal(1000000), actor=actor)
    order = books.order(buyer, books.line(lamp, 10, "33.33"))
    other = books.order(buyer, books.line(lamp, 3, "33.33"))
    demand = books.demand(order, other)
    with acting(actor):
        assert not finance.refuse_credit(demand, actor=actor)
        finance.open_orders(demand, actor=actor)
    (early,) = invoices.draft_for_orders(order_ids=[other.id], of_ordered=True, actor=actor)
    invoices.issue(invoice_ids=[early.pk], actor=actor)
    day = clock.today(company)
    finance.recognise_deliveries([books.shipped(order, 6, 0)], posting_date=day, actor=actor)
    finance.recognise_deliveries([books.shipped(other, 1, 0)], posting_date=day, actor=actor)
    finance.take_back([books.shipped(order, 1, 0)], posting_date=day, actor=actor)
    finance.change_orders([books.given_up(order, [6])], actor=actor)
    (money,) = finance.receive([MoneyInput(buyer.pk, Decimal(150), oldest_first=True)], actor=actor)
    finance.receive([MoneyInput(buyer.pk, Decimal(500), oldest_first=True)], actor=actor)
    finance.reverse_money(money_id=money.pk, actor=actor)
    service = make.product(company, "FIT", kind=Product.Kind.SERVICE)
    free = invoices.create(
        party=buyer, lines=[invoices.InvoiceLineInput(service, Decimal(1), Decimal(113))], actor=actor
    )
    invoices.issue(invoice_ids=[free.pk], actor=actor)
    invoices.red(invoice_id=free.pk, actor=actor)
    rent = [
        LineInput(books.account(company, "560206").pk, debit=Decimal(80)),
        LineInput(books.account(company, "1002").pk, credit=Decimal(80)),
    ]
    last_month = Period.objects.filter(company=company, ends__lt=day).latest("ends")
    vouchers.enter(lines=rent, posting_date=last_month.ends, actor=actor)
    periods.close(period_ids=[last_month.pk], actor=actor)


def failing(*names):
    return {finding.invariant.name for finding in invariants.check(*names) if not finding.holds}


def test_a_full_life_contradicts_nothing(life):
    out = StringIO()

    call_command("check_invariants", stdout=out)

    assert out.getvalue().count(": ok") == len(invariants.known())


@pytest.mark.parametrize(
    ("name", "tampering"),
    [
        ("I1", "UPDATE erp_finance_voucherline SET debit = debit + 1 WHERE id = (SELECT max(id) FROM"
               " erp_finance_voucherline WHERE debit > 0)"),
        ("I1", "DELETE FROM erp_finance_voucherline WHERE voucher_id = (SELECT max(id) FROM erp_finance_voucher)"),
        ("I1", "UPDATE erp_finance_accountbalance SET credit = credit + 1"),
        ("I6", "UPDATE erp_finance_openitem SET amount = amount + 1, open_amount = open_amount + 1"
               " WHERE open_amount > 0"),
        ("I6", "UPDATE erp_finance_moneymovement SET unapplied = unapplied + 1, amount = amount + 1"),
        ("I6", "UPDATE erp_finance_voucherline SET debit = debit + 1 WHERE account_id ="
               " (SELECT account_id FROM erp_finance_accountrole WHERE role = 'receivable') AND debit > 0"),
        ("I7", "UPDATE erp_finance_voucher SET serial = serial + 1 WHERE serial = (SELECT max(serial) FROM"
               " erp_finance_voucher)"),
        ("I7", "UPDATE erp_finance_invoice SET serial = serial + 5 WHERE serial = 2"),
        ("I8", "UPDATE erp_finance_voucherline l SET debit = debit + 1 FROM erp_finance_voucher v JOIN"
               " erp_finance_period p ON p.id = v.period_id AND p.status = 'closed'"
               " WHERE v.id = l.voucher_id AND debit > 0"),
        ("I9", "UPDATE erp_finance_deferral SET net = net + 1"),
        ("I9", "UPDATE erp_finance_deferral SET tax_posted = tax_posted - 1"),
        ("I9", "UPDATE erp_finance_openitem SET order_id = order_id + 1 WHERE order_kind = 'crm_sales.order'"),
        ("I12", "UPDATE erp_finance_openitem SET open_amount = open_amount - 0.01 WHERE open_amount > 0"),
        ("I12", "DELETE FROM erp_finance_settlement WHERE id = (SELECT max(id) FROM erp_finance_settlement)"),
        ("I12", "UPDATE erp_finance_creditaccount SET exposure = exposure + 1"),
        ("I10", "UPDATE core_outboxevent SET written_at = written_at - interval '1 hour'"),
        ("I10", "UPDATE core_outboxevent SET done_at = now()"),
        ("I11", "UPDATE erp_finance_account SET company_id = -1 WHERE code = '1002'"),
    ],
)  # fmt: skip
def test_each_invariant_bites(life, name, tampering):
    assert not failing(name)

    with books.unguarded(), connection.cursor() as cursor:
        cursor.execute(tampering)
        assert cursor.rowcount > 0

    assert failing(name) == {name}


def test_the_command_fails_and_prints_the_rows(life):
    with books.unguarded(), connection.cursor() as cursor:
        cursor.execute("UPDATE erp_finance_accountbalance SET credit = credit + 1")
    out = StringIO()

    with pytest.raises(SystemExit) as exit:
        call_command("check_invariants", "I1", stdout=out)

    assert exit.value.code == 1
    assert "raw_credit=" in out.getvalue()


def test_the_check_page_names_the_documents_that_differ(life, actor, buyer):
    assert all(section.agrees for section in finance.reconciliation.reconcile(actor))
    with books.unguarded(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE erp_finance_openitem SET amount = amount + 7, open_amount = open_amount + 7 WHERE id ="
            " (SELECT min(id) FROM erp_finance_openitem) RETURNING voucher_id"
        )
        (voucher_id,) = cursor.fetchone()

    sections = {section.name: section for section in finance.reconciliation.reconcile(actor)}

    (difference,) = sections["receivable"].differences
    assert (difference.kind, difference.id) == ("erp_finance.voucher", voucher_id)
    assert difference.sub - difference.ledger == 7
    assert sections["payable"].agrees
