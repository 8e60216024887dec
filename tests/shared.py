"""Real data with known answers and worked cases of other systems, where they lie beside the project."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

FOLDER = Path(os.environ.get("SUITE_SHARED") or settings.BASE_DIR.parent / "shared")


def data(name: str) -> tuple[Path, dict[Any, Any]]:
    """The folder of a data set and its known answers; skips the test, saying why, where it is not here."""
    folder = FOLDER / "data" / name
    if not folder.exists():
        pytest.skip(f"{folder} is not here")
    return folder, yaml.safe_load((folder / "answers.yaml").read_text(encoding="utf-8"))


def rows(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, packed or not."""
    with (
        gzip.open(file, "rt", encoding="utf-8-sig") if file.suffix == ".gz" else file.open(encoding="utf-8-sig") as text
    ):
        return list(csv.DictReader(text))


def cases(area: str) -> dict[str, dict[str, Any]]:
    """The worked cases of an area by their ids; nothing where they are not here."""
    file = FOLDER / "cases" / f"{area}.yaml"
    return {case["id"]: case for case in yaml.safe_load(file.read_text(encoding="utf-8"))} if file.exists() else {}


def case(area: str, number: str) -> dict[str, Any]:
    """A worked case; skips the test, saying why, where it is not here."""
    found = cases(area).get(number)
    if found is None:
        pytest.skip(f"{FOLDER / 'cases'} has no {number}")
    return found
