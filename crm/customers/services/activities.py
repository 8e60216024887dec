"""What people did with a customer: logged as it happened, never lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Activity, Customer
from crm.customers.services.customers import set_next_step, teams_of
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.said import said
from suite.desk.services import notifications
from suite.masterdata.services.records import announce, fresh
from suite.masterdata.standards import check, standardised

Kind = Activity.Kind
TOUCHES = {
    Kind.CALL,
    Kind.VISIT,
    Kind.MESSAGE,
    Kind.MAIL,
    Kind.ENQUIRY,
    Kind.COMPLAINT,
}  # somebody spoke with the customer

# That it took place says something; of a talk only what came of it does.
WORDLESS = {Kind.VISIT, Kind.PURCHASE}

# Only ever forward: an activity that is logged late must not hide a later talk.
TOUCH = """
UPDATE crm_customers_customer customer SET last_touch_at = greatest(customer.last_touch_at, latest.at)
FROM (SELECT unnest(%s::bigint[]) AS party_id, unnest(%s::timestamptz[]) AS at) latest
WHERE customer.party_id = latest.party_id
"""


@service
def log_activities(*, activities: Sequence[Mapping[str, Any]], actor: Actor) -> list[Activity]:
    """Log what was done, three statements for any number of activities.

    Each is a mapping of `party`, `kind` and whatever else is known (`title`, `text`, `happened_at`, `contact`,
    `place`); without a title the first line of the text serves, and a visit needs neither. A talk moves the last
    contact. Raises ValidationError.
    """
    team_id = teams_of([actor.user], actor).get(actor.user.pk) if actor.user else None
    rows = []
    for values in activities:
        values = standardised(Activity, values)
        values["title"] = values.get("title") or values.get("text", "").partition("\n")[0][:200]
        if not values["title"] and values.get("kind") not in WORDLESS:
            raise ValidationError({"text": _("Say in a few words what came of it")})
        row = Activity(company_id=actor.company_id, owner=actor.user, team_id=team_id, **values)
        row.title = row.title or said(Activity.Kind(row.kind).label)
        if row.contact and row.contact.party_id != row.party_id:
            raise ValidationError({"contact": _("This person belongs to somebody else")})
        rows.append(check(row))
    Activity.objects.bulk_create(rows, batch_size=1000)
    latest: dict[int, Any] = {}
    for row in rows:
        if row.kind in TOUCHES:
            latest[row.party_id] = max(row.happened_at, latest.get(row.party_id, row.happened_at))
        current_act().audit(row, "created")
        announce(row, "logged")
        notifications.mention(row.text, actor=actor, key=f"activity:{row.pk}", subject=row.party)
    if latest:
        with connection.cursor() as cursor:
            cursor.execute(TOUCH, [list(latest), list(latest.values())])
    return rows


@service
def log_activity(
    *, actor: Actor, next_step: str = "", next_step_at: dt.datetime | None = None, **values: Any
) -> Activity:
    """Log one activity (see `log_activities`) and, where something is said of it, what comes next."""
    row = log_activities(activities=[values], actor=actor)[0]
    if next_step:
        customer = Customer.objects.of(actor.company_id).get(party=row.party_id)
        set_next_step(customer=customer, what=next_step, at=next_step_at, actor=actor)
    return row


@service
def finish_next_step(*, customer: Customer, actor: Actor) -> Activity | None:
    """Tick off what was to come next: it moves to the timeline and leaves room for something new."""
    customer = fresh(customer, actor=actor)
    if not customer.next_step:
        return None
    done = log_activity(party=customer.party, kind=Kind.NOTE, title=customer.next_step, actor=actor)
    set_next_step(customer=customer, what="", at=None, actor=actor)
    return done


@service
def change_activity(*, activity: Activity, actor: Actor, **values: Any) -> Activity:
    """Correct what was written down, with the old words kept in the audit trail."""
    values = standardised(Activity, values)
    row = Activity.objects.of(actor.company_id).lock([activity.pk]).get()
    proposed = Activity.objects.get(pk=row.pk)
    for name, value in values.items():
        setattr(proposed, name, value)
    if proposed.contact and proposed.contact.party_id != proposed.party_id:
        raise ValidationError({"contact": _("This person belongs to somebody else")})
    check(proposed)
    save_changes(row, values)
    return row
