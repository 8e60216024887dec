"""Sets of rows as input of one hand-written statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def unnested(alias: str, types: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> tuple[str, list[list[Any]]]:
    """A FROM item over `rows` and its parameters: `unnest(%s::bigint[], ...) AS alias(names)`.

    One array a column, so that the statement's text stays the same for any number of rows and the planner knows how
    many there are (of a JSON record set it would not).
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    arrays = ", ".join(f"%s::{kind}[]" for kind in types.values())
    return f"unnest({arrays}) AS {alias}({', '.join(types)})", [list(column) for column in columns]
