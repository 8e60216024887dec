"""What a list is: declared once, by the area, and everything else follows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, ClassVar

from django import forms
from django.db.models import Model, Q, QuerySet
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst, slugify

from suite.core.access import Actor
from suite.desk import documents, search
from suite.desk.lists.columns import Column
from suite.desk.lists.filters import Filter
from suite.desk.own import columns as own_columns
from suite.desk.own import filters as own_filters
from suite.desk.own import rules

Text = str | Promise


@dataclass(frozen=True)
class Memory:
    """How an act without an opposite is taken back.

    `read(pks)` says what rows hold: {pk: {name: value}}, values as in JSON. `write(actor=, changed=)` puts back what
    nobody has changed since, and returns of how many rows: {pk: {name: [before, after]}}.
    """

    read: Callable[[Collection[int]], dict[int, dict[str, Any]]]
    write: Callable[..., int]


@dataclass(frozen=True)
class Act:
    """Something done to the rows that are selected, through a service.

    `run(actor=, pks=, **data)` does it and may return a number, the papers it made, or an outcome with `refused`
    ({pk: Refusal}), `told` (sentences) and `made` (papers): the message names them, or else the rows acted on. `form`
    asks for more first; its cleaned data are passed along, and it is made with `actor=` when it is an `ActorForm`.
    `confirm` is asked before. `when(row)` says which rows it fits; with `in_row` it stands in those rows, too. `undo`
    names the act of the same list that takes it back, `memory` knows what there was before. `refused(row)` says why a
    button of the record is shut although the state fits; it may ask the database. `initial(actor, pk)` is what its form
    shows at first for one row alone.
    """

    name: str
    label: Text
    permission: str
    run: Callable[..., Any]
    icon: str = "player-play"
    confirm: Text = ""
    form: type[forms.Form] | None = None
    danger: bool = False
    when: Callable[[Any], bool] | None = None
    in_row: bool = False
    undo: str = ""
    memory: Memory | None = None
    refused: Callable[[Any], Text] | None = None
    initial: Callable[[Actor, int], dict[str, Any]] | None = None
    to: str = ""

    def fits(self, row: Any) -> bool:
        """Whether the state of a row allows the act."""
        return self.when is None or self.when(row)


@dataclass(frozen=True)
class View:
    """A view that comes with the list: stored parameters under a name."""

    name: str
    label: Text
    params: Mapping[str, str]


@dataclass(frozen=True)
class Create:
    """The act that fills the list."""

    label: Text
    url_name: str
    permission: str
    query: str = ""

    @property
    def url(self) -> str:
        return reverse(self.url_name) + self.query


@dataclass(frozen=True)
class Measure:
    """A figure of a row that a pivot sums up: `of` is its expression, money in the company's currency."""

    name: str
    label: Text
    of: Any
    kind: str = "money"
    permission: str = ""


@dataclass(frozen=True)
class Rate:
    """A share that a pivot shows in percent: of the rows that are the `whole`, those that are the `part`, too."""

    name: str
    label: Text
    part: Q | Callable[[Actor], Q]
    whole: Q | Callable[[Actor], Q]


class ListSpec:
    """A list of records, declared as a class; show it with `list_view(request, MyList)`.

    The first column with card="title" (else the first of all) leads to the record. Sorting is offered only where a
    column says so, and such a column must have an index; so has `order`, one column, optionally with a minus, and so
    have the fields of `boards` and `calendars`.
    """

    model: ClassVar[type[Model]]
    title: ClassVar[Text] = ""
    columns: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[Filter]] = ()
    views: ClassVar[Sequence[View]] = ()
    acts: ClassVar[Sequence[Act]] = ()
    order: ClassVar[str] = "-id"
    related: ClassVar[Sequence[str]] = ()
    prefetch: ClassVar[Sequence[Any]] = ()
    search_fields: ClassVar[Sequence[str]] = ()
    search_related: ClassVar[Mapping[str, str]] = {}  # field -> kind of record whose own search words find the row, too
    searchable: ClassVar[bool] = True
    page_size: ClassVar[int] = 50
    create: ClassVar[Create | None] = None
    icon: ClassVar[str] = "list"
    empty: ClassVar[Text] = ""
    importer: ClassVar[str] = ""  # the kind of import that fills the list
    export: ClassVar[bool] = True
    line_columns: ClassVar[Sequence[Column]] = ()  # of the lines of a paper, for a sheet with a row for each of them
    lines: ClassVar[str] = "lines"
    line_related: ClassVar[Sequence[str]] = ()
    permission: ClassVar[str] = ""
    boards: ClassVar[Sequence[str]] = ()  # names of ChoiceFilters whose values the list can have as lanes
    total: ClassVar[str] = ""  # the column that lanes and the foot of the table sum up, by currency
    calendars: ClassVar[Sequence[str]] = ()  # names of DateFilters by whose dates the list can be a calendar
    pivots: ClassVar[bool] = False  # whether the list can be laid out by two of its filters
    measures: ClassVar[Sequence[Measure | Rate]] = ()  # what a pivot offers beside counting and columns of figures
    page: ClassVar[str] = ""  # the URL name of the list's page; the admin site's page of the model needs no naming

    known: ClassVar[dict[str, type[ListSpec]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        ListSpec.known[f"{cls.__module__}.{cls.__qualname__}"] = cls

    @cached_property
    def key(self) -> str:
        """The name under which views of this list are kept."""
        return f"{type(self).__module__}.{type(self).__qualname__}"

    @cached_property
    def slug(self) -> str:
        return slugify(self.key.rpartition(".")[2])

    @property
    def region(self) -> str:
        """The name of its place on a page."""
        return f"rows-{self.slug}"

    @property
    def heading(self) -> str:
        return capfirst(str(self.title or self.model._meta.verbose_name_plural))

    @cached_property
    def view_permission(self) -> str:
        meta = self.model._meta
        return self.permission or getattr(self.model, "VIEW", f"{meta.app_label}.view_{meta.model_name}")

    @cached_property
    def address(self) -> str:
        """Where the list's page is; empty for one that only stands on the pages of records."""
        meta = self.model._meta
        try:
            return reverse(self.page or f"admin:{meta.app_label}_{meta.model_name}_changelist")
        except NoReverseMatch:
            return ""

    def is_open_to(self, actor: Actor) -> bool:
        """Whether somebody may open the list's page."""
        in_admin = not self.page
        return bool(self.address) and actor.may(self.view_permission) and (not in_admin or actor.may("core.use_admin"))

    def rows(self, actor: Actor) -> QuerySet[Any]:
        """All rows the actor may see, before filters."""
        return self.model._default_manager.visible_to(actor)  # type: ignore[attr-defined]

    def url(self, row: Any) -> str:
        """Where a row leads."""
        kind = documents.kind_of(row)
        return kind.url(row.pk) if kind else ""

    def search(self, q: str, actor: Actor) -> Q:
        """The condition for words typed into the search box."""
        name = self.model._meta.label_lower
        if search.has(name) and not self.search_fields:
            return search.matching(actor, name, q)
        either = Q()
        for path in self.search_fields:
            if rules.hides(self.model, path, actor):
                continue
            either |= Q(**{f"{path}__icontains": q})
        for path, kind in self.search_related.items():
            either |= search.matching(actor, kind, q, path)
        return either

    @property
    def has_search(self) -> bool:
        return self.searchable and bool(self.search_fields or search.has(self.model._meta.label_lower))

    def columns_for(self, actor: Actor) -> list[Column]:
        """The columns the actor may see, own fields behind those of the list."""
        off = actor.company.modules_off
        columns = [column for column in self.columns if column.module not in off]
        known = [column for column in columns if not column.permission or actor.may(column.permission)]
        return own_columns.ruled(known, self.model, actor) + own_columns.columns(self.model, actor)

    def filters_for(self, actor: Actor) -> list[Filter]:
        """The filters of the list, and those by own fields the actor may see."""
        ruled = own_filters.ruled(self.filters, self.model, actor)
        return [*ruled, *own_filters.filters(self.model, actor)]

    def acts_for(self, actor: Actor) -> list[Act]:
        return [act for act in self.acts if actor.may(act.permission)]

    def complete(self, rows: Sequence[Any], actor: Actor) -> None:
        """Put on the rows of a page what their columns show, or their acts ask, and no relation reaches.

        Costs the statements it makes.
        """

    def footer(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        """Column name -> total over the filter; costs the statements it makes."""
        return {}


def spec_of(key: str) -> ListSpec | None:
    """The list that keeps its views under this key."""
    if key not in ListSpec.known:
        _ = get_resolver().url_patterns  # whoever has a page is declared by then
    found = ListSpec.known.get(key)
    return found() if found else None


@cache
def all_specs() -> list[ListSpec]:
    """Every list there is."""
    _ = get_resolver().url_patterns  # whoever has a page is declared by then
    return [found() for found in ListSpec.known.values() if hasattr(found, "model")]


def open_specs(actor: Actor) -> list[ListSpec]:
    """Every list whose page the actor may open."""
    return [spec for spec in all_specs() if spec.is_open_to(actor)]


def open_spec(key: str, actor: Actor) -> ListSpec | None:
    """The list that keeps its views under this key, if the actor may open its page."""
    spec = spec_of(key)
    return spec if spec and spec.is_open_to(actor) else None


@dataclass
class Cell:
    """A cell as the template draws it."""

    html: Any
    label: str
    css: str
    attributes: Any = ""
    card: Any = ""  # its attributes on a card


@dataclass
class Line:
    """A row as the template draws it."""

    pk: int
    url: str
    cells: list[Cell]
    acts: list[Act] = field(default_factory=list)
    shut: str = ""  # names of the acts that its state forbids

    @property
    def in_table(self) -> SafeString:
        """Its cells in a table; drawn here, because a page has hundreds."""
        return format_html_join("", "<td{}>{}</td>", ((cell.attributes, cell.html) for cell in self.cells))

    @property
    def on_card(self) -> SafeString:
        """Its cells on a card, without those where nothing stands."""
        return format_html_join(
            "", "<div{}>{}</div>", ((cell.card, cell.html) for cell in self.cells if cell.html != "")
        )
