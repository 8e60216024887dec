"""Gives the tests servers of their own before pytest-django reads the settings (`-p suite.boot.pytest_plugin`)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from suite.boot import messages, servers
from suite.boot.valkey import TEST_DATABASES

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def _boot() -> None:
    """Attach once for all processes of a run; those that xdist starts inherit the environment of the first."""
    if "SUITE_TEST_RUN" not in os.environ:
        os.environ["SUITE_TEST_RUN"] = str(os.getpid())
        os.environ["SUITE_VAR"] = str(servers.var() / "test")
        os.environ["SUITE_TEST_SERVERS"] = " ".join(servers.attach(durable=False))
        messages.compile_all()
    if "valkey" in os.environ["SUITE_TEST_SERVERS"]:
        os.environ["REDIS_URL"] = _own_databases(os.environ["REDIS_URL"])


def _own_databases(url: str) -> str:
    """A pair of databases, for broker and cache, that other runs and the other processes of this one do not flush."""
    run = int(os.environ["SUITE_TEST_RUN"])
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    pair = (run * 8 + process) % (TEST_DATABASES // 2)
    return urlsplit(url)._replace(path=f"/{2 * pair}").geturl()


_boot()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser without a window. Tests that need it are skipped where the machine has none."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("No Chromium on this machine; on Debian: apt install chromium fonts-noto-cjk")
    from playwright.sync_api import sync_playwright

    # Playwright leaves an event loop running, in which Django would refuse to talk to the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
