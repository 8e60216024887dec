"""Lists as tiles: a view of a list and a look at it: `count`, `sum.gross`, `rows`, `by.status`, `months.date`, `pivot`.

A saved view needs no registering: `view.12.sum.gross` is the sum of a column over the view with that key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Count, F, Max, Min, Sum, Value
from django.db.models.functions import TruncMonth
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from suite.core import clock, keyset
from suite.core.access import Actor
from suite.core.models import User
from suite.desk.dashboards.contents import Bar, Bars, Content, Figure, Rows
from suite.desk.dashboards.tiles import Reading, Text, Tile, put
from suite.desk.lists.columns import Column
from suite.desk.lists.filters import ChoiceFilter, DateFilter, Filter, OwnerFilter, field_at
from suite.desk.lists.pivots import PivotRow
from suite.desk.lists.spec import Cell, Line, ListSpec, spec_of
from suite.desk.lists.state import ListState
from suite.desk.models import SavedView
from suite.desk.services import saved_views

NAME = re.compile(r"view\.([0-9]{1,18})\.((?:count|rows|pivot)|(?:sum|by|months)\.[\w-]+)")
KINDS = {"count": "figure", "sum": "figure", "rows": "rows", "pivot": "rows", "by": "bars", "months": "bars"}
WIDTHS = {"rows": 2, "pivot": 2}
SUMMED = {"money", "quantity", "number"}
FIRST, COLUMNS, LONGEST = 5, 4, 12  # rows and columns of a table, bars of a chart
PIVOT_ROWS, PIVOT_COLUMNS = 10, 6
UNIT, SUM, COUNT, KEY, DAY = "tile_unit", "tile_sum", "tile_count", "tile_key", "tile_day"


def register_list(
    name: str,
    title: Text,
    spec: str,
    look: str,
    *,
    view: str = "",
    params: Mapping[str, str] | None = None,
    width: int = 1,
    order: int = 50,
    usual: bool = False,
) -> None:
    """Offer a look at a list (by its key) to those who may open it: through one of its views, or with parameters."""
    asked = {"view": view} if view else dict(params or {})

    def is_open(actor: Actor) -> bool:
        found = spec_of(spec)
        return found is not None and found.is_open_to(actor)

    def read(reading: Reading) -> Content:
        found = spec_of(spec)
        assert found is not None, spec
        return look_at(_state(found, reading.actor, asked), look)

    kind = KINDS[look.partition(".")[0]]
    put(Tile(name, title, read, is_open, kind=kind, width=width, order=order, usual=usual, personal=_is_personal(look)))


def offered(actor: Actor, *, shared_only: bool = False) -> list[tuple[str, list[Tile]]]:
    """What the saved views of the actor can be as tiles: their name and list, and the tiles; one statement."""
    found = []
    for view in saved_views.offered(actor):
        spec = spec_of(view.list_key)
        is_shared = view.audience == SavedView.Audience.ALL or bool(view.roles)
        if spec and spec.is_open_to(actor) and (is_shared or not shared_only):
            state = _state(spec, actor, {"view": str(view.pk)}, view)
            tiles = [_of_view(view, spec, look, label) for look, label in looks(state).items()]
            found.append((f"{spec.heading}: {view.name}", tiles))
    return found


def of_views(actor: Actor, names: Collection[str]) -> dict[str, Tile]:
    """The tiles among these names that are saved views offered to the actor; one statement, none without any."""
    asked = {name: match for name in names if (match := NAME.fullmatch(name))}
    if not asked:
        return {}
    views = {view.pk: view for view in saved_views.offered(actor).filter(pk__in={int(m[1]) for m in asked.values()})}
    found = {}
    for name, match in asked.items():
        view = views.get(int(match[1]))
        spec = spec_of(view.list_key) if view else None
        if view and spec and spec.is_open_to(actor):
            known = looks(_state(spec, actor, {"view": str(view.pk)}, view))
            if match[2] in known:
                found[name] = _of_view(view, spec, match[2], known[match[2]])
    return found


def width_of(name: str) -> int:
    """How wide a saved view stands at first."""
    match = NAME.fullmatch(name)
    return WIDTHS.get(match[2], 1) if match else 1


def _of_view(view: SavedView, spec: ListSpec, look: str, label: str) -> Tile:
    kind = KINDS[look.partition(".")[0]]

    def read(reading: Reading) -> Content:
        state = _state(spec, reading.actor, {"view": str(view.pk)}, view)
        content = look_at(state, look)
        return replace(content, left_out=True) if state.withheld else content  # type: ignore[arg-type]

    return Tile(
        f"view.{view.pk}.{look}", view.name, read, spec.is_open_to, kind=kind, icon=spec.icon,
        width=WIDTHS.get(kind, 1), source=f"{spec.heading} · {label}", look=label, personal=_is_personal(look),
    )  # fmt: skip


def _is_personal(look: str) -> bool:
    return look in ("rows", "pivot", "by.owner")


def _state(spec: ListSpec, actor: Actor, asked: Mapping[str, str], view: SavedView | None = None) -> ListState:
    state = ListState(spec, actor, asked, path=spec.address)
    state.__dict__["saved"] = [view] if view else []
    return state


def looks(state: ListState) -> dict[str, str]:
    """How a list can be looked at, with words for each."""
    found = {"count": pgettext("look", "Count")}
    found |= {f"sum.{name}": _("Sum: %(column)s") % {"column": c.label} for name, c in _summed(state).items()}
    found["rows"] = _("First rows")
    if state.show == "pivot":
        found["pivot"] = _("Pivot")
    for look, kinds in (("by", (ChoiceFilter, OwnerFilter)), ("months", (DateFilter,))):
        words = _("By %(field)s") if look == "by" else _("By month: %(field)s")
        found |= {f"{look}.{name}": words % {"field": f.label} for name, f in _grouping(state, *kinds).items()}
    return found


def look_at(state: ListState, look: str) -> Content:
    """What a look shows: one statement, two where names of people or related rows are read along."""
    how, _dot, what = look.partition(".")
    return _LOOKS[how](state, what)


def _count(state: ListState, _what: str) -> Figure:
    return Figure(Decimal(state.flat.count()), state.link(), is_money=False)


def _sum(state: ListState, what: str) -> Figure:
    """Sums of several currencies stand beside one another: the one with the most rows first."""
    column = _summed(state)[what]
    unit: Any = F(column.currency) if column.currency else Value("")
    rows = state.flat.order_by().values(**{UNIT: unit}).annotate(**{SUM: Sum(column.path), COUNT: Count("pk")})
    found = [(str(row[UNIT]), Decimal(row[SUM] or 0), row[COUNT]) for row in rows.order_by(f"-{COUNT}", UNIT)]
    own = state.actor.company.currency
    first, *others = found or [("", Decimal(0), 0)]
    return Figure(
        first[1], state.link(), count=sum(count for _unit, _sum, count in found), is_money=column.kind == "money",
        unit=first[0] if first[0] != own else "", others=[(unit, total) for unit, total, _count in others],
    )  # fmt: skip


def _rows(state: ListState, _what: str) -> Rows:
    page = keyset.page(state.shown_rows, ordering=state.order, size=FIRST)
    state.complete(page.rows)
    columns = state.columns[:COLUMNS]
    lines = [state.line_of(row, columns) for row in page.rows]
    texts = [["" if (value := column.plain(row)) is None else str(value) for column in columns] for row in page.rows]
    return Rows([(str(column.label), column.align) for column in columns], lines, texts, state.link())


def _pivot(state: ListState, _what: str) -> Rows:
    """The first rows and columns of a pivot, with the totals of all."""
    pivot = state.pivot
    if pivot.is_too_large:
        return Rows([], [], [], state.link())
    heads = pivot.heads[:PIVOT_COLUMNS]
    labels = [pivot.down.label, *(label for _key, label in heads), _("Total")]
    css = ["first", *["right"] * (len(labels) - 1)]
    foot = PivotRow(_("Total"), state.link(), pivot.foot)
    lines, texts = [], []
    for row in [*pivot.rows[:PIVOT_ROWS], foot]:
        cells = [*row.cells[: len(heads)], row.cells[-1]]
        links = [(row.url, row.label), *((cell.url, cell.text) for cell in cells)]
        html = [format_html('<a href="{}">{}</a>', url, text) if url and text else text for url, text in links]
        lines.append(Line(0, row.url, [Cell(*each) for each in zip(html, labels, css, strict=True)]))
        texts.append([text for _url, text in links])
    return Rows(list(zip(labels, css, strict=True)), lines, texts, state.link())


def _by(state: ListState, what: str) -> Bars:
    by = _grouping(state, ChoiceFilter, OwnerFilter)[what]
    rows = state.flat.order_by().values(**{KEY: F(by.path)}).annotate(**{COUNT: Count("pk")})
    counted = {row[KEY]: row[COUNT] for row in rows.order_by(f"-{COUNT}", KEY)[:LONGEST]}
    if isinstance(by, ChoiceFilter):
        labels: list[tuple[Any, str, str]] = [(value, label, value) for value, label in by.options(state.actor)]
        counted = {str(key): count for key, count in counted.items()}
    else:
        people = User.objects.filter(pk__in=[key for key in counted if key])
        labels = [(user.pk, user.label, str(user.pk) if user.is_active else "") for user in people]
        labels = [*sorted(labels, key=lambda each: -counted[each[0]]), (None, _("Nobody"), "none")]
    bars = [
        Bar(label, Decimal(counted[key]), state.link(**{by.name: value}) if value else "")
        for key, label, value in labels
        if key in counted
    ]
    return Bars(bars, state.link())


def _months(state: ListState, what: str) -> Bars:
    """A month leads to its days from the first to the last that has a row, so that other filters stay as they are."""
    by, company = _grouping(state, DateFilter)[what], state.actor.company
    is_moment = by.is_moment(state.spec.model)  # type: ignore[attr-defined]
    month = TruncMonth(DAY, tzinfo=ZoneInfo(company.time_zone)) if is_moment else TruncMonth(DAY)
    dated = state.flat.order_by().annotate(**{DAY: by.stands}).filter(**{f"{DAY}__isnull": False})
    rows = (
        dated.values(**{KEY: month})
        .annotate(**{COUNT: Count("pk"), "first": Min(DAY), "last": Max(DAY)}).order_by(f"-{KEY}")[:LONGEST]
    )  # fmt: skip
    day: Callable[[Any], Any] = partial(clock.day_of, company) if is_moment else lambda date: date
    bars = [
        Bar(
            f"{row[KEY]:%Y-%m}",
            Decimal(row[COUNT]),
            state.link(
                **{by.name: "", f"{by.name}_min": f"{day(row['first'])}", f"{by.name}_max": f"{day(row['last'])}"}
            ),
        )
        for row in reversed(rows)
    ]
    return Bars(bars, state.link())


_LOOKS: dict[str, Callable[[ListState, str], Content]] = {
    "count": _count, "sum": _sum, "rows": _rows, "pivot": _pivot, "by": _by, "months": _months,
}  # fmt: skip


def _summed(state: ListState) -> dict[str, Column]:
    columns = [column for column in state.all_columns if column.kind in SUMMED and not callable(column.value)]
    return {column.name: column for column in columns if isinstance(_field(state, column.path), NUMBERS)}


def _grouping(state: ListState, *kinds: type[Filter]) -> dict[str, Any]:
    filters = [each for each in state.filters if type(each) in kinds]
    return {each.name: each for each in filters if not isinstance(_field(state, each.path), models.JSONField | None)}


NUMBERS = (models.DecimalField, models.IntegerField)


def _field(state: ListState, path: str) -> models.Field[Any, Any] | None:
    """The column of the database at a path; None for what the list works out itself."""
    try:
        found = field_at(state.spec.model, path)
    except (FieldDoesNotExist, AttributeError):
        return None
    return found if isinstance(found, models.Field) else None
