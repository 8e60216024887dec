"""What of a list is kept: its views, the one that is open, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.models import Role
from suite.desk.lists.columns import Column, Edit
from suite.desk.lists.filters import Filter
from suite.desk.lists.spec import ListSpec
from suite.desk.models import SavedView
from suite.desk.services import saved_views

COUNTED = 1001  # counting stops here; a click counts to the end


class KeptViews:
    """The views of a list for one actor: those it comes with, the saved ones, and which of them is open."""

    LOOKS: ClassVar[tuple[str, ...]] = (
        "q",
        "sort",
        "cols",
        "widths",
        "show",
        "group",
        "span",
        "down",
        "across",
        "measure",
    )  # kept beside the filters

    spec: ListSpec
    actor: Actor
    explicit: dict[str, str]
    path: str
    where: Q | None
    filters: list[Filter]
    filter_keys: list[str]
    all_columns: list[Column]
    rows: QuerySet[Any]

    def __init__(
        self, spec: ListSpec, actor: Actor, params: Mapping[str, str], *, path: str = "", where: Q | None = None
    ):
        self.spec, self.actor, self.path, self.where = spec, actor, path, where
        self.explicit = dict(params)

    @cached_property
    def saved(self) -> list[SavedView]:
        """The saved views of this list that the actor may use."""
        return list(saved_views.offered(self.actor).filter(list_key=self.spec.key))

    def changeable(self, edit: Edit) -> QuerySet[Any]:
        """The rows whose cell the actor may change."""
        return self.spec.model._default_manager.visible_to(self.actor, edit.permission)  # type: ignore[attr-defined]

    @cached_property
    def first(self) -> SavedView | None:
        """The view that opens when the address asks for nothing; a list on the page of a record has none."""
        return None if self.where is not None else saved_views.first_of(self.saved, self.actor)

    @cached_property
    def view(self) -> str:
        """The view that is open: a key of a saved one, a name of the list's own, or "all"."""
        asked = self.explicit.get("view", "")
        if not asked and not any(self.explicit.values()) and self.first:
            asked = str(self.first.pk)
        return asked or "all"

    @cached_property
    def saved_view(self) -> SavedView | None:
        return next((view for view in self.saved if str(view.pk) == self.view), None)

    @property
    def is_mine(self) -> bool:
        """Whether the actor may change the saved view that is open."""
        return self.saved_view is not None and saved_views.may_change(self.actor, self.saved_view)

    @cached_property
    def roles(self) -> list[tuple[str, str, bool]]:
        """The roles for which an administrator may let the open view come first: code, name, whether it does."""
        if self.saved_view is None or not self.actor.may("core.change_role"):
            return []
        return [
            (role.code, role.label, role.code in self.saved_view.roles)
            for role in Role.objects.visible_to(self.actor).order_by("pk")
        ]

    @cached_property
    def stored(self) -> dict[str, str]:
        """The parameters of the view."""
        if self.view == "all":
            return {}
        if self.saved_view:
            return self.readable(self.saved_view)
        own = next((view for view in self.spec.views if view.name == self.view), None)
        return dict(own.params) if own else {}

    def readable(self, view: SavedView) -> dict[str, str]:
        """The parameters of a saved view that the actor's list knows; what it asks of fields that the actor may not see
        is nobody's business here."""
        known = {*self.filter_keys, *self.LOOKS}
        return {str(name): str(value) for name, value in view.params.items() if name in known}

    @property
    def withheld(self) -> int:
        """How many parameters of the open view are left out for the actor."""
        return len(self.saved_view.params) - len(self.stored) if self.saved_view else 0

    @cached_property
    def params(self) -> dict[str, str]:
        """What holds: the view's parameters, overridden by those of the address."""
        merged = {**self.stored, **self.explicit}
        return {name: value.replace("\x00", "") for name, value in merged.items() if value}

    @property
    def is_changed(self) -> bool:
        """Whether the address asks for something else than the view."""
        return any(self.params.get(name, "") != self.stored.get(name, "") for name in (*self.filter_keys, *self.LOOKS))

    @property
    def names_view(self) -> bool:
        """Whether the address must name the view, lest another one opens."""
        return self.view != "all" or self.first is not None

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """The views as tabs: all, those of the list, the saved ones."""
        found: list[tuple[str, str, SavedView | None]] = [("all", _("All"), None)]
        found += [(view.name, str(view.label), None) for view in self.spec.views]
        found += [(str(view.pk), view.name, view) for view in self.saved]
        return [
            {"name": name, "label": label, "url": f"{self.path}?view={name}", "open": name == self.view, "saved": view}
            for name, label, view in found
        ]

    def other(self, view: str) -> Self:
        """The same list with another view open and nothing else asked."""
        other = type(self)(self.spec, self.actor, {"view": view}, path=self.path, where=self.where)
        other.__dict__["saved"] = self.saved
        return other

    def tab_counts(self) -> dict[str, str]:
        """How many rows each tab shows, counted to 1,000, in one statement beside those that name what is picked."""
        names = [tab["name"] for tab in self.tabs]
        counts = capped([self.other(name).rows for name in names])
        return dict(zip(names, map(count_text, counts), strict=True))


def capped(several: list[QuerySet[Any]]) -> list[int]:
    """How many rows each query finds, 1,001 at most, in one statement."""
    parts: list[str] = []
    params: list[Any] = []
    for rows in several:
        try:
            sql, values = rows.order_by().values("pk")[:COUNTED].query.sql_with_params()
        except EmptyResultSet:
            sql, values = "SELECT 1 WHERE false", ()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS found)")
        params += values
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return [int(count) for count in cursor.fetchone()]


def count_text(count: int) -> str:
    return f"{COUNTED - 1:,}+" if count >= COUNTED else f"{count:,}"
