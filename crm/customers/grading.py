"""The facts that customers are graded by: areas say how each is counted, for any number of customers at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Activity, Rating
from suite.core import clock
from suite.core.access import Actor
from suite.core.said import Text
from suite.desk import formats

Values = Mapping[int, Any]
YEAR, QUARTER = dt.timedelta(days=365), dt.timedelta(days=90)


@dataclass(frozen=True)
class Fact:
    """A fact: `values(actor, parties)` by party, one statement; whom it does not name has none of it."""

    name: str
    label: Text
    values: Callable[[Actor, Collection[int]], Values]
    kind: str
    permission: str


_facts: dict[str, Fact] = {}


def register(
    name: str,
    label: Text,
    values: Callable[[Actor, Collection[int]], Values],
    *,
    kind: str = "number",
    permission: str = "",
) -> None:
    """Let customers be graded by one more fact; `kind` is number, money or percent. Who lacks `permission` sees neither
    the fact nor its points."""
    _facts[name] = Fact(name, label, values, kind, permission)


def fact(name: str) -> Fact | None:
    return _facts.get(name)


def choices() -> list[tuple[str, Text]]:
    """All facts by name and label."""
    return [(name, each.label) for name, each in _facts.items()]


@dataclass(frozen=True)
class Because:
    """A term of a grade in words: what was found, and its points."""

    label: str
    value: str
    points: int


def reasons(rating: Rating, actor: Actor) -> list[Because]:
    """The terms that made a grade, without those the actor may not see."""
    found = []
    for term in rating.terms:
        if known := seen(term["fact"], actor):
            found.append(Because(str(known.label), _shown(known, Decimal(term["value"])), term["points"]))
    return found


def seen(name: str, actor: Actor) -> Fact | None:
    """A fact, where the actor may know of it."""
    known = _facts.get(name)
    return known if known and (not known.permission or actor.may(known.permission)) else None


def _shown(fact: Fact, value: Decimal) -> str:
    if fact.kind == "money":
        return formats.money(value)
    return formats.percent(value) if fact.kind == "percent" else formats.quantity(value)


def points_of(terms: Iterable[Any], values: Mapping[str, Values], party: int) -> list[dict[str, Any]]:
    """The terms that count for a party: of each fact the one with the highest value that is reached.

    `terms` rise by value within a fact; a fact without a value is nought.
    """
    found: dict[str, dict[str, Any]] = {}
    for term in terms:
        value = Decimal(values.get(term.fact, {}).get(party, 0))
        if term.fact in values and value >= term.at_least:
            found[term.fact] = {"fact": term.fact, "value": str(value), "points": term.points}
    return list(found.values())


def _complaints(actor: Actor, parties: Collection[int]) -> Values:
    since = clock.now() - QUARTER
    rows = Activity.objects.of(actor.company_id).filter(party__in=parties, happened_at__gte=since)
    rows = rows.filter(kind=Activity.Kind.COMPLAINT)
    return dict(rows.order_by().values_list("party").annotate(count=Count("pk")))


register("complaints", _("Complaints within 90 days"), _complaints)
