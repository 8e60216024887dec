"""A real browser for tests: signs people in, takes pictures, collects what the page complains about."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.test import Client

from suite.core.models import User

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def chromium() -> str | None:
    """The system's Chromium, if there is one; the shell without windows takes half as long over a page."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Any]:
    """A running Chromium; every test opens a `page` in a context of its own."""
    # Playwright runs a loop of its own in this thread, which Django takes for asynchronous code from then on.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    connections.close_all()  # those that were opened before the loop runs are not seen while it does
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield running
        finally:
            connections.close_all()  # those that were opened while the loop ran are not seen after it
            running.close()


def sign_in_cookie(user: User, address: str) -> dict[str, str]:
    """A cookie that makes the browser this user."""
    client = Client()
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[-1])
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": address,
    }


def is_complaint(said: Any) -> bool:
    """Whether a line of the console is news of a fault: htmx also says so of requests that newer ones replaced."""
    return said.type == "error" and not said.text.startswith(("htmx:afterRequest", "htmx:sendAbort"))


@contextmanager
def page(
    running: Any,
    address: str,
    user: User | None = None,
    *,
    phone: bool = False,
    dark: bool = False,
    worker: bool = False,
) -> Iterator[Any]:
    """A page of its own context; `page.complaints` lists script errors and refused loads.

    The `worker` that answers without a net stays out, for it hides requests from the test.
    """
    context = running.new_context(
        viewport=PHONE if phone else WIDE,
        base_url=address,
        has_touch=phone,
        is_mobile=phone,
        color_scheme="dark" if dark else "light",
        locale="en-US",
        service_workers="allow" if worker else "block",
    )
    if user:
        context.add_cookies([sign_in_cookie(user, address)])
    opened = context.new_page()
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("console", lambda said: is_complaint(said) and opened.complaints.append(said.text))
    try:
        yield opened
    finally:
        context.close()


def picture(opened: Any, name: str) -> Path:
    """Save what the page looks like under var/pictures."""
    folder = Path(settings.VAR) / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    opened.screenshot(path=folder / f"{name}.png", full_page=False)
    return folder / f"{name}.png"


def access_problems(opened: Any, axe: Path) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA on the page, one line each."""
    opened.evaluate(axe.read_text())
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = opened.evaluate("runOnly => axe.run(document, {runOnly}).then(done => done.violations)", rules)
    return [
        f"{rule['id']}: {node['html'][:150]} {node['failureSummary'][:200]}"
        for rule in found
        for node in rule["nodes"][:5]
    ]
