"""Own fields in the audit trail: their label, what stood there and what stands there now, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from suite.core.access import Actor
from suite.core.models import AuditRow
from suite.desk import documents
from suite.desk.models import Attachment
from suite.desk.own import book, types
from suite.desk.own.book import PREFIX, Definition, Type

Names = Mapping[type[models.Model], Mapping[Any, str]]


def is_own(name: str) -> bool:
    return name.startswith(PREFIX)


def target(row: AuditRow, name: str) -> type[models.Model] | None:
    """The kind of record that a field points to."""
    field = book.find(row.kind, name, row.company_id) if is_own(name) else None
    return _target(field) if field else None


def _target(field: Definition) -> type[models.Model] | None:
    if field.type == Type.FILE:
        return Attachment
    if field.type not in types.REFS:
        return None
    kind = documents.kind(f"masterdata.{types.REFS[field.type]}")
    return kind.model if kind else None


def told(row: AuditRow, name: str, pair: tuple[Any, Any], actor: Actor | None, names: Names) -> list[str]:
    """The line for a change, or none for those who may not know of the field."""
    field = book.find(row.kind, name, row.company_id)
    if field is None:
        return [f"{name}: {pair[0]} → {pair[1]}"] if actor and actor.may("core.define_ownfield") else []
    if not field.known_to(actor):
        return []
    found, of_kind = [], _target(field)
    for value in pair:
        called = names.get(of_kind, {}).get(value) if of_kind else None
        found.append(called or types.said(field, value) or "–")
    return [f"{field.label}: {found[0]} → {found[1]}"]
