"""A board with a second grouping: its lanes stand across, the values of the other one go down, a cell where they meet.

    ?show=board&group=stage&down=owner

What stands in the cells is counted over the first rows of each lane, as many as a list counts without being asked: one
statement for their keys and figures, one for the cards, one for what people are called, however many cells there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q
from django.utils.translation import gettext as _

from suite.core import keyset
from suite.desk import choices, formats
from suite.desk.lists.boards import NOTHING, Lane, Swim, fill, rows_of, shown
from suite.desk.lists.filters import BIGINT, ChoiceFilter, Filter, OwnerFilter
from suite.desk.lists.kept import COUNTED, KeptViews, count_text

if TYPE_CHECKING:
    from suite.desk.lists.state import ListState

ROWS = 20  # of a board; the fullest
CARDS = 8  # in a cell before "more"


class Entry(NamedTuple):
    """A row of the list as the cells count it."""

    pk: int
    down: str
    amount: str | None
    currency: str | None


@dataclass
class Swimlane:
    """A row of the board: one value of the second grouping with a cell for each lane."""

    swim: Swim
    count: str = "0"
    total: str = ""
    cells: list[Lane] = field(default_factory=list)


@dataclass
class Swimlanes:
    """The whole board: its lanes with what all cells below them hold, its rows, and how many have no place on it."""

    lanes: list[Lane]
    rows: list[Swimlane]
    left_out: int = 0


def offered(state: KeptViews, by: Filter) -> list[Filter]:
    """What can go down where `by` goes across: who looks after the rows, and the other groupings of the list."""
    return [
        each
        for each in state.filters
        if each is not by
        and (isinstance(each, OwnerFilter) or (isinstance(each, ChoiceFilter) and each.name in state.spec.boards))
    ]


def swim_of(state: ListState, down: Filter, value: str, label: str = "") -> Swim:
    """One value of the second grouping; "" are the rows without one."""
    if value:
        return Swim(value, label, Q(**{down.path: value}), {down.name: value})
    blank = down.nothing(state.spec.model) or Q(**{f"{down.path}__isnull": True})
    params = {down.name: "none"} if isinstance(down, OwnerFilter) else {f"{down.name}_empty": "yes"}
    return Swim("", label or (_("Nobody") if isinstance(down, OwnerFilter) else _("(blank)")), blank, params)


def place_of(state: ListState, down: Filter, text: str) -> Swim | None:
    """The row that an address names; None for one that cannot be."""
    value = "" if text == NOTHING else text
    if not value:
        return swim_of(state, down, "")
    if isinstance(down, OwnerFilter):
        known = value.isascii() and value.isdigit() and int(value) < BIGINT
    else:
        known = value in dict(down.options(state.actor))  # type: ignore[attr-defined]
    return swim_of(state, down, value) if known else None


def swimlanes_of(state: ListState, by: ChoiceFilter, down: Filter) -> Swimlanes:
    """The board with the first cards of each cell."""
    labels = dict(by.lanes(state.params, state.actor))
    asked = [value for value in state.params.get(by.name, "").split(",") if value in labels]
    lanes = [Lane(value, labels[value]) for value in asked or labels]
    found = _read(state, by, down, [lane.value for lane in lanes])
    for lane, entries in zip(lanes, found, strict=True):
        lane.count, lane.total = count_text(len(entries)), _total(entries, _is_cut(entries))
    swims = _swims(state, down, (entry.down for entries in found for entry in entries))
    board = Swimlanes(lanes, [], max(0, len(swims) - ROWS))
    for swim in swims[:ROWS]:
        mine = [[entry for entry in entries if entry.down == swim.value] for entries in found]
        row, is_cut = Swimlane(swim), any(map(_is_cut, found))
        every = [entry for entries in mine for entry in entries]
        row.count, row.total = _count(every, is_cut), _total(every, is_cut)
        for lane, whole, entries in zip(lanes, found, mine, strict=True):
            cell = Lane(lane.value, lane.label, swim=swim)
            cell.count, cell.total = _count(entries, _is_cut(whole)), _total(entries, _is_cut(whole))
            row.cells.append(cell)
        board.rows.append(row)
    _put_cards(state, by, board, found)
    return board


def _put_cards(state: ListState, by: ChoiceFilter, board: Swimlanes, found: Sequence[Sequence[Entry]]) -> None:
    firsts = {
        (row.swim.value, place): [entry.pk for entry in entries if entry.down == row.swim.value][: CARDS + 1]
        for row in board.rows
        for place, entries in enumerate(found)
    }
    keys = [pk for pks in firsts.values() for pk in pks[:CARDS]]
    rows = rows_of(state, shown(state).filter(pk__in=keys)) if keys else {}
    swims = [row.swim for row in board.rows]
    for row in board.rows:
        for place, cell in enumerate(row.cells):
            pks = firsts[row.swim.value, place]
            here = [rows[pk] for pk in pks[:CARDS] if pk in rows]
            fill(state, by, cell, here, more=len(pks) > CARDS and bool(here), others=swims)


def _read(state: ListState, by: ChoiceFilter, down: Filter, values: Sequence[str]) -> list[list[Entry]]:
    """For each lane its first rows in the order of the list; one statement."""
    column = next((each for each in state.all_columns if each.name == state.spec.total), None)
    figures = {"of": F(column.path)} if column else {}
    money = {"unit": F(column.currency)} if column and column.currency else {}
    parts: list[str] = []
    params: list[Any] = []
    for value in values:
        sheets = []
        for rows in keyset.in_turn(state.rows.filter(**{by.path: value}), state.order):
            named = rows.annotate(swim=F(down.path), **figures, **money).values("pk", "swim", *figures, *money)
            try:
                sql, given = named[:COUNTED].query.sql_with_params()
            except EmptyResultSet:
                continue
            names = ", ".join(["pk", "swim", *figures, *money])
            told = f"found.pk, found.swim::text, {'found.of::text' if figures else 'NULL'}, "
            told += "found.unit::text" if money else "NULL"
            sheets.append(f"(SELECT json_agg(json_build_array({told})) FROM ({sql}) AS found({names}))")
            params += given
        parts.append(f"json_build_array({', '.join(sheets)})")
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT json_build_array({', '.join(parts)})", params)
        (answer,) = cursor.fetchone()
    return [
        [Entry(pk, swim or "", of, unit) for sheet in sheets for pk, swim, of, unit in sheet or ()][:COUNTED]
        for sheets in answer
    ]


def _swims(state: ListState, down: Filter, values: Iterable[str]) -> list[Swim]:
    """The rows of the board: those of people by their names, the reader first; choices in their order; the fullest."""
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    if isinstance(down, OwnerFilter):
        named = choices.labels(state.actor, "user", [int(value) for value in counts if value])
        labels = {str(pk): label for pk, label in named.items()}
        turn = sorted(labels, key=lambda value: (value != str(state.actor.user_id), labels[value]))
    else:
        labels = dict(down.options(state.actor))  # type: ignore[attr-defined]
        turn = list(labels)
    place = {value: at for at, value in enumerate(turn)}
    fullest = sorted(counts, key=lambda value: -counts[value])
    kept = sorted(fullest[:ROWS], key=lambda value: (not value, place.get(value, len(place))))
    return [swim_of(state, down, value, labels.get(value, "")) for value in (*kept, *fullest[ROWS:])]


def _is_cut(entries: Sequence[Entry]) -> bool:
    return len(entries) >= COUNTED


def _count(entries: Sequence[Entry], is_cut: bool) -> str:
    return f"{len(entries):,}{'+' if is_cut and entries else ''}"


def _total(entries: Sequence[Entry], is_cut: bool) -> str:
    """What they come to; nothing for several currencies, or where not all were counted."""
    amounts = [Decimal(entry.amount) for entry in entries if entry.amount is not None]
    units = {entry.currency for entry in entries if entry.amount is not None}
    if is_cut or not amounts or len(units) > 1:
        return ""
    return formats.money(sum(amounts, Decimal(0)), units.pop() or "")
