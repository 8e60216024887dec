"""Hand-written statements: sets of rows as their input, and a server that plans them once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection, connections

# A parameter, named or not, with the cast behind it; and the first table that a statement names.
PARAMETER = re.compile(r"%(?:\((\w+)\))?s(::(?:timestamp with time zone|\w+)(?:\([\d, ]+\))?(?:\[\])?)?|%%")
GIST = re.compile(r"\b(FROM|INTO|UPDATE)\s+\"?([a-z]+_[a-z_]+)")


class Translated(NamedTuple):
    """A statement as the server prepares it, and how it is called."""

    text: str
    call: str
    names: Sequence[str]


class Prepared(NamedTuple):
    """What a connection to the server has prepared, and the cursor that calls it."""

    raw: Any
    cursor: Any
    logged: bool
    names: dict[str, str]


def rows(text: str, params: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What a statement answers; the server parses and plans its text once a connection.

    For texts that are made once a process: what every act runs. Planning costs more than running them.
    """
    return _executed(text, params).fetchall()


def touched(text: str, params: Sequence[Any] | Mapping[str, Any]) -> int:
    """Like `rows`, for a statement that answers only how many rows it wrote."""
    return _executed(text, params).rowcount


def _executed(text: str, params: Sequence[Any] | Mapping[str, Any]) -> Any:
    statement, prepared = _translated(text), _prepared(connections[DEFAULT_DB_ALIAS])
    name = prepared.names.get(text)
    if name is None:
        name = f"{_gist(text)}_{len(prepared.names)}"
        with connection.wrap_database_errors, prepared.raw.cursor() as plain:
            plain.execute(f"PREPARE {name} AS {statement.text}")
        prepared.names[text] = name
    given = [params[each] for each in statement.names] if isinstance(params, Mapping) else params
    sent = [array(value) if type(value) is list else value for value in given]
    prepared.cursor.execute(f"EXECUTE {name} {statement.call}", sent)
    return prepared.cursor


def array(values: list[Any]) -> str | list[Any]:
    """A list as PostgreSQL reads arrays (`{1,2}`), which the driver would spell out element by element, much slower.

    What is no number, text, date or truth stays a list, for the driver to judge.
    """
    if len(values) == 1 and (spelled := ELEMENTS.get(type(values[0]))):
        return "{" + spelled(values[0]) + "}"
    kinds = set(map(type, values))
    if not kinds <= ELEMENTS.keys():
        return values
    if len(kinds) == 1:
        return "{" + ",".join(map(ELEMENTS[kinds.pop()], values)) + "}"
    return "{" + ",".join([ELEMENTS[type(value)](value) for value in values]) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


ELEMENTS: dict[type, Callable[[Any], str]] = {
    NoneType: lambda _nothing: "NULL",
    int: str,
    bool: str,
    Decimal: str,
    str: _quoted,
    dt.date: dt.date.isoformat,
    dt.datetime: dt.datetime.isoformat,
}


def _prepared(wrapper: Any) -> Prepared:
    """What is prepared on this connection; a cursor anew where Django would look at the connection first."""
    kept: Prepared | None = getattr(wrapper, "_suite_prepared", None)
    checked = wrapper.health_check_done or not wrapper.health_check_enabled
    if kept and kept.raw is wrapper.connection and kept.logged == wrapper.queries_logged and checked:
        return kept
    cursor = wrapper.cursor()
    names = kept.names if kept and kept.raw is wrapper.connection else {}
    wrapper._suite_prepared = Prepared(wrapper.connection, cursor, wrapper.queries_logged, names)
    return wrapper._suite_prepared


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
