"""What is made from the sources before the web starts: catalogues, browser packages, static files."""

import fcntl
import subprocess
import sys

from suite.boot import assets, messages
from suite.boot.servers import ROOT
from suite.boot.stamps import Stamp

BUILT = ROOT / "var"
# Never served, and compressing it takes longest.
UNWANTED = ("redoc", "rest_framework", "icons.txt")


def build() -> None:
    """Bring everything up to date. Two builds of one checkout wait for each other."""
    BUILT.mkdir(exist_ok=True)
    with (BUILT / "building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        messages.compile_all()
        assets.build()
        collect()


def collect() -> None:
    """Collect the static files of the project and of its packages."""
    inputs = [ROOT / "static", assets.ASSETS, ROOT / "requirements.lock", ROOT / "suite" / "settings.py"]
    stamp = Stamp(BUILT / "static" / ".stamp", inputs)
    if not stamp.is_current():
        ignore = [f"--ignore={pattern}" for pattern in UNWANTED]
        command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--clear", "--verbosity=0", *ignore]
        subprocess.run(command, cwd=ROOT, check=True)
        stamp.set()


if __name__ == "__main__":
    build()
