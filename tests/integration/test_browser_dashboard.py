"""The dashboard and the wall in a real browser."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from suite.desk.dashboards import boards
from suite.desk.services import saved_views
from tests import browser as real
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(settings.BASE_DIR) / "var" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
BOARD = "/integration/insight/dashboard/"


def problems(desk):
    return real.access_problems(desk, AXE) if AXE.exists() else []


@pytest.fixture
def manager():
    return make.actor(make.company("acme"), "sales_manager", username="manager", language="en")


def test_a_manager_arranges_tiles_by_keys_mouse_and_catalogue(chromium, live_server, manager):
    view = saved_views.save(
        actor=manager, list_key="crm.sales.lists.OrderList", name="Drafts", params={"status": "draft"}
    )
    with real.page(chromium, live_server.url, manager.user) as desk:
        desk.goto(BOARD)
        expect(desk.locator(".board-tile")).to_have_count(5)
        desk.locator('a[href="?arrange=yes"]').click()
        desk.locator('[id="left-late"]').focus()
        desk.keyboard.press("Alt+ArrowLeft")
        expect(desk.locator("[data-said]")).to_contain_text("Orders late is now number 3")
        expect(desk.locator(".toast-success")).to_be_visible()
        expect(desk.locator('[id="left-late"]')).to_be_focused()
        desk.locator('[id="wider-orders"]').click()
        expect(desk.locator('.w2:has([id="wider-orders"])')).to_be_visible()
        expect(desk.locator('[id="wider-orders"]')).to_be_focused()
        desk.locator("#look-1").select_option(f"view.{view.pk}.by.owner")
        desk.locator(".catalogue-view .btn").click()
        expect(desk.locator(".board-tile")).to_have_count(6)
        desk.locator('.board-tile:has([id="left-orders"]) [data-handle]').drag_to(
            desk.locator('.board-tile:has([id="left-late"]) [data-handle]'), target_position={"x": 12, "y": 20}
        )
        expect(desk.locator('input[name="order"]').first).not_to_have_value("orders")
        desk.locator('[id="remove-trend"]').click()
        expect(desk.locator(".board-tile")).to_have_count(5)
        desk.locator(".toast-success form button").click()
        expect(desk.locator(".board-tile")).to_have_count(6)
        assert problems(desk) == []
        assert desk.complaints == []
    kept = {each.tile.name: each.width for each in boards.placed(manager)}
    assert (kept["orders"], kept[f"view.{view.pk}.by.owner"]) == (2, 1)
    assert next(iter(kept)) != "orders"


def test_a_wall_reads_itself_anew_and_says_when_it_cannot(chromium, live_server, manager):
    with real.page(chromium, live_server.url, manager.user) as desk:
        desk.clock.install()
        desk.goto("/wall/")
        told = desk.locator("[data-told]")
        assert problems(desk) == []
        with desk.expect_response("**/wall/figures/") as answer:
            desk.clock.fast_forward(61_000)
        assert answer.value.status == 200
        expect(told).to_be_hidden()
        desk.context.set_offline(True)
        desk.clock.fast_forward(61_000)
        expect(told).to_contain_text("Could not be refreshed since")
        desk.context.set_offline(False)
        desk.clock.fast_forward(16_000)
        expect(told).to_be_hidden()
