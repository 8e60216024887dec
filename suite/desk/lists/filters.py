"""Filters: each reads its parameters from the address, says what it means in a chip, and narrows the rows.

    status=draft,confirmed      is one of         status_not=draft       is none of
    name=frame                  contains          name_is=Frame          is exactly      name_not=frame   does not
    gross_min=10&gross_max=20   from, to          date=this_month        a word or a day; date_min, date_max
    owner_empty=yes             nothing there     owner_empty=no         something there

`any.` before some of them makes them alternatives: `any.status=draft&any.late=yes` are drafts and what is late.
What cannot be understood becomes a red chip; the rest applies.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suite.core import clock
from suite.core.access import Actor
from suite.core.api.fields import is_written
from suite.core.models import Company
from suite.core.said import listed
from suite.desk import choices, formats
from suite.desk.lists.dates import NONE, WORDS, Unclear, span, within

Text = str | Promise
Params = Mapping[str, str]
HUGE = Decimal(10) ** 15
BIGINT = 2**63
OWNER = gettext_lazy("Owner")


@dataclass(frozen=True)
class Chip:
    """An active filter in words; `keys` are the parameters that removing it clears, `group` its alternatives."""

    label: str
    text: str
    keys: tuple[str, ...]
    bad: bool = False
    group: str = ""


@dataclass(frozen=True)
class Filter:
    """The base: one parameter, one field. `quick=False` keeps the control behind "add filter".

    A kind of filter defines `understand` for its plain keys; `read` does the operators around it.
    """

    name: str
    label: Text
    field: str = ""
    quick: bool = True
    template: ClassVar[str] = ""
    suffixes: ClassVar[tuple[str, ...]] = ()  # plain keys beside the name
    operators: ClassVar[tuple[str, ...]] = ("empty",)

    @property
    def path(self) -> str:
        return self.field or self.name

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.name, *(f"{self.name}_{each}" for each in (*self.suffixes, *self.operators)))

    @property
    def plain_keys(self) -> list[str]:
        return [key for key in self.keys if key not in {f"{self.name}_{each}" for each in self.operators}]

    def active(self, params: Params) -> bool:
        return any(params.get(key) for key in self.keys)

    def apply(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, Chip]:
        """The condition and the chip for what `params` say; never raises."""
        try:
            condition, text = self.read(params, actor, model)
        except Unclear:
            typed = listed(params[key] for key in self.keys if params.get(key))[:60]
            return Q(), Chip(str(self.label), _("“%(text)s” is not understood") % {"text": typed}, self.keys, bad=True)
        return condition, Chip(str(self.label), text, self.keys)

    def read(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        """The condition and its words for all keys; raises Unclear."""
        condition, words = Q(), []
        if any(params.get(key) for key in self.plain_keys):
            condition, text = self.understand(params, actor, model)
            words.append(text)
        if "not" in self.operators and params.get(f"{self.name}_not"):
            without, text = self.understand({self.name: params[f"{self.name}_not"]}, actor, model)
            condition &= ~without
            words.append(_("not %(values)s") % {"values": text})
        if "empty" in self.operators and (word := params.get(f"{self.name}_empty")):
            nothing = self.nothing(model)
            if nothing is None or word not in ("yes", "no"):
                raise Unclear(word)
            condition &= nothing if word == "yes" else ~nothing
            words.append(_("empty") if word == "yes" else _("not empty"))
        return condition, listed(words)

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        """The condition and its words for the plain keys, one of which is given; raises Unclear."""
        raise NotImplementedError

    def nothing(self, model: type[models.Model]) -> Q | None:
        """When a row has nothing there; None where every row has something, or nobody knows."""
        try:
            column = field_at(model, self.path)
        except (FieldDoesNotExist, AttributeError):
            return None
        blank = (
            Q(**{self.path: ""}) if isinstance(column, models.CharField | models.TextField) and column.blank else Q()
        )
        missing = Q(**{f"{self.path}__isnull": True}) if column.null or may_miss(model, self.path) else Q()
        return (blank | missing) or None

    def control(self, params: Params, actor: Actor) -> dict[str, Any]:
        """What the control's template needs; `key` is the parameter its values have under the operator chosen."""
        used = next((each for each in self.operators if params.get(f"{self.name}_{each}")), "")
        key = f"{self.name}_{used}" if used and used != "empty" else self.name
        operators = [each for each in self.operators if each != "empty"]
        is_some = used == "empty" and params[f"{self.name}_empty"] == "no"
        return {
            "filter": self,
            "key": key,
            "value": params.get(key, ""),
            "active": self.active(params),
            "operator": "some" if is_some else used,
            "operators": [
                ("", OPERATORS[self.operators[:1] == ("is",)]),
                *((each, OPERATORS[each]) for each in operators),
            ],
        }


# What the operators are called; the plain one depends on whether there is an exact one beside it.
OPERATORS: dict[Any, Text] = {
    False: gettext_lazy("is"),
    True: gettext_lazy("contains"),
    "is": gettext_lazy("is"),
    "not": gettext_lazy("is not"),
    "empty": gettext_lazy("is empty"),
    "some": gettext_lazy("is not empty"),
}


@dataclass(frozen=True)
class TextFilter(Filter):
    """Words in a text: `name=frame` contains them, `name_is=Frame` is exactly that, whatever the case."""

    operators: ClassVar[tuple[str, ...]] = ("is", "not", "empty")
    template: ClassVar[str] = "suite/desk/filters/_words.html"

    def read(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        exact = params.get(f"{self.name}_is")
        condition, text = super().read(params, actor, model)
        if exact:
            condition, text = condition & Q(**{f"{self.path}__iexact": exact}), listed(filter(None, [exact, text]))
        return condition, text

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        return Q(**{f"{self.path}__icontains": params[self.name]}), f"“{params[self.name]}”"


@dataclass(frozen=True)
class ChoiceFilter(Filter):
    """One or several of a few values: `status=draft,confirmed`."""

    choices: Iterable[tuple[Any, Text]] | Callable[[Actor], Iterable[tuple[Any, Text]]] = ()
    operators: ClassVar[tuple[str, ...]] = ("not", "empty")
    template: ClassVar[str] = "suite/desk/filters/_choice.html"

    def options(self, actor: Actor) -> list[tuple[str, str]]:
        known: Any = self.choices
        if isinstance(known, type):
            known = known.choices  # type: ignore[attr-defined]
        elif callable(known):
            known = known(actor)
        return [(str(value), str(label)) for value, label in known if value != ""]

    def lanes(self, params: Params, actor: Actor) -> list[tuple[str, str]]:
        """The values that a board has as lanes, where `params` narrow its rows."""
        return self.options(actor)

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        known, wanted = dict(self.options(actor)), params[self.name].split(",")
        if not set(wanted) <= set(known):
            raise Unclear
        return Q(**{f"{self.path}__in": wanted}), listed(known[value] for value in wanted)

    def control(self, params: Params, actor: Actor) -> dict[str, Any]:
        control = super().control(params, actor)
        chosen = set(control["value"].split(","))
        options = [(value, label, value in chosen) for value, label in self.options(actor)]
        return {**control, "options": options}


@dataclass(frozen=True)
class PickFilter(Filter):
    """One or several records of a registered kind of choices: `party=12,15`."""

    kind: str = ""
    operators: ClassVar[tuple[str, ...]] = ("not", "empty")
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
        control = super().control(params, actor)
        try:
            chosen = self.names({self.name: control["value"]}, actor)
        except Unclear:
            chosen = {}
        return {**control, "chosen": chosen}


@dataclass(frozen=True)
class OwnerFilter(Filter):
    """Whose: `owner=me`, `owner=team`, `owner=none` or keys of users; `team_path` names the team's field."""

    name: str = "owner"
    label: Text = OWNER
    team_path: str = "team"
    operators: ClassVar[tuple[str, ...]] = ("not",)
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
        control = super().control(params, actor)
        words = [("me", _("Me")), ("team", _("My team")), ("none", _("Nobody"))]
        chosen: dict[int, str] = {}
        if control["value"] and control["value"] not in dict(words):
            picked = PickFilter(self.name, self.label, self.path, kind="user")
            chosen = picked.control({self.name: control["value"]}, actor)["chosen"]
        return {**control, "words": words, "chosen": chosen}


@dataclass(frozen=True)
class BoolFilter(Filter):
    """`late=yes` or `late=no`; `condition` is what yes means where it is more than a field."""

    condition: Q | Callable[[Actor], Q] | None = None
    operators: ClassVar[tuple[str, ...]] = ()
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

    suffixes: ClassVar[tuple[str, ...]] = ("min", "max")
    template: ClassVar[str] = "suite/desk/filters/_number.html"

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        condition, words = Q(), []
        for key, lookup, sign in zip(self.plain_keys, ("exact", "gte", "lte"), ("=", "≥", "≤"), strict=True):
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
    """A day, a relative word or a range: `due=today`, `due=2026-11-21`, `due_min=2026-11-01&due_max=today`.

    `undated` are the rows that still want a date; with it `due=none` finds them. `otherwise` is the path of the date
    that stands in for one that is missing.
    """

    undated: Q | None = None
    otherwise: str = ""
    suffixes: ClassVar[tuple[str, ...]] = ("min", "max")
    template: ClassVar[str] = "suite/desk/filters/_date.html"

    def understand(self, params: Params, actor: Actor, model: type[models.Model]) -> tuple[Q, str]:
        word, least, most = (params.get(key, "") for key in self.plain_keys)
        today, words = clock.today(actor.company), dict(WORDS)
        if word == NONE[0] and self.undated is not None:
            return self.undated, str(NONE[1])
        if word:
            first, last = span(word, today)
            text = str(words.get(word, word))
        else:
            first, last = span(least, today)[0] if least else None, span(most, today)[1] if most else None
            text = f"{words.get(least, least) or '…'} – {words.get(most, most) or '…'}"
        return self.between(first, last, actor.company, model), text

    def between(self, first: dt.date | None, last: dt.date | None, company: Company, model: type[models.Model]) -> Q:
        """The rows from the first to the last day, both included."""
        return within(self.at, first, last, company, moment=self.is_moment(model))

    def nothing(self, model: type[models.Model]) -> Q | None:
        missing = super().nothing(model)
        return missing and (Q(missing, **{self.otherwise: None}) if self.otherwise else missing)

    @property
    def paths(self) -> list[str]:
        """Where the date of a row stands: at the first of these that has one."""
        return [path for path in (self.path, self.otherwise) if path]

    @property
    def at(self) -> str | Coalesce:
        """What is compared: one path, or both as the index has them."""
        return Coalesce(*self.paths) if self.otherwise else self.path

    @property
    def stands(self) -> F | Coalesce:
        """The date of a row, for the database."""
        return self.at if isinstance(self.at, Coalesce) else F(self.at)

    def is_moment(self, model: type[models.Model]) -> bool:
        return isinstance(field_at(model, self.path), models.DateTimeField)

    def control(self, params: Params, actor: Actor) -> dict[str, Any]:
        least, most = params.get(f"{self.name}_min", ""), params.get(f"{self.name}_max", "")
        words = WORDS if self.undated is None else [*WORDS, NONE]
        return {**super().control(params, actor), "words": words, "least": least, "most": most}


def number_of(text: str) -> Decimal:
    """A number as people write it, with or without commas between its thousands; `1e5` is none. Raises Unclear."""
    digits = unicodedata.normalize("NFKC", text).replace(",", "")
    if not is_written(digits) or abs(number := Decimal(digits)) > HUGE:
        raise Unclear(text)
    return number


def may_miss(model: type[models.Model], path: str) -> bool:
    """Whether a row may lack what the path leads through: a customer it need not have, lines it has not yet."""
    current: Any = model
    for name in path.split("__")[:-1]:
        step = current._meta.get_field(name)
        if isinstance(step, models.JSONField):
            return False
        if not step.concrete or step.null or step.many_to_many:
            return True
        current = step.related_model
    return False


def field_at(model: type[models.Model], path: str) -> models.Field[Any, Any]:
    """The field at the end of a path of relations."""
    current: Any = model
    for name in path.split("__"):
        found = current._meta.pk if name == "pk" else current._meta.get_field(name)
        if isinstance(found, models.JSONField):
            break  # what follows are keys in it
        current = found.related_model
    return found
