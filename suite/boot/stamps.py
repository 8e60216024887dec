"""Steps of the set-up are skipped while what they depend on stays the same."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


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
