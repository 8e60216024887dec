"""How people are told, by hand, in a real browser."""

import pytest
from playwright.sync_api import expect

from suite.core.models import User
from suite.desk.models import Notification, NotificationPreference, NotificationSettings
from tests import browser as real
from tests import make
from tests.desk.test_browser import AXE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_on_a_phone_one_chooses_kinds_ways_and_quiet_hours_and_half_of_them_is_refused(chromium, live_server):
    rep = make.actor(make.company("acme"), "rep", username="rep")
    with real.page(chromium, live_server.url, rep.user, phone=True, dark=True) as page:
        page.goto("/desk/notifications/")
        page.get_by_role("link", name="How I want to be told").click()
        page.check("[name='due.mail']")
        page.uncheck("[name='job_done.bell']")
        page.fill("[name=quiet_from]", "22:00")
        page.locator("[data-save]").click()
        expect(page.locator(".field-error")).to_contain_text("a beginning and an end")
        assert page.is_checked("[name='due.mail']")
        page.complaints.clear()  # the browser says of the refused form what the form says

        page.fill("[name=quiet_until]", "07:30")
        page.locator("[data-save]").click()
        expect(page.locator(".toast-note")).to_contain_text("Saved")

        assert page.is_checked("[name='due.mail']")
        assert not page.is_checked("[name='job_done.bell']")
        assert page.input_value("[name=quiet_until]") == "07:30"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert real.access_problems(page, AXE) == []
        assert page.complaints == []
    assert NotificationSettings.objects.get().quiet_from.hour == 22
    assert NotificationPreference.objects.get(kind="due").mail


def test_in_a_note_colleagues_are_offered_taken_by_keys_and_told(chromium, live_server):
    company = make.company("acme")
    rep = make.actor(company, "rep", username="rep")
    mira, _otto = (make.actor(company, "rep", username=name) for name in ("mira", "miro"))
    User.objects.filter(pk=mira.user.pk).update(name="米拉", name_en="Mira Lang")
    with real.page(chromium, live_server.url, rep.user) as page:
        page.goto("/desk/tasks/new/")
        page.fill("[name=title]", "Offer")
        page.locator("[name=note]").press_sequentially("Mail a@mir, 请@mir")
        offered = page.locator(".mentions [role=option]")
        expect(offered).to_have_count(2)
        assert real.access_problems(page, AXE) == []

        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        chosen = page.locator(".mentions [aria-selected=true]")
        expect(page.locator("[name=note]")).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
        page.keyboard.press("Escape")
        expect(offered).to_have_count(0)
        page.keyboard.type("a")
        expect(offered).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.locator("[name=note]")).to_have_value("Mail a@mir, 请@mira ")

        page.keyboard.type("have a look")
        page.locator("[data-save]").click()
        expect(page.locator(".toast-note")).to_contain_text("The task was saved")
        assert page.complaints == []
    assert [row.user_id for row in Notification.objects.filter(kind="mentioned")] == [mira.user.pk]
