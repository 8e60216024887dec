"""What sources of interest cost, month by month."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from crm.sales.models import SourceCost
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal


@service
def set_cost(*, source: str, month: dt.date, amount: Decimal, actor: Actor, reason: str = "") -> SourceCost:
    """Say what a source cost in a month, named by its first day; said again it replaces what was said before.

    Raises BusinessError for a blank source, another day and a negative amount.
    """
    source = source.strip()
    if not source:
        raise BusinessError(Refusal("no_source", _("Name the source"), field="source"))
    if month.day != 1:
        raise BusinessError(Refusal("month", _("A month is its first day"), field="month"))
    if amount < 0:
        raise BusinessError(Refusal("amount", _("The amount must not be negative"), field="amount"))
    row = SourceCost.objects.of(actor.company_id).filter(source=source, month=month).select_for_update().first()
    if row:
        save_changes(row, {"amount": amount})
        return row
    row = SourceCost.objects.create(company=actor.company, source=source, month=month, amount=amount)
    current_act().audit(row, "created", {"amount": (None, amount)})
    return row


@service
def remove_cost(*, cost: SourceCost, actor: Actor, reason: str = "") -> None:
    """Take back what was said of a month."""
    current_act().audit(cost, "deleted", {"amount": (cost.amount, None)})
    cost.delete()
