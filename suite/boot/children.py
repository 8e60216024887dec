"""The processes of one start, recorded so that the next start can end what a killed launcher left behind."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from suite.boot import servers
from suite.boot.processes import belongs_to_start, start

GRACE = 1.2  # seconds to end on one's own before being killed


class Failed(Exception):
    """Something did not work; the message is for the person at the terminal."""


class Children:
    """Each child has a process group, a log and, in its environment, the token of this start."""

    def __init__(self, var: Path, url: str) -> None:
        self.var = var
        self.url = url
        self.token = secrets.token_hex(16)
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[object], *, env: dict[str, str] | None = None, **options: Any) -> None:
        log = self.log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self.running[name] = start(
                command,
                cwd=servers.ROOT,
                env={**os.environ, "SUITE_START": self.token, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **options,
            )
        self._record()

    def finish(self, name: str) -> None:
        """Wait until a child that is one step of the work has done it."""
        if self.running[name].wait() != 0:
            raise Failed(f"{name} failed:\n{self.tail(name)}")
        del self.running[name]

    def has_ended(self, name: str) -> bool:
        return self.running[name].poll() is not None

    def log(self, name: str) -> Path:
        return self.var / "log" / f"{name}.log"

    def tail(self, name: str) -> str:
        """The last lines a child wrote."""
        return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-25:])

    def stop(self) -> None:
        """Ask all to end, the youngest first, and kill with their offspring those that take too long."""
        children = list(reversed(self.running.values()))
        for child in children:
            with suppress(ProcessLookupError):
                child.terminate()
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and any(child.poll() is None for child in children):
            time.sleep(0.02)
        for child in children:
            _kill_group(child.pid)
            child.wait()
        self._record_path().unlink(missing_ok=True)

    def end_leftovers(self) -> int:
        """Kill what a launcher that was killed itself left on this data folder, and say how many there were."""
        state = recorded(self.var)
        left = [pid for pid in state.get("children", ()) if belongs_to_start(pid, state["token"])]
        for pid in left:
            _kill_group(pid)
        return len(left)

    def set_logs_aside(self) -> None:
        """Begin with empty logs, and keep those of the last start."""
        logs, last = self.var / "log", self.var / "log.last"
        shutil.rmtree(last, ignore_errors=True)
        if logs.exists():
            logs.rename(last)

    def _record(self) -> None:
        pids = [child.pid for child in self.running.values()]
        state = {"pid": os.getpid(), "url": self.url, "token": self.token, "children": pids}
        self._record_path().write_text(json.dumps(state))

    def _record_path(self) -> Path:
        return self.var / "run.json"


def recorded(var: Path) -> dict[str, Any]:
    """What the last start on a data folder wrote down; empty when it ended in order."""
    try:
        state: dict[str, Any] = json.loads((var / "run.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return state


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
