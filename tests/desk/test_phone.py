"""The house among the apps of a phone."""

import pytest
from playwright.sync_api import expect

from tests import browser as real
from tests import make


def test_a_phone_learns_name_icon_and_first_page(client):
    card = client.get("/manifest.webmanifest")

    assert card["Content-Type"] == "application/manifest+json"
    assert (card.json()["start_url"], card.json()["display"]) == ("/", "standalone")
    assert card.json()["icons"][0]["src"].endswith(".svg")


def test_what_is_kept_on_the_phone_is_of_nobody(client):
    page = client.get("/offline/")

    assert page.status_code == 200
    assert not page.cookies
    assert "no-store" not in page.get("Cache-Control", "")
    assert client.get("/worker.js")["Content-Type"].startswith("text/javascript")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_a_net_a_page_says_so_and_comes_back_with_it(chromium, live_server):
    rep = make.actor(make.company("acme"), "rep", username="rep")
    with real.page(chromium, live_server.url, rep.user, phone=True, worker=True) as page:
        page.goto("/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.reload()
        page.context.set_offline(True)

        page.goto("/desk/tasks/")
        expect(page.locator("h1")).to_contain_text("No connection")
        assert "rep" not in page.locator("main").inner_text()

        page.context.set_offline(False)
        page.locator("main a.btn").click()
        expect(page.locator("h1")).to_contain_text("Tasks")
