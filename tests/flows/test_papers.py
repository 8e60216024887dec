"""Every document stands on paper: in both languages, for those who may see it, alone or many in one file."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from crm.sales.models import Contract, ContractTemplate, Order, Quotation
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.contracts import create_contract
from erp.finance.models import Invoice, Payment, Receipt, Voucher
from erp.finance.services import invoices, vouchers
from erp.finance.services import money as finance
from erp.finance.services.vouchers import LineInput as Entry
from erp.inventory import services as inventory
from erp.inventory.models import Delivery, GoodsReceipt, StockAdjustment, StockTransfer
from erp.procurement import services as procurement
from erp.procurement.models import LandedCost, PurchaseOrder, Requisition
from suite.core import pdf
from suite.core.access import Actor
from suite.desk import papers
from tests import make
from tests.crm.sales.shop import Shop, line
from tests.erp.finance import books

ONE = Decimal(1)


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


def quotation(shop: Shop, lines: int) -> Quotation:
    return shop.quotation(*(line(each, "3") for each in make.goods(shop.company, lines)))


def contract(shop: Shop, lines: int) -> Contract:
    wanted = [line(each, "3") for each in make.goods(shop.company, lines)]
    template = ContractTemplate.objects.of(shop.company.pk).order_by("pk")[0]
    return create_contract(party=shop.customer, name="Supply", template_id=template.pk, lines=wanted, actor=shop.rep)


def order(shop: Shop, lines: int) -> Order:
    return shop.order(*(line(each, "3") for each in make.goods(shop.company, lines, quantity=5)))


def delivery(shop: Shop, lines: int) -> Delivery:
    confirmed = order(shop, lines)
    confirm_orders(order_ids=[confirmed.pk], actor=shop.system)
    return Delivery.objects.get(order_id=confirmed.pk)


def goods_receipt(shop: Shop, lines: int) -> GoodsReceipt:
    came = [inventory.ReceiptLine(each.pk, ONE, Decimal(8)) for each in make.goods(shop.company, lines)]
    warehouse = inventory.default_warehouse_id(shop.company.pk)
    supplier = make.supplier(shop.company).party_id
    return inventory.receive([inventory.ReceiptInput(warehouse, came, party_id=supplier)], actor=shop.system)[0]


def adjustment(shop: Shop, lines: int) -> StockAdjustment:
    make.goods(shop.company, lines, quantity=2)
    return StockAdjustment.objects.latest("pk")


def landed(shop: Shop, lines: int) -> LandedCost:
    came = goods_receipt(shop, lines)
    return procurement.put_on(
        receipt_ids=[came.pk], amount=Decimal(3), note="Freight", basis="quantity", actor=shop.system
    )


def transfer(shop: Shop, lines: int) -> StockTransfer:
    branch = inventory.save_warehouse(values={"code": f"B{lines}", "name": "East"}, actor=shop.system)
    moved = [inventory.TransferLine(each.pk, Decimal(3)) for each in make.goods(shop.company, lines)]
    wanted = inventory.TransferDraft(inventory.default_warehouse_id(shop.company.pk), branch.pk, moved)
    return inventory.create_transfers([wanted], actor=shop.system)[0]


def requisition(shop: Shop, lines: int) -> Requisition:
    wishes = [procurement.Wish(each.pk, ONE) for each in make.goods(shop.company, lines)]
    return procurement.create_requisition(lines=wishes, actor=shop.system)


def purchase(shop: Shop, lines: int) -> PurchaseOrder:
    bought = [procurement.LineInput(each.pk, ONE, Decimal(8)) for each in make.goods(shop.company, lines)]
    return procurement.create_order(supplier=make.supplier(shop.company), lines=bought, actor=shop.system)


def invoice(shop: Shop, lines: int) -> Invoice:
    billed = [invoices.InvoiceLineInput(each, ONE, Decimal(113)) for each in make.goods(shop.company, lines)]
    return invoices.create(party=shop.customer, lines=billed, actor=shop.system)


def receipt(shop: Shop, lines: int) -> Receipt:
    service = invoices.InvoiceLineInput(make.product(shop.company, kind="service"), ONE, Decimal(113))
    drafts = [invoices.InvoiceDraft(shop.customer.pk, [service]) for _each in range(lines)]
    billed = invoices.create_many(drafts, actor=shop.system)
    invoices.issue(invoice_ids=[each.pk for each in billed], actor=shop.system)
    paid = finance.MoneyInput(shop.customer.pk, Decimal(113 * lines), oldest_first=True)
    return Receipt.objects.get(pk=finance.receive([paid], actor=shop.system)[0].pk)


def payment(shop: Shop, lines: int) -> Payment:
    advance = finance.MoneyInput(make.supplier(shop.company).party_id, Decimal(100 * lines))
    return Payment.objects.get(pk=finance.pay([advance], actor=shop.system)[0].pk)


def voucher(shop: Shop, lines: int) -> Voucher:
    rent, bank = books.account(shop.company, "560206").pk, books.account(shop.company, "1002").pk
    debits = [Entry(rent, debit=Decimal(80), summary="Rent") for _each in range(lines)]
    return vouchers.create(lines=[*debits, Entry(bank, credit=Decimal(80 * lines))], actor=shop.system)


MAKE: dict[type[Model], tuple[Callable[[Shop, int], Any], str, str]] = {
    Quotation: (quotation, "300.00", "叁佰元整"),
    Contract: (contract, "300.00", "叁佰元整"),
    Order: (order, "300.00", "叁佰元整"),
    Delivery: (delivery, "3", ""),
    GoodsReceipt: (goods_receipt, "8.00", ""),
    StockAdjustment: (adjustment, "100.00", ""),
    StockTransfer: (transfer, "3", "调拨单"),
    Requisition: (requisition, "0.00", "零元整"),
    LandedCost: (landed, "3.00", "叁元整"),
    PurchaseOrder: (purchase, "9.04", "玖元零肆分"),
    Invoice: (invoice, "113.00", "壹佰壹拾叁元整"),
    Receipt: (receipt, "113.00", "壹佰壹拾叁元整"),
    Payment: (payment, "100.00", "壹佰元整"),
    Voucher: (voucher, "80.00", "捌拾元整"),
}


def statements(rows: list[Any], actor: Actor, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many statements printing takes, without setting the type."""
    with monkeypatch.context() as patch, CaptureQueriesContext(connection) as asked:
        patch.setattr(pdf, "sheets", lambda sheets, **_more: b"")
        papers.render(rows, actor=actor, language="en")
    return len(asked)


def test_every_document_that_can_be_printed_is_tried_here() -> None:
    assert {*MAKE} == {*papers.known()}


@pytest.mark.parametrize("model", MAKE, ids=lambda model: model.__name__)
def test_a_paper_says_what_the_document_says(model: type[Model], shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    build, total, words = MAKE[model]
    row, long = build(shop, 1), build(shop, 50)
    sheets: list[pdf.Sheet] = []
    setting = pdf.sheets

    def watched(given: list[pdf.Sheet], **more: Any) -> bytes:
        sheets.extend(given)
        return setting(given, **more)

    monkeypatch.setattr(pdf, "sheets", watched)
    english = papers.render([row], actor=shop.system, language="en")
    chinese = papers.render([row, long], actor=shop.system, language="zh-hans")
    said, told = (" ".join(_texts(sheet)) for sheet in sheets[:2])

    assert english.startswith(b"%PDF-")
    assert chinese.startswith(b"%PDF-")
    assert str(row) in said
    assert total in said
    assert words in told
    assert {*said} & {*"一二三四五六七八九十制单审核"} == set()
    found = type(row)._default_manager
    alone, together = found.filter(pk=row.pk), found.filter(pk__in=[row.pk, long.pk])
    assert statements([*alone], shop.system, monkeypatch) == statements([*together], shop.system, monkeypatch)


def _texts(sheet: pdf.Sheet) -> list[str]:
    pairs = [text for pair in (*sheet.facts, *sheet.totals) for text in pair]
    return [sheet.title, sheet.number, *pairs, *(cell for row in sheet.rows for cell in row), *sheet.signatures]


def test_a_long_voucher_goes_on_under_its_number(shop: Shop) -> None:
    written = voucher(shop, 12)

    first, second, third = papers._papers[Voucher].sheets([written], shop.system)

    assert [sheet.number.rpartition(" ")[2] for sheet in (first, second, third)] == ["1/3", "2/3", "3/3"]
    assert [len(sheet.rows) for sheet in (first, second, third)] == [6, 6, 1]
    assert (first.totals[0][1], third.totals[0][1], third.totals[1][1]) == ("", "960.00", "960.00")


def test_costs_are_on_paper_only_for_those_who_may_see_them(shop: Shop) -> None:
    came = goods_receipt(shop, 1)

    with translation.override("en"):
        keeper, boss = (
            papers._papers[GoodsReceipt].sheets([came], make.actor(shop.company, role))[0]
            for role in ("warehouse", "executive")
        )

    assert "8.00" not in " ".join(_texts(keeper))
    assert "8.00" in " ".join(_texts(boss))


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(actor.user, "suite.core.auth.CompanyBackend")
    return client


def test_papers_are_handed_out_in_the_rights_of_the_reader(shop: Shop) -> None:
    mine = order(shop, 1)
    address = reverse("desk:paper", args=["crm_sales.order", mine.pk])
    api = f"/api/v1/crm/sales/orders/{mine.pk}/pdf/"
    foreign = make.actor(make.company(), "sales_manager")

    shown = signed_in(shop.rep).get(address, {"language": "en"})
    answered = make.client(shop.rep).get(api, {"language": "en"})

    assert shown["Content-Disposition"] == f'inline; filename="{mine.number}.pdf"'
    assert shown.content.startswith(b"%PDF-")
    assert answered.content.startswith(b"%PDF-")
    assert make.client(shop.rep).get(api, {"language": "fr"}).status_code == 400
    for stranger in (shop.other_rep, foreign, make.actor(shop.company, "hr")):
        assert signed_in(stranger).get(address).status_code == 404
    assert make.client(foreign).get(api).status_code == 404
    assert (
        signed_in(shop.rep).get(reverse("desk:paper", args=["masterdata.party", shop.customer.pk])).status_code == 404
    )


def test_selected_papers_come_in_one_file_and_many_as_a_job(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [order(shop, 1) for _each in range(3)]
    browser, page = signed_in(shop.rep), reverse("sales:orders")
    chosen = {"act": "_print_en", "pk": [each.pk for each in orders]}

    at_once = browser.post(page, chosen)
    monkeypatch.setattr(papers, "AT_ONCE", 2)
    waited = browser.post(page, {**chosen, "act": "_print_zh-hans"}, follow=True)

    assert at_once.content.startswith(b"%PDF-")
    assert at_once.content.count(b"/Type /Page\n") in (0, 3)
    assert waited.redirect_chain[-1][0].startswith("/desk/jobs/")
    assert "_print_en" in browser.get(page).content.decode()
    assert "_print_en" not in signed_in(shop.rep).get(reverse("desk:tasks")).content.decode()
