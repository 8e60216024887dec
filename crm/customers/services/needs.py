"""Needs of customers: told by whoever heard of them, settled by whoever looks after the customer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.customers.models import Need
from crm.customers.services.customers import teams_of
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.masterdata.services.records import announce, fresh
from suite.masterdata.standards import check, standardised

Status = Need.Status


@service
def tell(*, needs: Sequence[Mapping[str, Any]], actor: Actor, reason: str = "") -> list[Need]:
    """Write down what customers want; the actor is the author. A fixed number of statements for any number.

    Each is a mapping of `party` with `product`, `text` or both, and `heard_on`, today unless said. Raises
    ValidationError.
    """
    team_id = teams_of([actor.user], actor).get(actor.user.pk) if actor.user else None
    rows = []
    for each in needs:
        values = standardised(Need, each)
        values["heard_on"] = values.get("heard_on") or clock.today(actor.company)
        rows.append(_checked(Need(company_id=actor.company_id, owner=actor.user, team_id=team_id, **values)))
    Need.objects.bulk_create(rows, batch_size=500)
    for row in rows:
        current_act().audit(row, "created")
        announce(row, "created")
    return rows


def _checked(row: Need) -> Need:
    if not (row.product_id or row.text):
        raise ValidationError({"text": _("Name a product, or say in words what is wanted")})
    return check(row)


@service
def change_need(*, need: Need, actor: Actor, version: int | None = None, reason: str = "", **values: Any) -> Need:
    """Correct what was written down while it is open; who wrote it stays its author.

    Raises Stale, ValidationError, and BusinessError for a need that is settled.
    """
    row = fresh(need, actor=actor, version=version)
    row.demand_status(Status.OPEN)
    values = standardised(Need, values)
    values["heard_on"] = values.get("heard_on") or row.heard_on
    proposed = Need.objects.get(pk=row.pk)
    for name, value in values.items():
        setattr(proposed, name, value)
    _checked(proposed)
    if save_changes(row, values):
        announce(row, "changed")
    return row


@service
def meet(*, pks: Collection[int], actor: Actor, reason: str = "") -> int:
    """Say that needs are met. Says how many were open."""
    return _settle(pks, Status.MET, "met")


@service
def drop(*, pks: Collection[int], actor: Actor, reason: str = "") -> int:
    """Say that customers no longer want it, or never did."""
    return _settle(pks, Status.DROPPED, "dropped")


@service
def reopen(*, pks: Collection[int], actor: Actor, reason: str = "") -> int:
    """Open needs again that were settled by mistake."""
    return _settle(pks, Status.OPEN, "reopened")


def _settle(pks: Collection[int], status: str, action: str) -> int:
    sources = [source for source, targets in Need.MOVES.items() if status in targets]
    rows = list(
        Need.objects.of(current_act().actor.company_id).filter(status__in=sources).lock(pks).select_related("product")
    )
    before = {row.pk: row.status for row in rows}
    Need.move_to(rows, status, settled_at=None if status == Status.OPEN else clock.now())
    for row in rows:
        current_act().audit(row, action, {"status": (before[row.pk], status)})
        announce(row, action)
    return len(rows)
