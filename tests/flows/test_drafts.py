"""What was typed outlives the sign-in that ended meanwhile, and the faults on the way."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from crm.sales.models import Order
from suite.desk.models import Draft
from tests import browser as real
from tests import make

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
NEW_ORDER = "/crm/sales/orders/new/"


@pytest.fixture
def company():
    return make.company("acme")


@pytest.fixture
def rep(company):
    rep = make.actor(company, "rep", username="rep")
    make.customer(rep, "Northwind Traders")
    make.product(company, "LAMP", price=113)
    return rep


@pytest.fixture
def page(chromium, rep, live_server):
    rep.user.set_password("a long word")
    rep.user.save()
    with real.page(chromium, live_server.url, rep.user) as opened:
        yield opened


def pick(page, select, text):
    page.locator(f"{select} + .ts-wrapper .ts-control").click()
    page.keyboard.type(text)
    page.wait_for_selector(f".ts-dropdown .option.active:visible:has-text('{text}')")
    page.keyboard.press("Enter")


def write_order(page):
    """Type an order with two lines, and leave it unsaved."""
    page.goto(NEW_ORDER)
    pick(page, "#id_party", "Northwind")
    page.locator("#id_note").fill("Ring the bell twice")
    for number, quantity in enumerate(("2", "7")):
        pick(page, f"[name='lines-{number}-product']", "LAMP")
        page.locator(f"[name='lines-{number}-quantity']").fill(quantity)
    page.locator("[data-add-line]").click()
    page.wait_for_timeout(500)  # the price is asked for up to 400 ms after the last key
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(page.locator("#totals")).to_contain_text("1,017.00")


def save(page):
    page.locator("[data-save]").click()


def sign_in(page, name="rep"):
    page.wait_for_url("**/sign-in/**")
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill("a long word")
    page.locator("form:has(#id_password) .btn-primary").click()


def test_an_order_typed_while_the_sign_in_ended_is_there_after_signing_in_again(page):
    write_order(page)
    Session.objects.all().delete()

    save(page)
    sign_in(page)

    page.wait_for_url(f"**{NEW_ORDER}")
    expect(page.locator(".draft-note")).to_contain_text("What you had typed is here again")
    expect(page.locator("#id_note")).to_have_value("Ring the bell twice")
    expect(page.locator("#id_party + .ts-wrapper .item")).to_contain_text("Northwind Traders")
    expect(page.locator("[name='lines-1-quantity']")).to_have_value("7")
    expect(page.locator("[name='lines-1-product'] + .ts-wrapper .item")).to_contain_text("LAMP")
    assert not Order.objects.exists()

    save(page)
    page.wait_for_selector(".page-head :text('SO')")
    assert Order.objects.get().gross == 9 * 113
    page.goto(NEW_ORDER)
    expect(page.locator("#id_note")).to_have_value("")
    expect(page.locator(".draft-note")).to_have_count(0)


def test_who_is_sent_to_sign_in_while_typing_finds_the_form_as_it_was(page):
    write_order(page)
    Session.objects.all().delete()

    page.locator("[name='lines-1-quantity']").fill("8")
    page.locator("#id_note").focus()  # the line is reckoned anew, and the server asks who that is
    sign_in(page)

    page.wait_for_url(f"**{NEW_ORDER}")
    expect(page.locator("[name='lines-1-quantity']")).to_have_value("8")


def test_a_form_from_before_the_last_sign_in_leads_back_to_what_was_typed(page):
    write_order(page)
    page.context.clear_cookies(name="csrftoken")

    save(page)
    page.get_by_role("link", name="Back to the form").click()

    expect(page.locator("#id_note")).to_have_value("Ring the bell twice")
    expect(page.locator("[name='lines-0-quantity']")).to_have_value("2")


def test_what_one_person_typed_is_never_shown_to_the_next(page, company):
    other = make.user(company, "rep", username="other")
    other.set_password("a long word")
    other.save()
    write_order(page)
    Session.objects.all().delete()

    save(page)
    sign_in(page, "other")

    page.wait_for_url(f"**{NEW_ORDER}")
    expect(page.locator("#id_note")).to_have_value("")
    assert "Ring the bell" not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_a_page_left_unsaved_offers_what_was_typed_and_forgets_it_when_told(page):
    page.on("dialog", lambda dialog: dialog.accept())
    write_order(page)
    page.wait_for_timeout(500)
    page.goto("/")

    page.goto(NEW_ORDER)
    expect(page.locator("#id_note")).to_have_value("")
    page.get_by_role("button", name="Take it up again").click()
    expect(page.locator("#id_note")).to_have_value("Ring the bell twice")
    expect(page.locator("[name='lines-1-quantity']")).to_have_value("7")

    page.wait_for_timeout(500)
    page.goto("/")
    page.goto(NEW_ORDER)
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator(".draft-note")).to_have_count(0)


def test_what_was_typed_here_waits_on_another_device_until_it_is_saved(page, chromium, live_server, rep):
    write_order(page)
    expect(page.locator(".draft-saved")).to_contain_text("Draft kept at", timeout=6000)

    with real.page(chromium, live_server.url, rep.user) as elsewhere:
        elsewhere.goto(NEW_ORDER)
        elsewhere.get_by_role("button", name="Take it up again").click()
        expect(elsewhere.locator("#id_note")).to_have_value("Ring the bell twice")
        expect(elsewhere.locator("[name='lines-1-quantity']")).to_have_value("7")
        save(elsewhere)
        elsewhere.wait_for_selector(".page-head :text('SO')")
        assert Order.objects.get().gross == 9 * 113

        elsewhere.goto(NEW_ORDER)
        expect(elsewhere.locator(".draft-note")).to_have_count(0)
    assert not Draft.objects.exists()


def test_passwords_are_never_kept(page):
    page.goto("/profile/password/")
    page.locator("input[type=password]").first.fill("a long word")
    page.wait_for_timeout(500)

    assert "a long word" not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_going_back_to_a_corrected_form_shows_no_errors_of_then(page):
    write_order(page)
    page.locator("[name='lines-0-quantity']").fill("many")
    save(page)
    page.wait_for_selector("[data-errors]")
    page.locator("[name='lines-0-quantity']").fill("3")
    save(page)
    page.wait_for_selector(".page-head :text('SO')")

    page.go_back()

    page.wait_for_url(f"**{NEW_ORDER}")
    expect(page.locator("[data-errors]")).to_have_count(0)
    expect(page.locator(".is-invalid")).to_have_count(0)


def test_the_admin_pages_keep_what_was_typed_too(chromium, company, live_server):
    admin = make.user(company, "administrator", username="ada")
    admin.set_password("a long word")
    admin.save()
    make.product(company, "LAMP")
    with real.page(chromium, live_server.url, admin) as page:
        page.goto("/admin/crm_sales/pricelist/add/")
        page.locator("#id_name").fill("Summer")
        page.locator("#items-group .add-row a, #items-group a.add-row").first.click()
        page.locator("#id_items-0-price").fill("99")
        Session.objects.all().delete()

        page.locator("[name=_save]").first.click()
        sign_in(page, "ada")

        page.wait_for_url("**/admin/crm_sales/pricelist/add/")
        expect(page.locator("#id_name")).to_have_value("Summer")
        expect(page.locator("#id_items-0-price")).to_have_value("99")
