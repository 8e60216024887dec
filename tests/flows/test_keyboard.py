"""The main flows of a rep by keyboard alone, in a real browser: find, log, order, confirm, tick off."""

import pytest

from crm.customers.models import Activity
from crm.sales.models import Order
from suite.desk.models import Task
from tests import browser as real
from tests import make

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def tab_to(page, selector):
    """Press Tab until the focus is there, and see that one can see it."""
    for _press in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert shown != "none" or "ts-control" in selector, f"no focus ring on {selector}"
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def pick(page, field, text):
    """Type into a picker and take what it offers first."""
    tab_to(page, f"{field} + .ts-wrapper .ts-control input")
    page.keyboard.type(text)
    page.wait_for_selector(f".ts-dropdown .option.active:visible:has-text('{text}')")
    page.keyboard.press("Enter")


def pick_blindly(page, field, text):
    """Type an exact code and press Enter before anything is offered, as with a scanner."""
    tab_to(page, f"{field} + .ts-wrapper .ts-control input")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def choose_new(page, address):
    """The plus menu by its key."""
    page.keyboard.press("c")
    tab_to(page, f".top-acts a[href='{address}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_a_rep_works_through_the_day_without_a_mouse(chromium, live_server):
    company = make.company("acme")
    rep = make.actor(company, "rep", username="rep")
    customer = make.customer(rep, "Northwind Traders")
    lamp = make.product(company, "LAMP", price=113)
    make.product(company, "A-LAMP", price=9)
    make.stock(lamp, 10)
    with real.page(chromium, live_server.url, rep.user) as page:
        # find the customer, log a call
        page.goto("/")
        page.keyboard.press("Control+k")
        page.keyboard.type("northw")
        page.wait_for_selector("#palette-results .palette-row:has-text('Northwind')")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/crm/customers/{customer.pk}/")
        tab_to(page, "textarea[name=text]")
        page.keyboard.type("Wants ten lamps")
        tab_to(page, ".composer .btn-primary")
        page.keyboard.press("Enter")
        page.wait_for_selector(".toast-success")
        page.wait_for_selector(".timeline :text('Wants ten lamps')")

        # write an order and confirm it
        choose_new(page, "/crm/sales/orders/new/")
        pick(page, "#id_party", "Northwind")
        pick_blindly(page, "[name='lines-0-product']", "LAMP")
        page.wait_for_selector("[name='lines-0-product'] + .ts-wrapper .item:has-text('LAMP Product')")
        tab_to(page, "[name='lines-0-quantity']")
        page.keyboard.type("2")
        page.keyboard.press("Control+s")
        page.wait_for_selector("form[action$='/confirm/']")
        tab_to(page, "form[action$='/confirm/'] button")
        page.keyboard.press("Enter")
        page.wait_for_selector(".chain-box")

        # make a task and tick it off
        choose_new(page, "/desk/tasks/new/")
        tab_to(page, "#id_title")
        page.keyboard.type("Send the catalogue")
        page.keyboard.press("Control+s")
        page.wait_for_selector("tr[data-url]")
        page.keyboard.press("j")
        page.keyboard.press("x")
        tab_to(page, ".bulk button[value='complete']")
        page.keyboard.press("Enter")
        page.wait_for_selector(".toast-success button:has-text('Undo')")
        assert page.complaints == []

    assert Activity.objects.get().text == "Wants ten lamps"
    assert Order.objects.get().status == Order.Status.CONFIRMED
    assert Task.objects.get(title="Send the catalogue").status == Task.Status.DONE


def test_what_is_typed_into_a_picker_and_left_with_tab_is_taken(chromium, live_server):
    company = make.company("acme")
    rep = make.actor(company, "rep", username="rep")
    make.customer(rep, "Northwind Traders")
    make.product(company, "LAMP", price=113)
    with real.page(chromium, live_server.url, rep.user) as page:
        page.goto("/crm/sales/orders/new/")

        # after the answer, and before it came
        tab_to(page, "#id_party + .ts-wrapper .ts-control input")
        page.keyboard.type("Northwind")
        page.wait_for_selector(".ts-dropdown .option.active:visible:has-text('Northwind')")
        page.keyboard.press("Tab")
        tab_to(page, "[name='lines-0-product'] + .ts-wrapper .ts-control input")
        page.keyboard.type("LAMP")
        page.keyboard.press("Tab")
        page.keyboard.type("2")
        tab_to(page, "[name='lines-1-product'] + .ts-wrapper .ts-control input")
        page.keyboard.type("UNKNOWN")
        page.keyboard.press("Tab")

        page.wait_for_selector("#id_party + .ts-wrapper .item:has-text('Northwind')")
        page.wait_for_selector("[name='lines-0-product'] + .ts-wrapper .item:has-text('LAMP')")
        page.wait_for_selector("[name='lines-1-product'] + .ts-wrapper.is-invalid")
        assert page.input_value("[name='lines-0-quantity']") == "2"
        assert page.complaints == []


def test_a_picker_that_was_left_quickly_does_not_take_the_focus_back(chromium, live_server):
    company = make.company("acme")
    rep = make.actor(company, "rep", username="rep")
    make.product(company, "LAMP", price=113)
    with real.page(chromium, live_server.url, rep.user) as page:
        page.goto("/crm/sales/orders/new/")
        tab_to(page, "[name='lines-0-product'] + .ts-wrapper .ts-control input")
        page.keyboard.type("LAMP")
        page.keyboard.press("Tab")
        page.wait_for_timeout(600)  # the list would have opened 300 ms after the last key

        assert page.evaluate("document.activeElement.name") == "lines-0-quantity"
        assert page.locator(".ts-dropdown:visible").count() == 0
