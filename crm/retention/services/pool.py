"""The public pool: who is neglected is warned of, falls into it, and is claimed from it.

Three nights lie between the warning and the fall at least, and what is live (`crm.customers.holds`) never falls.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.customers import holds
from crm.customers.models import Customer
from crm.customers.services.customers import transfer_customers
from crm.retention.models import PoolEntry, PoolWarning, RetentionPolicy
from crm.retention.services.churn import policy_of
from crm.sales.models import Lead
from crm.sales.services.leads import release_leads
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.models import User
from suite.core.said import in_each, name_of, said
from suite.desk.services import notifications, todos
from suite.desk.services.todos import NewTask

MOST = 5000  # customers that fall, or are warned of, in one night
NAMED = 10
OPEN = Q(ended_at=None)
Ending = PoolWarning.Ending


@dataclass
class Night:
    """What a night did."""

    warned: int = 0
    fell: int = 0
    saved: int = 0


@service
def recycle(*, actor: Actor) -> Night:
    """Warn of what is neglected, and let fall into the pool what was warned of and is neglected still.

    A fixed number of statements for any number of customers. All of it is one act: broken off in the middle nothing
    has happened, run again nothing is left to do.
    """
    policy, night = policy_of(actor.company), Night()
    today = clock.today(actor.company)
    _take_in(actor)
    open_ = list(PoolWarning.objects.of(actor.company_id).filter(OPEN).order_by("pk").select_for_update(of=("self",)))
    customers = _neglected_customers(actor, policy, today) if policy.pool_after_days else Customer.objects.none()
    leads = _neglected_leads(actor, policy, today) if policy.lead_pool_after_days else Lead.objects.none()
    still = {
        ("customer", pk): owner
        for pk, owner in customers.filter(pk__in=[w.customer_id for w in open_]).values_list("pk", "owner_id")
    } | {
        ("lead", pk): owner
        for pk, owner in leads.filter(pk__in=[w.lead_id for w in open_]).values_list("pk", "owner_id")
    }  # fmt: skip
    saved, falling = [], []
    for warning in open_:
        if still.get(_key(warning)) != warning.owner_id:
            saved.append(warning)
        elif warning.falls_on <= today:
            falling.append(warning)
    _end(saved, Ending.SAVED)
    _fall(falling[:MOST], actor)
    night.saved, night.fell = len(saved), len(falling[:MOST])
    known = {_key(warning) for warning in open_ if warning not in saved}
    night.warned = _warn(customers, leads, known, policy, today, actor)
    return night


def _key(warning: PoolWarning) -> tuple[str, int]:
    return ("customer", warning.customer_id) if warning.customer_id else ("lead", warning.lead_id or 0)


def _neglected_customers(actor: Actor, policy: RetentionPolicy, today: dt.date) -> QuerySet[Customer]:
    """Customers that nobody was in touch with, who ordered nothing and have had the same owner, for almost so long."""
    days = (policy.pool_after_days or 0) - policy.pool_warning_days
    last_day = today - dt.timedelta(days=max(days, 0))
    moment = clock.day_starts(actor.company, last_day)
    return (
        Customer.objects.of(actor.company_id)
        .filter(
            Q(last_touch_at=None) | Q(last_touch_at__lt=moment),
            Q(last_order_on=None) | Q(last_order_on__lt=last_day),
            owner__isnull=False, owner_since__lt=moment, party__is_archived=False,
        )
        .exclude(holds.held(actor.company_id))
    )  # fmt: skip


def _neglected_leads(actor: Actor, policy: RetentionPolicy, today: dt.date) -> QuerySet[Lead]:
    days = (policy.lead_pool_after_days or 0) - policy.pool_warning_days
    moment = clock.day_starts(actor.company, today - dt.timedelta(days=max(days, 0)))
    return Lead.objects.of(actor.company_id).filter(
        status__in=Lead.OPEN, owner__isnull=False, updated_at__lt=moment, received_at__lt=moment
    )


def _take_in(actor: Actor) -> None:
    """Customers whom nobody looks after stand in the pool, those that found somebody leave it."""
    entries = PoolEntry.objects.of(actor.company_id).filter(left_at=None)
    entries.filter(Q(customer__owner__isnull=False) | Q(customer__party__is_archived=True)).update(left_at=clock.now())
    lonely = Customer.objects.of(actor.company_id).filter(owner=None, party__is_archived=False)
    new = lonely.exclude(pk__in=entries.values("customer")).values_list("pk", flat=True)[:MOST]
    PoolEntry.objects.bulk_create([PoolEntry(company=actor.company, customer_id=pk) for pk in new], batch_size=1000)


def _end(warnings: Sequence[PoolWarning], ending: str) -> None:
    moment = clock.now()
    for warning in warnings:
        warning.ended_at, warning.ending = moment, ending
    bulk.update(warnings, "ended_at", "ending")


def _fall(warnings: Sequence[PoolWarning], actor: Actor) -> None:
    owners = {warning.customer_id: warning.owner_id for warning in warnings if warning.customer_id}
    if owners:
        transfer_customers(customers=list(owners), owner=None, actor=actor)
        PoolEntry.objects.bulk_create(
            [PoolEntry(company=actor.company, customer_id=pk, from_owner_id=owner) for pk, owner in owners.items()],
            batch_size=1000,
        )
    if leads := [warning.lead_id for warning in warnings if warning.lead_id]:
        release_leads(lead_ids=leads, actor=actor)
    _end(warnings, Ending.FELL)
    _tell(warnings, _("%(count)s fell to the pool: %(names)s"), "fell", actor)


def _warn(
    customers: QuerySet[Customer], leads: QuerySet[Lead], known: set[tuple[str, int]], policy: RetentionPolicy,
    today: dt.date, actor: Actor,
) -> int:  # fmt: skip
    falls_on = today + dt.timedelta(days=policy.pool_warning_days)
    rows = [
        PoolWarning(company=actor.company, customer_id=pk, owner_id=owner, falls_on=falls_on)
        for pk, owner in customers.exclude(pk__in=[pk for kind, pk in known if kind == "customer"])
        .order_by("pk").values_list("pk", "owner_id")[:MOST]
    ] + [
        PoolWarning(company=actor.company, lead_id=pk, owner_id=owner, falls_on=falls_on)
        for pk, owner in leads.exclude(pk__in=[pk for kind, pk in known if kind == "lead"])
        .order_by("pk").values_list("pk", "owner_id")[:MOST]
    ]  # fmt: skip
    PoolWarning.objects.bulk_create(rows, batch_size=1000)
    _tell(rows, _("On %(day)s %(count)s of yours fall to the pool: %(names)s"), "warned", actor)
    return len(rows)


def _tell(warnings: Sequence[PoolWarning], sentence: Any, what: str, actor: Actor) -> None:
    """One notice for each owner, whatever the number."""
    rows = Customer.objects.filter(pk__in=[w.customer_id for w in warnings]).select_related("party")
    names: dict[tuple[str, int], Any] = {("customer", row.pk): row.party for row in rows}
    names |= {("lead", lead.pk): lead for lead in Lead.objects.filter(pk__in=[w.lead_id for w in warnings])}
    theirs: dict[int, list[PoolWarning]] = defaultdict(list)
    for warning in warnings:
        theirs[warning.owner_id].append(warning)
    for owner_id, mine in theirs.items():
        named = in_each(lambda some=mine[:NAMED]: ", ".join(_name(names.get(_key(each))) for each in some))  # type: ignore[misc]
        notifications.notify(
            [owner_id], "pool", sentence, key=f"{what}:{mine[0].pk}",
            params={"count": len(mine), "names": named, "day": str(mine[0].falls_on)},
            url=reverse("retention:warnings"),
        )  # fmt: skip


def _name(row: Any) -> str:
    return str(getattr(row, "label", None) or getattr(row, "title", "")) if row else ""


@dataclass
class Outcome:
    """Which customers an act was done to, and why it was not done to others."""

    done: list[PoolEntry] = field(default_factory=list)
    refused: Refusals = field(default_factory=dict)


def left_to_claim(actor: Actor) -> int:
    """How many customers the actor may still claim."""
    policy = policy_of(actor.company)
    since = clock.now() - dt.timedelta(days=policy.claim_days)
    taken = PoolEntry.objects.of(actor.company_id).filter(claimed_by=actor.user_id, left_at__gte=since)
    return max(policy.claim_limit - taken.count(), 0)


@service
def claim(*, entries: Collection[int], actor: Actor, reason: str = "") -> Outcome:
    """Take customers out of the pool, up to what one person may claim within some days.

    Who claims at the same time queues up at the settings of the company, so that nobody gets beyond the limit. Names
    who was quicker, and those for which the limit is reached.
    """
    RetentionPolicy.objects.of(actor.company_id).select_for_update().get()
    rows = list(
        PoolEntry.objects.of(actor.company_id).select_related("customer__party", "customer__owner").lock(entries)
    )
    outcome, left = Outcome(), left_to_claim(actor)
    policy = policy_of(actor.company)
    for row in rows:
        if row.left_at or row.customer.owner_id:
            who = row.customer.owner or ""
            sentence = _("%(who)s was quicker: %(customer)s is taken")
            outcome.refused[row.pk] = Refusal("taken", sentence, {"who": who, "customer": row.customer.party.label})
        elif len(outcome.done) >= left:
            sentence = _("No more than %(count)s customers within %(days)s days")
            outcome.refused[row.pk] = Refusal(
                "limit", sentence, {"count": policy.claim_limit, "days": policy.claim_days}
            )
        else:
            outcome.done.append(row)
    moment = clock.now()
    for row in outcome.done:
        row.left_at, row.claimed_by_id = moment, actor.user_id
        current_act().audit(row, "claimed", {"customer": (None, row.customer.party.label)})
    bulk.update(outcome.done, "left_at", "claimed_by")
    if outcome.done:
        transfer_customers(customers=[row.customer_id for row in outcome.done], owner=actor.user, actor=actor)
    return outcome


@service
def ask_for(*, customer: Customer, actor: Actor, reason: str = "") -> int:
    """Ask for somebody else's customer: a task of the owner's manager, else of all managers; once a day and person.

    Says how many were asked. Raises BusinessError where nobody looks after it: then it is claimed.
    """
    if customer.owner_id is None:
        raise BusinessError(Refusal("in_pool", _("Nobody looks after this customer: claim it from the pool")))
    managers = notifications.managers_of([customer.team_id] if customer.team_id else [])
    asked: Iterable[int] = managers.values() or User.objects.filter(
        memberships__company=actor.company_id, memberships__roles__code="sales_manager", is_active=True
    ).values_list("pk", flat=True)
    today = clock.today(actor.company)
    tasks = [
        NewTask(
            title=said(_("%(who)s asks for %(customer)s"), {"who": name_of(actor.user), "customer": customer.party}),
            owner_id=pk, subject=customer, note=reason, source="retention.transfer",
            key=f"transfer:{customer.pk}:{actor.user_id}:{pk}:{today}",
        )
        for pk in sorted(set(asked))
    ]  # fmt: skip
    if not tasks:
        raise BusinessError(Refusal("nobody", _("There is no manager who could decide that")))
    todos.create(tasks=tasks, actor=actor)
    current_act().audit(customer, "asked_for", {"by": (None, actor.user)})
    return len(tasks)
