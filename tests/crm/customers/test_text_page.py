"""From a pasted text to tasks, in the browser: wide in English, on a phone in Chinese."""

import pytest
from playwright.sync_api import expect

from crm.customers.models import Commitment
from tests import browser as real
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rep():
    return make.actor(make.company("acme"), "rep", username="rep")


@pytest.fixture
def customer(rep):
    return make.customer(rep, "Northwind Traders")


@pytest.fixture
def page(chromium, rep, customer, live_server):
    with real.page(chromium, live_server.url, rep.user) as opened:
        yield opened


def test_a_text_is_pasted_corrected_and_accepted_by_keyboard_alone(page, rep, customer):
    lamp = make.product(rep.company, "LAMP", name="台灯", name_en="Desk lamp", price=113)
    make.stock(lamp, 60)
    page.goto(f"/crm/customers/text/?customer={customer.pk}")
    text = "You will get 100 desk lamps by tomorrow. I will call you next week. We cannot visit."
    page.locator("[name='text']").fill(text)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("fieldset.proposal")).to_have_count(2)
    expect(page.locator(".concern").first).to_contain_text("60 are free")
    page.locator("[name='lines-0-quantity']").fill("60")
    page.locator("button[name='accept'][value='lines-0']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("fieldset.proposal")).to_have_count(1)
    page.locator("button[name='accept'][value='all']").press("Enter")
    page.wait_for_url(f"**/crm/customers/{customer.pk}/")

    expect(page.locator("#timeline")).to_contain_text("Deliver: Desk lamp")
    assert {row.deed: row.quantity for row in Commitment.objects.all()} == {"deliver": 60, "call": None}

    page.set_viewport_size(real.PHONE)
    for address in ("/crm/customers/commitments/", f"/crm/customers/text/?customer={customer.pk}"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= real.PHONE["width"]
