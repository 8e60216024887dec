"""Steps of the set-up are skipped while what they depend on stays the same."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from suite.boot.servers import ROOT

PACKAGES = ("suite", "crm", "erp", "integration")
# What the schema and its first rows do not depend on, so that editing it does not cost a migration.
DOORS_AND_ROOMS = {"admin", "api", "boot", "filters", "forms", "ports", "queries", "services", "tasks", "urls", "views"}


class Stamp:
    """Remembers in a file for which inputs a step was done."""

    def __init__(self, path: Path, inputs: Iterable[Path]) -> None:
        self.path = path
        self.mark = fingerprint(inputs)

    def is_current(self) -> bool:
        return self.path.exists() and self.path.read_text() == self.mark

    def set(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.mark)


def fingerprint(inputs: Iterable[Path]) -> str:
    """A hash over the names and contents of files, and of all files in folders."""
    digest = hashlib.sha256()
    for path in inputs:
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            digest.update(str(file).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def schema_inputs() -> list[Path]:
    """The files on which the schema, and the rows that come with it, may depend."""
    modules = (module for package in PACKAGES for module in sorted((ROOT / package).rglob("*.py")))
    relevant = [m for m in modules if DOORS_AND_ROOMS.isdisjoint((*m.relative_to(ROOT).parts[1:], m.stem))]
    return [ROOT / "requirements.lock", *relevant]
