"""Hand-written statements: sets of rows as their input, and a server that plans them once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import connection

# A parameter, named or not, with the cast behind it; and the first table that a statement names.
PARAMETER = re.compile(r"%(?:\((\w+)\))?s(::(?:timestamp with time zone|\w+)(?:\([\d, ]+\))?(?:\[\])?)?|%%")
GIST = re.compile(r"\b(FROM|INTO|UPDATE)\s+\"?([a-z]+_[a-z_]+)")


class Translated(NamedTuple):
    """A statement as the server prepares it, and how it is called."""

    text: str
    call: str
    names: Sequence[str]


def execute(cursor: Any, text: str, params: Sequence[Any] | Mapping[str, Any]) -> None:
    """Like `cursor.execute`, but the server parses and plans the text once a connection.

    For texts that are made once a process: what every act runs. Planning costs more than running them.
    """
    statement = _translated(text)
    known = _known()
    if text not in known:
        name = f"{_gist(text)}_{len(known)}"
        with connection.wrap_database_errors, connection.connection.cursor() as plain:
            plain.execute(f"PREPARE {name} AS {statement.text}")
        known[text] = name
    given = [params[name] for name in statement.names] if isinstance(params, Mapping) else params
    cursor.execute(f"EXECUTE {known[text]} {statement.call}", given)


def _known() -> dict[str, str]:
    """The names of what this connection has prepared; another connection to the server knows none."""
    raw = connection.connection
    owner, known = getattr(connection, "_suite_prepared", (None, {}))
    if owner is not raw:
        known = {}
        connection._suite_prepared = (raw, known)  # type: ignore[attr-defined]
    return known


@cache
def _translated(text: str) -> Translated:
    places: dict[str, int] = {}
    casts: list[str] = []

    def place(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        name, cast = match[1] or f" {len(casts)}", match[2] or ""
        if name not in places:
            casts.append(cast)
            places[name] = len(casts)
        return f"${places[name]}{cast}"

    translated = PARAMETER.sub(place, text)
    arguments = ", ".join(f"%s{cast}" for cast in casts)
    return Translated(translated, f"({arguments})" if casts else "", list(places))


def _gist(text: str) -> str:
    """What the logs of the server shall call it."""
    found = GIST.search(text)
    return f"{found[1].lower()}_{found[2]}"[:50] if found else "statement"


def unnested(alias: str, types: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> tuple[str, list[list[Any]]]:
    """A FROM item over `rows` and its parameters: `unnest(%s::bigint[], ...) AS alias(names)`.

    One array a column, so that the statement's text stays the same for any number of rows and the planner knows how
    many there are (of a JSON record set it would not).
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    arrays = ", ".join(f"%s::{kind}[]" for kind in types.values())
    return f"unnest({arrays}) AS {alias}({', '.join(types)})", [list(column) for column in columns]
