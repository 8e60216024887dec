"""The books through the API."""

import datetime as dt
from decimal import Decimal

import pytest

from erp.finance import ports
from erp.finance import services as finance
from erp.finance.models import Invoice, OpenItem, Period, Voucher
from erp.finance.services.invoice_lines import InvoiceLineInput
from suite.core import clock
from suite.masterdata.models import Product
from tests import make
from tests.erp.finance import books

ROOT = "/api/v1/erp/finance"


@pytest.fixture
def accountant(company):
    return make.actor(company, "accountant")


@pytest.fixture
def api(accountant):
    return make.client(accountant)


@pytest.fixture
def order(company, actor, buyer, lamp):
    order = books.order(buyer, books.line(lamp, 10, 1130))
    finance.open_orders(books.demand(order), actor=actor)
    return order


def post(api, path, data=None, expect=200):
    answer = api.post(f"{ROOT}/{path}", data or {}, format="json")
    assert answer.status_code == expect, answer.data
    return answer.data


def get(api, path, expect=200, **query):
    answer = api.get(f"{ROOT}/{path}", query)
    assert answer.status_code == expect, answer.data
    return answer.data


@pytest.fixture
def rent(company):
    return {
        "summary": "Rent",
        "lines": [
            {"account": books.account(company, "560206").pk, "debit": "8000"},
            {"account": books.account(company, "1002").pk, "credit": "8000.00", "summary": "Bank"},
        ],
    }


def test_a_voucher_is_written_posted_and_reversed(api, rent):
    draft = post(api, "vouchers/", rent, expect=201)
    assert (draft["status"], draft["serial"], draft["total"]) == ("draft", None, "8000.00")

    posted = post(api, f"vouchers/{draft['id']}/post/")
    assert (posted["status"], posted["number"], posted["period"]) == ("posted", "记-0001", posted["posting_date"][:7])
    red = post(api, f"vouchers/{draft['id']}/reverse/", {"reason": "Twice"})

    assert red["is_red"]
    assert red["reverses"] == draft["id"]
    assert red["lines"][0]["debit"] == "-8000.00"


def test_a_draft_voucher_can_be_changed_reviewed_and_voided(api, rent):
    draft = post(api, "vouchers/", rent, expect=201)

    changed = api.patch(
        f"{ROOT}/vouchers/{draft['id']}/", {"word": "付", "version": draft["version"]}, format="json"
    ).data
    assert changed["word"] == "付"
    assert post(api, f"vouchers/{draft['id']}/review/")["status"] == "reviewed"
    assert post(api, f"vouchers/{draft['id']}/unreview/")["status"] == "draft"
    assert post(api, f"vouchers/{draft['id']}/void/")["status"] == "void"
    stale = api.patch(f"{ROOT}/vouchers/{draft['id']}/", {"word": "收", "version": 1}, format="json")
    assert stale.status_code == 409
    void = post(api, f"vouchers/{draft['id']}/void/", expect=409)
    assert void["code"] == "wrong_state"
    assert "void" in void["detail"].lower()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lines": [{"account": 0}]}, "lines"),
        ({"posting_date": "2026-02-31"}, "posting_date"),
        ({"attachment_count": 10**9}, "attachment_count"),
        ({"word": "\u0000"}, "word"),
        ({"summary": "x" * 10000}, "summary"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_bad_input_is_refused_at_the_field(api, rent, changes, field):
    answer = post(api, "vouchers/", {**rent, **changes}, expect=400)

    assert field in answer
    assert not Voucher.objects.exists()


@pytest.mark.parametrize("amount", ["1e30", "NaN", "-5", "0", "12.345", None, True, []])
def test_impossible_amounts_are_refused(api, buyer, amount):
    answer = post(api, "receipts/", {"party": buyer.pk, "amount": amount}, expect=400)

    assert "amount" in answer


def test_an_unbalanced_voucher_is_a_conflict_that_says_by_how_much(api, rent):
    rent["lines"][0]["debit"] = "9000"

    answer = post(api, "vouchers/", rent, expect=409)

    assert answer["code"] == "unbalanced"
    assert "1,000.00" in answer["detail"]
    assert "two lines" in post(api, "vouchers/", {**rent, "lines": []}, expect=409)["detail"]


def test_money_is_received_and_allocated(api, company, buyer, order):
    (item,) = get(api, "receivables/", party=buyer.pk)["results"]
    money = post(api, "receipts/", {"party": buyer.pk, "amount": "5000"}, expect=201)
    assert (money["unapplied"], money["number"][:2]) == ("5000.00", "MM")

    chosen = {"allocations": [{"item": item["id"], "amount": "3000"}]}
    assert post(api, f"receipts/{money['id']}/allocate/", chosen)["unapplied"] == "2000.00"
    assert post(api, f"receipts/{money['id']}/allocate/")["unapplied"] == "0.00"
    item = get(api, f"receivables/{item['id']}/")
    assert item["open_amount"] == "6300.00"
    assert [each["amount"] for each in item["settlements"]] == ["3000.00", "2000.00"]
    settled = get(api, f"receipts/{money['id']}/")["settlements"]
    assert {(each["item"], each["item_number"]) for each in settled} == {(item["id"], item["number"])}

    assert post(api, f"receipts/{money['id']}/reverse/", {"reason": "Bounced"})["status"] == "reversed"
    assert OpenItem.objects.get().open_amount == 11300


def test_a_receipt_allocates_in_the_same_call(api, buyer, order):
    (item,) = get(api, "receivables/")["results"]
    body = {"party": buyer.pk, "amount": "100", "allocations": [{"item": item["id"], "amount": "100"}]}

    money = post(api, "receipts/", body, expect=201)

    assert money["unapplied"] == "0.00"
    (refusal,) = post(api, "receipts/", {**body, "charges": "101"}, expect=409)["refusals"]
    assert (refusal["line"], refusal["field"]) == (None, "charges")
    twice = {**body, "allocations": body["allocations"] * 2}
    assert "allocations" in post(api, "receipts/", twice, expect=400)
    assert post(api, "receipts/", {**body, "amount": "50"}, expect=409)["code"] == "more_than_money"


def test_a_deposit_names_an_order_that_the_caller_may_see(api, buyer, order, monkeypatch):
    body = {"party": buyer.pk, "amount": "100", "order": order.id}
    assert "order" in post(api, "receipts/", body, expect=400)  # no order of sales has this key

    known = {(buyer.pk, order.id): order.source}
    monkeypatch.setattr(ports, "sales_order", lambda actor, party, pk: known.get((party, pk)))

    assert post(api, "receipts/", body, expect=201)["order_id"] == order.id


def test_a_deposit_is_given_back(api, buyer):
    deposit = api.post(f"{ROOT}/receipts/", {"party": buyer.pk, "amount": "100", "exchange_gain": "-2"}).json()

    given = api.post(f"{ROOT}/payments/", {"party": buyer.pk, "amount": "40", "refunds": deposit["id"]}).json()
    more = api.post(f"{ROOT}/payments/", {"party": buyer.pk, "amount": "61", "refunds": deposit["id"]})

    assert (given["refunds"], given["unapplied"]) == (deposit["id"], "0.00")
    assert api.get(f"{ROOT}/receipts/{deposit['id']}/").json()["unapplied"] == "60.00"
    assert (more.status_code, more.json()["code"]) == (409, "more_than_left")


def test_payments_go_out(api, company, buyer):
    money = post(api, "payments/", {"party": buyer.pk, "amount": "70", "method": "cash"}, expect=201)

    assert money["unapplied"] == "70.00"
    assert books.balance(company, "1001") == -70
    assert get(api, "receipts/")["results"] == []
    assert get(api, f"receipts/{money['id']}/", expect=404)


def test_an_invoice_is_drafted_from_an_order_issued_and_taken_back(api, actor, order):
    finance.recognise_deliveries([books.shipped(order, 4, 2400)], posting_date=order.date, actor=actor)

    draft = post(api, "invoices/", {"order": order.id, "kind": "ordinary"}, expect=201)
    assert (draft["kind"], draft["gross"], draft["serial"]) == ("ordinary", "4520.00", None)
    issued = post(api, f"invoices/{draft['id']}/issue/")
    assert (issued["status"], issued["serial"]) == ("issued", 1)
    noted = api.patch(f"{ROOT}/invoices/{draft['id']}/", {"tax_number": "25110000000000000001"}, format="json")
    assert noted.data["tax_number"] == "25110000000000000001"
    part = {"lines": [{"line": issued["lines"][0]["id"], "quantity": "1"}], "reason": "Damaged"}
    red = post(api, f"invoices/{draft['id']}/red/", part)

    assert (red["gross"], red["serial"], red["corrects"]) == ("-1130.00", 2, draft["id"])


def test_a_draft_from_an_order_takes_its_note_and_each_line_once(api, actor, order):
    finance.recognise_deliveries([books.shipped(order, 4, 0)], posting_date=order.date, actor=actor)
    part = {"line": order.lines[0].line_id, "quantity": "1"}
    asked = {"order": order.id, "note": "Call before you send it"}
    lines = [{"product": 1, "quantity": "1", "unit_price": "1"}]

    twice = post(api, "invoices/", asked | {"order_lines": [part, part]}, expect=400)
    strange = post(api, "invoices/", asked | {"order_lines": [part, part | {"line": 10**9}]}, expect=409)
    by_hand = post(api, "invoices/", asked | {"lines": lines}, expect=400)
    draft = post(api, "invoices/", asked | {"order_lines": [part]}, expect=201)

    assert list(twice["order_lines"]) == [1]
    assert [(each["code"], each["line"]) for each in strange["refusals"]] == [("unknown_line", 1)]
    assert "lines" in by_hand
    assert (draft["note"], draft["gross"]) == ("Call before you send it", "1130.00")


def test_lines_of_an_order_need_an_order(api, buyer):
    asked = {"party": buyer.pk, "order_lines": [{"line": 1, "quantity": "1"}], "of_ordered": True}

    assert set(post(api, "invoices/", asked, expect=400)) == {"order_lines", "of_ordered"}


def test_what_stands_in_a_draft_is_not_drafted_twice(api, actor, order):
    finance.recognise_deliveries([books.shipped(order, 4, 0)], posting_date=order.date, actor=actor)
    post(api, "invoices/", {"order": order.id}, expect=201)

    again = post(api, "invoices/", {"order": order.id}, expect=409)

    assert again["code"] == "nothing_to_invoice"


def test_an_invoice_by_lines_belongs_to_no_order(api, company, buyer):
    fitting = make.product(company, "FIT", kind=Product.Kind.SERVICE)
    lines = [{"product": fitting.pk, "quantity": "2", "unit_price": "113", "discount": "50"}]

    invoice = post(api, "invoices/", {"party": buyer.pk, "lines": lines}, expect=201)

    assert (invoice["net"], invoice["tax_amount"], invoice["order_id"]) == ("100.00", "13.00", None)
    assert post(api, f"invoices/{invoice['id']}/void/")["status"] == "void"
    assert "order" in post(api, "invoices/", {}, expect=400)
    assert "order" in post(api, "invoices/", {"order": 10**9}, expect=400)


def test_money_and_invoices_of_a_day_still_to_come_are_refused_at_the_date(api, company, buyer):
    product = make.product(company, "LAMP", price=113)
    tomorrow = (clock.today(company) + dt.timedelta(days=1)).isoformat()
    money = {"party": buyer.pk, "amount": "10", "date": tomorrow}
    invoice = {"party": buyer.pk, "lines": [{"product": product.pk, "quantity": "1", "unit_price": "1"}]}

    for path, body in (("receipts/", money), ("payments/", money), ("invoices/", invoice | {"date": tomorrow})):
        (refusal,) = post(api, path, body, expect=409)["refusals"]
        assert (refusal["code"], refusal["field"]) == ("day_to_come", "date")


def test_periods_are_closed_and_opened_again(api, company):
    last = clock.today(company).replace(day=1) - dt.timedelta(days=1)
    period = Period.objects.get(company=company, code=f"{last:%Y-%m}")
    running = Period.objects.get(company=company, code=f"{clock.today(company).year}-12")

    assert post(api, f"periods/{period.pk}/close/")["status"] == "closed"
    assert post(api, f"periods/{period.pk}/reopen/", expect=409)["code"] == "reason_needed"
    assert post(api, f"periods/{period.pk}/reopen/", {"reason": "Late"})["status"] == "open"
    if clock.today(company) < running.ends:
        assert post(api, f"periods/{running.pk}/close/", expect=409)["code"] == "period_running"
    assert len(post(api, "periods/open-year/", {"year": clock.today(company).year + 1})) == 12
    assert post(api, "periods/open-year/", {"year": 2100}, expect=409)["code"] == "gap_of_years"


def test_credit_is_given(api, company, buyer):
    account = post(api, "credit-accounts/", {"party": buyer.pk, "limit": "1000"}, expect=201)
    again = post(api, "credit-accounts/", {"party": buyer.pk, "limit": None, "is_blocked": True}, expect=200)

    assert again["id"] == account["id"]
    changed = api.patch(f"{ROOT}/credit-accounts/{account['id']}/", {"limit": "5"}, format="json").data
    assert (changed["limit"], changed["is_blocked"]) == ("5.00", True)


def test_accounts_and_terms_are_added(api, company):
    parent = books.account(company, "1002")
    body = {"code": "100201", "name": "招商银行", "parent": parent.pk}

    assert post(api, "accounts/", body, expect=409)["code"] == "in_use"
    other = books.account(company, "5051")
    added = post(api, "accounts/", {"code": "505101", "name": "租金收入", "parent": other.pk}, expect=201)
    assert (added["kind"], added["is_leaf"]) == ("income", True)
    term = {"code": "N45", "name": "45天", "lines": [{"percent": "30", "days": 0}, {"percent": None, "days": 45}]}
    made = post(api, "payment-terms/", term, expect=201)
    assert len(made["lines"]) == 2
    lines = [{"from_month_end": True}]
    changed = api.patch(f"{ROOT}/payment-terms/{made['id']}/", {"lines": lines}, format="json").data
    assert changed["lines"] == [{"percent": None, "days": 0, "from_month_end": True}]
    term = {"code": "BAD", "name": "x", "lines": [{"percent": "30", "days": 0}]}
    assert post(api, "payment-terms/", term, expect=409)["code"] == "instalments"


def test_reports_answer(api, company, buyer, order):
    sheet = get(api, "reports/trial-balance/")
    assert sheet["total"]["closing"] == "0.00"
    advance = next(row for row in sheet["rows"] if row["code"] == "220302")
    assert (advance["closing"], advance["closing_debit"], advance["closing_credit"]) == (
        "-11300.00",
        "0.00",
        "11300.00",
    )
    assert sheet["sides"]["closing_debit"] == sheet["sides"]["closing_credit"] == "11300.00"
    assert "from_period" in get(api, "reports/trial-balance/", expect=400, from_period="1789-07")
    account = books.account(company, "1122")
    ledger = get(api, "reports/ledger/", account=account.pk)
    assert [row["balance"] for row in ledger["rows"]] == ["11300.00"]
    ageing = get(api, "reports/ageing/")
    assert (ageing["total"]["undelivered"], ageing["ledger"]) == ("11300.00", "11300.00")
    sections = get(api, "reports/reconciliation/")
    assert all(section["agrees"] for section in sections)


def test_a_receivable_is_written_off(api, company, actor, buyer, order):
    finance.recognise_deliveries([books.shipped(order, 1, 600)], posting_date=order.date, actor=actor)
    (item,) = get(api, "receivables/")["results"]

    left = post(api, f"receivables/{item['id']}/write-off/", {"amount": "300", "reason": "Insolvent"})

    assert left["open_amount"] == "11000.00"
    assert books.balance(company, "571103") == 300
    assert books.balance(company, "1122") == 11000 == books.receivable(buyer)
    assert left["written_off"] == "300.00"

    again = post(api, f"receivables/{item['id']}/undo-write-off/", {"reason": "He pays after all"})
    assert (again["open_amount"], again["written_off"]) == ("11300.00", "0.00")
    twice = post(api, f"receivables/{item['id']}/undo-write-off/", {}, expect=409)
    assert twice["code"] == "not_written_off"


def test_a_credit_is_set_off_by_who_may_allocate(api, company, actor, buyer, lamp, order):
    line = InvoiceLineInput(lamp, Decimal(1), Decimal(113))
    (note,) = finance.give_credit([finance.CreditNote(buyer.pk, [line], "Sold before", None, True)], actor=actor)
    credit = get(api, "receivables/", ordering="-id")["results"][0]

    left = post(api, f"receivables/{credit['id']}/set-off/")

    assert note.gross == -113 == Decimal(credit["amount"])
    assert (left["open_amount"], left["status"]) == ("0.00", "settled")
    assert books.receivable(buyer) == 11187 == books.balance(company, "1122")
    assert post(api, f"receivables/{credit['id']}/set-off/", expect=409)["code"] == "no_credit"


def test_a_receivable_of_an_undone_order_is_taken_back(api, actor, order):
    finance.change_orders([books.given_up(order, [0])], actor=actor)

    item, note = get(api, "receivables/", status="taken_back", ordering="id")["results"]

    assert (item["amount"], item["open_amount"], item["taken_back"]) == ("11300.00", "0.00", "11300.00")
    assert note["taken_back"] == "-11300.00"
    assert not get(api, "receivables/", status="settled")["results"]


def test_a_rep_sees_the_own_receivables_and_nothing_of_the_books(company, actor, buyer, lamp):
    from dataclasses import replace

    rep, other = make.actor(company, "rep"), make.actor(company, "rep")
    for owner in (rep, other):
        order = replace(books.order(buyer, books.line(lamp, 1, 100)), owner_id=owner.user_id)
        finance.open_orders(books.demand(order), actor=actor)
    api = make.client(rep)

    assert len(get(api, "receivables/")["results"]) == 1
    for path in ("vouchers/", "reports/trial-balance/", "reports/ageing/", "payables/", "periods/"):
        get(api, path, expect=403)
    get(api, f"receivables/{OpenItem.objects.get(owner=other.user).pk}/", expect=404)


@pytest.mark.parametrize("path", ["vouchers/", "receivables/", "receipts/", "invoices/", "accounts/"])
def test_lists_take_the_same_statements_for_any_number_of_rows(
    api, company, actor, buyer, lamp, path, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from erp.finance.services import MoneyInput, invoices

    counts = []
    for number in (1, 5):
        for _ in range(number):
            order = books.order(buyer, books.line(lamp, 1, 100))
            finance.open_orders(books.demand(order), actor=actor)
            invoices.draft_for_orders(order_ids=[order.id], of_ordered=True, actor=actor)
            finance.receive([MoneyInput(buyer.pk, Decimal(10), oldest_first=True)], actor=actor)
        get(api, path)
        with CaptureQueriesContext(connection) as statements:
            get(api, path)
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 12
    assert Invoice.objects.count() == 6
