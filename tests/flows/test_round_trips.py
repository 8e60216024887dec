"""What leaves by an export comes back by the import of the same kind."""

from __future__ import annotations

import io
from decimal import Decimal
from importlib import import_module
from itertools import chain

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import translation

from crm.customers.views.lists import CustomerList
from crm.sales.lists import PriceListList, QuotationList
from crm.sales.models import PriceListItem, Quotation
from crm.sales.services import price_lists
from crm.sales.services.pricing import LineInput as sales_line
from crm.sales.services.quotations import create_quotation
from erp.finance.admin.invoices import InvoiceList
from erp.finance.admin.vouchers import VoucherList
from erp.finance.models import Account, Receipt
from erp.finance.services import invoices, vouchers
from erp.finance.services.invoice_lines import InvoiceLineInput
from erp.inventory import services as inventory
from erp.inventory.lists import RuleList, TransferList
from erp.inventory.models import StockRule, Warehouse
from erp.inventory.services import rules
from erp.procurement import services as purchasing
from erp.procurement.lists import PurchaseOrderList, RequisitionList, SupplierItemList, SupplierList
from erp.procurement.models import Supplier, SupplierItem
from suite.core import clock
from suite.core.access import Actor
from suite.core.models import Company, Job
from suite.desk import documents, imports
from suite.desk.imports import running
from suite.desk.imports.reading import Sheet, guess, heading, headings_of, names_of
from suite.desk.lists import ListSpec
from suite.desk.lists.export import columns_of, rows_of, write_csv
from suite.desk.lists.state import ListState
from suite.desk.models import Task
from suite.desk.services import todos
from suite.desk.services.todos import NewTask
from suite.desk.views.todos import TaskList
from suite.masterdata.lists import ProductList
from suite.masterdata.models import Party, Product, Region
from tests import make
from tests.sheets import finish, load

LANGUAGES = ("en", "zh-hans")


def specs() -> list[type[ListSpec]]:
    import_module("suite.urls")

    def below(spec: type[ListSpec]) -> list[type[ListSpec]]:
        return [spec, *chain.from_iterable(below(each) for each in spec.__subclasses__())]

    return [spec for spec in below(ListSpec) if not spec.__module__.startswith("tests")]


def export(spec: type[ListSpec], actor: Actor, language: str) -> bytes:
    """Every column of the list as a file, as this reader gets it; of papers with a row for each line."""
    target = io.BytesIO()
    with translation.override(language):
        state = ListState(spec(), actor, {"cols": ",".join(column.name for column in spec.columns)})
        write_csv(columns_of(state, state.has_lines), rows_of(state, with_lines=state.has_lines), target)
    return target.getvalue()


def bring(kind: str, content: bytes, actor: Actor, key: str) -> Job:
    """Import the file with the columns that are recognised."""
    found = imports.importer(kind)
    assert found
    path = default_storage.save("imports/test", ContentFile(content))
    first = next(Sheet("back.csv", io.BytesIO(content)).rows())
    job = running.start(
        actor=actor, kind=kind, path=path, name="back.csv", header=0, mapping=guess(first, found.fields), key=key
    )
    return finish(job)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_heading_of_an_export_is_known_to_the_import_of_its_kind(language: str) -> None:
    fillers = {spec.importer: spec for spec in specs() if spec.importer}

    assert set(fillers) == {each.kind for each in imports.importers()}
    for kind, spec in fillers.items():
        importer = imports.importer(kind)
        assert importer
        known = set().union(*(names_of(field) for field in importer.fields), headings_of(*importer.left_out))
        with translation.override(language):
            columns = (*spec.columns, *spec.line_columns)
            unknown = [str(column.label) for column in columns if heading(column.label) not in known]
        assert not unknown, (kind, language)


# What people can write by hand and nobody brings in by a sheet, and why.
NOT_IMPORTED = {
    "core.calendarday": "a few days a year, which come with the product",
    "crm_sales.contracttemplate": "a few texts of many clauses, which come with the company",
    "crm_customers.commitment": "read out of what was said, with its sentence",
    "crm_customers.tagrule": "a handful, whose conditions are clicked together; four come with the house",
    "crm_sales.promotion": "a handful, each thought out with its steps and whom it is for; other systems use the API",
    "masterdata.duplicate": "found by the house among its own parties",
    "automation.flow": "a flow is drawn; the shipped ones and copies save the drawing",
    "automation.delegation": "who stands in is said once, for oneself",
    "desk.ownfield": "the administrator lays a handful of fields out on the form itself",
    "erp_finance.account": "the chart comes with the company; a subaccount needs its parent's postings looked at",
    "erp_finance.creditaccount": "how far a customer is trusted is decided one by one",
    "erp_inventory.goodsreceipt": "what is there comes by opening stock, what arrives by its purchase order",
    "erp_inventory.stockadjustment": "a count is keyed by scanner or phone; the first one is opening stock",
    "erp_procurement.landedcost": "each is put on receipts of its own, of which there is one to a shipment",
    "masterdata.party": "comes with the sheets of customers and of suppliers",
}


def test_whatever_can_be_written_by_hand_can_be_imported_or_says_why_not() -> None:
    registered = {kind.name for kind in documents.kinds()}
    written = {spec.model._meta.label_lower: spec for spec in specs() if spec.create and spec.export}
    brought = {spec.model._meta.label_lower for spec in specs() if spec.importer}

    assert written.keys() - brought == NOT_IMPORTED.keys()
    assert {
        "crm_sales.quotation",
        "crm_sales.order",
        "erp_finance.invoice",
        "erp_finance.voucher",
    } <= registered & brought


@pytest.mark.parametrize("language", LANGUAGES)
def test_products_come_back_as_they_went(company: Company, language: str) -> None:
    by = make.actor(company, "administrator")
    row = make.product(company, "LAMP", name="灯", name_en="Lamp", specification="大", specification_en="large")
    before = Product.objects.filter(pk=row.pk).values().get()

    job = bring("products", export(ProductList, by, language), by, "code")

    assert (job.result["made"], job.result["changed"], job.result["refusals"]) == (0, 0, [])
    assert Product.objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_customers_come_back_as_they_went(company: Company, language: str) -> None:
    by = make.actor(company, "administrator", name="张三", name_en="Zhang San")
    region = Region.objects.filter(name_en__gt="").order_by("code")[0]
    row = make.customer(by, "华为", name_en="Huawei", phone="13800138000", region=region, grade="A", next_step="Call")
    before = Party.objects.filter(pk=row.party_id).values().get()

    job = bring("customers", export(CustomerList, by, language), by, "name")

    assert (job.result["made"], job.result["changed"], job.result["refusals"]) == (0, 0, [])
    assert Party.objects.filter(pk=row.party_id).values().get() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_suppliers_come_back_as_they_went(company: Company, language: str) -> None:
    by = make.actor(company, "administrator")
    row = make.supplier(company, "周记五金", name_en="Zhou Hardware", phone="076988886666")
    before = Party.objects.filter(pk=row.party_id).values().get()

    job = bring("suppliers", export(SupplierList, by, language), by, "name")

    assert (job.result["made"], job.result["changed"], job.result["refusals"]) == (0, 0, [])
    assert Party.objects.filter(pk=row.party_id).values().get() == before
    assert Supplier.objects.count() == 1


def test_what_the_house_makes_itself_is_said_before_an_import(company: Company) -> None:
    from django.test import Client

    by, browser = make.actor(company, "administrator"), Client()
    browser.force_login(by.user, "suite.core.auth.CompanyBackend")
    upload = io.BytesIO(b"Code,Name,Changed,Shoe size\nLAMP,Lamp,2026-11-01,42\n")
    upload.name = "products.csv"

    page = browser.post("/desk/imports/products/", {"file": upload}, follow=True)

    assert (page.context["made_here"], page.context["unknown"]) == (["Changed"], ["Shoe size"])
    assert "These columns are made here and cannot be brought in: Changed" in page.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_supply_terms_come_back_as_they_went(company: Company, language: str) -> None:
    by = make.actor(company, "administrator")
    supplier, lamp = make.supplier(company, "东莞厂"), make.product(company, "LAMP", name="灯", name_en="Lamp")
    terms = make.terms(supplier, lamp, "12.5", pack=6, supplier_code="X-1")
    content = export(SupplierItemList, by, language)
    SupplierItem.objects.update(price=9, pack=1, supplier_code="")

    job = bring("supply-terms", content, by, key="")

    terms.refresh_from_db()
    assert (job.result["refused"], job.result["changed"]) == (0, 1), job.result
    assert (terms.price, terms.pack, terms.supplier_code) == (Decimal("12.5"), 6, "X-1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_tasks_come_back_as_they_went(company: Company, language: str) -> None:
    by = make.actor(company, "administrator", username="ada", name="艾达", name_en="Ada")
    due = clock.now().replace(second=0, microsecond=0)
    todos.create(tasks=[NewTask("回电", due_at=due)], actor=by)
    content = export(TaskList, by, language)

    job = bring("todos", content, by, key="")

    assert (job.result["refused"], job.result["made"]) == (0, 1), job.result
    assert set(Task.objects.values_list("title", "due_at", "owner")) == {("回电", due, by.user_id)}
    again = finish(running.take_back(actor=by, job=job))
    assert again.result["refused"] == 0
    assert sorted(Task.objects.values_list("status", flat=True)) == ["cancelled", "open"]


def papers_of(spec: type[ListSpec], *fields: str) -> list[tuple]:
    """What stands in the lines of all papers of a kind, with what is said of their paper."""
    lines = spec.model._meta.get_field(spec.lines)
    return sorted(lines.related_model.objects.values_list(*fields), key=str)  # type: ignore[union-attr]


def come_back(spec: type[ListSpec], by: Actor, language: str, *fields: str) -> Job:
    """Import under new numbers what was exported, and take it back."""
    before = papers_of(spec, *fields)
    content = export(spec, by, language).decode()
    for row in spec.model.objects.all():
        content = content.replace(str(row), f"X{row.pk}")

    job = bring(spec.importer, content.encode(), by, key="")

    assert (job.result["made"], job.result["refusals"]) == (spec.model.objects.count() // 2, [])
    assert papers_of(spec, *fields) == sorted(before * 2, key=str)
    with translation.override(language):
        again = finish(running.take_back(actor=by, job=job))
    assert again.result["refused"] == 0, again.result
    return job


LINE = ("product", "quantity", "unit", "unit_price", "discount", "gross")


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotations_come_back_with_their_lines(company: Company, language: str) -> None:
    by = make.actor(company, "administrator")
    customer, lamp = make.customer(by, "华为"), make.product(company, "LAMP", name="灯", name_en="Lamp")
    lines = [sales_line(lamp.pk, Decimal(3), Decimal(90), Decimal(5)), sales_line(lamp.pk, Decimal(2))]
    create_quotation(party=customer.party, lines=lines, actor=by, note="Quick", prices_include_tax=False)

    come_back(QuotationList, by, language, "quotation__party", "quotation__note", "quotation__valid_until", *LINE)

    assert Quotation.objects.count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_purchase_papers_come_back_with_their_lines(company: Company, language: str) -> None:
    by = make.actor(company, "administrator")
    supplier, lamp = make.supplier(company, "东莞厂"), make.product(company, "LAMP", name="灯", name_en="Lamp")
    lines = [purchasing.LineInput(lamp.pk, Decimal(3), Decimal("12.5")), purchasing.LineInput(lamp.pk, Decimal(1))]
    purchasing.create_order(supplier=supplier, lines=lines, actor=by, supplier_reference="S-1")
    wishes = [purchasing.Wish(lamp.pk, Decimal(4), supplier.pk, Decimal(9)), purchasing.Wish(lamp.pk, Decimal(1))]
    purchasing.create_requisition(lines=wishes, actor=by, note="Soon")

    come_back(PurchaseOrderList, by, language, "order__party", "order__warehouse", "order__expected_date", *LINE)
    come_back(RequisitionList, by, language, "requisition__note", "product", "quantity", "supplier", "price")


@pytest.mark.parametrize("language", LANGUAGES)
def test_invoices_and_vouchers_come_back_with_their_lines(company: Company, language: str) -> None:
    by = make.actor(company, "administrator")
    customer, lamp = make.customer(by, "华为"), make.product(company, "LAMP", name="灯", name_en="Lamp")
    given = [
        InvoiceLineInput(lamp, Decimal(2), Decimal(100), Decimal(10)),
        InvoiceLineInput(lamp, Decimal(1), Decimal(5)),
    ]
    invoices.create(party=customer.party, lines=given, actor=by, note="By hand")
    cash, fee = Account.objects.get(code="1001"), Account.objects.filter(code__startswith="5602", is_leaf=True)[0]
    entries = [
        vouchers.LineInput(fee.pk, debit=Decimal(20), summary="Taxi"),
        vouchers.LineInput(cash.pk, credit=Decimal(20), summary="Paid"),
    ]
    vouchers.create(lines=entries, actor=by, word="付", attachment_count=2)

    come_back(InvoiceList, by, language, "invoice__party", "invoice__date", "description", "tax", *LINE)
    come_back(VoucherList, by, language, "voucher__posting_date", "account", "debit", "credit", "summary")


@pytest.mark.parametrize("language", LANGUAGES)
def test_transfers_come_back_with_their_lines(company: Company, language: str) -> None:
    by, lamp = make.actor(company, "administrator"), make.product(company, "LAMP", name="灯", name_en="Lamp")
    branch = inventory.save_warehouse(values={"code": "EAST", "name": "东仓", "name_en": "East"}, actor=by)
    main, cup = inventory.default_warehouse_id(company.pk), make.product(company, "CUP")
    lines = [inventory.TransferLine(lamp.pk, Decimal(3)), inventory.TransferLine(cup.pk, Decimal(1))]
    inventory.create_transfers([inventory.TransferDraft(main, branch.pk, lines, note="Soon")], actor=by)

    come_back(
        TransferList, by, language, "transfer__source", "transfer__target", "transfer__note", "product", "quantity"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_price_lists_and_stock_rules_come_back_and_change_what_is_here(company: Company, language: str) -> None:
    by = make.actor(company, "administrator")
    lamp = make.product(company, "LAMP", name="灯", name_en="Lamp")
    prices = [price_lists.Price(lamp.pk, Decimal(80)), price_lists.Price(lamp.pk, Decimal(70), Decimal(10))]
    price_lists.create_price_list(prices=prices, actor=by, name="批发", name_en="Wholesale", tier="B")
    warehouse = Warehouse.objects.get(is_default=True)
    rules.set_rule(product=lamp, warehouse=warehouse, reorder_point=Decimal(5), target=Decimal(9), actor=by)
    lists, watched = export(PriceListList, by, language), export(RuleList, by, language)
    PriceListItem.objects.filter(min_quantity=10).update(price=1)
    StockRule.objects.update(target=50)

    jobs = [bring("price-lists", lists, by, key=""), bring("stock-rules", watched, by, key="")]

    assert [(job.result["made"], job.result["changed"], job.result["refusals"]) for job in jobs] == [(0, 1, [])] * 2
    assert set(PriceListItem.objects.values_list("price", flat=True)) == {80, 70}
    assert StockRule.objects.get().target == 9
    assert [finish(running.take_back(actor=by, job=job)).result["refused"] for job in jobs] == [0, 0]
    assert set(PriceListItem.objects.values_list("price", flat=True)) == {80, 1}
    assert StockRule.objects.get().target == 50


def test_money_comes_in_from_the_sheet_of_a_bank(company: Company) -> None:
    by = make.actor(company, "administrator")
    make.customer(by, "华为")
    sheet = "交易流水号,交易日期,对方户名,金额,备注\nT-1,2026-11-20,华为,100.50,货款\nT-2,2026-11-20,华为,-3,\n"

    job = bring("receipts", sheet.encode(), by, key="")

    assert job.result["refusals"] == ["Line 3: The amount must be above zero"]
    assert Receipt.objects.values_list("reference", "amount", "status").get() == ("T-1", Decimal("100.50"), "posted")
    assert finish(running.take_back(actor=by, job=job)).result["refused"] == 0
    assert Receipt.objects.get().status == "reversed"


def test_of_a_bad_paper_nothing_comes_in_and_each_row_says_why(company: Company) -> None:
    by = make.actor(company, "administrator")
    make.supplier(company, "东莞厂")
    make.product(company, "LAMP")
    rows = [
        {"reference": "1", "supplier": "东莞厂", "product": "LAMP", "quantity": "2", "unit": "pcs"},
        {"reference": "1", "supplier": "东莞厂", "product": "LAMP", "quantity": "1", "unit": "kg"},
        {"reference": "2", "supplier": "东莞厂", "product": "LAMP", "quantity": "0"},
        {"reference": "3", "supplier": "东莞厂", "product": "LAMP", "quantity": "1", "currency_id": "USD"},
        {"reference": "4", "supplier": "东莞厂", "product": "LAMP", "quantity": "1", "discount": "150"},
        {"reference": "5", "supplier": "东莞厂", "product": "LAMP", "quantity": "1"},
    ]

    job = load(by, "purchase-orders", rows)

    assert job.result["made"] == 1
    reasons = [reason.partition(": ")[2] for reason in job.result["refusals"]]
    assert reasons == [
        "Another line of this paper was refused",
        "LAMP is not traded in kg",
        "The quantity must be above zero",
        f"There is no exchange rate for USD on {clock.today(company)}",
        "A discount is between 0 and 100 percent",
    ]
