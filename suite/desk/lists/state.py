"""A list as one person sees it now: what the address says, applied to the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet, Sum, Value
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from suite.core import keyset
from suite.desk import formats, own, papers
from suite.desk.imports import importer
from suite.desk.lists.columns import Column
from suite.desk.lists.filters import OPERATORS, Chip, ChoiceFilter, Filter
from suite.desk.lists.kept import COUNTED, count_text
from suite.desk.lists.spec import Act, Cell, Line, ListSpec
from suite.desk.lists.ways import Ways
from suite.desk.own import book
from suite.desk.own import columns as own_columns

IN_SIGHT = 6  # filters that are always in sight
PLACE_KEYS = ("after", "last", "count", "export", "counts", "lane", "swim", "on", "edit", "pk")
NARROWEST, WIDEST = 48, 800  # pixels of a column
PIVOT_KEYS = ("down", "across", "measure")
GROUPS = ("any", "any2", "any3")  # groups of alternatives: `any.status=draft&any.late=yes`


def explicit(data: QueryDict) -> dict[str, str]:
    """The parameters of an address; a repeated one becomes a list with commas."""
    return {name: ",".join(value for value in data.getlist(name) if value)[:500] for name in data}


def prefixed(group: str, key: str) -> str:
    return f"{group}.{key}" if group else key


def _foot(column: Column, found: Any) -> SafeString | str:
    """What stands under a column: a total, or one below the other those of several currencies."""
    if isinstance(found, Mapping):
        return format_html_join(
            SafeString("<br>"), "{}", ((formats.money(sum_, unit),) for unit, sum_ in found.items())
        )
    return column.render(None, found)


class ListState(Ways):
    """Filters, order, columns and place of a list for one actor; reads rows only when asked."""

    @cached_property
    def filters(self) -> list[Filter]:
        return self.spec.filters_for(self.actor)

    @cached_property
    def filter_keys(self) -> list[str]:
        plain = [key for each in self.filters for key in each.keys]
        return [*plain, *(f"{group}.{key}" for group in GROUPS for key in plain)]

    @cached_property
    def applied(self) -> tuple[Q, list[Chip]]:
        """The condition with all filters, and a chip for each; those of a group are alternatives."""
        condition, chips = Q(), []
        for group in ("", *GROUPS):
            either = Q()
            params = self.of_group(group)
            for each in self.filters:
                if each.active(params):
                    part, chip = each.apply(params, self.actor, self.spec.model)
                    chips.append(replace(chip, group=group, keys=tuple(prefixed(group, key) for key in chip.keys)))
                    either = either & part if not group or chip.bad else either | part
            condition &= either
        return condition, chips

    def of_group(self, group: str) -> dict[str, str]:
        """The parameters of a group of alternatives, by their plain names; "" are those that all hold."""
        if not group:
            return self.params
        start = f"{group}."
        return {name.removeprefix(start): value for name, value in self.params.items() if name.startswith(start)}

    @property
    def chips(self) -> list[dict[str, Any]]:
        """Each active filter with the address without it, and the one with it among the alternatives or back again."""
        found = []
        for chip in self.applied[1]:
            params = {key: self.params[key] for key in chip.keys if key in self.params}
            moved = {self._elsewhere(key, chip.group): value for key, value in params.items()}
            gone = dict.fromkeys(chip.keys, "")
            found.append({"chip": chip, "remove": self.link(**gone), "move": self.link(**gone, **moved)})
        if self.q:
            chip = Chip(_("Search"), self.q, ("q",))
            found.append({"chip": chip, "remove": self.link(q=""), "move": ""})
        return found

    def _elsewhere(self, key: str, group: str) -> str:
        return key.removeprefix(f"{group}.") if group else f"{GROUPS[0]}.{key}"

    @property
    def q(self) -> str:
        return self.params.get("q", "").strip()[:100] if self.spec.has_search else ""

    @cached_property
    def condition(self) -> Q:
        """What filters and search ask of a row."""
        return self.applied[0] & self.spec.search(self.q, self.actor) if self.q else self.applied[0]

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """Every row that matches, in no order."""
        rows = self.spec.rows(self.actor)
        if self.where is not None:
            rows = rows.filter(self.where)
        return rows.filter(self.condition)

    @cached_property
    def order(self) -> str:
        """The field to order by, with a minus for downwards."""
        wanted = self.params.get("sort", "")
        column = next((c for c in self.all_columns if c.sort and c.name == wanted.removeprefix("-")), None)
        if column is None:
            return self.spec.order
        return f"-{column.sort_path}" if wanted.startswith("-") else column.sort_path

    @cached_property
    def all_columns(self) -> list[Column]:
        return self.spec.columns_for(self.actor)

    @cached_property
    def columns(self) -> list[Column]:
        """The columns to show, in the order asked for; the title column always leads."""
        known = {column.name: column for column in self.all_columns}
        asked = [known[name] for name in self.params.get("cols", "").split(",") if name in known]
        shown = asked or [column for column in self.all_columns if column.shown]
        title = self.title_column
        return [title, *(column for column in shown if column is not title)]

    @property
    def chosen(self) -> list[tuple[Column, bool]]:
        """All columns for the chooser, those that are shown in their order, then the others."""
        others = [column for column in self.all_columns if column not in self.columns]
        return [*((column, True) for column in self.columns), *((column, False) for column in others)]

    @cached_property
    def title_column(self) -> Column:
        return next((column for column in self.all_columns if column.card == "title"), self.all_columns[0])

    @cached_property
    def acts(self) -> list[Act]:
        return self.spec.acts_for(self.actor)

    @property
    def paper_languages(self) -> list[tuple[str, str]]:
        """The languages in which the rows can be printed."""
        if not papers.is_known(self.spec.model):
            return []
        return [("zh-hans", _("PDF in Chinese")), ("en", _("PDF in English"))]

    @cached_property
    def shown_rows(self) -> QuerySet[Any]:
        return self._with_relations(self.rows)

    def _with_relations(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = rows.select_related(*self.spec.related) if self.spec.related else rows
        return rows.prefetch_related(*self.spec.prefetch)

    @cached_property
    def page(self) -> keyset.Page[Any]:
        """The page the address asks for; one that does not belong here asks for the first."""
        cursor = keyset.LAST if self.params.get("last") else self.params.get("after", "")
        try:
            page = keyset.page(self.shown_rows, ordering=self.order, cursor=cursor, size=self.spec.page_size)
        except ValidationError:
            page = keyset.page(self.shown_rows, ordering=self.order, size=self.spec.page_size)
        self.complete(page.rows)
        return page

    def complete(self, rows: Sequence[Any]) -> None:
        """Put on rows what their columns show and no relation reaches."""
        self.spec.complete(rows, self.actor)
        own_columns.complete(rows, self.columns, self.spec.model, self.actor)

    @cached_property
    def lines(self) -> list[Line]:
        return [self.line_of(row) for row in self.page.rows]

    def line_of(self, row: Any, columns: Sequence[Column] | None = None) -> Line:
        link = self.spec.url(row)
        cells = [
            Cell(self.html_of(column, row, link), *self._frames[column.name])
            for column in (self.columns if columns is None else columns)
        ]
        fitting = {act.name for act in self.acts if act.fits(row)}
        in_row = [act for act in self.acts if act.in_row and act.name in fitting]
        return Line(row.pk, link, cells, in_row, " ".join(act.name for act in self.acts if act.name not in fitting))

    @cached_property
    def _frames(self) -> dict[str, tuple[str, str, SafeString, SafeString]]:
        """What is the same in all cells of a column: label, classes, the attributes in a table and on a card."""
        found = {}
        for column in self.columns:
            css, width = self._css(column), self.widths.get(column.name, 0)
            attributes = format_html(' class="{}" data-label="{}"', css, column.label)
            if column.edit and self.actor.may(column.edit.permission):
                attributes += format_html(' data-edit="{}"', column.name)
            if width:
                attributes += format_html(' style="min-width:{0}px;max-width:{0}px"', width)
            says_itself = column is self.title_column or "bare" in css
            card = format_html(' class="{}"' if says_itself else ' class="{}" title="{}"', css, column.label)
            found[column.name] = (str(column.label), css, attributes, card)
        return found

    def html_of(self, column: Column, row: Any, link: str = "") -> SafeString | str:
        """What stands in a cell."""
        return self._narrowing(column, row) or column.html(row, link if column is self.title_column else "")

    def complete_row(self, pk: int, among: QuerySet[Any]) -> Any | None:
        """One row with all its columns show, if it is `among` those."""
        rows = list(self._with_relations(self.spec.rows(self.actor).filter(pk=pk, pk__in=among.values("pk"))))
        self.spec.complete(rows, self.actor)
        return rows[0] if rows else None

    @cached_property
    def widths(self) -> dict[str, int]:
        """How wide columns were drawn, in pixels: `widths=number:120,party:240`."""
        found = {}
        for part in self.params.get("widths", "").split(","):
            name, _colon, text = part.partition(":")
            if text.isascii() and text.isdigit() and len(text) < 5:
                found[name] = min(max(int(text), NARROWEST), WIDEST)
        return found

    def _narrowing(self, column: Column, row: Any) -> SafeString | str:
        """A badge that narrows the list to what it says when it is clicked, where a filter knows its value."""
        each = self._choices.get(column.path) if column.kind == "badge" and not callable(column.value) else None
        value = column.of(row) if each else None
        if each is None or value in (None, ""):
            return ""
        key = (each.name, value, column.colour(row, value))
        found = self._narrowed.get(key)
        if found is None:
            link, hint = self.link(**{each.name: str(value)}), _("Show only these")
            found = self._narrowed[key] = format_html(
                '<a class="only-these" href="{}" title="{}">{}</a>', link, hint, column.render(row, value)
            )
        return found

    @cached_property
    def _choices(self) -> dict[str, ChoiceFilter]:
        return {each.path: each for each in self.filters if isinstance(each, ChoiceFilter)}

    @cached_property
    def _narrowed(self) -> dict[tuple[str, Any, str], SafeString]:
        return {}

    def _css(self, column: Column) -> str:
        place = {"side": "side-cell", "hide": "hide-phone"}.get(column.card, "bare" if column.kind == "badge" else "")
        parts = ["first" if column is self.title_column else "", column.align, place]
        return " ".join(part for part in parts if part)

    @property
    def headers(self) -> list[dict[str, Any]]:
        """The heads of the columns, with their sort links."""
        found = []
        for column in self.columns:
            descending = self.order.startswith("-")
            now = bool(column.sort) and self.order.removeprefix("-") == column.sort_path
            flip = f"-{column.name}" if now and not descending else column.name
            found.append(
                {
                    "column": column,
                    "link": self.link(sort=flip) if column.sort else "",
                    "sorted": ("descending" if descending else "ascending") if now else "",
                    "css": " ".join(part for part in (column.align, "first" * (column is self.title_column)) if part),
                    "width": self.widths.get(column.name, 0),
                }
            )
        return found

    @cached_property
    def count(self) -> int:
        """How many match: the rows on the page when that is all, exactly on request, else counted to 1,001."""
        if not self.page.previous and not self.page.next:
            return len(self.page.rows)
        if self.params.get("count") == "exact":
            return self.rows.count()
        return self.rows.order_by().values("pk")[:COUNTED].count()

    @property
    def is_capped(self) -> bool:
        """Whether there may be more than was counted."""
        return self.count >= COUNTED and self.params.get("count") != "exact"

    @property
    def count_text(self) -> str:
        return count_text(self.count) if self.is_capped else f"{self.count:,}"

    @cached_property
    def totals(self) -> list[Any]:
        """Totals under the columns, where the list declares any."""
        found = {**self._sums(), **self.spec.footer(self.rows)}
        if not any(column.name in found for column in self.columns):
            return []
        return [
            {"html": _foot(column, found.get(column.name)), "css": column.align, "label": column.label}
            for column in self.columns
        ]

    @property
    def flat(self) -> QuerySet[Any]:
        """The rows without what the list works out about each."""
        if type(self.spec).rows is ListSpec.rows:
            return self.rows
        return self.spec.model._base_manager.filter(pk__in=self.rows.values("pk"))

    def _sums(self) -> dict[str, Mapping[str, Any]]:
        """The sums of the list's `total` by currency; of more rows than are counted only once somebody counts them."""
        column = next((each for each in self.columns if each.name == self.spec.total), None)
        if column is None or self.is_capped:
            return {}
        unit: Any = F(column.currency) if column.currency else Value("")
        rows = self.flat.order_by().values(foot_unit=unit).annotate(foot_sum=Sum(column.path)).order_by("foot_unit")
        return {column.name: {str(row["foot_unit"]): row["foot_sum"] for row in rows}}

    @property
    def hides_rows(self) -> bool:
        """Whether there are rows behind the filters of an empty list; else it waits for its first one."""
        if not (self.applied[1] or self.q):
            return False
        rows = self.spec.rows(self.actor)
        return (rows if self.where is None else rows.filter(self.where)).exists()

    @property
    def blank_url(self) -> str:
        """Where the page asks which required own fields are still blank; empty where there are none to fill in."""
        known = own.kind_of(self.spec.model)
        wanted = known and self.actor.may(known.change) and book.writable(known.name, self.actor)
        return reverse("desk:own_blank", args=[known.name]) if known and any(f.required for f in wanted or ()) else ""

    @property
    def import_url(self) -> str:
        """Where a file fills this list; empty for who may not."""
        found = importer(self.spec.importer)
        may = found and self.actor.may("core.add_job") and self.actor.may(found.permission)
        return reverse("desk:import_upload", args=[self.spec.importer]) if may else ""

    def link(self, **changes: str) -> str:
        """The address of this list with something changed; the place is forgotten, an empty value clears."""
        params = {name: value for name, value in self.explicit.items() if name not in PLACE_KEYS}
        if self.names_view:
            params.setdefault("view", self.view)
        params.update(changes)
        keep_empty = set(self.stored)  # clearing what a view sets must be said aloud
        params = {name: value for name, value in params.items() if value or name in keep_empty}
        return f"{self.path}?{urlencode(params, safe=',')}"

    @property
    def pivot_says(self) -> dict[str, str]:
        """What the address says besides the fields of a pivot, for its form to say again."""
        said = {name: value for name, value in self.explicit.items() if name not in (*PLACE_KEYS, *PIVOT_KEYS)}
        return said | {"show": "pivot"} | ({"view": self.view} if self.names_view else {})

    @property
    def links(self) -> dict[str, str]:
        found = {"first": self.link(), "last": self.link(last="1"), "exact": self.link(count="exact")}
        if self.page.previous:
            found["previous"] = self.link(after=self.page.previous)
        if self.page.next:
            found["next"] = self.link(after=self.page.next)
        return found

    @property
    def export_links(self) -> dict[str, str]:
        return {name: self.link(export=name) for name in ("csv", "xlsx", "csv_lines", "xlsx_lines")}

    @property
    def has_lines(self) -> bool:
        """Whether a file can have a row for each line of the records."""
        return bool(self.spec.line_columns)

    @property
    def has_row_acts(self) -> bool:
        return any(line.acts for line in self.lines)

    @property
    def clear_link(self) -> str:
        return self.link(**dict.fromkeys([*self.filter_keys, "q"], ""))

    @cached_property
    def controls(self) -> list[dict[str, Any]]:
        """The filters as the template draws them; beyond the first few they wait behind "add filter"."""
        found: list[dict[str, Any]] = []
        in_sight = 0
        for each in self.filters:
            group = next((group for group in ("", *GROUPS) if each.active(self.of_group(group))), "")
            control = {"operators": [], "operator": "", "key": each.name} | each.control(
                self.of_group(group), self.actor
            )
            if "empty" in each.operators and each.nothing(self.spec.model) is not None:
                control["operators"] += [("empty", OPERATORS["empty"]), ("some", OPERATORS["some"])]
            control["prefix"] = f"{group}." if group else ""
            control["extra"] = not control["active"] and (not each.quick or in_sight >= IN_SIGHT)
            in_sight += not control["extra"]
            found.append(control)
        return found

    @property
    def unseen(self) -> dict[str, str]:
        """Filters that hold and no control shows: of a second alternative by the same filter."""
        seen = {f"{c['prefix']}{key}" for c in self.controls for key in c["filter"].keys}
        return {key: value for key, value in self.params.items() if key in {*self.filter_keys} - seen}

    @property
    def has_extra_filters(self) -> bool:
        return any(control["extra"] for control in self.controls)

    @property
    def query(self) -> str:
        """The parameters that hold, as a query string: what a saved view, an export and a job keep."""
        kept = {name: value for name, value in self.params.items() if name in {*self.filter_keys, *self.LOOKS}}
        return urlencode(kept, safe=",")
