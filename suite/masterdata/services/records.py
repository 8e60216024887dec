"""What changing any record of the master data has in common."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import changes_between, current_act, plain
from suite.core.errors import Refusal, Stale
from suite.core.models import CompanyRow
from suite.desk import search

M = TypeVar("M", bound=CompanyRow)


def fresh(row: M, *, actor: Actor, version: int | None = None) -> M:
    """The record as it stands now, locked until the act ends; raises Stale when it is past `version`."""
    now = type(row).objects.of(actor.company_id).lock([row.pk]).get()
    if version is not None and version != now.version:  # type: ignore[attr-defined]
        raise Stale(Refusal("stale", _("Somebody else changed this record meanwhile")))
    return cast(M, now)


def touch(row: M) -> None:
    """Mark a record as changed because something that belongs to it was."""
    row.version += 1  # type: ignore[attr-defined]
    row.updated_at = clock.now()  # type: ignore[attr-defined]
    row.save(update_fields=["version", "updated_at"])


def announce(row: M, what: str) -> None:
    """Put `<area>.<model>.<what>` into the outbox, and the words of the row into the search table."""
    meta = row._meta
    if search.has(meta.label_lower):
        search.index([row])
    current_act().announce(f"{meta.app_label.replace('_', '.')}.{meta.model_name}.{what}", row)


def referred_to(model: type[Model], pks: Collection[int], *, besides: Collection[type[Model]] = ()) -> set[int]:
    """Which of these records rows of other tables refer to, not counting the models `besides`. One statement.

    Asked of the tables themselves, so that an area that comes later counts without having to register.
    """
    questions = []
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.many_to_many or not (relation.auto_created and relation.is_relation):
            continue  # rows that point at many do so by a table of their own, which is looked at as well
        if relation.related_model not in besides:
            column, table = relation.field.column, relation.related_model._meta.db_table  # type: ignore[union-attr]
            questions.append(f'SELECT "{column}" FROM "{table}" WHERE "{column}" = ANY(%(pks)s)')
    if not questions or not pks:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(questions), {"pks": list(pks)})
        return {pk for (pk,) in cursor.fetchall()}


def change_many(rows: Mapping[int, M], values: Mapping[int, Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Write new values, already judged, into many records by one statement; the old values of those that changed."""
    before: dict[int, dict[str, Any]] = {}
    for pk, wanted in values.items():
        row = rows[pk]
        if changes := changes_between(row, wanted):
            for name in changes:
                setattr(row, name, wanted[name])
            row.version += 1  # type: ignore[attr-defined]
            row.updated_at = clock.now()  # type: ignore[attr-defined]
            current_act().audit(row, "changed", changes)
            before[pk] = {name: plain(old) for name, (old, _new) in changes.items()}
    changed = [rows[pk] for pk in before]
    if changed:
        names = {name.removesuffix("_id") for old in before.values() for name in old} | {"version", "updated_at"}
        type(changed[0]).objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["pk"], update_fields=sorted(names)
        )
    return before
