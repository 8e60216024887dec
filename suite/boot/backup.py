"""Database and files in one file, and back again: both are one step for whoever types the command.

The database is written by `pg_dump` as of one moment, the files right after it: what a record names is there. Bringing
back is all or nothing: the old database stays until the new one is in.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from suite.boot.postgres import find_programs
from suite.core import clock

DUMP, FILES, FACTS = "database.dump", "files", "facts.json"
FLAGS = ("--no-owner", "--no-comments", "--no-publications", "--no-subscriptions", "--no-security-labels")
EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC"
AT_ONCE = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null")


class Unfit(Exception):
    """Why a backup cannot be made or brought back, for whoever types the command."""


class Facts(NamedTuple):
    """What a backup says of itself."""

    made_at: str
    migrations: list[list[str]]  # app and name
    digest: str  # SHA-256 of the dump
    files: int


def save(target: Path) -> Facts:
    """Write database and files to `target`, which appears only when it is whole. Raises Unfit."""
    if target.exists():
        raise Unfit(f"{target} is there already")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
        dump, half = Path(folder, DUMP), Path(folder, "half")
        _run("pg_dump", "--format=custom", *FLAGS, f"--file={dump}")
        kept = [path for path in sorted(_files().rglob("*")) if path.is_file()]
        facts = Facts(clock.now().isoformat(), _applied(), _digest(dump), len(kept))
        Path(folder, FACTS).write_text(json.dumps(facts._asdict()))
        with tarfile.open(half, "x") as tar:
            tar.add(Path(folder, FACTS), FACTS)
            tar.add(dump, DUMP)
            for path in kept:
                tar.add(path, f"{FILES}/{path.relative_to(_files())}")
        half.chmod(0o600)
        half.rename(target)
    return facts


def bring_back(source: Path) -> Facts:
    """Put what `source` holds in the place of database and files, and bring it to the present schema. Raises Unfit.

    Nobody else may be at work; until the database is in, nothing has changed.
    """
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.VAR) as name:
        folder = Path(name)
        facts = _unpacked(source, folder)
        _refuse_while_at_work()
        script = folder / "database.sql"
        _run("pg_restore", *FLAGS, f"--file={script}", folder / DUMP)
        _run("psql", *AT_ONCE, f"--command={EMPTY}", f"--file={script}")
        _put_files(folder / FILES)
    call_command("migrate", database="owner", verbosity=0)
    return facts


def _unpacked(source: Path, folder: Path) -> Facts:
    """The parts of a backup laid out in a folder; raises Unfit where they are not whole or come from the future."""
    try:
        _extract(source, folder)
        facts = Facts(**json.loads((folder / FACTS).read_text()))
        applied = [(app, name) for app, name in facts.migrations]
        whole = _digest(folder / DUMP) == facts.digest
    except (OSError, tarfile.TarError, ValueError, TypeError, RecursionError) as error:
        raise Unfit(f"{source} is no backup: {error}") from None
    if not whole or len([path for path in (folder / FILES).rglob("*") if path.is_file()]) != facts.files:
        raise Unfit(f"{source} is damaged")
    known = MigrationLoader(None).disk_migrations or {}
    apps = {app for app, _name in known}
    newer = [f"{app} {name}" for app, name in applied if app in apps and (app, name) not in known]
    if newer:
        raise Unfit(f"{source} is of a newer version of the program, which knows {', '.join(newer)}")
    return facts


def _extract(source: Path, folder: Path) -> None:
    """Write the plain files of an archive below a folder; links, devices and ways out of it are no part of a backup."""
    with tarfile.open(source) as tar:
        for member in tar:
            target = (folder / member.name).resolve()
            content = tar.extractfile(member) if member.isreg() else None
            if content is None or not target.is_relative_to(folder.resolve()):
                raise tarfile.ExtractError(f"{member.name} does not belong here")
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                shutil.copyfileobj(content, out)


def _refuse_while_at_work() -> None:
    """Whoever writes meanwhile would write into nothing. A connection that was just closed takes a moment to go."""
    connections.close_all()
    with connections["owner"].cursor() as cursor:
        for _attempt in range(10):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
            (others,) = cursor.fetchone()
            if not others:
                break
            time.sleep(0.2)
    connections.close_all()
    if others:
        raise Unfit(f"{others} connections are at work: stop web, worker and clock first")


def _put_files(new: Path) -> None:
    kept = _files()
    old = kept.with_name(f"{kept.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if kept.exists():
        kept.rename(old)
    new.mkdir(exist_ok=True)
    new.rename(kept)
    shutil.rmtree(old, ignore_errors=True)


def _files() -> Path:
    return Path(default_storage.path(""))


def _applied() -> list[list[str]]:
    return [list(key) for key in sorted(MigrationLoader(connections["owner"]).applied_migrations)]


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _run(program: str, *arguments: object) -> None:
    """Run a program of PostgreSQL, which connects as the owner of the tables. Raises Unfit with what it says."""
    database = settings.DATABASES["owner"]
    connection = {
        "PGDATABASE": connections["owner"].settings_dict["NAME"],
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"],
        "PGAPPNAME": "suite backup",
    }
    environment = os.environ | {name: str(value) for name, value in connection.items() if value}
    try:
        command = [str(find_programs() / program), *map(str, arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
    except (OSError, RuntimeError) as error:
        raise Unfit(f"{program} is missing: {error}") from None
    if done.returncode:
        raise Unfit(f"{program} failed: {done.stderr.decode(errors='replace').strip()[-1000:]}")
