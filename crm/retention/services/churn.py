"""Who stopped ordering: raised once, told once, closed by the next order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.retention.models import ChurnAlert, RetentionPolicy
from suite.core import cached, clock
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.models import Company
from suite.core.said import in_each
from suite.desk.services import notifications
from suite.masterdata.services.records import announce
from suite.masterdata.standards import check

NAMED = 10  # customers named in one notice
OPEN = Q(closed_at=None)

# The index of active customers by last order finds those who stopped; a customer whose alert was closed by hand is
# not raised again for the same order.
RAISE = """
WITH stopped AS (
  UPDATE crm_customers_customer SET stage = 'dormant', updated_at = %(now)s
  WHERE company_id = %(company)s AND stage = 'active' AND last_order_on < %(last_day)s
  RETURNING id, company_id, last_order_on
)
INSERT INTO crm_retention_churnalert (company_id, customer_id, last_order_on, days, raised_at)
SELECT company_id, id, last_order_on, %(today)s - last_order_on, %(now)s FROM stopped
ON CONFLICT DO NOTHING
RETURNING id
"""

# What the orders say, read anew each time: running again, or out of order, leads to the same rows.
REFRESH = """
UPDATE crm_customers_customer customer SET last_order_on = placed.day, updated_at = %(now)s,
  stage = CASE WHEN placed.day > coalesce(customer.last_order_on, '-infinity') THEN 'active'
               WHEN placed.day IS NULL THEN 'prospect' ELSE customer.stage END
FROM (
  SELECT party.id AS party_id, max(orders.date) AS day
  FROM unnest(%(parties)s::bigint[]) AS party(id)
  LEFT JOIN crm_sales_order orders ON orders.party_id = party.id AND orders.status = 'confirmed'
  GROUP BY party.id
) placed
WHERE customer.party_id = placed.party_id AND customer.last_order_on IS DISTINCT FROM placed.day
"""

CLOSE = """
UPDATE crm_retention_churnalert alert SET closed_at = %(now)s, closed_by_order = newest.order_id
FROM (
  SELECT DISTINCT ON (customer.id) customer.id AS customer_id, orders.id AS order_id, orders.date AS day
  FROM crm_customers_customer customer
  JOIN crm_sales_order orders ON orders.party_id = customer.party_id AND orders.status = 'confirmed'
  WHERE customer.party_id = ANY(%(parties)s)
  ORDER BY customer.id, orders.date DESC, orders.id DESC
) newest
WHERE alert.customer_id = newest.customer_id AND alert.closed_at IS NULL AND newest.day > alert.last_order_on
"""

# The order that closed an alert was withdrawn: the silence goes on.
REOPEN = """
WITH reopened AS (
  UPDATE crm_retention_churnalert alert SET closed_at = NULL, closed_by_order = NULL
  FROM crm_customers_customer customer
  WHERE customer.party_id = ANY(%(parties)s) AND alert.customer_id = customer.id
    AND alert.last_order_on = customer.last_order_on AND alert.closed_by_order IS NOT NULL
  RETURNING customer.id
)
UPDATE crm_customers_customer SET stage = 'dormant' WHERE id IN (SELECT id FROM reopened)
"""


@service
def raise_churn_alerts(*, actor: Actor) -> int:
    """Raise an alert for every active customer without an order for longer than the company's patience.

    Customer and alert change in one statement and the notices leave in the same transaction: killed in the middle
    nothing has happened, run again nothing is left to do. Says how many were raised.
    """
    today, moment = clock.today(actor.company), clock.now()
    patience = policy_of(actor.company).dormant_after_days
    with connection.cursor() as cursor:
        cursor.execute(
            RAISE,
            {
                "company": actor.company_id,
                "last_day": today - dt.timedelta(days=patience),
                "today": today,
                "now": moment,
            },
        )
        pks = [pk for (pk,) in cursor.fetchall()]
    if pks:
        _tell(pks, today)
    return len(pks)


def _tell(pks: Collection[int], today: dt.date) -> None:
    """One notice for each owner and each manager of a team, whatever the number of customers."""
    alerts = ChurnAlert.objects.filter(pk__in=pks).select_related("customer__party", "customer__team").order_by("-days")
    hearers: dict[int, list[ChurnAlert]] = defaultdict(list)
    for alert in alerts:
        announce(alert, "raised")
        owner, team = alert.customer.owner_id, alert.customer.team
        for user_id in {owner, team.manager_id if team else None}:
            if user_id:
                hearers[user_id].append(alert)
    for user_id, theirs in hearers.items():
        one = len(theirs) == 1
        silent, many = _("%(name)s has not ordered for %(days)s days"), _("%(count)s customers have stopped ordering")
        names = in_each(lambda named=theirs[:NAMED]: "\n".join(map(_named, named)))  # type: ignore[misc]
        notifications.notify(
            [user_id],
            "churn",
            silent if one else many,
            key=f"{today}:{theirs[0].pk}",
            params={"name": theirs[0].customer.party, "days": theirs[0].days, "count": len(theirs)},
            body="" if one else names,
            url=reverse("retention:alerts"),
            subject=theirs[0].customer if one else None,
        )


def _named(alert: ChurnAlert) -> str:
    return f"{alert.customer.party.label} ({alert.last_order_on})"


@service
def refresh_customers(*, parties: Collection[int], actor: Actor) -> None:
    """Bring last order, stage and open alerts of customers up to their confirmed orders, by three statements."""
    known = {"parties": list(parties), "now": clock.now()}
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, known)  # type: ignore[arg-type]
        cursor.execute(CLOSE, known)  # type: ignore[arg-type]
        cursor.execute(REOPEN, known)  # type: ignore[arg-type]


@service
def close_alerts(*, alerts: Collection[int], actor: Actor, reason: str = "") -> int:
    """Put alerts away: dealt with, or no alarm. The same silence is not raised again. Says how many were open."""
    rows = list(ChurnAlert.objects.of(actor.company_id).filter(OPEN).lock(alerts))
    ChurnAlert.objects.filter(pk__in=[row.pk for row in rows]).update(closed_at=clock.now())
    for row in rows:
        current_act().audit(row, "closed")
    return len(rows)


@service
def change_policy(*, actor: Actor, reason: str = "", **values: Any) -> RetentionPolicy:
    """Change when a customer counts as dormant; the next nightly run goes by it."""
    policy = RetentionPolicy.objects.of(actor.company_id).select_for_update().get()
    save_changes(policy, values)
    check(policy)
    cached.forget(actor.company_id)
    return policy


def policy_of(company: Company) -> RetentionPolicy:
    """The company's retention settings."""
    return cached.rows(company.pk, "retention.policy", lambda company_id: RetentionPolicy.objects.of(company_id).get())


def found(company: Company) -> None:
    """Give a new company its settings."""
    RetentionPolicy.objects.create(company=company)
