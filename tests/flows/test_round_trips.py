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
from erp.procurement.lists import SupplierItemList, SupplierList
from erp.procurement.models import Supplier, SupplierItem
from suite.core import clock
from suite.core.access import Actor
from suite.core.models import Company, Job
from suite.desk import imports
from suite.desk.imports import running
from suite.desk.imports.reading import Sheet, guess, heading, headings_of, names_of
from suite.desk.lists import ListSpec
from suite.desk.lists.export import rows_of, write_csv
from suite.desk.lists.state import ListState
from suite.desk.models import Task
from suite.desk.services import todos
from suite.desk.services.todos import NewTask
from suite.desk.views.todos import TaskList
from suite.masterdata.lists import ProductList
from suite.masterdata.models import Party, Product, Region
from tests import make
from tests.sheets import finish

LANGUAGES = ("en", "zh-hans")


def specs() -> list[type[ListSpec]]:
    import_module("suite.urls")

    def below(spec: type[ListSpec]) -> list[type[ListSpec]]:
        return [spec, *chain.from_iterable(below(each) for each in spec.__subclasses__())]

    return [spec for spec in below(ListSpec) if not spec.__module__.startswith("tests")]


def export(spec: type[ListSpec], actor: Actor, language: str) -> bytes:
    """Every column of the list as a file, as this reader gets it."""
    target = io.BytesIO()
    with translation.override(language):
        state = ListState(spec(), actor, {"cols": ",".join(column.name for column in spec.columns)})
        write_csv(state.columns, rows_of(state), target)
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
            unknown = [str(column.label) for column in spec.columns if heading(column.label) not in known]
        assert not unknown, (kind, language)


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
