"""Own fields for other systems: what the API asks (`suite.core.api.own`), answered."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from suite.core import cached
from suite.core.access import Actor
from suite.core.api import own as door
from suite.desk import own
from suite.desk.lists.filters import Filter
from suite.desk.own import book, filters, rules, types, values
from suite.desk.own.book import Definition, Type


class Answers(door.Nobody):
    """Plugged in from apps.py."""

    def has(self, model: type[Model] | None) -> bool:
        return bool(model and own.kind_of(model))

    def shown(self, model: type[Model], kept: Mapping[str, Any], actor: Actor | None) -> dict[str, Any]:
        if not kept or actor is None:
            return {}
        fields = book.seen(model._meta.label_lower, actor)
        return {field.key: _written(field, kept[field.key]) for field in fields if field.key in kept}

    def taken(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {key: _sent(key, value) for key, value in given.items()}

    def saved(self, actor: Actor, save: Callable[[], Any], given: Any, *, new: bool) -> Any:
        return values.kept(actor, save, self.taken(given or {}), new=new)

    def hides(self, model: type[Model] | None, path: str, actor: Actor | None) -> bool:
        return model is not None and rules.hides(model, path, actor)

    def unseen(self, serializer: Any, actor: Actor | None) -> Collection[str]:
        model = getattr(serializer.Meta, "model", None)
        if model is None or actor is None or not rules.any_for(actor) or actor.user is None or actor.user.is_superuser:
            return ()
        kind = type(serializer)
        name = f"desk.unseen {kind.__module__}.{kind.__qualname__} {sorted(actor.grants.roles)}"
        return cached.rows(actor.company_id, name, lambda _company: _unseen(serializer, model, actor))

    def refused(self, model: type[Model] | None, names: Iterable[str], actor: Actor | None, *, new: bool) -> set[str]:
        if model is None or not rules.any_for(actor):
            return set()
        shut = rules.shut(model, actor, new=new)
        return {name for name in names if rules.plain(name) in shut}

    def narrowed(
        self, model: type[Model], actor: Actor, params: Mapping[str, str]
    ) -> tuple[set[str], Q, dict[str, list[str]]]:
        keys: set[str] = set()
        wrong: dict[str, list[str]] = {}
        condition = Q()
        params = {name: value.replace("\x00", "") for name, value in params.items()}
        for each in filters.filters(model, actor):
            keys |= set(each.keys)
            if each.active(params):
                part, chip = each.apply(params, actor, model)
                condition &= part
                if chip.bad:
                    wrong |= {key: [chip.text] for key in each.keys if params.get(key)}
        return keys, condition, wrong

    def orderings(self, model: type[Model], actor: Actor) -> dict[str, str]:
        return {field.name: field.path for field in book.seen(model._meta.label_lower, actor) if field.sorts}

    def told(self, kind: str, changes: Mapping[str, Any], company_id: int, actor: Actor | None) -> dict[str, Any]:
        fields = {name: book.find(kind, name, company_id) for name in changes if values.key_in(name) is not None}
        hidden = {name for name, field in fields.items() if field is not None and not field.known_to(actor)}
        known = own.kind(kind)
        hidden |= {name for name in changes if known and rules.hides(known.model, name, actor)}
        return {name: pair for name, pair in changes.items() if name not in hidden}

    def described(self, description: dict[str, Any], actor: Actor) -> dict[str, Any]:
        if not any(book.seen(kind.name, actor) for kind in own.kinds()):
            return description
        whole = copy.deepcopy(description)
        waiting: list[Any] = [whole]
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict):
                if kind := part.get(door.MARK):
                    _describe(part, str(kind), actor)
                waiting += part.values()
            elif isinstance(part, list):
                waiting += part
        return whole


def _unseen(serializer: Any, model: type[Model], actor: Actor) -> set[str]:
    fields = ((str(name), str(field.source or name)) for name, field in serializer.fields.items())
    return {name for name, source in fields if any(rules.hides(model, path, actor) for path in {name, source} - {"*"})}


def _sent(key: str, value: Any) -> Any:
    """A value as it was sent; a file comes as its name and its content in Base64."""
    if not isinstance(value, Mapping) or set(value) != {"name", "content"}:
        return value
    try:
        content = base64.b64decode(str(value["content"]), validate=True)
    except ValueError:
        raise ValidationError({f"{book.PREFIX}{key}": _("The content of a file is written in Base64")}) from None
    return SimpleUploadedFile(str(value["name"])[-200:] or "-", content)


def _written(field: Definition, kept: Any) -> Any:
    """A kept value as answers have it: figures as plain digits, like all others."""
    if field.type == Type.MONEY:
        return f"{Decimal(str(kept)):.2f}"
    return f"{Decimal(str(kept)):f}" if field.type == Type.NUMBER else kept


def _describe(part: dict[str, Any], kind: str, actor: Actor) -> None:
    """Say which fields there are: of a record, or of the filters and orderings of its list."""
    fields = book.seen(kind, actor)
    if part.get("type") == "object":
        part["properties"] = {field.key: {**types.schema(field), "nullable": True} for field in fields}
        part["additionalProperties"] = False
        return
    registered = own.kind(kind)
    if registered is None:
        return
    part["parameters"] = [
        *part.get("parameters", ()),
        *(_parameter(each, key) for each in filters.filters(registered.model, actor) for key in each.keys),
    ]
    for parameter in part["parameters"]:
        if parameter["name"] == "ordering":
            names = [field.name for field in fields if field.sorts]
            parameter["schema"]["enum"] += [sign + name for name in names for sign in ("", "-")]


def _parameter(each: Filter, key: str) -> dict[str, Any]:
    return {"name": key, "in": "query", "required": False, "description": str(each.label), "schema": {"type": "string"}}
