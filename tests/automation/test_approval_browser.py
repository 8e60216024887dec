"""Asking for an approval and deciding it from the notice, in a real browser."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from suite.automation.models import Approval
from suite.automation.services import rules
from suite.core import outbox
from suite.core.access import Actor
from suite.core.models import Role
from tests import browser as real
from tests import make
from tests.automation.test_flow_browser import AXE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_discount_is_asked_for_decided_from_the_notice_and_seen_by_who_asked(chromium, live_server):
    company = make.company("acme")
    manager = make.actor(company, "sales_manager", username="manager")
    rules.set_rule(
        kind="crm_sales.order", steps=[{"role": Role.objects.of(company.pk).get(code="sales_manager")}],
        conditions={"discount_min": "15"}, actor=Actor.system(company),
    )  # fmt: skip
    rep = make.actor(company, "rep", username="rep", team=make.team(company, "East", manager=manager.user))
    line = LineInput(product_id=make.product(company).pk, quantity=Decimal(2), discount=Decimal(18))
    order = create_order(party=make.customer(rep).party, lines=[line], actor=rep)

    with real.page(chromium, live_server.url, rep.user) as asker:
        asker.goto(f"/crm/sales/orders/{order.pk}/")
        asker.get_by_role("button", name="Submit for approval").click()
        expect(asker.locator(".toast-note")).to_contain_text("waits for approval")
        assert asker.complaints == []
    outbox.relay()

    with real.page(chromium, live_server.url, manager.user, phone=True, dark=True) as boss:
        boss.goto("/desk/notifications/")
        boss.get_by_role("button", name="Approve").click()
        expect(boss.locator(".toast-note")).to_contain_text("Approve: 1 row")
        boss.get_by_role("link", name=f"Order {order.number} waits").click()
        expect(boss.locator("h1")).to_contain_text("Approved")
        expect(boss.locator("main")).to_contain_text("What is asked for")
        expect(boss.locator("main")).to_contain_text("18%")
        assert real.access_problems(boss, AXE) == []
        assert boss.complaints == []
    outbox.relay()

    assert Approval.objects.get().status == Approval.Status.APPROVED
    with real.page(chromium, live_server.url, rep.user) as asker:
        asker.goto("/desk/notifications/")
        asker.get_by_role("link", name=f"{order.number} was approved").click()
        expect(asker.locator("h1")).to_contain_text("Approved")
        expect(asker.locator("main")).to_contain_text(str(manager.user.label))
        assert real.access_problems(asker, AXE) == []
        assert asker.complaints == []
