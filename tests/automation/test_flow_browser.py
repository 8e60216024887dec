"""Drawing a flow in a real browser: with the mouse, and by keys; on a phone the list of steps does the same."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from suite.automation.models import Flow
from tests import browser as real
from tests import make
from tests.automation.flows import NOTICE, asks, flow, graph, start

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

UNCOVERED = """for (const each of document.querySelectorAll("body *"))
    if (["sticky", "fixed"].includes(getComputedStyle(each).position)) each.style.position = "static" """
AXE = Path(settings.BASE_DIR) / "var" / "npm" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def admin():
    return make.actor(make.company("acme"), "administrator", username="admin")


@pytest.fixture
def rule(admin):
    branch = {"kind": "branch", "when": asks(grade="A")}
    edges = [("start", "", "n1"), ("n1", "yes", "n2")]
    return flow(admin, graph(start("created"), branch, NOTICE, edges=edges), on=False)


@pytest.fixture
def page(chromium, live_server, admin):
    with real.page(chromium, live_server.url, admin.user) as opened:
        yield opened
        assert opened.complaints == []


def kinds(rule: Flow) -> dict[str, str]:
    return {node["id"]: node["kind"] for node in Flow.objects.get(pk=rule.pk).draft["nodes"]}


def test_a_step_is_drawn_joined_and_filled_in_beside_the_drawing(page, rule):
    page.goto(f"/automation/flows/{rule.pk}/drawing/")
    expect(page.locator(".lf-node")).to_have_count(3)

    page.locator(".lf-node", has_text="If Grade").click()
    expect(page.locator(".flow-panel h2").first).to_have_text("Branch")
    page.locator('.flow-palette [data-kind="task"]').press("Enter")
    expect(page.locator(".flow-panel h2").first).to_have_text("Task")
    page.locator(".flow-panel [name=text]").fill("Call {party}")
    page.locator(".flow-panel [data-save]").click()
    expect(page.locator(".lf-node", has_text="Call {party}")).to_have_count(1)

    (made,) = [name for name, kind in kinds(rule).items() if kind == "task"]
    assert {"from": "n1", "exit": "no", "to": made} in Flow.objects.get(pk=rule.pk).draft["edges"]


def test_a_step_is_dragged_onto_the_drawing_and_moved(page, rule):
    page.goto(f"/automation/flows/{rule.pk}/drawing/")
    expect(page.locator(".lf-node")).to_have_count(3)
    button = page.locator('.flow-palette [data-kind="wait"]').bounding_box()
    board = page.locator(".flow-canvas").bounding_box()

    page.mouse.move(button["x"] + 40, button["y"] + 10)
    page.mouse.down()
    page.mouse.move(board["x"] + 150, board["y"] + 300, steps=6)
    page.mouse.move(board["x"] + 140, board["y"] + 420, steps=6)
    page.mouse.up()
    expect(page.locator("[data-flow-state]")).to_have_text("Saved")
    assert "wait" in kinds(rule).values()

    placed = {node["id"]: node["x"] for node in Flow.objects.get(pk=rule.pk).draft["nodes"]}
    box = page.locator(".lf-node", has_text="If Grade").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 10, steps=8)
    with page.expect_response("**/graph/"):
        page.mouse.up()
    page.wait_for_timeout(300)
    assert {node["id"]: node["x"] for node in Flow.objects.get(pk=rule.pk).draft["nodes"]}["n1"] > placed["n1"]


def test_the_list_of_steps_does_all_of_it_by_keys(page, rule):
    page.goto(f"/automation/flows/{rule.pk}/")
    page.locator(".flow-way", has_text="No").last.locator("summary").press("Enter")
    page.locator('.flow-line details[open] button[value="task"]').press("Enter")
    page.locator("[name=text]").fill("Call {party}")
    page.locator("[name=text]").press("Control+Enter")
    expect(page.locator(".flow-line", has_text="Call {party}")).to_have_count(1)

    page.get_by_role("link", name="Rehearse").press("Enter")
    expect(page.locator("h1")).to_contain_text("Rehearsal")
    page.get_by_role("button", name="Switch on").press("Enter")
    expect(page.locator(".toast-note").first).to_contain_text("Switched on")
    assert Flow.objects.get(pk=rule.pk).is_on


@pytest.mark.parametrize("phone", [False, True])
def test_everybody_can_use_the_pages_of_flows(chromium, live_server, admin, rule, phone):
    with real.page(chromium, live_server.url, admin.user, phone=phone) as opened:
        for part in ("", "steps/start/", "rehearsal/", "drawing/"):
            opened.goto(f"/automation/flows/{rule.pk}/{part}")
            opened.wait_for_timeout(300)
            wide = opened.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, part
            if phone:
                opened.evaluate(UNCOVERED)  # what bars cover is on its way
            if AXE.exists():
                assert real.access_problems(opened, AXE) == [], part
        assert opened.complaints == []
