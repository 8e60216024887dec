"""A list as a pivot: the rows that its filters leave, counted or summed by one or two of them.

    ?show=pivot&down=region&across=close.month&measure=sum.value

Whatever the list can be narrowed by, and lies in the database, it can be laid out by; so each figure leads to its rows
by those same filters. What a list can sum up are its columns of figures and its `measures`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet, FieldDoesNotExist
from django.db import connection, models
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, TruncMonth, TruncQuarter, TruncWeek, TruncYear, Upper
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from suite.core.access import Actor
from suite.core.models import User
from suite.core.money import round_money
from suite.desk import choices
from suite.desk.lists.columns import Column
from suite.desk.lists.dates import months_on
from suite.desk.lists.filters import (
    BoolFilter,
    ChoiceFilter,
    DateFilter,
    Filter,
    OwnerFilter,
    PickFilter,
    TextFilter,
    field_at,
)
from suite.desk.lists.spec import ListSpec, Rate
from suite.desk.own.filters import InJson, OwnSeveral

if TYPE_CHECKING:
    from suite.desk.lists.ways import Ways

SUMMED = ("money", "quantity", "number")
MOST = 5000  # figures of a pivot
KINDS = ("suite.desk.lists.filters", "suite.desk.own.filters")  # of filters that say what stands in their field
SPANS: dict[str, tuple[type[models.Func], int, Callable[[dt.date], str]]] = {
    "week": (TruncWeek, 0, lambda day: f"{day}"),
    "month": (TruncMonth, 1, lambda day: f"{day:%Y-%m}"),
    "quarter": (TruncQuarter, 3, lambda day: f"{day.year} Q{(day.month + 2) // 3}"),
    "year": (TruncYear, 12, lambda day: f"{day.year}"),
}


@dataclass(frozen=True)
class Dimension:
    """What rows are laid out by: a filter of the list; of a date its week (by its Monday), month, quarter or year."""

    name: str
    label: str
    by: Filter
    span: str = ""
    is_several: bool = False  # a row may have several values, and stands under each of them

    def key(self, actor: Actor, model: type[models.Model]) -> Any:
        """The value of a row, for the database."""
        by = self.by
        if isinstance(by, BoolFilter):
            yes, _text = by.understand({by.name: "yes"}, actor, model)
            return Case(When(yes, then=Value("yes")), default=Value("no"))
        stands = KT(by.path) if isinstance(by, InJson) else F(by.path)
        if isinstance(by, DateFilter):
            day = Cast(stands, models.DateField()) if isinstance(by, InJson) else by.stands
            zone = ZoneInfo(actor.company.time_zone) if by.is_moment(model) else None
            return SPANS[self.span][0](day, output_field=models.DateField(), tzinfo=zone)
        return Upper(stands) if isinstance(by, TextFilter) else stands

    def text(self) -> Any:
        """What its group is called, where the database knows: of texts that differ by case only the first."""
        plain = KT(self.by.path) if isinstance(self.by, InJson) else F(self.by.path)
        return plain if isinstance(self.by, TextFilter) else Value("")

    def labels(self, keys: Collection[Any], actor: Actor) -> dict[Any, str]:
        """What the values are called, in their order where they have one; a value nobody may know is missing."""
        by = self.by
        if isinstance(by, BoolFilter):
            return {"yes": _("Yes"), "no": _("No")}
        if isinstance(by, ChoiceFilter):
            return {value: label for value, label in by.options(actor) if value in keys}
        if isinstance(by, DateFilter):
            return {key: SPANS[self.span][2](dt.date.fromisoformat(key)) for key in sorted(keys)}
        if isinstance(by, OwnerFilter):
            return {str(user.pk): user.label for user in User.objects.filter(pk__in=keys)}
        if isinstance(by, PickFilter):
            found: Mapping[Any, str] = choices.labels(actor, by.kind, [int(key) for key in keys])
            return {str(pk): text for pk, text in found.items()}
        return {}

    def narrow(self, key: str | None, model: type[models.Model]) -> dict[str, str] | None:
        """The parameters that leave the rows with a value; None where none can say it."""
        by = self.by
        if key is None or key == "":
            if isinstance(by, OwnerFilter):
                return {by.name: "none"}
            return {f"{by.name}_empty": "yes"} if "empty" in by.operators and by.nothing(model) is not None else None
        if isinstance(by, DateFilter):
            first = dt.date.fromisoformat(key)
            months = SPANS[self.span][1]
            last = months_on(first, months) - dt.timedelta(days=1) if months else first + dt.timedelta(days=6)
            return {f"{by.name}_min": f"{first}", f"{by.name}_max": f"{last}"}
        if isinstance(by, TextFilter):
            return {f"{by.name}_is": key}
        return {by.name: key}


def dimensions_of(state: Ways) -> dict[str, Dimension]:
    """What the list can be laid out by, for its actor."""
    found: dict[str, Dimension] = {}
    for by in state.filters:
        several = _reaches(state.spec.model, by)
        if several is None or isinstance(by, OwnSeveral) or type(by).understand.__module__ not in KINDS:
            continue  # what a filter of an area makes of its field is not what stands there
        label = str(by.label)
        if isinstance(by, DateFilter):
            words = {"week": _("week"), "month": _("month"), "quarter": _("quarter"), "year": _("year")}
            for span, word in words.items():
                name = f"{by.name}.{span}"
                found[name] = Dimension(name, f"{label} ({word})", by, span, is_several=several)
        elif isinstance(by, ChoiceFilter | OwnerFilter | PickFilter | BoolFilter | TextFilter):
            found[by.name] = Dimension(by.name, label, by, is_several=several)
    return found


def _reaches(model: type[models.Model], by: Filter) -> bool | None:
    """Whether the path of a filter may lead to several values of a row; None where it leads to none."""
    if isinstance(by, BoolFilter) and by.condition is not None:
        return False
    try:
        field_at(model, by.path)
    except (FieldDoesNotExist, AttributeError):
        return None
    current, several = model, False
    for name in by.path.split("__")[:-1] or [by.path]:
        step = current._meta.get_field(name)
        several |= bool(step.many_to_many or step.one_to_many)
        if isinstance(step, models.JSONField) or not step.is_relation:
            break
        current = step.related_model  # type: ignore[assignment]
    last = field_at(model, by.path)
    return several or bool(last.many_to_many or last.one_to_many)


@dataclass(frozen=True)
class Measured:
    """A measure as it is read: the sum of `of`, whole (`count`, `sum`), by the sum of `base` (`avg`), or in percent."""

    name: str
    label: str
    kind: str  # how it is written
    of: Any
    base: Any
    is_share: bool = False

    def value(self, sums: Sums) -> Decimal | None:
        """What sums come to; None for a share of nothing."""
        if self.name.startswith(("avg.", "rate.")):
            if not sums.base:
                return None
            return round_money(sums.of * (100 if self.is_share else 1) / sums.base)
        return sums.of


@dataclass
class Sums:
    """What is added up for a figure: `rows` that stand behind it, and the two sums it is made of."""

    rows: int = 0
    of: Decimal = Decimal(0)
    base: Decimal = Decimal(0)

    def add(self, other: Sums) -> None:
        self.rows, self.of, self.base = self.rows + other.rows, self.of + other.of, self.base + other.base


def measures_of(state: Ways) -> dict[str, Measured]:
    """What can be counted and summed of the list, for its actor."""
    one = Value(1)
    found = {"count": Measured("count", pgettext("look", "Count"), "number", one, one)}
    declared = {each.name for each in state.spec.measures}
    summed: list[tuple[str, Any, str, Any]] = []
    for column in state.all_columns:
        is_plain = column.kind in SUMMED and not (callable(column.value) or column.currency)
        if is_plain and column.name not in declared and _is_number(state.spec.model, column.path):
            summed.append((column.name, column.label, column.kind, F(column.path)))
    for each in state.spec.measures:
        if not isinstance(each, Rate) and (not each.permission or state.actor.may(each.permission)):
            summed.append((each.name, each.label, each.kind, each.of))
    for name, label, kind, of in summed:
        found[f"sum.{name}"] = Measured(f"sum.{name}", _("Sum: %(column)s") % {"column": label}, kind, of, one)
        known = Case(When(Q(pivot_of__isnull=False), then=one), default=Value(0))
        found[f"avg.{name}"] = Measured(f"avg.{name}", _("Average: %(column)s") % {"column": label}, kind, of, known)
    for each in state.spec.measures:
        if isinstance(each, Rate):
            moment = [when(state.actor) if callable(when) else when for when in (each.part, each.whole)]
            both = (moment[0] & moment[1], moment[1])
            part, whole = (Case(When(when, then=one), default=Value(0)) for when in both)
            found[f"rate.{each.name}"] = Measured(f"rate.{each.name}", str(each.label), "percent", part, whole, True)
    return found


def _is_number(model: type[models.Model], path: str) -> bool:
    try:
        return isinstance(field_at(model, path), models.DecimalField | models.IntegerField)
    except (FieldDoesNotExist, AttributeError):
        return False


@dataclass(frozen=True)
class Cell:
    """A figure with the address of the rows behind it."""

    value: Decimal | None
    text: str
    url: str
    rows: int
    of: Decimal = Decimal(0)  # what was added up: of a share the rows that are its part


@dataclass
class PivotRow:
    label: str
    url: str
    cells: list[Cell] = field(default_factory=list)


class Pivot:
    """What stands in the pivot that the address asks for.

    One statement, one more for each field whose values are names, and at most three for totals where a row may have
    several values.
    """

    def __init__(self, state: Ways) -> None:
        self.state, self.actor = state, state.actor
        self.dimensions, self.measures = dimensions_of(state), measures_of(state)
        asked = state.params
        names = list(self.dimensions)
        self.down = self.dimensions.get(asked.get("down", ""), self.dimensions[names[0]])
        self.across = self.dimensions.get(asked.get("across", ""))
        self.measure = self.measures.get(asked.get("measure", ""), self.measures["count"])

    @cached_property
    def groups(self) -> dict[tuple[Any, ...], Sums]:
        return self._read((self.down, self.across) if self.across else (self.down,))

    @cached_property
    def is_too_large(self) -> bool:
        return len(self.groups) > MOST

    def _read(self, by: Sequence[Dimension]) -> dict[tuple[Any, ...], Sums]:
        """The sums under each value, or pair of values."""
        state, measure = self.state, self.measure
        rows: QuerySet[Any] = state.rows
        if type(state.spec).rows is not ListSpec.rows:  # without what the list works out about each row
            rows = state.spec.model._base_manager.filter(pk__in=rows.values("pk"))
        named = {f"pivot_{place}": each.key(self.actor, state.spec.model) for place, each in enumerate(by)}
        texts = {f"pivot_text_{place}": each.text() for place, each in enumerate(by) if isinstance(each.by, TextFilter)}
        inner = rows.order_by().annotate(pivot_of=measure.of).annotate(pivot_base=measure.base, **named, **texts)
        columns = ["pivot_of", "pivot_base", *named, *texts]
        several = any(each.is_several for each in by)
        listed = inner.values_list(*(["pk", *columns] if several else columns))
        try:
            sql, params = (listed.distinct() if several else listed).query.sql_with_params()
        except EmptyResultSet:
            return {}
        heads = ", ".join([*(["pk"] if several else []), *columns])
        keys = ", ".join(named)
        casts = [
            f"{name}::date::text" if isinstance(each.by, DateFilter) else f"{name}::text"
            for name, each in zip(named, by, strict=True)
        ]
        outer = ["count(*)", "sum(pivot_of)", "sum(pivot_base)", *casts]
        outer += [f"min({name})" for name in texts]
        grouped = f" GROUP BY {keys}" if keys else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(outer)} FROM ({sql}) AS found({heads}){grouped} LIMIT {MOST + 1}", params
            )
            answer = cursor.fetchall()
        found: dict[tuple[Any, ...], Sums] = {}
        texts_at = [place for place, each in enumerate(by) if isinstance(each.by, TextFilter)]
        for count, of, base, *rest in answer:
            keys_here = tuple(rest[: len(by)])
            for place, text in zip(texts_at, rest[len(by) :], strict=True):
                self.texts[by[place].name].setdefault(keys_here[place], text)
            found[keys_here] = Sums(count, Decimal(of or 0), Decimal(base or 0))
        return found

    @cached_property
    def texts(self) -> dict[str, dict[Any, str]]:
        return defaultdict(dict)

    def _totals(self, place: int, other: Dimension | None) -> dict[Any, Sums]:
        """The totals under each value of one dimension."""
        mine = (self.down, self.across)[place]
        if other is not None and other.is_several and mine is not None:
            return {key: sums for (key,), sums in self._read((mine,)).items()}
        totals: dict[Any, Sums] = defaultdict(Sums)
        for keys, sums in self.groups.items():
            totals[keys[place]].add(sums)
        return totals

    @cached_property
    def down_totals(self) -> dict[Any, Sums]:
        return self._totals(0, self.across)

    @cached_property
    def across_totals(self) -> dict[Any, Sums]:
        return self._totals(1, self.down) if self.across else {}

    @cached_property
    def total(self) -> Sums:
        if self.down.is_several and (self.across is None or self.across.is_several):
            return self._read(()).get((), Sums())
        whole = Sums()
        for sums in (self.across_totals if self.down.is_several else self.down_totals).values():
            whole.add(sums)
        return whole

    def _ordered(self, dimension: Dimension, totals: Mapping[Any, Sums]) -> list[tuple[Any, str]]:
        """The values with what they are called: in their own order, else the largest first; what is blank last."""
        keys = {key for key in totals if key not in (None, "")}
        labels = dimension.labels(keys, self.actor) or {}
        known = self.texts[dimension.name]
        named = [(key, labels.get(key) or known.get(key) or HIDDEN) for key in keys]
        if isinstance(dimension.by, DateFilter | ChoiceFilter | BoolFilter):
            places = {key: place for place, key in enumerate(labels)}
            named.sort(key=lambda pair: (places.get(pair[0], len(places)), pair[1]))
        else:
            worth = {key: self.measure.value(sums) or Decimal(0) for key, sums in totals.items()}
            named.sort(key=lambda pair: (-worth[pair[0]], pair[1]))
        return [*named, *((key, _("None")) for key in totals if key in (None, ""))]

    @cached_property
    def heads(self) -> list[tuple[Any, str]]:
        """The values across."""
        return self._ordered(self.across, self.across_totals) if self.across else []

    @cached_property
    def rows(self) -> list[PivotRow]:
        """A row for each value down, its total last."""
        found = []
        for key, label in self._ordered(self.down, self.down_totals):
            row = PivotRow(label, self._link((self.down, key)))
            for head, _label in self.heads:
                row.cells.append(self._cell(self.groups.get((key, head)), (self.down, key), (self.across, head)))
            row.cells.append(self._cell(self.down_totals[key], (self.down, key)))
            found.append(row)
        return found

    @cached_property
    def foot(self) -> list[Cell]:
        """The totals of the columns, and that of all."""
        found = [self._cell(self.across_totals[key], (self.across, key)) for key, _label in self.heads]
        return [*found, self._cell(self.total)]

    def _cell(self, sums: Sums | None, *values: tuple[Dimension | None, Any]) -> Cell:
        if sums is None or not sums.rows:
            return Cell(None, "", "", 0)
        value = self.measure.value(sums)
        return Cell(
            value, "" if value is None else self.column.render(None, value), self._link(*values), sums.rows, sums.of
        )  # type: ignore[arg-type]

    @cached_property
    def column(self) -> Column:
        """How figures are written."""
        return Column("value", self.measure.label, "money" if self.measure.kind == "money" else self.measure.kind)

    def _link(self, *values: tuple[Dimension | None, Any]) -> str:
        """The rows behind a figure as a table; blank where no filter can say them.

        What the list is narrowed by already stays: a filter that is in use is asked again in a group of its own.
        """
        from suite.desk.lists.state import GROUPS, prefixed  # which shows pivots itself

        asked = dict.fromkeys(("down", "across", "measure", "group"), "") | {"show": "table"}
        free = [group for group in GROUPS if not any(self.state.of_group(group).values())]
        for dimension, key in values:
            params = dimension.narrow(key, self.state.spec.model) if dimension else None
            if params is None or dimension is None:
                return ""
            if dimension.by.active(self.state.params) or any(name in asked for name in params):
                if not free:
                    return ""
                group = free.pop(0)
                params = {prefixed(group, name): value for name, value in params.items()}
            asked |= params
        return self.state.link(**asked)

    @property
    def is_counted_twice(self) -> bool:
        """Whether a row may stand under several values, so that totals are less than what stands beside them."""
        return self.down.is_several or bool(self.across and self.across.is_several)

    @property
    def chosen(self) -> dict[str, list[tuple[str, str, bool]]]:
        """What can be chosen for rows, columns and measure: name, label, whether it is."""
        fields = [(each.name, each.label) for each in self.dimensions.values()]
        across = self.across.name if self.across else ""
        return {
            "down": [(name, label, name == self.down.name) for name, label in fields],
            "across": [("", "–", not across), *((name, label, name == across) for name, label in fields)],
            "measure": [(each.name, each.label, each is self.measure) for each in self.measures.values()],
        }

    @property
    def sheet(self) -> tuple[list[Column], Iterator[list[Any]]]:
        """The columns and rows of a file: what stands on the page, the totals with it."""
        kind = self.measure.kind
        columns = [Column("down", self.down.label)]
        columns += [Column(f"c{place}", label, kind) for place, (_key, label) in enumerate(self.heads)]
        columns.append(Column("total", _("Total"), kind))
        rows = [[row.label, *(cell.value for cell in row.cells)] for row in self.rows]
        rows.append([_("Total"), *(cell.value for cell in self.foot)])
        return columns, iter(rows)


HIDDEN = "•••"
