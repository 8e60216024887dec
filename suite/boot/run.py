"""The launcher behind `make run`: brings everything up, watches over it, and takes everything down again."""

import fcntl
import json
import os
import signal
import socket
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import IO, NoReturn

import psycopg2

from suite.boot import servers
from suite.boot.children import Children, Failed, recorded
from suite.boot.processes import die_with_parent
from suite.boot.stamps import PACKAGES, Stamp, schema_inputs

ROOT = servers.ROOT
PATIENCE = 90  # seconds for the web to answer
STABLE = 10  # seconds a process must have lived to be started again when it ends
SIGN_INS = """
import django, json; django.setup()
from django.utils import translation
from suite.core import demo
with translation.override("en"):
    print(json.dumps([[name, demo.PASSWORD, str(role)] for name, role in demo.sign_ins()]))
"""
MANAGE = (sys.executable, "manage.py")
WORKER = "-m celery -A suite.celery worker -B -P threads -c 4 --without-gossip --without-mingle --loglevel WARNING"


class Launcher:
    """One run of the suite on one data folder."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.var = servers.var()
        self.host = os.environ.get("HOST", "127.0.0.1")
        self.port = int(os.environ.get("PORT", "8000"))
        os.environ.setdefault("PUBLIC_URL", self.url)
        self.children = Children(self.var, self.url)
        self.wants_demo = os.environ.get("SUITE_DEMO") != "0"
        self.started: dict[str, float] = {}

    @property
    def url(self) -> str:
        """Where people on this machine find it."""
        everywhere = self.host in ("127.0.0.1", "0.0.0.0", "")
        return f"http://{'localhost' if everywhere else self.host}:{self.port}/"

    def run(self) -> None:
        """Come up, stay up until a signal arrives, and leave nothing running."""
        self.var.mkdir(parents=True, exist_ok=True)
        with claim_folder(self.var), claim_port(self.host, self.port) as listener:
            if left := self.children.end_leftovers():
                self.say(f"Ended {left} processes that a killed start had left")
            self.children.set_logs_aside()
            try:
                self.bring_up(listener)
                self.watch(listener)
            finally:
                self.take_down()

    def bring_up(self, listener: socket.socket) -> None:
        self.say(f"Starting on {self.var}")
        held = servers.attach()
        self.say(f"Servers: {' and '.join(held) or 'your own'}")
        self.children.start("build", [sys.executable, "-m", "suite.boot.build"])
        self.migrate(embedded="postgres" in held)
        self.load_demo()
        self.children.finish("build")
        self.say("Pages are built")
        self.start_web(listener)
        self.wait_for_web()
        self.start_worker()
        self.welcome()

    def migrate(self, *, embedded: bool) -> None:
        """Bring the schema up to date. Only of an embedded database do we know that nobody else has changed it."""
        stamp = Stamp(self.var / "postgres" / "migrated", schema_inputs())
        if embedded and stamp.is_current():
            return
        self.step("migrate", "migrate", "--no-input", "--skip-checks")
        if not os.environ["REDIS_URL"].startswith("redis"):
            self.step("cache", "createcachetable")
        if embedded:
            stamp.set()
        self.say("Database is up to date")

    def load_demo(self) -> None:
        """Give an empty database a company to look at, unless SUITE_DEMO is 0."""
        has_command = any(path for package in PACKAGES for path in (ROOT / package).rglob("commands/load_demo.py"))
        if has_command and self.wants_demo and not has_company(os.environ["DATABASE_URL"]):
            self.say("Loading the demo company")
            self.step("demo", "load_demo", "--skip-checks")
            self.sign_ins_file().unlink(missing_ok=True)
            self.say("Demo company is loaded")

    def step(self, name: str, *command: str) -> None:
        """Run a management command to its end."""
        self.children.start(name, [*MANAGE, *command])
        self.children.finish(name)

    def start_web(self, listener: socket.socket) -> None:
        self.started["web"] = time.monotonic()
        self.children.start(
            "web",
            [sys.executable, "-m", "gunicorn", "--config", "python:suite.boot.web", "suite.wsgi"],
            env={"SUITE_PROCESS": "web", "BIND": f"fd://{listener.fileno()}"},
            pass_fds=[listener.fileno()],
        )

    def start_worker(self) -> None:
        self.started["worker"] = time.monotonic()
        (self.var / "beat").mkdir(exist_ok=True)
        self.children.start("worker", [sys.executable, *WORKER.split()], env={"SUITE_PROCESS": "worker"})

    def wait_for_web(self) -> None:
        """Wait until the web answers with the token of this very start."""
        deadline = time.monotonic() + PATIENCE
        while not answers(f"http://{self.host or '127.0.0.1'}:{self.port}/livez", self.children.token):
            if self.children.has_ended("web") or time.monotonic() > deadline:
                raise Failed(f"The web did not start:\n{self.children.tail('web')}")
            time.sleep(0.05)

    def welcome(self) -> None:
        self.say("Ready")
        print(f"\n  Suite is running at   {self.url}")
        for name, password, role in self.sign_ins():
            print(f"  Sign in as            {name:<10} {password}   {role}")
        if not self.wants_demo:
            print("  Nobody is there yet?  The first page founds your company")
        print(f"  Logs are in           {self.var / 'log'}\n  Stop with             Ctrl-C\n", flush=True)

    def sign_ins(self) -> list[list[str]]:
        """Name, password and role of the demo's people, asked for once: asking takes Django a second."""
        if not self.wants_demo:
            return []
        file = self.sign_ins_file()
        if not file.exists():
            command = [sys.executable, "-c", SIGN_INS]
            self.children.start("sign-ins", command, env={"DJANGO_SETTINGS_MODULE": "suite.settings"})
            try:
                self.children.finish("sign-ins")
            except Failed as failure:
                self.say(str(failure))  # a pity, but no reason not to run
                return []
            file.write_text(self.children.log("sign-ins").read_text().splitlines()[-1])
        people: list[list[str]] = json.loads(file.read_text())
        return people

    def sign_ins_file(self) -> Path:
        return self.var / "sign-ins.json"

    def watch(self, listener: socket.socket) -> None:
        """Start again what ends by itself, unless it cannot even stay up for a while."""
        restart = {"web": lambda: self.start_web(listener), "worker": self.start_worker}
        while True:
            time.sleep(0.5)
            for name, again in restart.items():
                if self.children.has_ended(name):
                    if time.monotonic() - self.started[name] < STABLE:
                        raise Failed(f"{name} ended:\n{self.children.tail(name)}")
                    self.say(f"{name} ended and is started again")
                    again()

    def take_down(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self.say("Stopping")
        self.children.stop()
        if servers.release():
            self.say("Stopped")
        else:
            self.say("Stopped; the servers stay for another command that uses them")

    def say(self, text: str) -> None:
        with suppress(OSError):  # the terminal may have gone, which is no reason to leave processes behind
            print(f"[{time.monotonic() - self.began:6.2f} s] {text}", flush=True)


def claim_folder(var: Path) -> IO[str]:
    """Lock a data folder: two starts on one folder would do everything twice."""
    lock = (var / "run.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        other = recorded(var)
        raise Failed(f"Already running on {var}: {other.get('url')} (process {other.get('pid')})") from None
    return lock


def claim_port(host: str, port: int) -> socket.socket:
    """Take the port now, so that it is still free when the web server gets it."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Failed(f"Port {port} cannot be used ({error.strerror}). Try: PORT={port + 1} make run") from None
    return listener


def has_company(url: str) -> bool:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM core_company LIMIT 1")
            return cursor.rowcount > 0
    finally:
        connection.close()


def answers(url: str, token: str) -> bool:
    """Whether the process behind an address belongs to the start with a token."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=2) as response:
            return bool(json.load(response)["start"] == token)
    except (OSError, ValueError):
        return False


def leave(*_: object) -> NoReturn:
    sys.exit(0)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    if "MAKELEVEL" in os.environ:
        die_with_parent()  # a killed `make` cannot pass its signal on
    try:
        Launcher().run()
    except (Failed, RuntimeError) as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()
