"""An administrator adds a field, puts it in its place, and a colleague fills it in."""

import pytest
from playwright.sync_api import expect

from suite.core import cached
from suite.desk.own import book, definitions
from tests import browser as real
from tests import make
from tests.desk.own.make import TASK

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(params=[False, True], ids=["wide", "phone"])
def boss(request, chromium, live_server):
    admin = make.actor(make.company("acme"), "administrator", username="boss")
    with real.page(chromium, live_server.url, admin.user, phone=request.param) as page:
        page.actor = admin
        yield page
        assert page.complaints == []


def keys(page):
    cached.forget(page.actor.company_id)
    return [each.key for each in book.of(TASK, page.actor.company_id)]


def test_a_choice_is_added_and_filled_in(boss):
    boss.goto(f"/desk/own-fields/new/?kind={TASK}")
    expect(boss.locator("[data-lines=options]")).to_be_hidden()
    boss.select_option("[name=type]", "choice")
    boss.fill("[name=name]", "尺寸")
    boss.fill("[name=name_en]", "Size")
    boss.fill("[name=options-0-name]", "小")
    boss.fill("[name=options-0-name_en]", "Small")
    boss.click("[data-save]")
    expect(boss.locator("table.list")).to_contain_text("Size")

    boss.goto("/desk/tasks/new/")
    boss.fill("[name=title]", "Call")
    boss.select_option("[name='own.size']", label="Small")
    boss.click("[data-save]")

    boss.goto("/desk/tasks/?own.size=small")
    expect(boss.locator("table.list")).to_contain_text("Small")


def test_fields_are_put_in_order_by_keys_under_a_new_heading(boss):
    for name in ("One", "Two"):
        definitions.create(actor=boss.actor, kind=TASK, values={"name": name})
    boss.goto(f"/desk/own-fields/{TASK}/layout/")

    boss.fill("[name=section]", "Vehicle")
    boss.locator(".own-new button").click()
    expect(boss.locator(".own-block")).to_have_count(2)
    first = boss.locator("[id^=down-]").first.get_attribute("id")
    boss.locator(f"#{first}").focus()
    boss.keyboard.press("Enter")
    expect(boss.locator(".own-fields li").first).to_contain_text("Two")
    assert boss.evaluate("document.activeElement.id") == first
    boss.keyboard.press("Enter")

    expect(boss.locator(".own-block").last).to_contain_text("One")
    expect(boss.locator(".own-section").last).to_contain_text("Vehicle")
    assert keys(boss) == ["two", "one"]


@pytest.mark.parametrize("boss", [False], ids=["wide"], indirect=True)  # fingers use the buttons
def test_a_field_is_dragged_to_its_place(boss):
    for name in ("One", "Two", "Three"):
        definitions.create(actor=boss.actor, kind=TASK, values={"name": name})
    boss.goto(f"/desk/own-fields/{TASK}/layout/")

    grip = boss.locator(".own-grip").first.bounding_box()
    below = boss.locator(".own-fields li").last.bounding_box()
    boss.mouse.move(grip["x"] + 4, grip["y"] + 4)
    boss.mouse.down()
    boss.mouse.move(grip["x"] + 4, grip["y"] + 20, steps=4)
    boss.mouse.move(grip["x"] + 8, below["y"] + below["height"] / 2 + 4, steps=20)
    boss.wait_for_timeout(300)  # the row makes room
    boss.mouse.up()

    expect(boss.locator(".own-fields li").last).to_contain_text("One")
    expect(boss.locator(".own-section label").last).to_contain_text("One")
    assert keys(boss) == ["two", "three", "one"]
