"""Own fields of suppliers, of money (receipts and payments share a table), and of stock transfers; these in flows."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from erp.finance.models import Payment, Receipt
from erp.finance.services import money
from erp.finance.services.money import MoneyInput
from erp.inventory import services as inventory
from erp.inventory.models import StockTransfer, Warehouse
from erp.inventory.services import TransferDraft, TransferLine
from erp.procurement.models import Supplier
from suite.automation import subjects
from suite.core.access import Actor
from suite.desk import search
from suite.desk.own import definitions, values
from tests import make, sheets
from tests.desk.own.make import field

SUPPLIER, RECEIPT, PAYMENT = "erp_procurement.supplier", "erp_finance.receipt", "erp_finance.payment"
TRANSFER = "erp_inventory.stocktransfer"


@pytest.fixture
def company(db):
    return make.company("acme")


@pytest.fixture
def house(company):
    return Actor.system(company)


@pytest.fixture
def boss(company):
    return make.actor(company, "administrator", "accountant", "buyer", "warehouse")


@pytest.fixture
def pages(boss):
    client = Client(headers={"accept-language": "en"})
    client.force_login(boss.user, "suite.core.auth.CompanyBackend")
    return client


def text(answer):
    return answer.content.decode()


def book(house, direction, amount, party=None):
    party = party or make.party(house.company)
    (row,) = direction([MoneyInput(party_id=party.pk, amount=amount)], actor=house)
    return row


def test_a_supplier_has_them_in_form_page_list_api_sheet_and_search(company, boss, pages, house):
    field(company, SUPPLIER, "text", key="plant", name_en="Plant")
    field(company, SUPPLIER, "number", key="score", name_en="Score", required=True)
    given = {"name": "铸造厂", "currency": "CNY", "lead_days": 7}

    refused = pages.post(reverse("procurement:supplier_new"), given)
    assert refused.status_code == 400
    saved = pages.post(reverse("procurement:supplier_new"), {**given, "own.plant": "Wuxi", "own.score": "4.5"})
    row = Supplier.objects.get(party__name="铸造厂")
    assert (saved.status_code, row.own) == (302, {"plant": "Wuxi", "score": 4.5})
    assert "Wuxi" in text(pages.get(saved.url))
    assert "4.5" in text(pages.get(reverse("procurement:suppliers"), {"own.score_min": "4"}))
    client, api = make.client(boss), "/api/v1/erp/procurement/suppliers/"
    assert client.get(api, {"own.score_min": "5"}).json()["results"] == []
    changed = client.patch(f"{api}{row.pk}/", {"own": {"score": "3"}}, format="json")
    assert changed.json()["own"] == {"plant": "Wuxi", "score": "3"}
    assert [hit.title for hit in search.find(boss, "Wuxi")]
    rows = [{"name": "铸造厂", "own.score": "9"}, {"name": "新厂", "own.score": "1"}]
    job = sheets.load(boss, "suppliers", rows, key="name")
    row.refresh_from_db()
    assert (job.result["made"], row.own["score"]) == (1, 9)
    assert Supplier.objects.get(party__name="新厂").own == {"score": 1}


def test_money_has_them_when_it_is_booked_and_each_direction_its_own(company, boss, pages, house):
    field(company, RECEIPT, "text", key="slip", name_en="Slip")
    field(company, PAYMENT, "number", key="batch", name_en="Batch")
    party, client = make.party(company), make.client(boss)

    page = text(pages.get(reverse("admin:erp_finance_receipt_add")))
    assert 'name="own.slip"' in page
    assert 'name="own.batch"' not in page
    given = {"party": party.pk, "amount": "50", "date": "2026-11-20", "method": "bank", "own.slip": "A-1"}
    assert pages.post(reverse("admin:erp_finance_receipt_add"), given).status_code == 302
    assert Receipt.objects.get().own == {"slip": "A-1"}
    assert "A-1" in text(pages.get(reverse("admin:erp_finance_receipt_changelist")))
    paid = {"party": party.pk, "amount": "7", "own": {"batch": "12"}}
    answer = client.post("/api/v1/erp/finance/payments/", paid, format="json")
    assert (answer.status_code, answer.json()["own"]) == (201, {"batch": "12"}), answer.json()
    wrong = client.post("/api/v1/erp/finance/payments/", {**paid, "own": {"slip": "x"}}, format="json")
    assert set(wrong.json()) == {"own.slip"}
    job = sheets.load(boss, "receipts", [{"party_id": party.code, "amount": "5", "own.slip": "B-2"}])
    assert job.result["made"] == 1
    assert sorted(row.own["slip"] for row in Receipt.objects.all()) == ["A-1", "B-2"]


def test_what_is_done_to_the_fields_of_receipts_leaves_payments_alone(company, house):
    row = field(company, RECEIPT, "choice", key="sort", required=True)
    field(company, PAYMENT, "choice", key="sort")
    came, went = book(house, money.receive, 5), book(house, money.pay, 7)
    values.write(actor=house, values={came: {"sort": "small"}})
    values.write(actor=house, values={went: {"sort": "large"}})
    book(house, money.pay, 9)

    assert definitions.count_with(row) == 1
    assert definitions.count_blank([row]) == {row.pk: 0}
    definitions.change(actor=house, field=row, values={"type": "choices"})

    assert Receipt.objects.get().own == {"sort": ["small"]}
    assert Payment.objects.get(pk=went.pk).own == {"sort": "large"}


def test_a_transfer_has_them_in_form_and_list(company, boss, pages, house):
    field(company, TRANSFER, "text", key="truck", name_en="Truck", required=True)
    east = Warehouse.objects.create(company=company, code="EAST", name="东仓")
    main = Warehouse.objects.of(company.pk).get(is_default=True)
    product = make.product(company, "P1")
    given = {
        "source": main.pk, "target": east.pk, "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0,
        "lines-0-product": product.pk, "lines-0-quantity": "2",
    }  # fmt: skip

    assert pages.post(reverse("inventory:transfer_new"), given).status_code == 400
    assert pages.post(reverse("inventory:transfer_new"), {**given, "own.truck": "沪A"}).status_code == 302

    row = StockTransfer.objects.get()
    assert row.own == {"truck": "沪A"}
    assert "沪A" in text(pages.get(reverse("inventory:transfer", args=[row.pk])))
    assert "沪A" in text(pages.get(reverse("admin:erp_inventory_stocktransfer_changelist")))
    sent = {"source": main.pk, "target": east.pk, "lines": [{"product": product.pk, "quantity": "1"}]}
    answer = make.client(boss).post("/api/v1/erp/inventory/transfers/", {**sent, "own": {"truck": "B"}}, format="json")
    assert answer.json()["own"] == {"truck": "B"}


def test_flows_know_transfers_by_their_filters_days_words_and_acts(company, house):
    east = Warehouse.objects.create(company=company, code="EAST", name="东仓")
    main = Warehouse.objects.of(company.pk).get(is_default=True)
    (row,) = inventory.create_transfers(
        [TransferDraft(main.pk, east.pk, [TransferLine(make.product(company).pk, 1)], dt.date(2026, 12, 1))],
        actor=house,
    )

    known = subjects.subject(TRANSFER)

    assert known is not None
    assert known.announces == ("erp.inventory.transfer",)
    assert list(known.acts) == ["ship", "receive"]
    assert {name: word.read(row) for name, word in known.words.items()} == {
        "number": row.number, "source": main.label, "target": "东仓",
    }  # fmt: skip
    assert set(known.dates) == {"expected", "shipped", "received"}
