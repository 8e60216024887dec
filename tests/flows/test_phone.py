"""The five jobs of a phone, at 390 px and by thumb: find, log, approve, stock, today."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from crm.customers.models import Activity
from erp.procurement.models import Requisition
from erp.procurement.services import Wish, create_requisition, submit_requisitions
from suite.core import clock
from suite.desk.models import Task
from suite.desk.services import todos
from suite.desk.services.todos import NewTask
from tests import browser as real
from tests import make

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def company():
    return make.company("acme")


@pytest.fixture
def rep(company):
    return make.actor(company, "rep", username="rep")


@pytest.fixture
def phone(chromium, live_server, rep):
    with real.page(chromium, live_server.url, rep.user, phone=True) as page:
        yield page
        assert page.complaints == []


def fits(page):
    """Nothing is wider than the phone."""
    return page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_customer_is_found_by_initials_and_a_visit_is_logged(phone, rep):
    customer = make.customer(rep, "华为技术有限公司")
    phone.goto("/")
    phone.locator(".top-search input").tap()
    phone.keyboard.type("hwjs")
    phone.locator("#palette-results .palette-row").first.tap()
    phone.wait_for_url(f"**/crm/customers/{customer.pk}/")
    assert fits(phone)

    phone.locator("[name=text]").fill("看了样品")
    phone.locator(".composer .btn-primary").tap()
    phone.wait_for_selector(".timeline :text('看了样品')")

    assert Activity.objects.get().party_id == customer.party_id
    assert fits(phone)


def test_today_is_there_first_and_a_task_is_ticked_off(phone, rep):
    due = clock.now() - dt.timedelta(hours=1)
    todos.create(tasks=[NewTask("Call Northwind", due_at=due)], actor=rep)
    phone.goto("/")
    expect(phone.locator("main")).to_contain_text("Call Northwind")
    assert fits(phone)

    phone.goto("/desk/tasks/?view=mine")
    phone.locator(".row-acts button").first.tap()
    phone.wait_for_selector(".toast-success")

    assert Task.objects.get().status == Task.Status.DONE


def test_the_stock_of_a_product_is_two_taps_away(phone, company):
    make.stock(make.product(company, "LAMP", name="Desk lamp"), 12)
    phone.goto("/")
    phone.locator(".top-search input").tap()
    phone.keyboard.type("lamp")
    phone.locator("#palette-results .palette-row:has-text('LAMP')").first.tap()

    expect(phone.locator("#panel-stock tbody tr")).to_contain_text("12")
    assert fits(phone)


def test_what_waits_for_me_is_approved_from_the_list(chromium, live_server, company):
    planner = make.actor(company, "planner", username="planner")
    buyer = make.actor(company, "buyer", username="buyer")
    supplier, lamp = make.supplier(company), make.product(company, "LAMP")
    make.terms(supplier, lamp, 40)
    requisition = create_requisition(lines=[Wish(product_id=lamp.pk, quantity=2)], actor=planner)
    submit_requisitions(requisition_ids=[requisition.pk], actor=planner)
    with real.page(chromium, live_server.url, buyer.user, phone=True) as page:
        page.goto("/automation/approvals/")
        assert fits(page)
        page.locator(".row-acts button").first.tap()
        page.wait_for_selector(".toast-success")

    assert Requisition.objects.get().status == Requisition.Status.APPROVED
