"""What pickers offer: kinds of choices that areas register, searched in the rights of the person who picks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Model, Q, QuerySet, When
from django.utils.functional import Promise

from suite.core.access import Actor
from suite.desk import search

LIMIT = 20


@dataclass(frozen=True)
class ChoiceKind:
    name: str
    model: type[Model]
    rows: Callable[[Actor], QuerySet[Any]]
    fields: tuple[str, ...]
    exact: tuple[str, ...]
    text: Callable[[Any], str]
    hint: Callable[[Any], str]
    order: str
    empty: str | Promise

    def find(self, actor: Actor, q: str) -> QuerySet[Any]:
        """The rows that somebody's words find; without words the first few.

        First comes what is called just so, then what begins so: by code before by name, in the order of `exact`.
        """
        rows = self.rows(actor)
        if not q:
            return rows.order_by(self.order)[:LIMIT]
        nearest = [self.called(q), *(Q(**{f"{path}__istartswith": q}) for path in self.exact)]
        ranks = [When(called, then=rank) for rank, called in enumerate(nearest)]
        nearness = [Case(*ranks, default=len(ranks))] if self.exact else []
        found = rows.filter(self.condition(actor, q)).order_by().values("pk")[: search.FEW]  # of a frequent word some
        return rows.filter(pk__in=found).order_by(*nearness, self.order)[:LIMIT]

    def called(self, text: str) -> Q:
        """Rows one of whose unique names is this text."""
        either = Q()
        for path in self.exact:
            either |= Q(**{f"{path}__iexact": text})
        return either

    def condition(self, actor: Actor, q: str) -> Q:
        name = self.model._meta.label_lower
        if search.has(name) and not self.fields:
            return search.matching(actor, name, q)
        either = Q()
        for path in self.fields:
            either |= Q(**{f"{path}__icontains": q})
        return either

    def exactly(self, actor: Actor, text: str) -> Any | None:
        """The one row that is called exactly so (by code, barcode, name); None when there are none or several."""
        rows = list(self.rows(actor).filter(self.called(text))[:2]) if self.exact else []
        return rows[0] if len(rows) == 1 else None


_kinds: dict[str, ChoiceKind] = {}


def register(
    name: str,
    model: type[Model],
    *,
    rows: Callable[[Actor], QuerySet[Any]] | None = None,
    fields: Collection[str] = (),
    exact: Collection[str] = (),
    text: Callable[[Any], str] = str,
    hint: Callable[[Any], str] = lambda row: "",
    order: str = "-pk",
    empty: str | Promise = "",
) -> None:
    """Let rows of a model be picked under a name.

    `rows(actor)` are those that may be picked (default: all the actor may see); they are searched by `fields`, or by
    the search table when there are none; `exact` are the unique fields by which typed or pasted text finds its row;
    `empty` says what to do first where there is none to pick.
    """

    def visible(actor: Actor) -> QuerySet[Any]:
        return model._default_manager.visible_to(actor)  # type: ignore[attr-defined]

    _kinds[name] = ChoiceKind(name, model, rows or visible, tuple(fields), tuple(exact), text, hint, order, empty)


def kind(name: str) -> ChoiceKind | None:
    return _kinds.get(name)


def labels(actor: Actor, name: str, pks: Collection[int]) -> dict[int, str]:
    """What the rows with these keys are called; keys the actor may not see are missing."""
    known = _kinds[name]
    return {row.pk: known.text(row) for row in known.rows(actor).filter(pk__in=pks)}
