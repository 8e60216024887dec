"""Test databases: a template is migrated once for each state of the schema, and every test process works on a copy.

What all its tests begin with is written into a copy that each process keeps, and copied again for tests that commit.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, cursor
from psycopg2.sql import SQL, Identifier

from suite.boot.processes import is_alive
from suite.boot.stamps import fingerprint, schema_inputs

BUILDING = 731_001  # key of the advisory lock under which a template is made


class TestDatabase:
    """The database of this test process."""

    __test__ = False  # not a class of tests

    def __init__(self) -> None:
        process = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
        self.name = f"suite_test_{os.environ['SUITE_TEST_RUN']}_{process}"
        self.start = f"{self.name}_start"
        self.template = f"suite_template_{fingerprint(schema_inputs())[:16]}"

    def create(self, begin: Callable[[], object]) -> None:
        """Make the database; `begin` writes what all tests find in it."""
        with _server() as server:
            server.execute("SELECT pg_advisory_lock(%s)", [BUILDING])
            _drop_leftovers(server)
            if not _exists(server, self.template):
                self._build_template(server)
            _copy(server, self.template, self.start)
        _point_at(self.start)
        begin()
        self.renew()

    def renew(self) -> None:
        """Put a database as it began in the place of whatever the tests have made of theirs."""
        connections.close_all()
        with _server() as server:
            _copy(server, self.start, self.name)
        _point_at(self.name)

    def drop(self) -> None:
        connections.close_all()
        with _server() as server:
            _drop(server, self.name)
            _drop(server, self.start)

    def _build_template(self, server: cursor) -> None:
        new = f"{self.template}_new"
        _drop(server, new)
        _run(server, "CREATE DATABASE {}", new)
        _point_at(new)
        call_command("migrate", run_syncdb=True, verbosity=0)
        with connections["owner"].cursor() as cursor:  # tests write far more than they search, and among few rows
            cursor.execute("DROP INDEX desk_search_found")
        connections.close_all()
        _run(server, "ALTER DATABASE {} RENAME TO {}", new, self.template)


@contextmanager
def _server() -> Iterator[cursor]:
    """A connection of our own, as the owner: databases are made and dropped from outside of them."""
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    try:
        with connection.cursor() as server:
            yield server
    finally:
        connection.close()


def _run(server: cursor, statement: str, *names: str) -> None:
    server.execute(SQL(statement).format(*map(Identifier, names)))


def _drop(server: cursor, name: str) -> None:
    """Drop a database and end our own connections to it.

    Not WITH (FORCE): that would also end a passing autovacuum worker, which only a superuser may do. A plain
    DROP asks the worker to leave and waits for it.
    """
    server.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = %s AND pg_has_role(usesysid, 'member')",
        [name],
    )
    _run(server, "DROP DATABASE IF EXISTS {}", name)


def _copy(server: cursor, origin: str, name: str) -> None:
    _drop(server, name)
    _run(server, "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, origin)


def _exists(server: cursor, name: str) -> bool:
    server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return server.fetchone() is not None


def _drop_leftovers(server: cursor) -> None:
    """Drop what killed runs left, and all but the newest templates: branches come and go."""
    server.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'suite\_test\_%'")
    dead = [name for (name,) in server.fetchall() if not is_alive(int(name.split("_")[2]))]
    server.execute(
        r"SELECT datname FROM pg_database WHERE datname LIKE 'suite\_template\_%' ORDER BY oid DESC OFFSET 5"
    )
    for name in dead + [name for (name,) in server.fetchall()]:
        _drop(server, name)


def _point_at(name: str) -> None:
    for alias in connections:
        database: dict[str, Any] = settings.DATABASES[alias]
        database["NAME"] = connections[alias].settings_dict["NAME"] = name
