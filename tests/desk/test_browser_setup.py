"""Setting up, modules, the menu and first steps in a real browser, in both languages."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from suite.core.models import Company
from suite.desk.models import MenuLayout
from tests import browser as real
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = ["en", "zh-hans"]
AXE = Path(settings.BASE_DIR) / "var" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "/",
    "/desk/setup/",
    "/desk/modules/",
    "/desk/menu/",
    "/desk/adoption/",
    "/desk/first-steps/",
    "/integration/onboarding/industry/?industry=trade",
    "/integration/onboarding/people/",
    "/integration/onboarding/data/",
)


def opened(chromium, live_server, role, language, **look):
    actor = make.actor(make.company("acme"), role, username="boss", language=language)
    return actor, real.page(chromium, live_server.url, actor.user, **look)


@pytest.mark.parametrize(("language", "phone"), [("en", False), ("zh-hans", True)], ids=["wide", "phone"])
def test_an_administrator_goes_through_the_six_steps(chromium, live_server, language, phone):
    _admin, page = opened(chromium, live_server, "administrator", language, phone=phone)
    with page as desk:
        desk.goto("/integration/onboarding/")
        desk.locator("main [data-save]").click()
        desk.fill("[name=name]", "远航贸易")
        desk.fill("[name=credit_code]", "911")
        desk.locator("main [data-save]").click()
        expect(desk.locator("[name=credit_code]")).to_have_attribute("aria-invalid", "true")
        expect(desk.locator("[name=name]")).to_have_value("远航贸易")
        desk.fill("[name=credit_code]", "91110000600037341L")
        desk.locator("main [data-save]").click()
        desk.locator('a[href="?industry=trade"]').click()
        desk.locator('[name=line][value="module.crm_retention"]').or_(desk.locator("[name=line]").first).uncheck()
        desk.locator("main [data-save]").click()
        desk.fill("[name=people]", "王小明 wang@example.com")
        desk.locator("[name=roles]").first.check()
        desk.locator("main [data-save]").click()
        expect(desk.locator("main code")).to_contain_text("/sign-in/new-password/")
        desk.locator("main .form-foot a").click()
        desk.locator("main [data-save]").click()
        desk.locator("main [data-save]").click()
        expect(desk).to_have_url(f"{live_server.url}/desk/setup/")
        assert [each for each in desk.complaints if "400" not in each] == []
    company = Company.objects.get(code="acme")
    assert (company.name, company.industry, company.credit_code) == ("远航贸易", "trade", "91110000600037341L")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_module_is_switched_off_after_it_said_what_goes_along(chromium, live_server, language):
    _admin, page = opened(chromium, live_server, "administrator", language)
    with page as desk:
        desk.goto("/desk/modules/")
        desk.locator('form[action$="/crm_sales/"] button').click()
        expect(desk.locator("#confirm")).to_contain_text("Retention" if language == "en" else "客户维系")
        desk.locator("#confirm button[value=yes]").click()
        expect(desk.locator(".toast-success")).to_be_visible()
        expect(desk.locator('.side a[href="/crm/sales/orders/"]')).to_have_count(0)
        desk.goto("/desk/setup/")
        desk.locator('form[action$="/undo/"] button').first.click()
        expect(desk.locator('.side a[href="/crm/sales/orders/"]')).to_have_count(1)
        assert desk.complaints == []


def test_the_menu_is_arranged_by_keys_by_buttons_and_by_drag(chromium, live_server):
    rep, page = opened(chromium, live_server, "rep", "en")
    with page as desk:
        desk.goto("/desk/menu/")
        tasks = desk.locator('[name=shown][value="desk:tasks"]')
        tasks.focus()
        desk.keyboard.press("Alt+ArrowDown")
        expect(desk.locator("[data-said]")).to_contain_text("Tasks is now number 3")
        expect(tasks).to_be_focused()
        desk.locator('button[name=down][value="sales:quotations"]').click()
        item = desk.locator('li:has([value="desk:calendar"]) [data-handle]')
        item.drag_to(desk.locator('li:has([value="workbench"]) [data-handle]'))
        desk.locator('[name=shown][value="sales:price_lists"]').uncheck()
        desk.locator("main [data-save]").last.click()
        expect(desk.locator(".toast-success")).to_be_visible()
        expect(desk.locator('.side a[href="/crm/sales/price-lists/"]')).to_have_count(0)
        assert desk.complaints == []
    layout = MenuLayout.objects.get(user=rep.user)
    place = {key: number for number, key in enumerate(layout.order)}
    assert place["desk:calendar"] < place["desk:tasks"]
    assert place["sales:contracts"] < place["sales:quotations"]
    assert layout.hidden == ["sales:price_lists"]


def test_a_new_rep_comes_to_the_first_quotation_by_the_list_alone(chromium, live_server):
    """Only what the screen says is followed: the list on the workbench, its hints, the forms."""
    company = make.company("acme")
    make.product(company, "PUMP", price=1130)
    _rep, page = opened(chromium, live_server, "rep", "en")
    with page as desk:
        desk.goto("/")
        desk.locator(".first-steps a", has_text="Enter a customer").click()
        desk.fill("[name=name]", "Harbour Trading")
        desk.locator("main [data-save]").last.click()
        expect(desk.locator("main h1")).to_contain_text("Harbour Trading")
        desk.goto("/")
        expect(desk.locator(".first-steps .done")).to_have_count(1)
        desk.locator(".first-steps a", has_text="Write a quotation").click()
        pick(desk, "[name=party]", "Harbour")
        pick(desk, "[name$=-product]", "PUMP")
        desk.locator("[name$=-quantity]").first.fill("2")
        desk.locator("main [data-save]").last.click()
        expect(desk.locator("main h1")).to_contain_text("QT")
        desk.goto("/")
        expect(desk.locator(".first-steps .done")).to_have_count(2)
        desk.locator('form[action="/desk/first-steps/put/"] button').click()
        expect(desk.locator(".first-steps")).to_have_count(0)
        assert desk.complaints == []


def pick(desk, select, words):
    """Choose in a picker as a person does: click, type, take the first."""
    desk.locator(f"{select} + .ts-wrapper .ts-control").first.click()
    desk.keyboard.type(words)
    desk.locator(".ts-dropdown:visible .option", has_text=words).first.click()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_pages_are_there_for_everybody(chromium, live_server, dark):
    _admin, page = opened(chromium, live_server, "administrator", "en", dark=dark)
    broken = []
    with page as desk:
        for address in PAGES:
            desk.goto(address)
            broken += [f"{address}: {problem}" for problem in real.access_problems(desk, AXE)]
        assert desk.complaints == []
    assert broken == []
