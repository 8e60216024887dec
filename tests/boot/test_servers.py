"""Embedded servers: who may do what, and how long they live."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from suite.boot.servers import ROOT, is_kept

HOLDER = """
import json, os, sys
from suite.boot import servers
servers.attach(durable=False)
print(json.dumps({name: os.environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")}), flush=True)
sys.stdin.read()
"""
ATTACHED = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SUITE_TEST_RUN"}


class Holder:
    """A process that holds the servers of a data folder until it is let go."""

    def __init__(self, var: Path) -> None:
        env = {name: value for name, value in os.environ.items() if name not in ATTACHED} | {"SUITE_VAR": str(var)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER], cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def addresses(self) -> dict[str, str]:
        return dict(json.loads(self.process.stdout.readline()))

    def end(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.communicate()


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture
def holder(var: Path) -> Iterator[Holder]:
    holder = Holder(var)
    yield holder
    holder.end()


def within(seconds: float, happens: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not happens() and time.monotonic() < deadline:
        time.sleep(0.05)
    return happens()


def run(url: str, *statements: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        for statement in statements:
            connection.cursor().execute(statement)
    finally:
        connection.close()


def test_the_application_works_with_tables_that_only_their_owner_can_change(holder: Holder) -> None:
    addresses = holder.addresses()

    run(addresses["DATABASE_OWNER_URL"], "CREATE TABLE IF NOT EXISTS paper (id serial, name text)")

    run(addresses["DATABASE_URL"], "INSERT INTO paper (name) VALUES ('订单')", "DELETE FROM paper")
    for forbidden in ("DROP TABLE paper", "TRUNCATE paper", "CREATE TABLE other (id int)"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            run(addresses["DATABASE_URL"], forbidden)


def test_chinese_text_has_trigrams(holder: Holder) -> None:
    url = holder.addresses()["DATABASE_OWNER_URL"]

    run(url, "CREATE EXTENSION IF NOT EXISTS pg_trgm")

    run(url, "DO $$ BEGIN ASSERT cardinality(show_trgm('上海示例有限公司')) > 5; END $$")


def test_processes_that_start_at_the_same_time_share_the_servers(var: Path) -> None:
    first, second = Holder(var), Holder(var)

    shared = first.addresses() == second.addresses()

    first.end()
    second.end()
    assert shared


def test_servers_stay_until_the_last_holder_is_gone_even_when_it_is_killed(var: Path) -> None:
    first, second = Holder(var), Holder(var)
    addresses = first.addresses()
    second.addresses()

    first.end()
    run(addresses["DATABASE_URL"], "SELECT 1")
    second.end(signal.SIGKILL)

    assert within(5, lambda: not is_kept(var / "postgres") and not is_kept(var / "valkey"))


def test_a_crashed_database_comes_back_at_the_address_its_clients_know(var: Path, holder: Holder) -> None:
    url = holder.addresses()["DATABASE_URL"]
    postmaster = int((var / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0])

    os.kill(postmaster, signal.SIGKILL)

    def answers() -> bool:
        try:
            run(url, "SELECT 1")
        except psycopg2.OperationalError:
            return False
        return True

    assert within(20, answers)


def test_a_database_starts_again_after_its_keeper_and_itself_were_killed(var: Path) -> None:
    first = Holder(var)
    first.addresses()
    lock = var / "postgres" / "data" / "postmaster.pid"
    postmaster = int(lock.read_text().split("\n")[0])
    keeper = int(Path(f"/proc/{postmaster}/stat").read_text().rsplit(")", 1)[1].split()[1])

    for pid in (keeper, postmaster):
        os.kill(pid, signal.SIGKILL)
    first.end(signal.SIGKILL)
    second = Holder(var)

    run(second.addresses()["DATABASE_URL"], "SELECT 1")
    second.end()
