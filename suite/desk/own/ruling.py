"""Rules for the fields of the house, as an administrator makes them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core import cached
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import Stale
from suite.core.models import Role
from suite.core.said import listed
from suite.desk import own
from suite.desk.models import FieldRule
from suite.desk.own import rules
from suite.desk.own.definitions import STALE

SILENT = _("A rule says who sees a field, who fills it in, or that it is required")
SAYS = ("seen_by", "changed_by", "required_of")


@service
def rule(
    *,
    actor: Actor,
    kind: str,
    field: str,
    seen_by: Collection[str] = (),
    changed_by: Collection[str] = (),
    required: bool = False,
    required_of: Collection[str] = (),
    version: int | None = None,
    reason: str = "",
) -> FieldRule | None:
    """Say which roles see a field of the house, which may fill it in, and whether (and of which) it is required.

    No roles are all of them. A rule that says nothing goes, and None is returned. A field that no record can be without
    and that has no default may not be hidden. Raises ValidationError naming what is wrong, and Stale when `version` is
    past.
    """
    column = _field(kind, field)
    values: dict[str, Any] = {
        "seen_by": sorted(set(seen_by)), "changed_by": sorted(set(changed_by)), "required": bool(required),
        "required_of": sorted(set(required_of)) if required else [],
    }  # fmt: skip
    _judge(values, column, actor)
    row = FieldRule.objects.of(actor.company_id).filter(kind=kind, field=field).select_for_update().first()
    if version is not None and version != (row.version if row else 0):
        raise Stale(STALE)
    says = any(values[name] for name in ("seen_by", "changed_by", "required"))
    if row is None and says:
        row = FieldRule(company_id=actor.company_id, kind=kind, field=field, **values)
        row.save()
        current_act().audit(row, "created", {"kind": (None, kind), "field": (None, field)})
    elif row is not None and says:
        save_changes(row, values)
    elif row is not None:
        current_act().audit(row, "deleted", {"kind": (kind, None), "field": (field, None)})
        FieldRule.objects.filter(pk=row.pk).delete()
        row = None
    cached.forget(actor.company_id)
    return row


def _field(kind: str, name: str) -> models.Field[Any, Any]:
    known = own.kind(kind)
    if known is None:
        raise ValidationError({"kind": _("Records of this kind take no own fields")})
    found = next((each for each in rules.fields_of(known.model) if each.name == name), None)
    if found is None:
        raise ValidationError({"field": _("There is no such field that people fill in")})
    return found


def _judge(values: dict[str, Any], column: models.Field[Any, Any], actor: Actor) -> None:
    codes = {code for name in SAYS for code in values[name]}
    there = Role.objects.of(actor.company_id).filter(code__in=codes)
    known = set(there.values_list("code", flat=True)) if codes else set()
    wrong: dict[str, Any] = {}
    for name in SAYS:
        if unknown := set(values[name]) - known:
            wrong[name] = _("There is no role %(codes)s") % {"codes": listed(sorted(unknown))}
    if values["seen_by"] and rules.is_needed(column):
        wrong["seen_by"] = _("No record can be without this field, and it has no default: it cannot be hidden")
    if values["required"] and isinstance(column, models.BooleanField):
        wrong["required"] = _("Yes or no is always filled in")
    if wrong:
        raise ValidationError(wrong)
