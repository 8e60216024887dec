"""A save over an older copy is told field by field, on whatever page the record is written."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.sales.models import PriceList
from crm.sales.services import price_lists
from erp.procurement import services as purchasing
from erp.procurement.models import Supplier
from suite.core.access import Actor
from suite.core.models import Company
from suite.desk.models import Task
from suite.desk.services import todos
from suite.desk.services.todos import NewTask
from suite.masterdata.models import Product
from tests import make


@pytest.fixture
def by(company: Company) -> Actor:
    return make.actor(company, "administrator")


@pytest.fixture
def browser(by: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(by.user, "suite.core.auth.CompanyBackend")
    return client


def shown(browser: Client, page: str) -> dict[str, Any]:
    """What the form of a page would send as it stands."""
    answer = browser.get(page)
    assert answer.status_code == 200, answer.status_code
    context = answer.context
    form = context["adminform"].form if "adminform" in context else context["form"]
    data = {name: value for name in form.fields if not isinstance(value := form[name].value(), list | bool | None)}
    carried = re.search(r'name="seen" value="([^"]*)"', answer.content.decode())
    assert carried, page
    prefixes = re.findall(r'name="([\w-]+)-TOTAL_FORMS"', answer.content.decode())
    for prefix in prefixes:
        data |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return {**data, "seen": unescape(carried[1])}


def test_a_task_says_at_each_field_what_stands_there_meanwhile(by: Actor, browser: Client) -> None:
    (task,) = todos.create(tasks=[NewTask("Call back", note="Old")], actor=by)
    page = reverse("desk:task_edit", args=[task.pk])
    data = shown(browser, page) | {"note": "Mine"}
    todos.change(task=Task.objects.get(), values={"note": "Theirs"}, actor=by)

    first = browser.post(page, data)
    again = browser.post(page, data | {name: first.context["form"].data[name] for name in ("seen", "version")})

    assert first.context["form"].errors["note"] == ["Meanwhile: Theirs"]
    assert "title" not in first.context["form"].errors
    assert again.status_code == 302
    assert Task.objects.get().note == "Mine"


def test_what_the_person_left_alone_is_taken_over_from_others(by: Actor, browser: Client) -> None:
    (task,) = todos.create(tasks=[NewTask("Call back", note="Old\nnote")], actor=by)
    page = reverse("desk:task_edit", args=[task.pk])
    data = shown(browser, page) | {"title": "Call them", "note": "Old\r\nnote"}
    todos.change(task=Task.objects.get(), values={"note": "Theirs"}, actor=by)

    form = browser.post(page, data).context["form"]
    again = browser.post(page, {name: form.data[name] for name in data})

    assert form.errors == {"__all__": [*form.errors["__all__"]]}
    assert "Taken over as others changed it: Note" in form.errors["__all__"]
    assert again.status_code == 302
    assert Task.objects.values_list("title", "note").get() == ("Call them", "Theirs")


def test_a_task_is_compared_by_its_version_where_nothing_was_carried(by: Actor, browser: Client) -> None:
    (task,) = todos.create(tasks=[NewTask("Call back", note="Old")], actor=by)
    page = reverse("desk:task_edit", args=[task.pk])
    data = shown(browser, page) | {"seen": "", "title": "Call them"}
    todos.change(task=Task.objects.get(), values={"note": "Theirs"}, actor=by)

    answer = browser.post(page, data)

    assert answer.context["form"].errors["note"] == ["Meanwhile: Theirs"]


def test_suppliers_and_price_lists_are_compared(company: Company, by: Actor, browser: Client) -> None:
    supplier = make.supplier(company, "东莞厂", phone="076988886666")
    listed = price_lists.create_price_list(prices=[], actor=by, name="Retail", tier="A")
    pages = [
        (reverse("procurement:supplier_edit", args=[supplier.pk]), {"lead_days": "3"}, "lead_days"),
        (reverse("sales:price_list", args=[listed.pk]), {"tier": "C"}, "tier"),
    ]
    typed = [(page, shown(browser, page) | mine, field) for page, mine, field in pages]
    Supplier.objects.update(lead_days=9)
    PriceList.objects.update(tier="B")

    errors = [browser.post(page, data).context["form"].errors[field] for page, data, field in typed]

    assert errors == [["Meanwhile: 9"], ["Meanwhile: B"]]
    assert PriceList.objects.get().tier == "B"


def test_the_pages_of_the_administration_compare_too(company: Company, by: Actor, browser: Client) -> None:
    product = make.product(company, "LAMP", name="Lamp")
    page = reverse("admin:masterdata_product_change", args=[product.pk])
    data = shown(browser, page) | {"name": "My lamp"}
    Product.objects.update(name="Their lamp", sale_price=Decimal(5))

    first = browser.post(page, data)
    form = first.context["adminform"].form
    again = browser.post(page, data | {"seen": form.data["seen"]})

    assert form.errors["name"] == ["Meanwhile: Their lamp"]
    assert "sale_price" not in form.errors
    assert form.data["sale_price"] == Decimal(5)
    assert again.status_code == 302, again.context["adminform"].form.errors
    assert Product.objects.get().name == "My lamp"


def test_purchase_papers_say_their_lines_and_can_be_saved_again(company: Company, by: Actor, browser: Client) -> None:
    lamp = make.product(company, "LAMP")
    wish = purchasing.Wish(lamp.pk, Decimal(2), price=Decimal(3))
    paper = purchasing.create_requisition(lines=[wish], actor=by, note="Old")
    page = reverse("procurement:requisition_edit", args=[paper.pk])
    data = shown(browser, page) | {"lines-TOTAL_FORMS": "1", "lines-0-product": lamp.pk, "lines-0-quantity": "5"}
    purchasing.change_requisition(
        requisition_id=paper.pk, lines=[purchasing.Wish(lamp.pk, Decimal(7), price=Decimal(3))], actor=by
    )
    paper.refresh_from_db()

    first = browser.post(page, data)
    again = browser.post(page, data | {"version": first.context["form"].data["version"]})

    assert "The lines meanwhile: LAMP 7 pcs x 3" in first.context["form"].non_field_errors()
    assert again.status_code == 302
    assert paper.lines.get().quantity == 5
