"""Embedded servers for whoever has set no DATABASE_URL or REDIS_URL."""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from suite.boot import valkey

ROOT = Path(__file__).resolve().parent.parent.parent

_held: list[IO[str]] = []  # open for as long as this process lives


def var() -> Path:
    """The folder for everything that is made while running."""
    return Path(os.environ.get("SUITE_VAR") or ROOT / "var").resolve()


def attach(*, durable: bool = True) -> list[str]:
    """Set DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL where they are missing, and return the kinds of server held.

    A server that is down is started, by one process only. It runs until the last process attached to it has ended.
    With a DATABASE_URL of the user's own, DATABASE_OWNER_URL defaults to it.
    """
    wanted = []
    if os.environ.get("DATABASE_URL"):
        os.environ.setdefault("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
    else:
        wanted.append("postgres")
    if not os.environ.get("REDIS_URL"):
        if valkey.find_program():
            wanted.append("valkey")
        else:
            os.environ["REDIS_URL"] = "filesystem://localhost"
            print("No Valkey for this system: tasks queue in files, the cache is in the database", file=sys.stderr)
    with ThreadPoolExecutor() as pool:
        for address in pool.map(lambda kind: hold(kind, var() / kind, durable=durable), wanted):
            os.environ.update(address)
    return wanted


def hold(kind: str, home: Path, *, durable: bool) -> dict[str, str]:
    """Keep a server running while this process lives and return its address as environment variables."""
    home.mkdir(parents=True, exist_ok=True)
    holders = (home / "holders").open("a")
    fcntl.flock(holders, fcntl.LOCK_SH)  # waits while a keeper is stopping its server
    _held.append(holders)
    with _locked(home / "starting"):
        if not is_kept(home):
            _start_keeper(kind, home, durable=durable)
    address: dict[str, str] = json.loads((home / "address.json").read_text())
    return address


def release() -> bool:
    """Let go of every server and wait for them to stop; False when others hold one, which therefore goes on."""
    homes = [Path(holders.name).parent for holders in _held]
    while _held:
        _held.pop().close()
    deadline = time.monotonic() + 5
    while any(map(is_kept, homes)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(is_kept, homes))


def is_kept(home: Path) -> bool:
    """Whether a server has a living keeper."""
    try:
        with (home / "keeper").open() as keeper:
            fcntl.flock(keeper, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _start_keeper(kind: str, home: Path, *, durable: bool) -> None:
    log = home / "log"
    with log.open("w") as messages:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "suite.boot.keeper", kind, str(home), "durable" if durable else "fleeting"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=messages,
            start_new_session=True,
        )
    if keeper.stdout is None or keeper.stdout.readline() != b"ready\n":
        raise RuntimeError(f"The embedded {kind} did not start:\n{log.read_text()[-2000:]}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
