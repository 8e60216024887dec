"""Gives the tests servers of their own before pytest-django reads the settings (`-p suite.boot.pytest_plugin`)."""

from __future__ import annotations

import gc
import os
from urllib.parse import urlsplit

from suite.boot import messages, servers
from suite.boot.valkey import TEST_DATABASES


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


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what all tests share, and come less often: it took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)
