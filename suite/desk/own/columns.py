"""Own fields in lists: columns, filters and sorting, for whoever may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import models
from django.urls import reverse

from suite.core.access import Actor
from suite.desk import documents, own
from suite.desk.lists.columns import Column
from suite.desk.models import Attachment
from suite.desk.own import book, rules, types
from suite.desk.own.book import Definition, Type

NAMES = "_own_names"  # what records that own fields point to are called, put on the rows of a page
HIDDEN = "•••"


def ruled(offered: list[Column], model: type[models.Model], actor: Actor) -> list[Column]:
    """The columns of a list as the rules for fields leave them: without hidden ones, and shut ones are only read."""
    if not rules.any_for(actor):
        return offered
    found = []
    for each in offered:
        if not any(rules.hides(model, path, actor) for path in {each.name, each.path, each.sort_path} if path):
            is_shut = each.edit and rules.shuts(model, each.edit.path or each.path, actor)
            found.append(replace(each, edit=None) if is_shut else each)
    return found


def columns(model: type[models.Model], actor: Actor) -> list[Column]:
    """A column for each own field the actor may see."""
    known = own.kind_of(model)
    return [column(field) for field in book.seen(known.name, actor)] if known else []


def column(field: Definition) -> Column:
    """The column of a field; it sorts where its index is ready."""
    return Column(
        field.name,
        field.label,
        kind=types.BEHAVIOURS[field.type].column,
        value=_value(field),
        sort=field.path if field.sorts else False,
        shown=field.listed,
        url=_address(field) if field.type in types.REFS else None,
    )


def _value(field: Definition) -> Callable[[Any], Any]:
    if field.type in types.REFS:
        return lambda row: _name(field, row)
    if field.type in (Type.CHOICE, Type.CHOICES):
        return lambda row: types.said(field, row.own.get(field.key))
    return lambda row: types.read(field, row)


def _name(field: Definition, row: Any) -> str:
    key = row.own.get(field.key)
    return "" if key is None else getattr(row, NAMES, {}).get((field.type, key), HIDDEN)


def _address(field: Definition) -> Callable[[Any], str]:
    def address(row: Any) -> str:
        key = row.own.get(field.key)
        return address_of(field, key) if (field.type, key) in getattr(row, NAMES, {}) else ""

    return address


def address_of(field: Definition, key: int | None) -> str:
    """Where a value that points to a record or a file leads."""
    if key is None:
        return ""
    if field.type == Type.FILE:
        return reverse("desk:attachment", args=[key])
    return documents.url_of(f"masterdata.{types.REFS[field.type]}", key)


def name_targets(rows: Sequence[Any], fields: Iterable[Definition], actor: Actor) -> None:
    """Put on rows what the records are called that own fields point to; one statement for each kind of them."""
    wanted: dict[str, set[int]] = {}
    for field in fields:
        if field.type in types.REFS:
            keys = {row.own[field.key] for row in rows if row.own.get(field.key) is not None}
            wanted.setdefault(field.type, set()).update(keys)
    names = {
        (each, pk): label for each, keys in wanted.items() if keys for pk, label in labels(each, keys, actor).items()
    }
    if names:
        for row in rows:
            setattr(row, NAMES, names)


def labels(of_type: str, keys: Iterable[int], actor: Actor) -> dict[int, str]:
    """What records are called that the actor may see, archived ones too."""
    if of_type == Type.FILE:
        rows: Any = Attachment.objects.of(actor.company_id)
    else:
        kind = documents.kind(f"masterdata.{types.REFS[of_type]}")
        rows = kind.model._default_manager.visible_to(actor) if kind else Attachment.objects.none()  # type: ignore[attr-defined]
    return {pk: str(row) for pk, row in rows.in_bulk(list(keys)).items()}


def complete(rows: Sequence[Any], shown: Iterable[Column], model: type[models.Model], actor: Actor) -> None:
    """What the own columns of a page need beyond its rows."""
    known = own.kind_of(model)
    names = {each.name for each in shown if each.name.startswith(book.PREFIX)}
    if known and names and rows:
        name_targets(rows, [field for field in book.seen(known.name, actor) if field.name in names], actor)
