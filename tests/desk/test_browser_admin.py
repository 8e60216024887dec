"""The administrator in a real browser: a new colleague, a new token, and what is wrong with them."""

import pytest
from playwright.sync_api import expect

from suite.core.models import ApiToken, User
from tests import browser as real
from tests import make

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
WORDS = {
    "en": ("already exists", "Give this link to Mei"),
    "zh-hans": ("已存在", "请将此链接交给Mei"),
}


@pytest.fixture(params=["en", "zh-hans"])
def desk(request, chromium, live_server):
    admin = make.actor(make.company("acme"), "administrator", username="boss", language=request.param)
    with real.page(chromium, live_server.url, admin.user) as page:
        page.words = WORDS[request.param]
        yield page
        assert page.complaints == []


def test_a_colleague_is_added_after_a_taken_name_was_told_and_gets_a_link(desk):
    taken, link = desk.words
    desk.goto("/admin/core/user/add/")
    desk.fill("[name=username]", "boss")
    desk.locator("input[name=roles]").first.check()
    desk.click("[name=_save]")
    expect(desk.locator("body")).to_contain_text(taken)

    desk.fill("[name=username]", "mei")
    desk.fill("[name=name]", "Mei")
    desk.click("[name=_save]")

    expect(desk.locator("body")).to_contain_text(link)
    assert not User.objects.get(username="mei").has_usable_password()


def test_a_token_is_made_and_shown_once(desk):
    desk.goto("/profile/tokens/")
    desk.fill("[name=name]", "Web shop")
    desk.locator("main form .btn-primary").last.click()

    expect(desk.locator("main code")).to_contain_text("suite_")
    assert ApiToken.objects.get().name == "Web shop"
    desk.goto("/admin/core/apitoken/")
    expect(desk.locator("body")).to_contain_text("Web shop")


def test_what_is_asked_stands_in_the_middle_of_the_page(desk):
    desk.goto("/admin/core/user/add/")

    desk.evaluate("document.querySelector('#confirm').showModal()")

    box = desk.locator("#confirm").bounding_box()
    size = desk.viewport_size
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    assert middle == pytest.approx([size["width"] / 2, size["height"] / 2], abs=10)
