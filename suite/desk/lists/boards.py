"""A list as a board: a lane for each value of a choice field, and cards that an act of the list moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from suite.core import keyset
from suite.desk import formats
from suite.desk.lists.calendars import with_movable
from suite.desk.lists.filters import ChoiceFilter
from suite.desk.lists.kept import COUNTED, KeptViews, count_text
from suite.desk.lists.spec import Act, Line

if TYPE_CHECKING:
    from suite.desk.lists.state import ListState

CARDS = 50  # in a lane before "more"
TOLD = 5  # columns on a card
MENU = "suite/desk/_board_moves.html"
NOTHING = "none"  # in an address: the row of those that have no value
PK = "{pk}"  # of the card, in the menu that many cards have


@dataclass(frozen=True)
class Move:
    """What leads a card into the lane `to`: a button of its menu, with the name and value it posts for the key PK."""

    name: str
    value: str
    to: str
    label: Any
    icon: str = "arrow-right"
    confirm: Any = ""
    down: str = ""  # the row of the board


@dataclass
class Card:
    """A row in a lane, with what leads it into others."""

    line: Line
    menu: SafeString


@dataclass(frozen=True)
class Swim:
    """A value of the second grouping of a board: which rows have it, and how an address says so."""

    value: str  # "" where there is none
    label: str
    condition: Q
    params: Mapping[str, str]


@dataclass
class Lane:
    """One value: how many rows have it, what they come to, and the first of them."""

    value: str
    label: str
    count: str = "0"
    total: Any = ""
    cards: list[Card] = field(default_factory=list)
    swim: Swim | None = None  # the row of the board it is a cell of
    more: str = ""  # the address of the next cards
    rest: str = ""  # the address of the whole lane as a table


def choices_of(state: KeptViews) -> list[ChoiceFilter]:
    """The filters by whose field the list can be a board."""
    return [each for each in state.filters if isinstance(each, ChoiceFilter) and each.name in state.spec.boards]


def lanes_of(state: ListState, by: ChoiceFilter) -> list[Lane]:
    """All lanes with their first cards: one statement for counts, sums and keys, one for the rows."""
    labels = dict(by.lanes(state.params, state.actor))
    asked = [value for value in state.params.get(by.name, "").split(",") if value in labels]
    lanes = [Lane(value, labels[value]) for value in asked or labels]
    found = _counted(state, [state.rows.filter(**{by.path: lane.value}) for lane in lanes])
    keys = [pk for _count, _sum, pks in found for pk in pks]
    rows = rows_of(state, shown(state).filter(pk__in=keys)) if keys else {}
    for lane, (count, total, pks) in zip(lanes, found, strict=True):
        lane.count, lane.total = count_text(count), total
        here = [rows[pk] for pk in pks if pk in rows]
        fill(state, by, lane, here[:CARDS], more=len(here) > CARDS)
    return lanes


def more_of(
    state: ListState, by: ChoiceFilter, value: str, cursor: str, swim: Swim | None = None, others: Sequence[Swim] = ()
) -> Lane:
    """The next cards of a lane, or of its cell in a row; ValidationError for a place that is none."""
    labels = dict(by.lanes(state.params, state.actor))
    if value not in labels:
        raise ValidationError({"lane": value})
    lane, among = Lane(value, labels[value], swim=swim), shown(state).filter(**{by.path: value})
    among = among.filter(swim.condition) if swim else among
    page = keyset.page(among, ordering=state.order, cursor=cursor, size=CARDS)
    state.complete(page.rows)
    fill(state, by, lane, page.rows, more=bool(page.next), others=others)
    return lane


def fill(
    state: ListState, by: ChoiceFilter, lane: Lane, rows: Sequence[Any], *, more: bool, others: Sequence[Swim] = ()
) -> None:
    """Put cards into a lane or a cell; `others` are the rows of the board into which a card may be put, too."""
    lane.rest = state.link(show="table", **{by.name: lane.value}, **(lane.swim.params if lane.swim else {}))
    if more:
        place = {"swim": lane.swim.value or NOTHING} if lane.swim else {}
        lane.more = state.link(lane=lane.value, **place, after=keyset.after(rows[-1], state.order))
    leads: dict[str, Act] = {}
    for act in state.acts if by.path == "status" else ():
        leads.setdefault(act.to, act)
    legal = getattr(state.spec.model, "MOVES", {}).get(lane.value, ())
    said = (by.path, state.moving and state.moving.path, state.moving_down and state.moving_down.path)
    told = [column for column in state.columns if column.path not in said and column.card != "hide"][:TOLD]
    across = [(value, label) for value, label in by.lanes(state.params, state.actor) if value != lane.value]
    swims = [each for each in others if each != lane.swim and each.value]
    menus: dict[tuple[bool, ...], str] = {}
    for row in rows:
        fits = tuple(value in legal and act.fits(row) for value, act in leads.items())
        key = (*fits, bool(state.moving_down and row.is_movable_down), bool(state.moving and row.is_movable))
        if key not in menus:
            moves = [
                Move("row_act", f"{act.name}:{PK}", value, act.label, act.icon, act.confirm)
                for (value, act), is_fit in zip(leads.items(), fits, strict=True)
                if is_fit
            ]
            moves += [Move("put", f"{PK}:{value}", value, label) for value, label in across if key[-1]]
            moves += [
                Move("put", f"{PK}::{each.value}", "", each.label, "arrow-down", down=each.value)
                for each in swims
                if key[-2]
            ]
            menus[key] = render_to_string(MENU, {"moves": moves, "region": state.spec.region})
        menu = SafeString(menus[key].replace(PK, str(row.pk)))
        lane.cards.append(Card(state.line_of(row, told), menu))


def shown(state: ListState) -> QuerySet[Any]:
    edit, down = state.moving and state.moving.edit, state.moving_down and state.moving_down.edit
    rows = with_movable(state.shown_rows, state.changeable(edit)) if edit else state.shown_rows
    return rows.annotate(is_movable_down=Exists(state.changeable(down).filter(pk=OuterRef("pk")))) if down else rows


def rows_of(state: ListState, found: QuerySet[Any]) -> dict[int, Any]:
    rows = list(found.annotate(**{keyset.KEY: F(state.order.removeprefix("-"))}))
    state.complete(rows)
    return {row.pk: row for row in rows}


def _counted(state: ListState, several: list[QuerySet[Any]]) -> list[tuple[int, Any, list[int]]]:
    """For each query how many rows it finds (1,001 at most), what they come to, and the keys of the first.

    Amounts of several currencies come to nothing, and so does what was not counted to the end.
    """
    column = next((each for each in state.all_columns if each.name == state.spec.total), None)
    summed = {"of": F(column.path)} if column else {}
    money = {"unit": F(column.currency)} if column and column.currency else {}
    parts: list[str] = []
    params: list[Any] = []
    for rows in several:
        figures = ["count(*)", "sum(found.of)" if summed else "NULL"]
        figures += ["min(found.unit)", "max(found.unit)"] if money else ["NULL", "NULL"]
        try:
            every = rows.order_by().annotate(**summed, **money).values("pk", *summed, *money)[:COUNTED]
            count, values = every.query.sql_with_params()
            firsts = [
                part.values("pk")[: CARDS + 1].query.sql_with_params() for part in keyset.in_turn(rows, state.order)
            ]
        except EmptyResultSet:
            parts.append("json_build_array(0, NULL, NULL, NULL), ARRAY[]::bigint[]")
            continue
        pks = " || ".join(f"ARRAY({sql})" for sql, _given in firsts)
        parts.append(f"(SELECT json_build_array({', '.join(figures)}) FROM ({count}) AS found), ({pks})[1:{CARDS + 1}]")
        params += [*values, *(value for _sql, given in firsts for value in given)]
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        answer = cursor.fetchone()
    found = []
    for (count, total, least, most), pks in zip(answer[::2], answer[1::2], strict=True):
        is_one_sum = total is not None and least == most and count < COUNTED
        found.append((count, formats.money(Decimal(str(total)), least or "") if is_one_sum else "", pks))
    return found
