"""The history of a record, for people: names for keys, words for choices, figures and days as they read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import cached_property
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from suite.core import modules, roles
from suite.core.access import Actor, Scope
from suite.core.models import AuditRow, Role, User
from suite.core.money import AmountField, PercentField
from suite.core.said import listed
from suite.desk import documents, formats
from suite.desk.audit_words import actions, notes
from suite.desk.own import audit as own_audit
from suite.desk.own import rules
from suite.desk.records import TimelineRow

SHOWN = 200
NOTHING = "–"
MASKED = ("password", "secret", "digest", "token")


def trail(actor: Actor, row: models.Model, *, limit: int = SHOWN) -> list[TimelineRow]:
    """What happened to a record that the actor may see, newest first."""
    rows = list(
        AuditRow.objects.of(actor.company_id)
        .filter(kind=row._meta.label_lower, object_id=row.pk)
        .order_by("-at", "-id")[:limit]
    )
    teller = Teller(rows, actor)
    return [
        TimelineRow(
            at=each.at, title=teller.act(each), icon="history", text=teller.text(each), who=teller.who(each),
        )
        for each in rows
    ]  # fmt: skip


class Teller:
    """Puts rows of the trail into words.

    What they point to is read by one statement for each kind of record, however many rows there are.
    """

    def __init__(self, rows: Collection[AuditRow], actor: Actor | None = None) -> None:
        self.actor, self.actions, self.notes = actor, actions(), notes()
        keys: dict[type[models.Model], set[Any]] = defaultdict(set)
        codes: set[str] = set()
        for row in rows:
            model = model_of(row)
            keys[User].add(row.actor_id)
            if model:
                keys[model].add(row.object_id)
            for name, pair in row.changes.items():
                target = _target(model, name) or own_audit.target(row, name)
                if target:
                    keys[target].update(value for value in pair if _is_key(target, value))
                elif name == "roles":
                    codes.update(code for value in pair for code in value or ())
        self.names = {model: _names(model, wanted - {None}) for model, wanted in keys.items()}
        company = {row.company_id for row in rows}
        known = Role.objects.filter(company__in=company, code__in=codes) if codes else ()
        self.roles = {role.code: role.label for role in known}

    @cached_property
    def rights(self) -> dict[str, str]:
        """The permissions of the house by code, in the reader's language."""
        verbs = {"view": _("See"), "add": _("Create"), "change": _("Change"), "delete": _("Delete")}
        return {
            code: f"{capfirst(str(model._meta.verbose_name_plural))}: {verbs[label]}" if label in verbs else _(label)
            for model in roles.our_models()
            for code, label in roles.codes_of(model).items()
        }

    def who(self, row: AuditRow) -> str:
        return self.names[User].get(row.actor_id) or _("The house")

    def record(self, row: AuditRow) -> str:
        """What the record is called; its key when it is gone."""
        model = model_of(row)
        return (self.names[model].get(row.object_id) if model else None) or str(row.object_id)

    def act(self, row: AuditRow) -> str:
        """What was done; of units and currencies, which have no trail of their own, the company's says which."""
        *shared, last = row.action.split()
        return self.actions.get(row.action) or " ".join([*shared[1:], self.actions.get(last, last)])

    def text(self, row: AuditRow) -> str:
        """Reason and changes."""
        model = model_of(row)
        lines = [row.reason] if row.reason else []
        for name, (old, new) in row.changes.items():
            if own_audit.is_own(name):
                lines += own_audit.told(row, name, (old, new), self.actor, self.names)
                continue
            if model and rules.hides(model, name, self.actor):
                continue
            before, after = self._value(model, name, old), self._value(model, name, new)
            if before != after:
                lines.append(f"{self._label(model, name)}: {before} → {after}")
        return "\n".join(lines)

    def facts(self, row: AuditRow) -> list[tuple[str, str]]:
        """What each field is called, and what it became."""
        model = model_of(row)
        return [(self._label(model, name), self._value(model, name, new)) for name, (_old, new) in row.changes.items()]

    def _label(self, model: type[models.Model] | None, name: str) -> str:
        field = _field(model, name)
        if field is not None:
            return capfirst(str(field.verbose_name))
        return self.notes.get(name) or (self.rights.get(name, name) if "." in name else name)

    def _value(self, model: type[models.Model] | None, name: str, value: Any) -> str:
        if any(part in name for part in MASKED):
            return "•••"
        if value is None or value == "" or value == []:
            return NOTHING
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, dict):
            return listed(f"{self._label(model, key)}: {self._value(model, key, each)}" for key, each in value.items())
        if isinstance(value, list):
            return listed(self._value(None, name, each) for each in value)
        if name == "roles":
            return self.roles.get(value, value)
        if name == "modules_off" and (module := modules.module(value)):
            return str(module.name)
        if "." in name and value in Scope.values:
            return str(Scope(value).label)
        target = _target(model, name)
        if target:
            return self.names[target].get(value, str(value))
        field = _field(model, name)
        choices = dict(getattr(field, "flatchoices", ()))
        return str(choices.get(value) or _written(field, value))


def model_of(row: AuditRow) -> type[models.Model] | None:
    """The kind of record a row speaks of; None when the house does not know it any more."""
    try:
        return apps.get_model(row.kind)
    except (LookupError, ValueError):
        return None


def _field(model: type[models.Model] | None, name: str) -> Any:
    try:
        field = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) else None


def _target(model: type[models.Model] | None, name: str) -> type[models.Model] | None:
    """The kind of record a field points to."""
    return getattr(_field(model, name), "related_model", None)


def _is_key(target: type[models.Model], value: Any) -> bool:
    return isinstance(value, str if isinstance(target._meta.pk, models.CharField) else int)


def _names(model: type[models.Model], keys: Collection[Any]) -> dict[Any, str]:
    """What records are called, for those who may read the trail that names them."""
    kind = documents.kind_of(model)
    rows = model._base_manager.filter(pk__in=keys).select_related(*(kind.related if kind else ())) if keys else ()
    return {row.pk: kind.title(row) if kind else str(row) for row in rows}


def _written(field: Any, value: Any) -> str:
    """A figure, a day or a text as the reader is used to."""
    if isinstance(field, AmountField):
        return formats.money(value)
    if isinstance(field, PercentField):
        return formats.percent(value)
    if isinstance(field, models.DecimalField):
        return formats.quantity(value)
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
        return formats.moment(moment)
    if isinstance(field, models.DateField) and (day := parse_date(str(value))):
        return formats.day(day)
    return str(value)
