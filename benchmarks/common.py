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
SECONDS = 3.0


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


def rate(clients: int, work: Callable[..., None], shares: Sequence[Sequence[Any]], seconds: float = SECONDS) -> Rate:
    """Let `clients` processes do `work(item)` over their share for some seconds.

    `work` is a module-level function; `work.prepare()`, where it has one, runs in each process before the clock starts.
    """
    start = time.time() + 2.0 + clients * 0.5
    with mp.get_context("spawn").Pool(clients) as pool:
        answers = pool.starmap(_client, [(work, list(shares[n]), start, seconds) for n in range(clients)], chunksize=1)
    waits = sorted(wait for each in answers for wait in each[0])
    if not waits:
        raise RuntimeError("nothing was done")
    return Rate(
        len(waits) / seconds,
        1000 * waits[len(waits) // 2],
        1000 * waits[int(len(waits) * 0.99)],
        sum(each[1] for each in answers),
    )


def _client(work: Callable[..., None], items: list[Any], start: float, seconds: float) -> tuple[list[float], int]:
    prepare = getattr(work, "prepare", None)
    context = prepare() if prepare else None
    for item in items[:3]:
        work(context, item)
    del items[:3]
    waits, errors = [], 0
    time.sleep(max(0.0, start - time.time()))
    end = time.time() + seconds
    while time.time() < end:
        if not items:
            raise RuntimeError("the share was too small")
        began = time.perf_counter()
        try:
            work(context, items.pop())
        except Exception as error:
            errors += 1
            print(f"  {type(error).__name__}: {error}")
        else:
            waits.append(time.perf_counter() - began)
    return waits, errors


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
