"""What a browser sends from a sheet."""

from __future__ import annotations

from typing import Any


def typed(*lines: dict[str, Any], **header: Any) -> dict[str, Any]:
    """The fields of a header and its lines."""
    data = {"date": "2026-11-21", "prices_include_tax": "on", **header}
    data |= {"lines-TOTAL_FORMS": len(lines), "lines-INITIAL_FORMS": 0}
    for index, line in enumerate(lines):
        data |= {f"lines-{index}-{name}": value for name, value in line.items()}
    return data
