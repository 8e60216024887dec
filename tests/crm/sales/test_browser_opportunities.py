"""Deals by hand, in a real browser: the board refuses and opens what is missing, the record goes on to its end."""

import pytest
from playwright.sync_api import expect

from tests import browser as real
from tests.crm.sales.shop import Shop
from tests.crm.sales.test_opportunities import deal, stage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_card_goes_back_and_what_is_missing_opens_then_it_moves_and_the_record_shows_it(chromium, live_server):
    shop = Shop()
    contact = shop.customer.contacts.create(company=shop.company, name="Ren")
    row = deal(shop, contact_id=contact.pk, amount=None)
    first, target = stage(shop, "First contact"), stage(shop, "Proposal")
    with real.page(chromium, live_server.url, shop.rep.user) as page:
        page.goto("/crm/sales/opportunities/?view=board")
        page.locator(f"[data-lane='{first.pk}'] [data-card]").drag_to(page.locator(f"[data-lane='{target.pk}']"))
        expect(page.get_by_role("heading", name="Move OP")).to_be_visible()
        expect(page.locator("main")).to_contain_text("Amount filled in")

        page.get_by_label("Amount").fill("4200")
        page.get_by_role("button", name="Move", exact=True).click()
        expect(page.locator(f"[data-lane='{target.pk}'] [data-card]")).to_contain_text("4,200.00")

        page.get_by_role("link", name=row.name).click()
        expect(page.locator(".path [aria-current]")).to_contain_text("Proposal")
        page.get_by_role("link", name="Lost").click()
        expect(page.get_by_label("To stage")).to_have_value(str(stage(shop, "Lost").pk))
        assert page.complaints == []
