"""The books on the admin pages."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erp.finance import services as finance
from erp.finance.admin.items import ReceivableList, overdue
from erp.finance.forms import MoneyForm
from erp.finance.models import (
    AccountRole,
    CreditAccount,
    FinancePolicy,
    Invoice,
    OpenItem,
    PaymentTerm,
    Period,
    Receipt,
    Voucher,
)
from erp.finance.services import MoneyInput, invoices, settings, vouchers
from erp.finance.services.invoice_lines import InvoiceLineInput
from erp.finance.services.vouchers import LineInput
from suite.core import clock
from tests import make
from tests.erp.finance import books

ROOT = "/admin/erp_finance"


def browser_of(who):
    client = Client()
    client.force_login(who.user, "suite.core.auth.CompanyBackend")
    return client


@pytest.fixture
def browser(accountant):
    return browser_of(accountant)


@pytest.fixture
def order(company, actor, buyer, lamp):
    order = books.order(buyer, books.line(lamp, 10, 1130))
    finance.open_orders(books.demand(order), actor=actor)
    return order


def page(browser, address, expect=200):
    answer = browser.get(f"{ROOT}/{address}")
    assert answer.status_code == expect, answer
    return answer.content.decode()


def act(browser, model, row, name, **data):
    address = f"{ROOT}/{model}/{row.pk}/act/{name}/"
    return browser.post(address, {**data, "_go": "1"} if data else {}, follow=True).content.decode()


def sheet(*lines, **head):
    """A voucher as its form posts it."""
    data = {"word": "记", "attachment_count": "0", "lines-TOTAL_FORMS": len(lines), "lines-INITIAL_FORMS": 0, **head}
    for index, (account, debit, credit, *more) in enumerate(lines):
        data |= {
            f"lines-{index}-account": account.pk,
            f"lines-{index}-debit": debit,
            f"lines-{index}-credit": credit,
            f"lines-{index}-summary": more[0] if more else "",
            f"lines-{index}-party": more[1].pk if len(more) > 1 else "",
        }
    return data


@pytest.fixture
def rent(company):
    today = clock.today(company)
    lines = (books.account(company, "560206"), "8,000.00", "", "Rent"), (books.account(company, "1002"), "", "8000", "")
    return sheet(*lines, posting_date=today)


def test_every_list_and_report_opens(browser, order):
    lists = (
        "account", "accountrole", "period", "voucher", "receivable", "payable", "receipt", "payment",
        "invoice", "deferral", "creditaccount", "paymentterm",
    )  # fmt: skip
    for model in lists:
        page(browser, f"{model}/")
    settings = browser.get(f"{ROOT}/financepolicy/").headers["Location"]
    assert browser.get(settings).status_code == 200
    for report in ("trial-balance", "ledger", "ageing", "check", "close"):
        page(browser, f"account/{report}/")


def test_a_voucher_is_written_on_the_sheet_and_posted(browser, company, rent):
    page(browser, "voucher/add/")

    answer = browser.post(f"{ROOT}/voucher/add/", {**rent, "_post": "1"}, follow=True)
    assert "was saved and posted" in answer.content.decode()

    voucher = Voucher.objects.get()
    assert (voucher.status, voucher.total, voucher.summary) == ("posted", 8000, "Rent")
    text = answer.content.decode()
    assert "记-0001" in text
    assert "8,000.00" in text
    assert 'name="lines-0-account"' not in text


def test_the_total_stands_in_capitals(company, rent):
    chinese = make.actor(company, "accountant", language="zh-hans")
    browser_of(chinese).post(f"{ROOT}/voucher/add/", {**rent, "_post": "1"})

    text = page(browser_of(chinese), f"voucher/{Voucher.objects.get().pk}/change/")

    assert "捌仟元整" in text


def test_a_draft_is_rewritten_and_an_older_copy_is_refused(browser, company, rent):
    browser.post(f"{ROOT}/voucher/add/", rent)
    voucher = Voucher.objects.get()
    text = page(browser, f"voucher/{voucher.pk}/change/")
    assert 'name="version" value="1"' in text
    changed = {**rent, "version": 1, "lines-0-debit": "9000", "lines-1-credit": "9000"}

    browser.post(f"{ROOT}/voucher/{voucher.pk}/change/", changed)
    stale = browser.post(f"{ROOT}/voucher/{voucher.pk}/change/", changed).content.decode()

    voucher.refresh_from_db()
    assert voucher.total == 9000
    assert "Somebody else changed this document" in stale


def test_what_is_wrong_is_said_at_its_place_and_nothing_is_lost(browser, company, rent, buyer):
    unbalanced = browser.post(f"{ROOT}/voucher/add/", {**rent, "lines-0-debit": "9000"}).content.decode()
    assert "Debit and credit differ by 1,000.00" in unbalanced
    assert 'value="9000"' in unbalanced

    kept = {**rent, "lines-0-account": books.account(company, "1405").pk}
    assert "is kept by documents" in browser.post(f"{ROOT}/voucher/add/", kept).content.decode()
    assert not Voucher.objects.exists()


def test_a_posted_voucher_is_read_only_and_reversed_with_a_reason(browser, company, rent):
    browser.post(f"{ROOT}/voucher/add/", {**rent, "_post": "1"})
    voucher = Voucher.objects.get()

    browser.post(f"{ROOT}/voucher/{voucher.pk}/change/", {**rent, "lines-0-summary": "Changed"})
    act(browser, "voucher", voucher, "reverse", reason="Twice")

    voucher.refresh_from_db()
    assert voucher.summary == "Rent"
    red = Voucher.objects.get(is_red=True)
    text = page(browser, f"voucher/{voucher.pk}/change/")
    assert "Reversed by" in text
    assert f'data-why="{voucher.number} is reversed already"' in text
    assert "Reverses" in page(browser, f"voucher/{red.pk}/change/")


def test_the_voucher_of_a_document_shows_its_chain_and_cannot_be_written_on(browser, order):
    voucher = Voucher.objects.get()

    text = page(browser, f"voucher/{voucher.pk}/change/")

    assert order.source.number in text
    assert 'name="lines-0-account"' not in text


def test_vouchers_are_reviewed_and_posted_from_the_list(browser, company, rent):
    for _ in range(2):
        browser.post(f"{ROOT}/voucher/add/", rent)
    pks = list(Voucher.objects.values_list("pk", flat=True))

    browser.post(f"{ROOT}/voucher/", {"act": "review", "pk": pks})
    assert set(Voucher.objects.values_list("status", flat=True)) == {"reviewed"}
    browser.post(f"{ROOT}/voucher/", {"act": "post", "pk": pks})

    assert sorted(Voucher.objects.values_list("serial", flat=True)) == [1, 2]


def test_a_receipt_is_booked_allocated_and_reversed(browser, company, buyer, order):
    typed = {"party": buyer.pk, "amount": "5000", "date": clock.today(company), "method": "bank", "charges": "10"}
    browser.post(f"{ROOT}/receipt/add/", typed)
    money = Receipt.objects.get()
    assert (money.unapplied, books.balance(company, "560301")) == (5000, 10)

    item = OpenItem.objects.get()
    address = f"{ROOT}/receipt/{money.pk}/allocate/"
    assert "5000.00" in browser.get(address).content.decode()
    refused = browser.post(address, {f"item_{item.pk}": "20000"}).content.decode()
    assert "Between 0 and 11,300.00" in refused
    browser.post(address, {f"item_{item.pk}": "3,000.00"})
    money.refresh_from_db()
    assert money.unapplied == 2000
    act(browser, "receipt", money, "allocate_oldest")
    money.refresh_from_db()
    assert money.unapplied == 0
    text = page(browser, f"receipt/{money.pk}/change/")
    assert money.number in text

    act(browser, "receipt", money, "reverse", reason="Bounced")
    money.refresh_from_db()
    assert money.status == "reversed"


def test_money_is_registered_from_the_receivable_it_settles(browser, company, actor, buyer, lamp, order):
    older = books.order(buyer, books.line(lamp, 1, 100), date=order.date - dt.timedelta(days=40))
    finance.open_orders(books.demand(older), actor=actor)
    item = OpenItem.objects.get(order_id=order.id)
    record = page(browser, f"receivable/{item.pk}/change/")
    form = page(browser, f"receipt/add/?item={item.pk}")

    typed = {"party": buyer.pk, "amount": "5000", "date": clock.today(company), "method": "bank"}
    browser.post(f"{ROOT}/receipt/add/?item={item.pk}", typed)

    item.refresh_from_db()
    assert f"{ROOT}/receipt/add/?item={item.pk}" in record
    assert "Register receipt" in record
    assert "11300.00" in form
    assert f"Settles {item.number} first" in form
    assert item.open_amount == 6300
    assert OpenItem.objects.get(order_id=older.id).open_amount == 100


def test_an_advance_is_allocated_and_a_credit_paid_out_from_the_record(browser, company, actor, buyer, order):
    (advance,) = finance.receive([MoneyInput(buyer.pk, Decimal(300))], actor=actor)
    item = OpenItem.objects.get()
    open_record = page(browser, f"receivable/{item.pk}/change/")
    finance.receive([MoneyInput(buyer.pk, Decimal(11300), oldest_first=True)], actor=actor)
    finance.change_orders([books.given_up(order, [0])], actor=actor)
    credit = OpenItem.objects.get(open_amount=-11300)
    paid, refund = page(browser, f"receivable/{item.pk}/change/"), page(browser, f"receivable/{credit.pk}/change/")

    browser.post(
        f"{ROOT}/payment/add/?item={credit.pk}",
        {"party": buyer.pk, "amount": "11300", "date": clock.today(company), "method": "bank"},
    )

    assert f"{ROOT}/receipt/{advance.pk}/allocate/" in open_record
    assert "Register" not in paid
    assert f"{ROOT}/payment/add/?item={credit.pk}" in refund
    assert books.receivable(buyer) == 0


def test_what_is_left_of_an_advance_is_given_back_from_its_record(browser, company, actor, buyer):
    (advance,) = finance.receive([MoneyInput(buyer.pk, Decimal(300))], actor=actor)
    address = f"{ROOT}/payment/add/?refund={advance.pk}"
    record, form = page(browser, f"receipt/{advance.pk}/change/"), page(browser, f"payment/add/?refund={advance.pk}")

    typed = {"party": buyer.pk, "amount": "300", "date": clock.today(company), "method": "bank"}
    browser.post(address, typed)

    advance.refresh_from_db()
    assert address in record
    assert "300.00" in form
    assert f"Gives back what is left of {advance.number}" in form
    assert (advance.unapplied, books.balance(company, "220301"), books.balance(company, "1002")) == (0, 0, 0)
    assert address not in page(browser, f"receipt/{advance.pk}/change/")


def test_what_was_given_back_or_settled_by_another_click_is_not_booked_as_money_for_something_else(
    browser, company, actor, buyer, order
):
    (advance,) = finance.receive([MoneyInput(buyer.pk, Decimal(300))], actor=actor)
    item = OpenItem.objects.get(order_id=order.id)
    back = f"{ROOT}/payment/add/?refund={advance.pk}"
    settle = f"{ROOT}/receipt/add/?item={item.pk}"
    typed = {"party": buyer.pk, "date": clock.today(company), "method": "bank"}

    browser.post(back, typed | {"amount": "300"})
    again = browser.post(back, typed | {"amount": "300"})
    browser.post(settle, typed | {"amount": "11300"})
    twice = browser.post(settle, typed | {"amount": "11300"})

    assert (again.status_code, twice.status_code) == (409, 409)
    assert f"Only 0.00 of {advance.number} can be given back" in again.content.decode()
    assert f"{item.number} has 0.00 open" in twice.content.decode()
    assert books.balance(company, "1002") == 11300
    assert browser.post(f"{ROOT}/payment/add/?refund=0", typed | {"amount": "300"}).status_code == 404


def test_the_dialog_of_issuing_shows_the_number_that_was_noted(browser, actor, order):
    finance.recognise_deliveries([books.shipped(order, 4, 0)], posting_date=order.date, actor=actor)
    (draft,) = invoices.draft_for_orders(order_ids=[order.id], actor=actor)
    invoices.annotate(invoice_id=draft.pk, tax_number="25110000000000000001", actor=actor)

    from_record = act(browser, "invoice", draft, "issue")
    from_list = browser.post(f"{ROOT}/invoice/", {"act": "issue", "pk": draft.pk}).content.decode()

    assert 'value="25110000000000000001"' in from_record
    assert 'value="25110000000000000001"' in from_list


def test_rows_of_a_list_name_the_acts_that_their_state_forbids(browser, actor, order):
    finance.recognise_deliveries([books.shipped(order, 4, 0)], posting_date=order.date, actor=actor)
    (draft,) = invoices.draft_for_orders(order_ids=[order.id], actor=actor)
    before = page(browser, "invoice/")
    invoices.issue(invoice_ids=[draft.pk], actor=actor)

    after = page(browser, "invoice/")

    assert f'value="{draft.pk}" data-shut="red"' in before
    assert f'value="{draft.pk}" data-shut="issue void"' in after


def test_a_refusal_comes_back_in_the_form(browser, company, buyer, actor):
    with books.month_end(company) as month:
        finance.periods.close(period_ids=[month.pk], actor=actor)
    typed = {"party": buyer.pk, "amount": "5000", "date": clock.today(company), "method": "bank"}

    text = browser.post(f"{ROOT}/receipt/add/", typed).content.decode()

    assert "is closed" in text
    assert not Receipt.objects.exists()


def test_orders_are_invoiced_from_what_was_delivered(browser, actor, order):
    finance.recognise_deliveries([books.shipped(order, 4, 0)], posting_date=order.date, actor=actor)
    line = order.lines[0].line_id
    from erp.finance.models import Deferral

    assert "4,520.00" in page(browser, "deferral/?to_invoice=yes")
    chosen = {"act": "invoice", "pk": [Deferral.objects.get(line_id=line).pk]}
    told = browser.post(f"{ROOT}/deferral/", chosen, follow=True).content.decode()
    invoice = Invoice.objects.get()
    assert re.search(rf'Invoice what was delivered: <a href="[^"]+">{invoice.number}</a>', told)
    assert invoice.gross == 4520
    drafted = page(browser, "deferral/")
    assert f"{ROOT}/invoice/{invoice.pk}/change/" in drafted or f"/erp/finance/invoices/{invoice.pk}/" in drafted
    assert order.source.number not in page(browser, "deferral/?to_invoice=yes")
    browser.post(f"{ROOT}/deferral/", {"act": "invoice", "pk": [Deferral.objects.get(line_id=line).pk]})
    assert Invoice.objects.count() == 1
    assert "20 digits" in act(browser, "invoice", invoice, "issue", tax_number="2511")
    act(browser, "invoice", invoice, "issue", tax_number="25110000000000000009")
    invoice.refresh_from_db()
    assert (invoice.status, invoice.tax_number) == ("issued", "25110000000000000009")
    noted = {"tax_number": "25110000000000000001", "note": "", "lines-TOTAL_FORMS": 0, "lines-INITIAL_FORMS": 0}
    browser.post(f"{ROOT}/invoice/{invoice.pk}/change/", noted)
    act(browser, "invoice", invoice, "red", reason="Wrong buyer")

    invoice.refresh_from_db()
    assert (invoice.status, invoice.serial, invoice.tax_number) == ("issued", 1, "25110000000000000001")
    assert Invoice.objects.get(is_red=True).gross == -4520
    assert 'data-why="The whole invoice is taken back already"' in page(browser, f"invoice/{invoice.pk}/change/")


@pytest.mark.parametrize("written", ["１，２３４．５０", "1,234.50", "１234.5"])
def test_an_amount_is_understood_as_a_chinese_keyboard_writes_it(accountant, buyer, written):
    form = MoneyForm({"party": buyer.pk, "amount": written, "date": "2026-01-05", "method": "bank"}, actor=accountant)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == Decimal("1234.50")


def test_a_receivable_is_written_off_with_a_reason(browser, company, actor, order):
    finance.recognise_deliveries([books.shipped(order, 10, 6000)], posting_date=order.date, actor=actor)
    item = OpenItem.objects.get()

    asked = act(browser, "receivable", item, "write_off")
    assert "Reason" in asked
    act(browser, "receivable", item, "write_off", reason="Insolvent")

    item.refresh_from_db()
    assert item.status == "settled"


def test_a_write_off_is_undone_on_the_record_of_which_it_was_made(browser, company, actor, order):
    finance.recognise_deliveries([books.shipped(order, 10, 6000)], posting_date=order.date, actor=actor)
    item = OpenItem.objects.get()
    assert "Undo the write-off" not in page(browser, f"receivable/{item.pk}/change/")
    finance.write_off(item_id=item.pk, reason="Insolvent", actor=actor)
    shown = page(browser, f"receivable/{item.pk}/change/")
    assert "Undo the write-off" in shown
    assert "Written off" in shown

    act(browser, "receivable", item, "undo_write_off", reason="He pays after all")

    item.refresh_from_db()
    assert (item.status, item.open_amount) == ("open", 11300)


def test_a_credit_offers_to_be_set_off_and_a_debt_does_not(browser, actor, buyer, lamp, order):
    finance.receive([MoneyInput(buyer.pk, Decimal(11300), oldest_first=True)], actor=actor)
    finance.change_orders([books.given_up(order, [0])], actor=actor)
    finance.open_orders(books.demand(books.order(buyer, books.line(lamp, 1, 300))), actor=actor)
    credit, owed = OpenItem.objects.get(amount__lt=0), OpenItem.objects.get(amount=300)
    assert "Set off against the oldest" in page(browser, f"receivable/{credit.pk}/change/")
    assert "Set off against the oldest" not in page(browser, f"receivable/{owed.pk}/change/")

    act(browser, "receivable", credit, "set_off")

    assert f'<a href="/erp/finance/receivables/{owed.pk}/">{owed.number}</a>' in page(
        browser, f"receivable/{credit.pk}/change/"
    )
    credit.refresh_from_db()
    owed.refresh_from_db()
    assert (credit.open_amount, owed.status) == (-11000, "settled")


def test_money_and_what_it_settled_lead_to_one_another(browser, actor, buyer, order):
    (money,) = finance.receive([MoneyInput(buyer.pk, Decimal(300), oldest_first=True)], actor=actor)
    item = OpenItem.objects.get()

    assert f">{item.number}</a>" in page(browser, f"receipt/{money.pk}/change/").partition("Settlements")[2]
    assert f">{money.number}</a>" in page(browser, f"receivable/{item.pk}/change/").partition("Settlements")[2]


def test_what_an_undo_took_back_says_so_on_page_and_list(browser, company, actor, order):
    finance.change_orders([books.given_up(order, [0])], actor=actor)
    item = OpenItem.objects.get(amount__gt=0)

    record, found = page(browser, f"receivable/{item.pk}/change/"), page(browser, "receivable/?status=taken_back")
    settled = page(browser, "receivable/?status=settled")

    assert "Taken back" in record
    assert "Settled" not in record
    assert item.number in found
    assert item.number not in settled


def test_settings_are_changed_through_the_services(browser, company, buyer):
    credit = {"party": buyer.pk, "limit": "1000", "term": "", "is_blocked": ""}
    browser.post(f"{ROOT}/creditaccount/add/", credit)
    assert CreditAccount.objects.get().limit == 1000
    term = {
        "code": "N45", "name": "45天", "name_en": "", "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0,
        "lines-0-percent": "", "lines-0-days": "45",
    }  # fmt: skip
    browser.post(f"{ROOT}/paymentterm/add/", term)
    assert PaymentTerm.objects.get(code="N45").lines.get().days == 45
    policy = FinancePolicy.objects.get(company=company)
    typed = {"posting": "delivery", "taxpayer": "general", "overdue_days": "45"}
    browser.post(f"{ROOT}/financepolicy/{policy.pk}/change/", typed)
    policy.refresh_from_db()
    assert (policy.posting, policy.overdue_days) == ("delivery", 45)
    assert finance.policy(company).posting == "delivery"
    role = AccountRole.objects.get(company=company, role="bank_charges")
    browser.post(f"{ROOT}/accountrole/{role.pk}/change/", {"account": books.account(company, "560302").pk})
    role.refresh_from_db()
    assert role.account.code == "560302"
    parent = books.account(company, "5051")
    browser.post(f"{ROOT}/account/add/", {"parent": parent.pk, "code": "505101", "name": "租金收入"})
    assert books.account(company, "505101").parent == parent


def test_a_period_is_closed_and_opened_on_its_page(browser, company, rent):
    with books.month_end(company) as month:
        browser.post(f"{ROOT}/voucher/add/", rent)
        text = page(browser, f"account/close/?period={month.code}")
        assert "All vouchers of the period are posted" in text
        assert "still running" not in text
        assert 'data-confirm="Not done yet: All vouchers of the period are posted (1)' in text

        refused = browser.post(f"{ROOT}/account/close/", {"period": month.code}, follow=True).content.decode()
        assert "1 vouchers" in refused
        act(browser, "voucher", Voucher.objects.get(), "post")
        browser.post(f"{ROOT}/account/close/", {"period": month.code})
        month.refresh_from_db()
        assert month.status == "closed"
        browser.post(f"{ROOT}/account/close/", {"period": month.code, "reason": "Late bill"})
        month.refresh_from_db()
        assert month.status == "open"


def test_the_page_of_a_running_period_says_from_when_on_it_can_be_closed(browser, company):
    month = Period.objects.get(company=company, code=f"{clock.today(company):%Y-%m}")
    with clock.at(dt.datetime.combine(month.starts, dt.time(4), dt.UTC)):
        text = page(browser, f"account/close/?period={month.code}")

    assert f"Period {month.code} is still running: it can be closed from {month.ends} on" in text
    assert '<button class="btn btn-primary" disabled>' in text


def test_money_of_a_day_still_to_come_is_refused_at_the_date(browser, company, buyer):
    typed = {"party": buyer.pk, "amount": "50", "date": clock.today(company) + dt.timedelta(days=1), "method": "bank"}

    answer = browser.post(f"{ROOT}/receipt/add/", typed)

    assert answer.status_code == 409
    assert "is still to come" in str(answer.context["form"].errors["date"])


def test_reports_lead_from_the_balance_to_the_document(browser, company, buyer, order):
    account = books.account(company, "1122")
    balance = page(browser, "account/trial-balance/")
    assert f"?account={account.pk}" in balance
    assert "Closing credit" in balance
    assert "negative" not in balance.partition("<tbody>")[2]
    sheet_of_account = page(browser, f"account/ledger/?account={account.pk}")
    voucher = Voucher.objects.get()
    assert f"{ROOT}/voucher/{voucher.pk}/change/" in sheet_of_account
    assert "It agrees." in page(browser, "account/ageing/")
    assert "Does not agree" not in page(browser, "account/check/")
    for address in ("trial-balance/?export=xlsx", f"ledger/?account={account.pk}&export=xlsx", "ageing/?export=xlsx"):
        answer = browser.get(f"{ROOT}/account/{address}")
        assert answer.content[:2] == b"PK"
    assert page(browser, "account/trial-balance/?from_period=nonsense")
    page(browser, "account/ledger/?since=2026-02-31&party=x&after=1")


def test_the_cards_of_the_ageing_name_their_buckets(browser, company, actor, buyer, lamp):
    long_ago = clock.today(company) - dt.timedelta(days=50)
    sold = books.order(buyer, books.line(lamp, 1, 100), date=long_ago)
    finance.open_orders(books.demand(sold), actor=actor)
    finance.recognise_deliveries([books.shipped(sold, 1, 10)], posting_date=long_ago, actor=actor)

    shown = page(browser, "account/ageing/")

    assert shown.count('<td class="right" data-label="1–30 days">100.00</td>') == 2  # the party's and the total


def test_accounts_are_picked_by_code_pinyin_and_name(browser, company):
    for typed in ("1002", "yhck", "yinhang", "银行存款", "Cash at bank"):
        found = browser.get("/desk/choices/account/", {"q": typed}).json()["choices"]
        assert "1002" in found[0]["text"], typed


def test_accounts_are_found_by_the_name_of_the_account_above(browser, company, actor):
    vat = books.account(company, "222101")

    for typed in ("应交税费", "yingjiaoshuifei", "Taxes"):
        found = browser.get("/desk/choices/account/", {"q": typed}).json()["choices"]
        assert any("22210107" in each["text"] for each in found), typed
    settings.change_account(account=vat, name="增值税（改名）", actor=actor)
    found = browser.get("/desk/choices/account/", {"q": "改名"}).json()["choices"]

    assert any("22210107" in each["text"] for each in found)


def test_another_companys_papers_do_not_exist_here(browser, other_company, rent):
    stranger = make.actor(other_company, "accountant")
    theirs = vouchers.create(
        lines=[
            LineInput(books.account(other_company, "560206").pk, debit=Decimal(1)),
            LineInput(books.account(other_company, "1002").pk, credit=Decimal(1)),
        ],
        actor=stranger,
    )

    page(browser, f"voucher/{theirs.pk}/change/", expect=404)
    browser.post(f"{ROOT}/voucher/", {"act": "post", "pk": [theirs.pk]})

    theirs.refresh_from_db()
    assert theirs.status == "draft"


def test_a_rep_reads_the_own_receivable_on_its_page_but_not_the_books(company, actor, buyer, lamp, rep):
    from dataclasses import replace

    order = replace(books.order(buyer, books.line(lamp, 1, 100)), owner_id=rep.user_id)
    finance.open_orders(books.demand(order), actor=actor)
    (draft,) = invoices.draft_for_orders(order_ids=[order.id], of_ordered=True, actor=actor)
    finance.receive([MoneyInput(buyer.pk, Decimal(40), oldest_first=True)], actor=actor)
    item, money = OpenItem.objects.get(), Receipt.objects.get()
    theirs = browser_of(rep)

    assert "60.00" in theirs.get(f"/erp/finance/receivables/{item.pk}/").content.decode()
    assert (
        f'href="/erp/finance/receipts/{money.pk}/">{money.number}'
        in theirs.get(f"/erp/finance/receivables/{item.pk}/").content.decode()
    )
    assert (
        f'href="/erp/finance/receivables/{item.pk}/">{item.number}'
        in theirs.get(f"/erp/finance/receipts/{money.pk}/").content.decode()
    )
    assert "LAMP" in theirs.get(f"/erp/finance/invoices/{draft.pk}/").content.decode()
    assert theirs.get(f"{ROOT}/voucher/").status_code == 302


def test_who_keeps_the_books_is_led_to_the_admin_page(browser, order):
    item = OpenItem.objects.get()

    answer = browser.get(f"/erp/finance/receivables/{item.pk}/")

    assert answer.url == f"{ROOT}/receivable/{item.pk}/change/"


@pytest.mark.parametrize("model", ["voucher", "receivable", "receipt", "invoice", "deferral", "account"])
def test_lists_take_the_same_statements_for_any_number_of_rows(browser, company, actor, buyer, lamp, model):
    counts = []
    for number in (1, 6):
        for _ in range(number):
            order = books.order(buyer, books.line(lamp, 1, 100))
            finance.open_orders(books.demand(order), actor=actor)
            finance.recognise_deliveries([books.shipped(order, 1, 0)], posting_date=order.date, actor=actor)
            invoices.draft_for_orders(order_ids=[order.id], actor=actor)
            finance.receive([MoneyInput(buyer.pk, Decimal(10), oldest_first=True)], actor=actor)
        page(browser, f"{model}/")
        with CaptureQueriesContext(connection) as statements:
            page(browser, f"{model}/")
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 12


def test_the_workbench_of_the_accountant_shows_the_month(browser, company, rent):
    browser.post(f"{ROOT}/voucher/add/", rent)

    text = browser.get("/desk/workbench/finance-month/").content.decode()

    assert "Vouchers to post" in text
    assert "Invoices to issue" in text
    assert f"{clock.today(company).year - 1}-01" in text


def billed(party, product, price, actor, date):
    """An invoice without an order."""
    line = InvoiceLineInput(product, Decimal(1), Decimal(price))
    invoice = invoices.create(party=party, lines=[line], date=date, actor=actor)
    invoices.issue(invoice_ids=[invoice.pk], actor=actor)
    return invoice


@pytest.mark.parametrize("delivered", [0, 1, 2])
def test_the_tile_and_the_list_of_what_is_overdue_agree(company, actor, buyer, lamp, delivered):
    long_ago = clock.today(company) - dt.timedelta(days=61)
    old = books.order(buyer, books.line(lamp, 2, 113), date=long_ago)
    finance.open_orders(books.demand(old), actor=actor)
    if delivered:
        finance.recognise_deliveries([books.shipped(old, delivered, 10)], posting_date=long_ago, actor=actor)
    lost = billed(buyer, lamp, 100, actor, long_ago)
    paid = {OpenItem.objects.get(invoice=lost).pk: Decimal(100)}
    finance.receive([MoneyInput(buyer.pk, Decimal(100), allocations=paid)], actor=actor)
    invoices.red(invoice_id=lost.pk, actor=actor)
    OpenItem.objects.filter(open_amount__lt=0).update(due_date=long_ago)
    billed(buyer, lamp, 50, actor, long_ago)
    billed(buyer, lamp, 70, actor, clock.today(company))

    spec = ReceivableList()
    listed = spec.rows(actor).filter(overdue(actor))
    tile = finance.reports.overdue(actor)

    assert tile == (113 * delivered + 50, listed.count())
    assert spec.footer(listed)["late"] == tile.amount
    assert OpenItem.objects.filter(open_amount__lt=0, due_date=long_ago).exists()
    assert not listed.filter(open_amount__lt=0).exists()


@pytest.mark.parametrize("model", ["receivable", "receipt", "invoice", "deferral", "creditaccount"])
def test_papers_are_found_by_the_party(browser, company, actor, lamp, model):
    for name in ("华为技术", "中兴通讯"):
        party = make.party(company, name)
        finance.set_credit(party=party, actor=actor)
        order = books.order(party, books.line(lamp, 1, 100))
        finance.open_orders(books.demand(order), actor=actor)
        finance.recognise_deliveries([books.shipped(order, 1, 0)], posting_date=order.date, actor=actor)
        invoices.draft_for_orders(order_ids=[order.id], actor=actor)
        finance.receive([MoneyInput(party.pk, Decimal(10))], actor=actor)

    for typed in ("华为", "hwjs"):
        text = page(browser, f"{model}/?q={typed}")
        assert "华为技术" in text
        assert "中兴通讯" not in text


def test_a_credit_account_is_made_with_a_picker_and_once(browser, buyer):
    assert f"{ROOT}/creditaccount/add/" in page(browser, "creditaccount/")
    assert "/desk/choices/party/" in page(browser, "creditaccount/add/")
    typed = {"party": buyer.pk, "limit": "1,000"}

    browser.post(f"{ROOT}/creditaccount/add/", typed)
    again = browser.post(f"{ROOT}/creditaccount/add/", {**typed, "limit": "5"}).content.decode()

    assert CreditAccount.objects.get().limit == 1000
    assert "has a credit account already" in again
