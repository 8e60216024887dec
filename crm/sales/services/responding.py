"""The clock of the first answer: when it is due, what counts as one, and who is told when it is late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from crm.sales.models import Lead
from crm.sales.services.policy import policy_of
from suite.core import bulk, calendar, clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.models import Company
from suite.desk.services import notifications

AT_ONCE = 500  # leads of one act of the clock


def due_at(company: Company, received_at: dt.datetime) -> dt.datetime:
    """When a lead that came in at this moment is to be answered: so many working hours later."""
    hours = policy_of(company.pk).response_hours
    return calendar.add_working_time(company, received_at, dt.timedelta(hours=float(hours)))


def answered(leads: Iterable[Lead], at: dt.datetime | None = None) -> list[Lead]:
    """Stop the clock of those who had no answer yet; the rows are written by the caller. Says which were."""
    moment = at or clock.now()
    first = [lead for lead in leads if lead.responded_at is None]
    for lead in first:
        lead.responded_at = max(moment, lead.received_at)
    return first


@service
def tell_overdue(*, actor: Actor) -> int:
    """Tell owner and manager of every lead whose answer is overdue, once and never again; says of how many.

    The mark on the lead and the notices are written together: broken off in the middle, neither is there.
    """
    rows = Lead.objects.of(actor.company_id).filter(
        status=Lead.Status.NEW, responded_at=None, alerted_at=None, due_at__lte=clock.now()
    )
    leads = list(rows.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
    moment = clock.now()
    for lead in leads:
        lead.alerted_at = moment
    bulk.update(leads, "alerted_at")
    managers = notifications.managers_of({lead.team_id for lead in leads if lead.team_id})
    for lead in leads:
        who = [pk for pk in (lead.owner_id, managers.get(lead.team_id or 0)) if pk]
        notifications.notify(
            who, "lead_overdue", _("Nobody has answered this lead in time: %(lead)s"), params={"lead": lead.title},
            key=f"lead:{lead.pk}", subject=lead,
        )  # fmt: skip
        current_act().announce("crm.sales.lead.overdue", lead, {"number": lead.number})
    return len(leads)
