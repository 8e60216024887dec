"""The launcher: one start after another on one data folder, as people and machines do it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from suite.boot.servers import ROOT


class Launch:
    """A launcher that uses the database of the tests and a broker of its own."""

    def __init__(self, var: Path, port: int) -> None:
        user, password = connection.settings_dict["USER"], connection.settings_dict["PASSWORD"]
        place = f"{connection.settings_dict['HOST']}:{connection.settings_dict['PORT']}"
        url = f"postgresql://{user}:{password}@{place}/{connection.settings_dict['NAME']}"
        env = {name: value for name, value in os.environ.items() if not name.startswith(("SUITE_", "REDIS", "MAKE"))}
        self.var, self.port = var, port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "suite.boot.run"],
            cwd=ROOT,
            env=env
            | {
                "DATABASE_URL": url,
                "DATABASE_OWNER_URL": url,
                "SUITE_VAR": str(var),
                "PORT": str(port),
                "SUITE_DEMO": "0",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_until_ready(self) -> "Launch":
        said = ""
        for line in self.process.stdout:
            said += line
            if "Stop with" in line:
                return self
        raise AssertionError(said)

    def refusal(self) -> str:
        output, _ = self.process.communicate(timeout=20)
        assert self.process.returncode == 1
        return output

    def get(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
            return dict(json.load(response))

    def children(self) -> list[int]:
        return list(json.loads((self.var / "run.json").read_text())["children"])


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def launch(transactional_db: None, tmp_path: Path, port: int) -> Iterator[Callable[..., Launch]]:
    launched: list[Launch] = []

    def launch(**changes: Any) -> Launch:
        launched.append(Launch(**{"var": tmp_path, "port": port} | changes))
        return launched[-1]

    yield launch
    for each in launched:
        each.process.terminate()
        each.process.communicate(timeout=20)


def groups_alive(leaders: list[int]) -> list[int]:
    """Of the process groups of some children, those in which anything still runs."""
    alive = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, group = stat.read_text().rsplit(")", 1)[1].split()[:3]
        except OSError:
            continue
        if int(group) in leaders and state != "Z":
            alive.append(int(group))
    return alive


def test_one_start_at_a_time_and_nothing_left_behind_however_it_ends(
    launch: Callable[..., Launch], port: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = launch().wait_until_ready()
    children = first.children()
    assert first.get("/readyz")["status"] == "ready"

    second = launch(port=port + 1)
    elsewhere = launch(var=tmp_path_factory.mktemp("elsewhere"))
    assert re.search(
        rf"Already running on .*http://localhost:{port}/ \(process {first.process.pid}\)", second.refusal()
    )
    assert f"Port {port} cannot be used" in elsewhere.refusal()

    first.process.kill()
    third = launch().wait_until_ready()
    assert third.get("/livez")["start"] != ""
    assert not groups_alive(children)

    children = third.children()
    third.process.send_signal(signal.SIGINT)
    assert third.process.wait(timeout=10) == 0
    assert not groups_alive(children)
