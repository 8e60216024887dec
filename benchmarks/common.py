"""What the benchmarks share: the machine's facts, interleaved rounds, rates of several clients."""

from __future__ import annotations

import multiprocessing as mp
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROUNDS = 3
SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Acts per second of all clients together, with the waiting times in milliseconds."""

    per_second: float
    p50: float
    p99: float
    errors: int


def facts() -> str:
    """The machine, in one line."""
    from django.db import connection

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = next((line.split(":")[1].strip() for line in _cpu() if line.startswith("model name")), platform.machine())
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        version, fsync = cursor.fetchone()
    python = platform.python_version()
    return f"{os.cpu_count()} cores {model}, {memory:.0f} GB, Python {python}, PostgreSQL {version} fsync {fsync}"


def _cpu() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def rate(clients: int, work: Any, shares: Sequence[Sequence[Any]], seconds: float = SECONDS) -> Rate:
    """Let `clients` processes do `work(context, item)` over their share for some seconds, all at the same time.

    `work` is an object of a module-level class; `work.prepare()` makes its context in each process beforehand. The
    processes stay: each loads the product once for the whole run.
    """
    while len(_crew) < clients:
        _crew.append(_Client())
    crew = _crew[:clients]
    for client, share in zip(crew, shares, strict=True):
        client.pipe.send((work, list(share), seconds))
    for client in crew:
        client.pipe.recv()  # ready
    for client in crew:
        client.pipe.send("go")
    answers = [client.pipe.recv() for client in crew]
    waits = sorted(wait for found, _errors in answers for wait in found)
    if not waits:
        raise RuntimeError("nothing was done")
    return Rate(
        len(waits) / seconds,
        1000 * waits[len(waits) // 2],
        1000 * waits[int(len(waits) * 0.99)],
        sum(errors for _waits, errors in answers),
    )


class _Client:
    """A process that works when it is told to; it ends with the run."""

    def __init__(self) -> None:
        context = mp.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()


_crew: list[_Client] = []


def start() -> None:
    """Load the product into this process."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite.settings")
    django.setup()


def _serve(pipe: Any) -> None:
    start()
    while True:
        work, items, seconds = pipe.recv()
        context = work.prepare()
        for item in items[:3]:
            work(context, item)
        del items[:3]
        pipe.send("ready")
        pipe.recv()
        pipe.send(_work(work, context, items, seconds))


def _work(work: Any, context: Any, items: list[Any], seconds: float) -> tuple[list[float], int]:
    waits, errors = [], 0
    end = time.perf_counter() + seconds
    while items and time.perf_counter() < end:
        began = time.perf_counter()
        try:
            work(context, items.pop())
        except Exception as error:
            errors += 1
            print(f"  {type(error).__name__}: {error}")
        else:
            waits.append(time.perf_counter() - began)
    if not items:
        raise RuntimeError("the share was too small")
    return waits, errors


def timed(job: Callable[[], Any]) -> float:
    """Seconds a job takes."""
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def statements(job: Callable[[], Any]) -> int:
    """How many statements a job sends, without those that open and close transactions."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        job()
    return sum(not each["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for each in seen)


def interleaved(jobs: dict[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """Run each job once per round, one after the other, and take the median: so that a slow moment hits all alike."""
    seen: dict[str, list[float]] = {name: [] for name in jobs}
    for _round in range(rounds):
        for name, job in jobs.items():
            seen[name].append(job())
    return {name: statistics.median(values) for name, values in seen.items()}


def row(goal: str, what: str, ours: float, floor: float | None, unit: str, wanted: str, ok: bool | None = None) -> None:
    """One line of the report."""
    ratio = f"{ours / floor:8.2f}" if floor else " " * 8
    beside = f"{floor:12,.1f}" if floor is not None else " " * 12
    mark = "" if ok is None else ("  ok" if ok else "  MISSED")
    print(f"{goal:4} {what:52} {ours:12,.1f} {beside} {ratio}  {unit:8} {wanted}{mark}", flush=True)


def shares_of(items: Sequence[Any], clients: int) -> list[list[Any]]:
    return [list(items[n::clients]) for n in range(clients)]
