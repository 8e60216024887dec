"""Takes the README's pictures from a running demo company: `make run` in one window, `make pictures` in another.

It only reads. Which records are shown is found by walking the pages as their readers would.
"""

import base64
import os
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for the tests' way to find Chromium
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite.settings")

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

ADDRESS = os.environ.get("URL", "http://localhost:8000")
PASSWORD = "suite-demo"  # of every sample user, as the sign-in page says
QUALITY = 68
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 760}


def main() -> None:
    import django

    django.setup()
    from tests.browser import chromium

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for name, (who, language, walk) in PICTURES.items():
            with signed_in(browser, who, language, phone=name == "phone") as page:
                walk(page)
                take(page, name)
        browser.close()


@contextmanager
def signed_in(browser: Browser, who: str, language: str, *, phone: bool):
    """A page of one of the sample users."""
    size = PHONE if phone else WIDE
    context = browser.new_context(viewport=size, base_url=ADDRESS, has_touch=phone, is_mobile=phone, locale=language)
    page = context.new_page()
    page.goto("/")
    page.fill("input[name=username]", who)
    page.fill("input[name=password]", PASSWORD)
    page.click("form .btn-primary")
    page.wait_for_selector("[data-block]")
    switch = page.locator(".language button").first
    if switch.get_attribute("value") == language:
        switch.click()
        page.wait_for_selector("[data-block]")
    yield page
    context.close()


def take(page: Page, name: str) -> None:
    """Keep what one sees as a small picture."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(800)  # charts grow into place
    page.add_style_tag(content=".toasts { display: none }") if page.locator(".toast-note").count() else None
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    file = ROOT / "docs" / "pictures" / f"{name}.webp"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(base64.b64decode(shot["data"]))
    print(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1024} kB")


def at(path: str) -> Callable[[Page], object]:
    return lambda page: page.goto(path)


def first_row(path: str) -> Callable[[Page], object]:
    """The record in the first row of a list."""

    def walk(page: Page) -> None:
        page.goto(path)
        page.goto(page.locator("tr[data-url]").first.get_attribute("data-url"))

    return walk


def customer_who_owes(page: Page) -> None:
    """The customer of the order that waits longest for its money."""
    first_row("/crm/sales/orders/?view=unpaid")(page)
    page.locator(".facts a").first.click()
    page.wait_for_selector(".sums")


PICTURES: dict[str, tuple[str, str, Callable[[Page], object]]] = {
    "workbench": ("sales", "en", at("/")),
    "customer": ("sales", "en", customer_who_owes),
    "order": ("sales", "en", first_row("/crm/sales/orders/?view=to_deliver")),
    "deliveries": ("warehouse", "en", at("/admin/erp_inventory/delivery/?view=open")),
    "receivables": ("finance", "en", at("/admin/erp_finance/receivable/?view=open")),
    "dashboard": ("boss", "en", at("/integration/insight/dashboard/")),
    "dashboard-zh": ("boss", "zh-hans", at("/integration/insight/dashboard/")),
    "phone": ("sales", "zh-hans", at("/crm/sales/orders/")),
}


if __name__ == "__main__":
    main()
