"""The ways a list is shown: as a table, as a board, as a calendar, as a pivot."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from suite.desk.lists import swimlanes
from suite.desk.lists.boards import Lane, choices_of, lanes_of, more_of
from suite.desk.lists.calendars import SPANS, Calendar, calendar_for, dates_of
from suite.desk.lists.columns import Column
from suite.desk.lists.filters import Filter
from suite.desk.lists.kept import KeptViews
from suite.desk.lists.pivots import Pivot
from suite.desk.lists.swimlanes import Swimlanes
from suite.desk.models import SavedView

KEPT_LOOKS = ("show", "group", "span", "on", "widths", "down", "across", "measure")


class Ways(KeptViews):
    """How a list is shown, and what it shows so."""

    def link(self, **changes: str) -> str:
        raise NotImplementedError

    def of_group(self, group: str) -> dict[str, str]:
        raise NotImplementedError

    @cached_property
    def kinds(self) -> list[tuple[str, str, str]]:
        """How the list can be shown: kind, label, address; one way needs no choice."""
        offered = {
            "table": True,
            "board": bool(choices_of(self)),
            "calendar": bool(dates_of(self)),
            "pivot": self.spec.pivots,
        }
        found = [
            (kind, str(label), self.link(show=kind, group=""))
            for kind, label in SavedView.Kind.choices
            if offered[kind]
        ]
        return found if len(found) > 1 else []

    @property
    def looks(self) -> dict[str, str]:
        """How it is shown, for the form of the filters to say again."""
        return {name: self.params[name] for name in KEPT_LOOKS if name in self.params}

    @property
    def show(self) -> str:
        shown = self.params.get("show", "")
        return shown if shown in {kind for kind, _label, _link in self.kinds} else SavedView.Kind.TABLE

    @cached_property
    def grouping(self) -> list[Filter]:
        """The filters that can group what is shown, the one that does first."""
        is_board = self.show == "board"
        offered: list[Any] = choices_of(self) if is_board else dates_of(self)
        names = [self.params.get("group"), *(self.spec.boards if is_board else self.spec.calendars)]
        return sorted(offered, key=lambda each: names.index(each.name))

    @property
    def group_links(self) -> list[tuple[str, str, bool]]:
        """By what the board or calendar can be grouped: label, address, whether it is."""
        names = self.spec.boards if self.show == "board" else self.spec.calendars
        known = {each.name: each for each in self.grouping}
        links = [(known[name], self.link(group=name)) for name in names if name in known]
        return [(str(each.label), link, each is self.grouping[0]) for each, link in links]

    @cached_property
    def lanes(self) -> list[Lane]:
        return lanes_of(self, self.grouping[0])  # type: ignore[arg-type]

    @cached_property
    def down(self) -> Filter | None:
        """The second grouping of a board, which goes down; None where it has none."""
        name = self.params.get("down", "") if self.show == "board" else ""
        return next((each for each in swimlanes.offered(self, self.grouping[0]) if each.name == name), None)

    @property
    def down_links(self) -> list[tuple[str, str, bool]]:
        """What can go down a board: label, address, whether it does; the first is nothing."""
        if self.show != "board":
            return []
        offered = swimlanes.offered(self, self.grouping[0])
        found = [(str(each.label), self.link(down=each.name), each is self.down) for each in offered]
        return [(_("Nothing"), self.link(down=""), self.down is None), *found] if found else []

    @cached_property
    def swims(self) -> Swimlanes:
        assert self.down is not None
        return swimlanes.swimlanes_of(self, self.grouping[0], self.down)  # type: ignore[arg-type]

    def lane(self) -> Lane:
        """The next cards of the lane, or of the cell, that the address names."""
        by, value, cursor = self.grouping[0], self.params["lane"], self.params.get("after", "")
        swim, others = None, []
        if self.down and "swim" in self.params:
            swim = swimlanes.place_of(self, self.down, self.params["swim"])  # type: ignore[arg-type]
            if swim is None:
                raise ValidationError({"swim": self.params["swim"]})
            others = [each.swim for each in self.swims.rows] if self.moving_down else []
        return more_of(self, by, value, cursor, swim, others)  # type: ignore[arg-type]

    @property
    def span(self) -> str:
        return self.params["span"] if self.params.get("span") in SPANS else "month"

    @cached_property
    def calendar(self) -> Calendar:
        return calendar_for(self, self.grouping[0])  # type: ignore[arg-type]

    @cached_property
    def pivot(self) -> Pivot:
        return Pivot(self)

    @cached_property
    def moving(self) -> Column | None:
        """The column whose cell is changed when a row is put on another day or into another lane, if the actor may."""
        moves = self.show in (SavedView.Kind.BOARD, SavedView.Kind.CALENDAR)
        return self._column_of(self.grouping[0]) if moves else None

    @cached_property
    def moving_down(self) -> Column | None:
        """The column whose cell is changed when a card is put into another row of a board, if the actor may."""
        return self._column_of(self.down) if self.down else None

    def _column_of(self, by: Filter) -> Column | None:
        edits = ((column, column.edit) for column in self.all_columns if column.edit)
        known = (
            column
            for column, edit in edits
            if (edit.path or column.path) in (by.path, f"{by.path}_id") and self.actor.may(edit.permission)
        )
        return next(known, None)

    @property
    def mover(self) -> str:
        """Where the calendar posts what is put on another day; empty where nothing may be."""
        return self.link() if self.moving else ""

    @property
    def calendar_links(self) -> dict[str, Any]:
        """The addresses of other stretches of days."""
        calendar = self.calendar
        return {
            "spans": [(kind, self.link(span=kind, on=calendar.date.isoformat())) for kind in SPANS],
            "previous": self.link(on=calendar.previous.isoformat()),
            "today": self.link(on=""),
            "next": self.link(on=calendar.next.isoformat()),
        }

    @property
    def day_link(self) -> str:
        """The address of a day, to which its date is added."""
        return self.link(span="day", on="")
