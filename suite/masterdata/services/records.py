"""What changing any record of the master data has in common."""

from __future__ import annotations

from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act
from suite.core.errors import Refusal, Stale
from suite.core.models import CompanyRow
from suite.desk import search

M = TypeVar("M", bound=CompanyRow)


def fresh(row: M, *, actor: Actor, version: int | None = None) -> M:
    """The record as it stands now, locked until the act ends; raises Stale when it is past `version`."""
    now = type(row).objects.of(actor.company_id).lock([row.pk]).get()
    if version is not None and version != now.version:
        raise Stale(Refusal("stale", _("Somebody else changed this record meanwhile")))
    return now


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
