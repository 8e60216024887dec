"""A stranger on the phone fills in a form that stands in a frame of another site."""

import http.server
import threading

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from crm.sales.models import Lead
from crm.sales.services import web_forms
from tests import browser as real
from tests.crm.sales.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_form_in_a_frame_of_another_site_makes_a_lead_and_its_trap_is_not_seen(chromium, live_server, monkeypatch):
    monkeypatch.setattr(web_forms, "LEAST", 0)
    cache.clear()
    fields = [{"name": "name", "required": True}, {"name": "phone", "required": True}]
    form = web_forms.create_form(
        name="Site", title="Write to us", fields=fields, consent="You may call me", actor=Shop().system
    )

    class OtherSite(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            address = f"{live_server.url}/f/{form.token}/?lang=en"
            self.wfile.write(f'<iframe src="{address}" width="360" height="700"></iframe>'.encode())

        def log_message(self, *args: object) -> None:
            pass

    site = http.server.HTTPServer(("127.0.0.1", 0), OtherSite)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    context = chromium.new_context(viewport=real.PHONE)
    try:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{site.server_port}/")
        frame = page.frame_locator("iframe")
        expect(frame.get_by_role("heading", name="Write to us")).to_be_visible()
        expect(frame.locator("[name=homepage]")).not_to_be_in_viewport()
        frame.get_by_label("Person").fill("Li Lei")
        frame.get_by_label("Phone").fill("138 0013 8000")
        frame.get_by_label("You may call me").check()
        frame.get_by_role("button", name="Send").click()
        expect(frame.get_by_role("status")).to_contain_text("Thank you")
        assert context.cookies() == []
    finally:
        site.shutdown()
        context.close()
    assert Lead.objects.get().phone == "13800138000"
