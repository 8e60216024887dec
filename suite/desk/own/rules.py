"""Rules for the fields of the house: who sees one in a kind of record, who may fill it in, and who must.

They are read like the own fields of a company (`book`), and hold in every face of a record: forms, lists, pages, the
API, sheets, the trail. A record that is a profile on another one (a customer on its party) goes by the rules of both.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.text import capfirst

from suite.core import cached
from suite.core.access import Actor
from suite.desk import own
from suite.desk.models import FieldRule

R = TypeVar("R", bound=models.Model)

NEEDED = forms.Field.default_error_messages["required"]
# What amounts cannot be read without, and what takes a record out of use instead of describing it.
LEFT_ALONE = frozenset({"currency", "is_archived", "own", "company"})


@dataclass(frozen=True)
class Rule:
    """A rule as every request needs it; a value, not a row to be saved."""

    field: str
    seen_by: frozenset[str]
    changed_by: frozenset[str]
    required: bool
    required_of: frozenset[str]

    def hides(self, actor: Actor | None) -> bool:
        """Whether the field is none for the actor; the house sees everything."""
        return bool(self.seen_by) and not (actor and _is(actor, self.seen_by))

    def shuts(self, actor: Actor | None) -> bool:
        """Whether the actor may not fill it in."""
        return self.hides(actor) or (bool(self.changed_by) and not (actor and _is(actor, self.changed_by)))

    def demands(self, actor: Actor) -> bool:
        """Whether the actor must fill it in; never asked of the house, or of who may not."""
        if not self.required or actor.user is None or self.shuts(actor):
            return False
        return not self.required_of or bool(actor.grants.roles & self.required_of)


def _is(actor: Actor, roles: Collection[str]) -> bool:
    user = actor.user
    return user is None or user.is_superuser or bool(actor.grants.roles & set(roles))


def everything(company_id: int) -> Mapping[str, Mapping[str, Rule]]:
    """All rules of a company by kind and field."""
    return cached.rows(company_id, "desk.field_rules", _load)


def _load(company_id: int) -> dict[str, dict[str, Rule]]:
    found: dict[str, dict[str, Rule]] = {}
    for row in FieldRule.objects.of(company_id):
        rule = Rule(
            row.field, frozenset(row.seen_by), frozenset(row.changed_by), row.required, frozenset(row.required_of)
        )
        found.setdefault(row.kind, {})[row.field] = rule
    return found


# What can be ruled


def fields_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The fields of the house that people fill in, in the order of the model."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.editable and not field.primary_key and field.name not in LEFT_ALONE
    ]


def is_needed(field: models.Field[Any, Any]) -> bool:
    """Whether no record can be without it: nothing stands in for what is not filled in."""
    return not (field.blank or field.null or field.has_default())


def label_of(field: models.Field[Any, Any]) -> str:
    return capfirst(str(field.verbose_name))


# What holds for somebody


def of(model: type[models.Model] | None, actor: Actor | None) -> Mapping[str, Rule]:
    """The rules for records of a kind by field, with those for the record that it is a profile on."""
    known = own.kind_of(model) if model and actor else None
    rules = everything(actor.company_id) if known and actor else {}
    if not known or not rules:
        return {}
    beneath = _beneath(known)
    below: Mapping[str, Rule] = rules.get(beneath._meta.label_lower, {}) if beneath else {}
    mine = {field.name for field in known.model._meta.concrete_fields} if below else set()
    return {**{name: rule for name, rule in below.items() if name not in mine}, **rules.get(known.name, {})}


def _beneath(known: own.Registered) -> type[models.Model] | None:
    """The kind of record on which this one is a profile."""
    if not known.found_as:
        return None
    return known.model._meta.get_field(known.found_as).related_model  # type: ignore[return-value]


def hidden(model: type[models.Model] | None, actor: Actor | None) -> set[str]:
    """The fields of a kind that are none for the actor."""
    return {name for name, rule in of(model, actor).items() if rule.hides(actor)}


def shut(model: type[models.Model] | None, actor: Actor | None, *, new: bool = False) -> set[str]:
    """The fields of a kind that the actor may not fill in; in a `new` record what none can be without stays open."""
    rules = of(model, actor)
    return {name for name, rule in rules.items() if rule.shuts(actor) and not (new and _needs(model, name))}


def demanded(model: type[models.Model] | None, actor: Actor | None) -> set[str]:
    """The fields of a kind that the actor must fill in."""
    return {name for name, rule in of(model, actor).items() if actor and rule.demands(actor)}


def column_of(model: type[models.Model], name: str) -> models.Field[Any, Any] | None:
    """The field of a kind, or of the record it is a profile on."""
    known = own.kind_of(model)
    kinds = [model, *filter(None, [_beneath(known) if known else None])]
    return next((each for kind in kinds for each in kind._meta.concrete_fields if each.name == name), None)


def _needs(model: Any, name: str) -> bool:
    found = column_of(model, name)
    return found is not None and is_needed(found)


def plain(name: str) -> str:
    """The field that a name speaks of: `source_id` is the key of `source`, `phone_raw` what was typed as `phone`."""
    return name.removesuffix("_id").removesuffix("_raw")


def any_for(actor: Actor | None) -> bool:
    """Whether there is a rule at all: mostly there is none, and nobody looks further."""
    return actor is not None and bool(everything(actor.company_id))


def hides(model: type[models.Model], path: str, actor: Actor | None) -> bool:
    """Whether what stands at the end of a path (`party__phone`, also with dots) is hidden on the way or at its end."""
    return any_for(actor) and _meets(model, path, lambda here: hidden(here, actor))


def shuts(model: type[models.Model], path: str, actor: Actor | None) -> bool:
    """Whether the actor may not fill in what stands at the end of a path."""
    return any_for(actor) and _meets(model, path, lambda here: shut(here, actor))


def _meets(model: type[models.Model], path: str, names_of: Callable[[Any], Collection[str]]) -> bool:
    here: Any = model
    for name in path.replace(".", "__").split("__"):
        name = plain(name)
        if here is None:
            return False
        if name in names_of(here):
            return True
        try:
            here = here._meta.get_field(name).related_model
        except FieldDoesNotExist:
            return False
    return False


def labels(model: type[models.Model], actor: Actor) -> set[str]:
    """What the hidden fields of a kind are called where a page names its facts: by the model, by lists and forms."""
    names = hidden(model, actor)
    if not names:
        return set()
    from suite.desk.lists.spec import ListSpec  # lists know rules

    known = own.kind_of(model)
    kinds = [each for each in (model, _beneath(known) if known else None) if each]
    found = {label_of(field) for each in kinds for field in each._meta.concrete_fields if field.name in names}
    for spec in ListSpec.known.values():
        if getattr(spec, "model", None) in kinds:
            found |= {str(column.label) for column in spec.columns if hides(spec.model, column.path, actor)}
    return found


def public(row: Any) -> Any:
    """A record as everybody may see it: what a rule hides from anyone is blank in a copy of it."""
    known = own.kind_of(row)
    rules = everything(row.company_id).get(known.name, {}) if known else {}
    names = {name for name, rule in rules.items() if rule.seen_by}
    return _blanked(row, names)


def shown(row: R, actor: Actor) -> R:
    """A record as the actor may see it, for a page that shows it: a copy where a rule hides something."""
    known = own.kind_of(row) if any_for(actor) else None
    if known is None:
        return row
    found = _blanked(row, hidden(type(row), actor))
    if known.found_as:
        found, beneath = copy.copy(found), getattr(found, known.found_as)
        setattr(found, known.found_as, _blanked(beneath, hidden(type(beneath), actor)))
    return found


def _blanked(row: R, names: Collection[str]) -> R:
    fields = [field for field in row._meta.concrete_fields if plain(field.name) in names]
    if not fields:
        return row
    found = copy.copy(row)
    for field in fields:
        setattr(found, field.attname, None if field.null else field.get_default())
    return found


# What is asked of a record


def missing(rows: Iterable[Any], actor: Actor) -> dict[int, list[str]]:
    """The fields that the actor must fill in and that stand blank, by the keys of the records; one statement where
    something is demanded, else none."""
    there = list(rows)
    model = type(there[0]) if there else None
    names = demanded(model, actor)
    if not names or model is None:
        return {}
    known = own.kind_of(model)
    beneath = known.found_as if known and known.found_as else ""
    found = model._default_manager.filter(pk__in=[row.pk for row in there])
    lacking = {}
    for row in found.select_related(beneath) if beneath else found:
        blank = [name for name in sorted(names) if _is_blank(row, name, beneath)]
        if blank:
            lacking[row.pk] = blank
    return lacking


def _is_blank(row: Any, name: str, beneath: str) -> bool:
    holder = row if hasattr(row, name) or not beneath else getattr(row, beneath)
    return getattr(holder, holder._meta.get_field(name).attname) in (None, "", [])


def demand(rows: Iterable[Any], actor: Actor) -> None:
    """Refuse records, as they stand now, that lack what the actor must fill in. Raises ValidationError at the field."""
    for names in missing(rows, actor).values():
        raise ValidationError(dict.fromkeys(names, NEEDED))
