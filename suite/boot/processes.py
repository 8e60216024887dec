"""Starting programs that must not outlive us, as an account they accept."""

import ctypes
import os
import pwd
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Account:
    """Whom a server runs as. PostgreSQL refuses to run as root, so root needs a way to be somebody else."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    @classmethod
    def for_owner_of(cls, data: Path) -> "Account":
        """The account for a server whose data is, or will be, in a folder."""
        if os.geteuid() != 0:
            return cls()
        if data.exists() and data.stat().st_uid != 0:
            return cls(uid=data.stat().st_uid, gid=data.stat().st_gid)
        if namespaces_allowed():
            return cls(prefix=NAMESPACE)
        nobody = pwd.getpwnam("nobody")
        return cls(uid=nobody.pw_uid, gid=nobody.pw_gid)

    def can_enter(self, folder: Path) -> bool:
        return (
            self.uid is None or subprocess.run(["test", "-x", folder], check=False, **self.identity()).returncode == 0
        )

    def give(self, folder: Path) -> None:
        """Make the account the owner of a folder with all that is in it."""
        if self.uid is None or self.gid is None or folder.stat().st_uid == self.uid:
            return
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def identity(self) -> dict[str, Any]:
        """What `subprocess` needs to start a program as this account."""
        return {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}


def namespaces_allowed() -> bool:
    """Whether root may become another user in a namespace of its own; chroots and containers often forbid it."""
    try:
        return subprocess.run([*NAMESPACE, "true"], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def start(
    command: Sequence[object], *, account: Account = Account(), stop: signal.Signals = signal.SIGTERM, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own; the kernel sends it the `stop` signal when we die."""
    return subprocess.Popen(
        [*account.prefix, *map(str, command)],
        start_new_session=True,
        preexec_fn=lambda: die_with_parent(stop),
        **account.identity(),
        **options,
    )


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_at_work_in(pid: int, folder: Path) -> bool:
    """Whether a process is alive and has a folder as its working directory."""
    if Path("/proc").is_dir():
        try:
            return Path(os.readlink(f"/proc/{pid}/cwd")) == folder
        except OSError:
            return False
    listing = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return str(folder) in listing.stdout


def belongs_to_start(pid: int, token: str) -> bool:
    """Whether a process is alive and was started with SUITE_START set to a token."""
    try:
        return f"SUITE_START={token}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def die_with_parent(stop: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to send us a signal when our parent dies. Only Linux can; elsewhere the next start clears up."""
    if Path("/proc").is_dir():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(stop))
