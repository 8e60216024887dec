"""Own fields out of sheets: columns that may be mapped, and what stands in them written with the records."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django.db import models

from suite.core.access import Actor
from suite.desk import own
from suite.desk.imports import Batch, Field, Importer, Saved
from suite.desk.own import book, rules, types, values
from suite.desk.own.book import Definition, Type


def fields_of(model: type[models.Model], actor: Actor) -> list[Field]:
    """The own fields that a sheet may fill in; files come by other ways."""
    known = own.kind_of(model)
    return [_field(each) for each in book.writable(known.name, actor) if each.type != Type.FILE] if known else []


def ruled(found: Importer, actor: Actor) -> list[Field]:
    """The fields of a sheet as the rules for fields leave them: without shut ones, and demanded ones are required.

    A key by which rows find their records stays where it is only read.
    """
    hidden, shut = rules.hidden(found.model, actor), rules.shut(found.model, actor)
    demanded = rules.demanded(found.model, actor)
    kept = [
        each
        for each in found.fields
        if (name := rules.plain(each.name)) not in hidden and (name not in shut or each.name in found.keys)
    ]
    return [replace(each, required=True) if rules.plain(each.name) in demanded else each for each in kept]


def files_of(model: type[models.Model] | None, actor: Actor) -> list[str]:
    """The names of the fields that no sheet can fill in, since files are in them."""
    known = own.kind_of(model) if model else None
    fields = book.seen(known.name, actor) if known else []
    return [name for each in fields if each.type == Type.FILE for name in (each.title, each.title_en, each.key) if name]


def _field(each: Definition) -> Field:
    kind = types.BEHAVIOURS[each.type].cell
    return Field(
        each.name,
        each.label,
        kind,
        required=each.required,
        max_length=types.LONG if each.type in (Type.LONG, Type.CHOICES) else types.SHORT,
        choices=[(option.value, label) for option in each.options for label in _names(option)],
        ref=types.REFS.get(each.type, ""),
        aliases=tuple({each.title, each.title_en, each.key} - {""}),
        settle=None if kind == "ref" else partial(types.kept, each),
    )


def _names(option: book.Option) -> Collection[str]:
    return [name for name in (option.name, option.name_en) if name]


def split(batch: Batch) -> tuple[Batch, list[dict[str, Any]]]:
    """What an area saves, and the own fields of each row by key; a blank cell says nothing."""
    places = [place for place, name in enumerate(batch.names) if name.startswith(book.PREFIX)]
    if not places:
        return batch, []
    mine = [
        {batch.names[place].removeprefix(book.PREFIX): row[place] for place in places if row[place] not in (None, "")}
        for row in batch.rows
    ]
    others = [place for place in range(len(batch.names)) if place not in places]
    rest = Batch(
        [batch.names[place] for place in others], [[row[p] for p in others] for row in batch.rows], batch.lines
    )
    return rest, mine


def write(model: type[models.Model], given: list[dict[str, Any]], saved: Saved, actor: Actor) -> None:
    """Write the own fields of the rows that were saved; the old values of records that were there already are kept."""
    wanted: dict[int, dict[str, Any]] = {}
    for place, pk in saved.placed.items():
        if place not in saved.refused:
            wanted[pk] = {**(given[place] if given else {}), **wanted.get(pk, {})}
    if not given and not _has_defaults(model, actor):
        return
    new, rows = set(saved.made), model._default_manager.of(actor.company_id).in_bulk(wanted)  # type: ignore[attr-defined]
    there = {row: wanted[pk] for pk, row in rows.items() if pk not in new and wanted[pk]}
    saved.own |= {row.pk: {key: row.own.get(key) for key in keys} for row, keys in there.items()}
    values.write(actor=actor, values=there, whole=False, alone=False)
    values.write(actor=actor, values={row: wanted[pk] for pk, row in rows.items() if pk in new}, new=True, whole=False)


def _has_defaults(model: type[models.Model], actor: Actor) -> bool:
    return any(field.default is not None for field in book.of(model._meta.label_lower, actor.company_id))


def restore(
    model: type[models.Model], before: Mapping[str, dict[str, Any]], kept: Mapping[int, Any], actor: Actor
) -> None:
    """Give records that an import changed their old values back, but for those that were kept as they are."""
    wanted = {int(pk): old for pk, old in before.items() if int(pk) not in kept}
    rows = model._default_manager.of(actor.company_id).in_bulk(wanted) if wanted else {}  # type: ignore[attr-defined]
    known = {each.key for each in book.writable(model._meta.label_lower, actor)}
    values.write(
        actor=actor,
        values={row: {key: old for key, old in wanted[pk].items() if key in known} for pk, row in rows.items()},
        whole=False,
    )
