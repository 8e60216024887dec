"""The filters of the house over own fields: each value stands in JSON, and a record may have none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.said import listed
from suite.desk import own
from suite.desk.lists.dates import Unclear
from suite.desk.lists.filters import (
    BoolFilter,
    ChoiceFilter,
    DateFilter,
    Filter,
    NumberFilter,
    Params,
    PickFilter,
    TextFilter,
)
from suite.desk.own import book, rules, types
from suite.desk.own.book import Definition, Type


def in_json(condition: Q) -> Q:
    """The condition with its figures and days as JSON keeps them."""
    children: list[Any] = list(condition.children)
    parts = [in_json(each) if isinstance(each, Q) else (each[0], _json(each[1])) for each in children]
    return Q(*parts, _connector=condition.connector, _negated=condition.negated)


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, dt.date) else value


class InJson:
    """Mixed into a filter of the house."""

    name: str
    path: str

    def read(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        """A record without a value is also one that has not this value."""
        key = f"{self.name}_not"
        if not params.get(key):
            return super().read(params, actor, model)  # type: ignore[misc]
        condition, text = super().read({**params, key: ""}, actor, model)  # type: ignore[misc]
        without, words = self.understand({self.name: params[key]}, actor, model)
        condition &= ~without | self.nothing(model)
        return condition, listed(filter(None, [text, _("not %(values)s") % {"values": words}]))

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        condition, text = super().understand(params, actor, model)  # type: ignore[misc]
        return in_json(condition), text

    def nothing(self, model: type[models.Model]) -> Q:
        return Q(**{f"{self.path}__isnull": True})


@dataclass(frozen=True)
class OwnText(InJson, TextFilter):
    """How a text begins, or what it is, whatever the case: what stands in its midst, the search finds."""

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        text = params[self.name].strip()[: types.SHORT]
        if not text:
            raise Unclear
        return Q(**{f"{self.path}__istartswith": text}), _("begins with “%(text)s”") % {"text": text}

    def control(self, params: Params, actor: Actor) -> dict[str, Any]:
        control = super().control(params, actor)
        return {**control, "operators": [("", _("begins with")), *control["operators"][1:]]}


@dataclass(frozen=True)
class OwnNumber(InJson, NumberFilter):
    """A range of figures."""


@dataclass(frozen=True)
class OwnDate(InJson, DateFilter):
    """A day, a span or a relative word."""

    def is_moment(self, model: type[models.Model]) -> bool:
        return False


@dataclass(frozen=True)
class OwnBool(InJson, BoolFilter):
    """Yes or no; of what is not filled in neither."""

    operators: ClassVar[tuple[str, ...]] = ("empty",)

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        _yes, text = super().understand(params, actor, model)
        return Q(**{self.path: params[self.name] == "yes"}), text


@dataclass(frozen=True)
class OwnChoice(InJson, ChoiceFilter):
    """One of the options."""


@dataclass(frozen=True)
class OwnPick(InJson, PickFilter):
    """One of several records."""


@dataclass(frozen=True)
class OwnSeveral(InJson, ChoiceFilter):
    """Records that have one of the options among theirs."""

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        known, wanted = dict(self.options(actor)), params[self.name].split(",")
        if not set(wanted) <= set(known):
            raise Unclear
        either = Q()
        for value in wanted:
            either |= Q(**{f"{self.path}__contains": [value]})
        return either, listed(known[value] for value in wanted)


def ruled(offered: Sequence[Filter], model: type[models.Model], actor: Actor) -> list[Filter]:
    """The filters of a list without those by hidden fields: who narrows by one can tell what stands there."""
    if not rules.any_for(actor):
        return list(offered)
    return [each for each in offered if not any(rules.hides(model, path, actor) for path in {each.name, each.path})]


def filters(model: type[models.Model], actor: Actor) -> list[Filter]:
    """The filters by own fields that the actor may see."""
    known = own.kind_of(model)
    return [filter_of(field) for field in book.seen(known.name, actor)] if known else []


def filter_of(field: Definition) -> Filter:
    """The filter by a field; of what has no index, only whether there is anything."""
    named: dict[str, Any] = {"name": field.name, "label": field.label, "field": field.path, "quick": False}
    options = [(option.value, option.label) for option in field.options]
    if field.filters:
        match field.type:
            case Type.TEXT:
                return OwnText(**named)
            case Type.NUMBER | Type.MONEY:
                return OwnNumber(**named)
            case Type.DATE:
                return OwnDate(**named)
            case Type.BOOL:
                return OwnBool(**named)
            case Type.CHOICE:
                return OwnChoice(**named, choices=options)
            case Type.CHOICES:
                return OwnSeveral(**named, choices=options)
            case Type.PARTY | Type.PRODUCT:
                return OwnPick(**named, kind=types.REFS[field.type])
    return BoolFilter(**named, condition=Q(**{f"{field.path}__isnull": False}))


def without(field: Definition) -> str:
    """The query that narrows a list to the records that have no value there."""
    by_index = type(filter_of(field)) is not BoolFilter
    return urlencode({f"{field.name}_empty": "yes"} if by_index else {field.name: "no"})
