"""Standing in: for these days somebody else decides, too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suite.automation.models import Delegation
from suite.automation.services.approvals.passing import demand_signer
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.models import User
from suite.core.said import name_of
from suite.desk.services.notifications import notify

A_YEAR = dt.timedelta(days=366)


@service
def delegate(*, to: User, first_day: dt.date, last_day: dt.date, actor: Actor, reason: str = "") -> Delegation:
    """Let somebody decide in the actor's place from the first to the last day; the actor still may.

    Raises ValidationError for who cannot decide, days that are over, lie more than a year ahead or last longer than a
    year, or days that another delegation covers.
    """
    demand_signer(to, (), actor)
    if last_day < first_day:
        raise ValidationError({"last_day": _("The last day is before the first")})
    row = Delegation(
        company=actor.company, user_id=actor.user_id, to=to, first_day=first_day, last_day=last_day, reason=reason[:200]
    )
    row.full_clean()
    today = clock.today(actor.company)
    if last_day < today:
        raise ValidationError({"last_day": _("This day is over")})
    if first_day < today:
        raise ValidationError({"first_day": _("This day is over")})
    if first_day - today > A_YEAR:
        raise ValidationError({"first_day": _("This day is more than a year ahead")})
    if last_day - first_day > A_YEAR:
        raise ValidationError({"last_day": _("Nobody stands in for longer than a year")})
    known = Delegation.objects.of(actor.company_id).filter(user=actor.user_id)
    if known.filter(first_day__lte=last_day, last_day__gte=first_day).exists():
        raise ValidationError({"first_day": _("For some of these days somebody stands in already")})
    row.save()
    changes = {"to": (None, to.pk), "first_day": (None, first_day), "last_day": (None, last_day)}
    current_act().audit(row, "created", changes)
    notify(
        [to], "assigned", gettext_lazy("You decide approvals for %(name)s from %(first)s to %(last)s"),
        key=f"delegation:{row.pk}", url="/automation/approvals/?view=mine",
        params={"name": name_of(actor.user), "first": first_day, "last": last_day},
    )  # fmt: skip
    return row


@service
def end_delegations(*, delegations: Collection[int], actor: Actor, reason: str = "") -> int:
    """Have nobody stand in any more; what was decided meanwhile stays. Only one's own end; says how many."""
    rows = list(Delegation.objects.of(actor.company_id).filter(user=actor.user_id).lock(delegations))
    for row in rows:
        current_act().audit(row, "deleted", {"to": (row.to_id, None), "last_day": (row.last_day, None)})
    Delegation.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
