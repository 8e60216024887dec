"""The desk in a real browser: keys, pickers, lines, phone, dark; no script complains, nothing scrolls sideways."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from suite.core import clock
from suite.desk.models import Task
from suite.desk.services import todos
from suite.desk.services.todos import NewTask
from tests import browser as real
from tests import make
from tests.desk import pages

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.desk.pages"),
]


@pytest.fixture
def rep():
    company = make.company("acme")
    actor = make.actor(company, "rep", username="rep")
    make.user(company, "rep", username="zhang", name="张伟", name_en="Zhang Wei")
    due = clock.now() + dt.timedelta(days=1)
    new = [NewTask(f"Call customer {n}", due_at=due + dt.timedelta(hours=n)) for n in range(60)]
    todos.create(tasks=[*new, NewTask("华为 visit")], actor=actor)
    return actor


@pytest.fixture
def desk(chromium, live_server, rep):
    with real.page(chromium, live_server.url, rep.user) as page:
        yield page
        assert page.complaints == []


@pytest.fixture
def phone(chromium, live_server, rep):
    with real.page(chromium, live_server.url, rep.user, phone=True) as page:
        yield page
        assert page.complaints == []


def test_a_list_filters_as_one_types_and_by_keys(desk):
    desk.goto("/desk/tasks/")
    desk.keyboard.press("/")
    desk.keyboard.type("hw")
    expect(desk.locator(".list tbody tr")).to_have_count(1)
    assert "q=hw" in desk.url
    assert desk.locator(".chip").count() == 1

    desk.locator("body").click(position={"x": 700, "y": 700})
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/desk/tasks/*/")
    assert desk.locator("h1").inner_text().startswith("华为 visit")


def test_the_row_one_stands_on_stays_when_the_rows_are_fetched_again(desk):
    desk.goto("/desk/tasks/?sort=due_at")
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    stood = desk.locator("tr.at").get_attribute("data-url")

    desk.keyboard.press("/")
    desk.keyboard.type("customer 1")

    expect(desk.locator(".list tbody tr")).to_have_count(11)
    expect(desk.locator("tr.at")).to_have_attribute("data-url", stood)


def test_selecting_with_shift_shows_the_acts_which_can_be_taken_back(desk):
    desk.goto("/desk/tasks/?sort=due_at")
    picks = desk.locator(".pick")
    picks.nth(1).click()
    picks.nth(4).click(modifiers=["Shift"])
    assert desk.locator("[data-picked-count]").inner_text() == "4"

    desk.locator(".bulk button[value=complete]").click()
    desk.wait_for_selector(".toast-success")
    assert Task.objects.filter(status="done").count() == 4

    desk.locator(".toast-success").get_by_role("button", name="Undo").click()
    desk.wait_for_selector(".toast-success:has-text('as they were')")
    assert Task.objects.filter(status="done").count() == 0


def test_an_act_that_fits_none_of_the_selected_rows_is_shut_and_says_why(desk):
    done = Task.objects.order_by("due_at", "pk").first()
    Task.objects.filter(pk=done.pk).update(status="done")
    desk.goto("/desk/tasks/?sort=due_at&view=all")
    complete = desk.locator(".bulk button[value=complete]")

    desk.locator(f".pick[value='{done.pk}']").click()
    expect(complete).to_be_disabled()
    expect(complete).to_have_attribute("title", "None of the selected rows is in a state for this")

    desk.locator(f".pick:not([value='{done.pk}'])").first.click()
    expect(complete).to_be_enabled()


def test_an_act_that_needs_more_asks_for_it(desk):
    desk.goto("/desk/tasks/")
    desk.locator(".pick").nth(0).click()
    desk.locator(".bulk button[value=snooze]").click()
    desk.locator("input[type=datetime-local]").fill("2027-01-05T09:00")
    desk.locator("form.card button.btn-primary").click()
    desk.wait_for_selector(".toast-success")

    assert Task.objects.filter(due_at__year=2027, due_at__month=1, due_at__day=5).count() == 1


def test_a_reason_that_is_needed_is_asked_for_until_it_is_given(phone):
    phone.goto("/test/mistake/")
    phone.locator("details.menu-sheet summary").click()
    phone.get_by_role("button", name="Take it back").click()
    expect(phone.locator("details.menu-sheet .menu-list")).to_be_hidden()

    phone.locator("#confirm [data-yes]").click()
    expect(phone.locator("#confirm input[name=reason]")).to_be_focused()
    phone.keyboard.type("Wrong price")
    phone.locator("#confirm [data-yes]").click()

    expect(phone.locator("body")).to_have_text("undone: Wrong price")


def test_a_dangerous_act_asks_before_it_acts(desk):
    task = Task.objects.first()
    desk.goto(f"/desk/tasks/{task.pk}/")
    desk.locator("details.menu-sheet summary").click()
    desk.get_by_role("button", name="Give up").click()
    desk.locator("#confirm button[value='']").click()
    task.refresh_from_db()
    assert task.status == "open"

    desk.locator("details.menu-sheet summary").click()
    desk.get_by_role("button", name="Give up").click()
    desk.locator("#confirm [data-yes]").click()
    desk.wait_for_selector(".toast-success")
    task.refresh_from_db()
    assert task.status == "cancelled"


def test_the_palette_opens_a_record_by_initials(desk):
    desk.goto("/")
    desk.keyboard.press("Control+k")
    desk.keyboard.type("huawei")
    desk.wait_for_selector("#palette-results .palette-row:has-text('华为 visit')")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/desk/tasks/*/")


def test_the_palette_does_what_the_page_offers_and_knows_what_was_seen_last(desk):
    first, second = Task.objects.all()[:2]
    for task in (first, second):
        desk.goto(f"/desk/tasks/{task.pk}/")
    desk.keyboard.press("Control+k")
    expect(desk.locator(".palette-row").first).to_have_text(first.title)

    desk.keyboard.type(">give up")
    expect(desk.locator(".palette-row")).to_have_count(1)
    desk.keyboard.press("Enter")
    desk.locator("#confirm [data-yes]").click()
    desk.wait_for_selector(".toast-success")

    second.refresh_from_db()
    assert second.status == "cancelled"


def test_an_open_page_says_that_somebody_else_changed_it(desk, rep):
    task = Task.objects.first()
    manager = make.actor(rep.company, "sales_manager", username="lina", name="李娜", name_en="Li Na")
    desk.goto(f"/desk/tasks/{task.pk}/")
    expect(desk.locator("#live")).to_be_hidden()

    todos.change(task=task, values={"title": "Call them back"}, actor=manager)
    expect(desk.locator("#live")).to_contain_text("Li Na changed this at")
    desk.locator("#live button").click()

    expect(desk.locator("h1")).to_contain_text("Call them back")
    expect(desk.locator("#live")).to_be_hidden()


def test_a_letter_presses_the_act_that_declares_it_unless_one_types(desk):
    task = Task.objects.first()
    desk.goto(f"/desk/tasks/{task.pk}/")
    desk.keyboard.press("e")
    desk.wait_for_url("**/edit/")

    desk.locator("[name=title]").press("e")
    assert desk.url.endswith("/edit/")


def paste(page, text):
    """Ctrl-V into whatever has the focus."""
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            const event = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(event);
        }""",
        text,
    )


def test_lines_are_typed_pasted_and_saved_by_keyboard(desk):
    pages.saved.clear()
    desk.goto("/test/order/")
    lines = desk.locator("[data-lines] tbody tr")
    desk.locator("#id_customer").fill("Acme")
    desk.locator("#id_owner + .ts-wrapper .ts-control").click()
    expect(desk.locator(".ts-dropdown .option:visible")).to_have_count(2)
    desk.keyboard.type("wei")
    expect(desk.locator(".ts-dropdown .option:visible")).to_have_count(1)
    desk.keyboard.press("Enter")

    lines.nth(0).locator("input[inputmode=decimal]").focus()
    paste(desk, "2\tfirst\n1,300.5\tsecond\n")
    expect(lines.nth(1).locator("[name$=note]")).to_have_value("second")
    lines.nth(0).locator(".ts-control").click()
    paste(desk, "rep\nzhang\n")
    expect(lines.nth(1).locator(".ts-control .item")).to_have_text("Zhang Wei")
    desk.keyboard.press("Escape")

    lines.nth(1).locator("[name$=note]").focus()
    desk.keyboard.press("Enter")
    expect(lines).to_have_count(3)
    desk.keyboard.press("Control+s")
    expect(desk.locator("body")).to_have_text("saved")
    assert pages.saved == [[("rep", "2", "first"), ("zhang", "1300.5", "second")]]


def test_form_errors_take_the_focus_and_name_the_line(desk):
    desk.goto("/test/order/")
    desk.locator("[data-lines] tbody tr").nth(0).locator("input[inputmode=decimal]").fill("many")
    desk.locator("[data-save]").click()
    desk.wait_for_selector("[data-errors]")

    assert desk.evaluate("document.activeElement.hasAttribute('data-errors')")
    assert "Line 1" in desk.locator("[data-errors]").inner_text()
    assert desk.locator("[data-lines] tbody tr").nth(0).locator("input[inputmode=decimal]").input_value() == "many"
    desk.evaluate("window.onbeforeunload = null")


def test_an_error_goes_when_its_field_is_changed(desk):
    desk.goto("/test/order/")
    amount = desk.locator("[data-lines] tbody tr").nth(0).locator("input[inputmode=decimal]")
    amount.fill("many")
    desk.locator("[data-save]").click()
    desk.wait_for_selector("[data-errors]")

    amount.fill("3")

    expect(amount).not_to_have_class(re.compile("is-invalid"))
    expect(desk.locator("td:has(input[inputmode=decimal]) .field-error")).to_have_count(0)
    expect(desk.locator("[data-errors] li", has_text="Quantity")).to_have_count(0)
    expect(desk.locator("#id_customer")).to_have_class(re.compile("is-invalid"))
    desk.locator("#id_customer").fill("Acme")
    desk.locator("#id_owner + .ts-wrapper .ts-control").click()
    desk.keyboard.type("wei")
    desk.keyboard.press("Enter")
    expect(desk.locator("form .ts-wrapper.is-invalid").first).to_be_visible()  # the person of the line
    expect(desk.locator("[data-errors] li")).to_have_count(1)


def test_a_block_that_fails_offers_another_try_and_the_others_stay(desk, monkeypatch):
    from suite.desk.views import blocks

    monkeypatch.setattr(blocks, "SHOWN", "no number")
    desk.goto("/")
    desk.wait_for_selector("[data-retry]")
    assert desk.locator("[data-block] .empty").count() >= 1
    monkeypatch.undo()
    desk.locator("[data-retry]").click()
    desk.wait_for_selector("text=Call customer 0")
    desk.complaints.clear()  # the browser notes the failed request


PAGES = [
    "/",
    "/desk/tasks/",
    "/desk/tasks/new/",
    "/desk/calendar/",
    "/desk/notifications/",
    "/desk/jobs/",
    "/desk/imports/",
]


def test_nothing_scrolls_sideways_on_a_phone(phone):
    wide = []
    for path in [*PAGES, "/test/order/"]:
        phone.goto(path)
        phone.wait_for_timeout(300)
        if phone.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(path)

    assert wide == []
    assert phone.locator("nav.bottom").is_visible()


def test_filters_and_acts_work_on_a_phone(phone):
    phone.goto("/desk/tasks/")
    phone.get_by_role("button", name="Filters").tap()
    phone.locator("details.filter-menu summary").first.tap()
    phone.locator("input[name=status][value=done]").tap()
    phone.locator(".filter-done").tap()
    phone.wait_for_selector(".chip")
    phone.goto("/desk/tasks/")
    phone.locator(".pick").first.tap()
    assert phone.locator(".bulk").is_visible()
    phone.locator("nav.bottom [data-open-side]").tap()
    phone.wait_for_selector("#side.open")


AXE = Path(settings.BASE_DIR) / "var" / "npm" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed")
@pytest.mark.parametrize("dark", [False, True])
def test_no_page_breaks_the_rules_of_access(chromium, live_server, rep, dark):
    broken = []
    with real.page(chromium, live_server.url, rep.user, dark=dark) as page:
        for path in [*PAGES, "/test/order/"]:
            page.goto(path)
            page.wait_for_timeout(500)
            broken += [f"{path}: {problem}" for problem in real.access_problems(page, AXE)]

    assert broken == []
