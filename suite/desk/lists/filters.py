"""Filters: each reads its parameters from the address, says what it means in a chip, and narrows the rows.

What cannot be understood becomes a red chip; the rest applies.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suite.core import clock
from suite.core.access import Actor
from suite.core.api.fields import is_written
from suite.core.models import Company
from suite.core.said import listed
from suite.desk import choices, formats

Text = str | Promise
Params = Mapping[str, str]
HUGE = Decimal(10) ** 15
BIGINT = 2**63
OWNER = gettext_lazy("Owner")


class Unclear(ValueError):
    """A parameter that says nothing we understand."""


@dataclass(frozen=True)
class Chip:
    """An active filter in words; `keys` are the parameters that removing it clears."""

    label: str
    text: str
    keys: tuple[str, ...]
    bad: bool = False


@dataclass(frozen=True)
class Filter:
    """The base: one parameter, one field. `quick=False` keeps the control behind "more filters"."""

    name: str
    label: Text
    field: str = ""
    quick: bool = True
    template: ClassVar[str] = ""

    @property
    def path(self) -> str:
        return self.field or self.name

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.name,)

    def active(self, params: Params) -> bool:
        return any(params.get(key) for key in self.keys)

    def apply(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, Chip]:
        """The condition and the chip for what `params` say; never raises."""
        try:
            condition, text = self.understand(params, actor, model)
        except Unclear:
            typed = listed(params[key] for key in self.keys if params.get(key))[:60]
            return Q(), Chip(str(self.label), _("“%(text)s” is not understood") % {"text": typed}, self.keys, bad=True)
        return condition, Chip(str(self.label), text, self.keys)

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        raise NotImplementedError

    def control(self, params: Params, actor: Actor) -> dict[str, Any]:
        """What the control's template needs."""
        return {"filter": self, "value": params.get(self.name, ""), "active": self.active(params)}


@dataclass(frozen=True)
class ChoiceFilter(Filter):
    """One or several of a few values: `status=draft,confirmed`."""

    choices: Iterable[tuple[Any, Text]] | Callable[[Actor], Iterable[tuple[Any, Text]]] = ()
    template: ClassVar[str] = "suite/desk/filters/_choice.html"

    def options(self, actor: Actor) -> list[tuple[str, str]]:
        known: Any = self.choices
        if isinstance(known, type):
            known = known.choices  # type: ignore[attr-defined]
        elif callable(known):
            known = known(actor)
        return [(str(value), str(label)) for value, label in known if value != ""]

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        known, wanted = dict(self.options(actor)), params[self.name].split(",")
        if not set(wanted) <= set(known):
            raise Unclear
        return Q(**{f"{self.path}__in": wanted}), listed(known[value] for value in wanted)

    def control(self, params: Params, actor: Actor) -> dict[str, Any]:
        chosen = set(params.get(self.name, "").split(","))
        options = [(value, label, value in chosen) for value, label in self.options(actor)]
        return {**super().control(params, actor), "options": options}


@dataclass(frozen=True)
class PickFilter(Filter):
    """One or several records of a registered kind of choices: `party=12,15`."""

    kind: str = ""
    template: ClassVar[str] = "suite/desk/filters/_pick.html"

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        names = self.names(params, actor)
        if not names:
            raise Unclear
        return Q(**{f"{self.path}__in": list(names)}), listed(names.values())

    def names(self, params: Params, actor: Actor) -> dict[int, str]:
        try:
            wanted = [int(value) for value in params.get(self.name, "").split(",") if value]
        except ValueError:
            raise Unclear from None
        wanted = [pk for pk in wanted if 0 < pk < BIGINT]
        return choices.labels(actor, self.kind, wanted) if wanted else {}

    def control(self, params: Params, actor: Actor) -> dict[str, Any]:
        try:
            chosen = self.names(params, actor)
        except Unclear:
            chosen = {}
        return {**super().control(params, actor), "chosen": chosen}


@dataclass(frozen=True)
class OwnerFilter(Filter):
    """Whose: `owner=me`, `owner=team`, `owner=none` or keys of users; `team_path` names the team's field."""

    name: str = "owner"
    label: Text = OWNER
    team_path: str = "team"
    template: ClassVar[str] = "suite/desk/filters/_owner.html"

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        match params[self.name]:
            case "me":
                return Q(**{self.path: actor.user_id}), _("Me")
            case "team":
                return Q(**{f"{self.team_path}__in": actor.grants.teams}), _("My team")
            case "none":
                return Q(**{f"{self.path}__isnull": True}), _("Nobody")
        return PickFilter(self.name, self.label, self.path, kind="user").understand(params, actor, model)

    def control(self, params: Params, actor: Actor) -> dict[str, Any]:
        words = [("me", _("Me")), ("team", _("My team")), ("none", _("Nobody"))]
        value = params.get(self.name, "")
        chosen: dict[int, str] = {}
        if value and value not in dict(words):
            chosen = PickFilter(self.name, self.label, self.path, kind="user").control(params, actor)["chosen"]
        return {**super().control(params, actor), "words": words, "chosen": chosen}


@dataclass(frozen=True)
class BoolFilter(Filter):
    """`late=yes` or `late=no`; `condition` is what yes means where it is more than a field."""

    condition: Q | Callable[[Actor], Q] | None = None
    template: ClassVar[str] = "suite/desk/filters/_bool.html"

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        yes = self.condition(actor) if callable(self.condition) else self.condition or Q(**{self.path: True})
        match params[self.name]:
            case "yes":
                return yes, _("Yes")
            case "no":
                return ~yes, _("No")
        raise Unclear


@dataclass(frozen=True)
class NumberFilter(Filter):
    """A range: `amount_min=1000&amount_max=5000`, or `amount=1000`."""

    template: ClassVar[str] = "suite/desk/filters/_number.html"

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.name, f"{self.name}_min", f"{self.name}_max")

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        condition, words = Q(), []
        for key, lookup, sign in zip(self.keys, ("exact", "gte", "lte"), ("=", "≥", "≤"), strict=True):
            if params.get(key):
                number = number_of(params[key])
                condition &= Q(**{f"{self.path}__{lookup}": number})
                words.append(f"{sign} {formats.quantity(number)}")
        return condition, listed(words)

    def control(self, params: Params, actor: Actor) -> dict[str, Any]:
        least, most = params.get(f"{self.name}_min", ""), params.get(f"{self.name}_max", "")
        return {**super().control(params, actor), "least": least, "most": most}


@dataclass(frozen=True)
class DateFilter(Filter):
    """A day, a relative word or a range: `due=today`, `due=2026-11-21`, `due_min=2026-11-01&due_max=2026-11-30`.

    `undated` are the rows that still want a date; with it `due=none` finds them.
    """

    undated: Q | None = None
    template: ClassVar[str] = "suite/desk/filters/_date.html"

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.name, f"{self.name}_min", f"{self.name}_max")

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        word, least, most = (params.get(key, "") for key in self.keys)
        if word == NONE[0] and self.undated is not None:
            return self.undated, str(NONE[1])
        if word:
            first, last = span(word, clock.today(actor.company))
            text = str(dict(WORDS)[word]) if word in dict(WORDS) else word
        else:
            first, last = (day_of(text) if text else None for text in (least, most))
            text = f"{first or '…'} – {last or '…'}"
        return within(self.path, first, last, actor.company, moment=self.is_moment(model)), text

    def is_moment(self, model: type[models.Model]) -> bool:
        return isinstance(field_at(model, self.path), models.DateTimeField)

    def control(self, params: Params, actor: Actor) -> dict[str, Any]:
        least, most = params.get(f"{self.name}_min", ""), params.get(f"{self.name}_max", "")
        words = WORDS if self.undated is None else [*WORDS, NONE]
        return {**super().control(params, actor), "words": words, "least": least, "most": most}


WORDS: list[tuple[str, Text]] = [
    ("today", gettext_lazy("Today")),
    ("yesterday", gettext_lazy("Yesterday")),
    ("tomorrow", gettext_lazy("Tomorrow")),
    ("this_week", gettext_lazy("This week")),
    ("last_week", gettext_lazy("Last week")),
    ("next_7_days", gettext_lazy("Next 7 days")),
    ("last_7_days", gettext_lazy("Last 7 days")),
    ("last_30_days", gettext_lazy("Last 30 days")),
    ("last_90_days", gettext_lazy("Last 90 days")),
    ("this_month", gettext_lazy("This month")),
    ("last_month", gettext_lazy("Last month")),
    ("this_year", gettext_lazy("This year")),
    ("before_today", gettext_lazy("Before today")),
]
NONE: tuple[str, Text] = ("none", gettext_lazy("No date"))


def span(word: str, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of a relative word or an ISO date; weeks start on Monday. Raises Unclear."""
    monday, first = today - dt.timedelta(days=today.weekday()), today.replace(day=1)
    before = first - dt.timedelta(days=1)
    spans: dict[str, tuple[dt.date | None, dt.date | None]] = {
        "today": (today, today),
        "yesterday": (today - dt.timedelta(days=1),) * 2,
        "tomorrow": (today + dt.timedelta(days=1),) * 2,
        "this_week": (monday, monday + dt.timedelta(days=6)),
        "last_week": (monday - dt.timedelta(days=7), monday - dt.timedelta(days=1)),
        "next_7_days": (today, today + dt.timedelta(days=7)),
        "last_7_days": (today - dt.timedelta(days=6), today),
        "last_30_days": (today - dt.timedelta(days=29), today),
        "last_90_days": (today - dt.timedelta(days=89), today),
        "this_month": (first, (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)),
        "last_month": (before.replace(day=1), before),
        "this_year": (today.replace(month=1, day=1), today.replace(month=12, day=31)),
        "before_today": (None, today - dt.timedelta(days=1)),
    }
    return spans[word] if word in spans else (day_of(word),) * 2


def within(path: str, first: dt.date | None, last: dt.date | None, company: Company, *, moment: bool) -> Q:
    """From the first to the last day, both included; for instants the days of the company's calendar."""
    if not moment:
        return (Q(**{f"{path}__gte": first}) if first else Q()) & (Q(**{f"{path}__lte": last}) if last else Q())
    condition = Q(**{f"{path}__gte": clock.day_starts(company, first)}) if first else Q()
    if last:
        condition &= Q(**{f"{path}__lt": clock.day_starts(company, last + dt.timedelta(days=1))})
    return condition


def day_of(text: str) -> dt.date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        raise Unclear(text)
    return day


def number_of(text: str) -> Decimal:
    """A number as people write it, with or without commas between its thousands; `1e5` is none. Raises Unclear."""
    digits = unicodedata.normalize("NFKC", text).replace(",", "")
    if not is_written(digits) or abs(number := Decimal(digits)) > HUGE:
        raise Unclear(text)
    return number


def field_at(model: type[models.Model], path: str) -> models.Field[Any, Any]:
    """The field at the end of a path of relations."""
    current: Any = model
    for name in path.split("__"):
        found = current._meta.pk if name == "pk" else current._meta.get_field(name)
        current = found.related_model
    return found
