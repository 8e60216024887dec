"""The history of a record, for people."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from suite.core.access import Actor
from suite.core.models import AuditRow, User
from suite.desk.records import TimelineRow

SHOWN = 200
MASKED = ("password", "secret", "digest", "token")


def trail(actor: Actor, row: models.Model, *, limit: int = SHOWN) -> list[TimelineRow]:
    """What happened to a record that the actor may see, newest first: two statements."""
    rows = list(
        AuditRow.objects.of(actor.company_id)
        .filter(kind=row._meta.label_lower, object_id=row.pk)
        .order_by("-at", "-id")[:limit]
    )
    people = User.objects.in_bulk({each.actor_id for each in rows if each.actor_id})
    return [
        TimelineRow(
            at=each.at,
            title=str(actions().get(each.action, each.action)),
            icon="history",
            text=text_of(row, each),
            who=str(people[each.actor_id]) if each.actor_id in people else _("The house"),
        )
        for each in rows
    ]


def actions() -> dict[str, str]:
    """The words for the usual acts; others stand as they are."""
    return {
        "created": _("Created"),
        "changed": _("Changed"),
        "deleted": _("Deleted"),
        "confirmed": _("Confirmed"),
        "cancelled": _("Cancelled"),
        "completed": _("Done"),
        "reopened": _("Opened again"),
        "posted": _("Posted"),
        "reversed": _("Reversed"),
        "issued": pgettext("history", "Issued"),
        "closed": pgettext("history", "Closed"),
        "placed": pgettext("history", "Placed"),
        "sent": pgettext("history", "Sent"),
        "undone": pgettext("history", "Undone"),
        "voided": pgettext("history", "Voided"),
        "booked": pgettext("history", "Booked"),
        "archived": pgettext("history", "Archived"),
        "shipped": _("Shipped"),
        "received": _("Received"),
        "approved": _("Approved"),
        "rejected": _("Rejected"),
        "submitted": _("Submitted"),
        "amended": _("Amended"),
        "allocated": _("Allocated"),
        "reassigned": _("Handed over"),
        "snoozed": _("Put off"),
        "founded": _("Founded"),
        "signed_in": _("Signed in"),
        "signed_out": _("Signed out"),
        "sign_in_failed": _("Failed to sign in"),
        "signed_out_everywhere": _("All sign-ins ended"),
        "second_step_on": _("Second step switched on"),
        "second_step_off": _("Second step switched off"),
        "password": _("New password"),
        "profile": _("Profile changed"),
        "roles": _("Roles changed"),
        "grants": _("Rights changed"),
        "left": _("Left the company"),
        "switched_on": _("Switched on"),
        "switched_off": _("Switched off"),
        "revoked": _("Revoked"),
        "retried": _("Tried again"),
        "queued": _("Queued"),
        "stopped": _("Stopped"),
    }


def text_of(row: models.Model | type[models.Model], each: AuditRow) -> str:
    """Reason and changes in words; of the record, or its kind, only the names of fields are read."""
    lines = [each.reason] if each.reason else []
    for name, (old, new) in each.changes.items():
        lines.append(f"{_label(row, name)}: {_value(row, name, old)} → {_value(row, name, new)}")
    return "\n".join(lines)


def _label(row: models.Model | type[models.Model], name: str) -> str:
    try:
        return str(row._meta.get_field(name.removesuffix("_id")).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name


def _value(row: models.Model | type[models.Model], name: str, value: Any) -> str:
    if any(part in name for part in MASKED):
        return "•••"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or "–"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    try:
        choices = dict(getattr(row._meta.get_field(name), "flatchoices", ()))
    except FieldDoesNotExist:
        choices = {}
    return str(choices.get(value, "–" if value in (None, "") else value))
