"""What was changed in the settings, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core.access import Actor
from suite.core.acts import service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import AuditRow
from suite.desk import setup

SHOWN = 30


def latest(actor: Actor, *, limit: int = SHOWN) -> list[AuditRow]:
    """The last changes of settings that the actor may change, newest first; by index, whatever the trail holds."""
    either = Q()
    for each in setup.all_settings():
        if actor.may(each.permission):
            rows = each.model._default_manager.of(actor.company_id).values_list("pk", flat=True)  # type: ignore[attr-defined]
            either |= Q(kind=each.model._meta.label_lower, object_id__in=list(rows))
    if not either:
        return []
    rows = AuditRow.objects.of(actor.company_id).filter(either).exclude(changes={})
    return list(rows.order_by("-id")[:limit])


def can_undo(row: AuditRow, known: Mapping[tuple[str, int], Any]) -> bool:
    """Whether what a row of the trail changed still stands as it was changed then; `known` holds the records."""
    settings, record = setup.settings_of(row.kind), known.get((row.kind, row.object_id))
    if settings is None or record is None or not row.changes:
        return False
    try:
        present = settings.present(record, list(row.changes))
    except FieldDoesNotExist:
        return False
    return all(
        _from_trail(settings, name, present.get(name)) == _from_trail(settings, name, new)
        for name, (_old, new) in row.changes.items()
    )


def records_of(rows: Sequence[AuditRow], actor: Actor) -> dict[tuple[str, int], Any]:
    """The records that rows of the trail speak of; one statement a kind."""
    keys: dict[str, set[int]] = {}
    for row in rows:
        keys.setdefault(row.kind, set()).add(row.object_id)
    found: dict[tuple[str, int], Any] = {}
    for kind, pks in keys.items():
        settings = setup.settings_of(kind)
        if settings:
            records = settings.model._default_manager.of(actor.company_id).filter(pk__in=pks)  # type: ignore[attr-defined]
            found |= {(kind, record.pk): record for record in records}
    return found


@service
def take_back(*, row: AuditRow, actor: Actor, reason: str = "") -> None:
    """Set what a change of settings changed to what it was before; BusinessError when it was changed since."""
    settings = setup.settings_of(row.kind)
    if settings is None or not can_undo(row, records_of([row], actor)):
        raise BusinessError(Refusal("changed_since", _("This was changed again since: it cannot be taken back")))
    record = settings.model._default_manager.of(actor.company_id).lock([row.object_id]).get()  # type: ignore[attr-defined]
    values = {name: _from_trail(settings, name, old) for name, (old, _new) in row.changes.items()}
    settings.change(actor, record, values)


def _from_trail(settings: setup.Settings, name: str, value: Any) -> Any:
    """A value as the field keeps it; the trail keeps figures and days as text."""
    try:
        field: Any = settings.model._meta.get_field(name)
    except FieldDoesNotExist:
        return value
    return value if value is None else field.to_python(value)
