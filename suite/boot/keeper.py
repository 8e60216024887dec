"""The process behind one embedded server: starts it, revives it, and stops it when nobody holds it any more.

Run as `python -m suite.boot.keeper postgres <home> durable`. Holders keep a shared lock on `<home>/holders`; the kernel
drops it when they end, however they end, so that the server never outlives the last of them, not even after `kill -9`.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Protocol

from suite.boot.postgres import Postgres
from suite.boot.valkey import Valkey

PATIENCE = 60  # seconds; crash recovery of a large database takes its time
TRIES = 5


class Server(Protocol):
    stop_signal: signal.Signals

    def start(self, port: int) -> subprocess.Popen[bytes]: ...
    def is_ready(self, process: subprocess.Popen[bytes], port: int) -> bool: ...
    def address(self, port: int) -> dict[str, str]: ...


KINDS: dict[str, type[Postgres | Valkey]] = {"postgres": Postgres, "valkey": Valkey}


def keep(server: Server, address: Path, holders: IO[str]) -> None:
    """Run a server for as long as somebody holds it."""
    port, process = begin(server)
    try:
        publish(address, server.address(port))
        os.write(sys.stdout.fileno(), b"ready\n")
        while not is_free(holders):
            if process.poll() is not None:
                process = revive(server, port)
            time.sleep(0.1)
    finally:
        address.unlink(missing_ok=True)
        stop(server, process)


def begin(server: Server) -> tuple[int, subprocess.Popen[bytes]]:
    """Start a server on a free port; another program may take the port in between, so try again with another."""
    for _ in range(TRIES):
        port = free_port()
        process = server.start(port)
        if becomes_ready(server, process, port):
            return port, process
        stop(server, process)
        time.sleep(0.5)
    raise SystemExit("the server did not start")


def revive(server: Server, port: int) -> subprocess.Popen[bytes]:
    """Start a crashed server on the port its clients know; give the machine a second between tries."""
    while True:
        time.sleep(1)
        process = server.start(port)
        if becomes_ready(server, process, port):
            return process
        stop(server, process)


def becomes_ready(server: Server, process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if server.is_ready(process, port):
            return True
        time.sleep(0.01)
    return False


def stop(server: Server, process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(server.stop_signal)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(lock: IO[str]) -> bool:
    """Whether nobody else holds a lock; if so we hold it alone from now on."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def publish(path: Path, address: dict[str, str]) -> None:
    """Write an address with its password where only our own user can read it."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(json.dumps(address))
    new.rename(path)


def main(kind: str, home: str, durability: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    folder = Path(home)
    # In this order: whoever comes while we stop waits for `holders`, and must find `keeper` released by then.
    with (folder / "holders").open() as holders, (folder / "keeper").open("w") as keeper:
        fcntl.flock(keeper, fcntl.LOCK_EX)
        keep(KINDS[kind](folder, durable=durability == "durable"), folder / "address.json", holders)


if __name__ == "__main__":
    main(*sys.argv[1:])
