"""Lists by hand, in a real browser: views, filters, boards."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from suite.core import clock
from suite.core.access import Actor
from suite.desk.models import SavedView, Task
from suite.desk.services import todos
from suite.desk.services.todos import NewTask
from tests import browser as real
from tests import make
from tests.desk.test_browser import AXE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TASKS = "/desk/tasks/"


@pytest.fixture
def rep():
    actor = make.actor(make.company("acme"), "rep", username="rep")
    due = clock.now() + dt.timedelta(days=1)
    todos.create(
        tasks=[NewTask(f"Call customer {n}", due_at=due + dt.timedelta(hours=n)) for n in range(3)], actor=actor
    )
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


def test_what_a_list_shows_is_saved_counted_and_kept_in_the_menu(desk):
    desk.goto(f"{TASKS}?due=next_7_days")
    desk.get_by_text("Save as").click()
    desk.locator(".chips input[name=name]").fill("This week's calls")
    desk.locator(".chips .btn-primary").click()
    desk.locator("[data-counts]").click()
    expect(desk.locator(".views a[aria-current] .count")).to_have_text("3")

    desk.locator(".view-menu summary").click()
    desk.get_by_text("Keep in the menu").click()

    expect(desk.locator(".side a[aria-current]").first).to_have_text("This week's calls")
    assert SavedView.objects.get().params == {"due": "next_7_days"}


def test_a_filter_gets_another_operator_and_becomes_an_alternative(desk):
    todos.complete(pks=[Task.objects.first().pk], actor=make.actor(make.company("acme"), "administrator"))
    desk.goto(TASKS)
    desk.locator(".filter-menu summary", has_text="Status").click()
    desk.select_option("[data-operator=status]", "not")
    desk.check("[name=status_not][value=done]")
    expect(desk.locator(".list tbody tr")).to_have_count(2)
    assert desk.url.endswith("?status_not=done")

    desk.goto(f"{TASKS}?status=done&due=none")
    expect(desk.locator(".list")).to_have_count(0)
    desk.locator(".chip-or").first.click()
    desk.locator(".chip-or[title='Make it an alternative']").click()
    expect(desk.locator(".list tbody tr")).to_have_count(1)


def test_a_card_is_dragged_into_another_lane_or_moved_by_its_menu_and_taken_back(desk):
    desk.goto(f"{TASKS}?show=board")
    cards = desk.locator("[data-lane=open] [data-card]")
    expect(cards).to_have_count(3)
    desk.wait_for_function("() => Boolean(window.Sortable)")

    cards.first.drag_to(desk.locator("[data-lane=done]"))
    expect(desk.locator("[data-lane=done] [data-card]")).to_have_count(1)
    desk.locator("[data-lane=open] summary").first.click()
    desk.locator("[data-lane=open] [data-to=cancelled]").first.click()
    expect(desk.locator("[data-lane=cancelled] [data-card]")).to_have_count(1)
    desk.locator(".toast-note button", has_text=re.compile("undo|back", re.I)).first.click()

    expect(desk.locator("[data-lane=open] [data-card]")).to_have_count(2)


def test_a_card_that_cannot_go_there_goes_back_and_it_is_said(desk):
    desk.goto(f"{TASKS}?show=board&status=done,cancelled,open")
    todos.cancel(pks=[Task.objects.first().pk], actor=make.actor(make.company("acme"), "administrator"))
    desk.reload()
    desk.wait_for_function("() => Boolean(window.Sortable)")

    desk.locator("[data-lane=cancelled] [data-card]").drag_to(desk.locator("[data-lane=done]"))

    expect(desk.locator(".toast-note")).to_contain_text("cannot be moved")
    expect(desk.locator("[data-lane=cancelled] [data-card]")).to_have_count(1)


def test_on_a_phone_the_filters_stand_in_a_sheet_and_a_board_shows_one_lane(phone):
    phone.goto(TASKS)
    phone.locator(".filter-open").click()
    phone.locator(".filter-set summary", has_text="Status").click()
    phone.check("[name=status][value=done]")
    phone.locator(".filter-done").click()
    expect(phone.locator(".list")).to_have_count(0)

    phone.goto(f"{TASKS}?show=board")
    lane = phone.locator(".lane").first.bounding_box()
    assert 300 < lane["width"] < 390
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_cells_are_changed_by_keys_down_a_column_and_a_wrong_value_stays(desk):
    desk.goto(f"{TASKS}?cols=title,due_at,owner")
    desk.locator("td[data-edit=due_at]").first.dblclick()
    desk.locator("[data-editor] input").fill("2031-05-01T09:00")
    desk.keyboard.press("Enter")
    expect(desk.locator("tbody tr").nth(1).locator("[data-editor]")).to_have_count(1)
    desk.keyboard.press("Escape")

    expect(desk.locator("[data-editor]")).to_have_count(0)
    expect(desk.locator("td[data-edit=due_at]").first).to_contain_text("2031-05-01")
    assert Task.objects.filter(due_at__year=2031).count() == 1
    desk.locator("td[data-edit=due_at]").first.dblclick()
    desk.locator("[data-editor] input").fill("2032-05-01T09:00")
    desk.locator("td[data-edit=owner]").nth(1).dblclick()
    expect(desk.locator("td[data-edit=due_at]").first).to_contain_text("2032-05-01")
    expect(desk.locator("td[data-edit=owner]").nth(1).locator("[data-editor]")).to_have_count(1)
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-editor]")).to_have_count(0)
    desk.locator("body").press("j")
    desk.locator("body").press("F2")
    desk.locator("[data-editor] input").evaluate("field => { field.type = 'text'; field.value = 'soon'; }")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-editor] [role=alert]")).to_be_visible()
    expect(desk.locator("[data-editor] input")).to_have_attribute("value", "soon")
    desk.complaints.clear()  # the browser says of the refused value what the cell says


def test_columns_are_put_into_order_by_keys_and_get_the_width_that_is_drawn(desk):
    desk.goto(f"{TASKS}?due=next_7_days")
    desk.locator(".columns-menu summary").click()
    for _step in range(2):
        desk.locator("[data-column] input[value=owner]").press("Alt+ArrowUp")
    expect(desk.locator("thead th").nth(2)).to_contain_text("Owner")
    desk.keyboard.press("Escape")
    box = desk.locator("[data-grip=owner]").bounding_box()
    desk.mouse.move(box["x"] + 4, box["y"] + 8)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 84, box["y"] + 8)
    desk.mouse.up()

    desk.wait_for_url("**widths=owner*")
    assert "due=next_7_days" in desk.url
    assert "owner" in desk.url.partition("cols=")[2]
    desk.reload()
    expect(desk.locator("thead th").nth(2)).to_contain_text("Owner")


def test_a_record_opens_beside_its_list(desk):
    desk.goto(TASKS)
    desk.locator("body").press("j")
    desk.locator("body").press("o")

    expect(desk.locator("#sheet.panel")).to_contain_text("Call customer 0")


@pytest.mark.parametrize(
    "query", ["?show=board", "?show=calendar", "?show=calendar&span=week", "?any.status=done&any.due=none"]
)
def test_boards_calendars_and_chips_are_accessible(desk, query):
    desk.goto(f"{TASKS}{query}")

    assert real.access_problems(desk, AXE) == []


def test_an_entry_is_put_on_another_day_by_drag_and_by_keys_and_taken_back(desk):
    due = clock.now() + dt.timedelta(days=400)
    rep = Task.objects.first().owner
    todos.create(
        tasks=[NewTask("Far away", due_at=due.replace(day=10, hour=4))], actor=Actor(rep, make.company("acme"))
    )
    month = f"{due:%Y-%m}"
    desk.goto(f"{TASKS}?show=calendar&on={month}-10")
    desk.wait_for_function("() => Boolean(window.Sortable)")
    entry = desk.locator("[data-entry]")

    entry.drag_to(desk.locator(f'[data-day="{month}-12"]'))
    expect(desk.locator(f'[data-day="{month}-12"] [data-entry]')).to_have_count(1)
    expect(entry).to_be_focused()
    entry.press("Alt+ArrowDown")
    expect(desk.locator(f'[data-day="{month}-19"] [data-entry]')).to_have_count(1)
    desk.locator(".toast-note button", has_text=re.compile("undo|back", re.I)).first.click()

    expect(desk.locator(f'[data-day="{month}-12"] [data-entry]')).to_have_count(1)
