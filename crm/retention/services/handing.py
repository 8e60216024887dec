"""Handing a portfolio over: customers, open deals, open leads and tasks go from one person to another, and back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Customer
from crm.customers.services.customers import transfer_customers
from crm.retention.models import HandOver
from crm.sales.models import Lead, Opportunity
from crm.sales.services.leads import assign_leads
from crm.sales.services.opportunities import assign_opportunities
from suite.core import clock, jobs
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.jobs import Progress
from suite.core.models import Job, Membership, User
from suite.core.said import said
from suite.desk.models import Task
from suite.desk.services import todos

KIND = "retention.hand_over"
KINDS = {
    "customers": _("Customers"),
    "opportunities": _("Open opportunities"),
    "leads": _("Open leads"),
    "tasks": _("Open tasks"),
}


def _rows(kind: str, giver: int, company_id: int) -> QuerySet[Any]:
    match kind:
        case "customers":
            return Customer.objects.of(company_id).filter(owner=giver)
        case "opportunities":
            return Opportunity.objects.of(company_id).filter(owner=giver, status=Opportunity.Status.OPEN)
        case "leads":
            return Lead.objects.of(company_id).filter(owner=giver, status__in=Lead.OPEN)
    return Task.objects.of(company_id).filter(owner=giver, status=Task.Status.OPEN)


def preview(*, giver: User, actor: Actor) -> dict[str, int]:
    """How much there is to hand over, by kind; four statements."""
    return {kind: _rows(kind, giver.pk, actor.company_id).count() for kind in KINDS}


@service
def start(*, giver: User, taker: User, kinds: Collection[str], actor: Actor, reason: str = "") -> Job:
    """Have a job hand over what one person looks after. Raises BusinessError for somebody to whom nothing can go."""
    _demand(giver, taker, kinds, actor)
    title = said(_("Hand over: %(giver)s to %(taker)s"), {"giver": giver, "taker": taker})
    params = {"giver": giver.pk, "taker": taker.pk, "kinds": sorted(kinds), "reason": reason[:500]}
    return jobs.enqueue(kind=KIND, actor=actor, title=title, params=params)


def _demand(giver: User, taker: User, kinds: Collection[str], actor: Actor) -> None:
    if giver.pk == taker.pk:
        raise BusinessError(Refusal("same", _("Choose somebody else"), field="taker"))
    if not kinds or set(kinds) - KINDS.keys():
        raise BusinessError(Refusal("nothing", _("Say what is to be handed over"), field="kinds"))
    if not Membership.objects.filter(company=actor.company_id, user=taker, user__is_active=True).exists():
        sentence = _("%(name)s does not work in this company")
        raise BusinessError(Refusal("not_a_member", sentence, {"name": taker.label}, field="taker"))


def work(job: Job, actor: Actor, progress: Progress) -> dict[str, Any]:
    """The job: one act, so that all of it goes or nothing; a job that is taken up again finds nothing left."""
    people = User.objects.in_bulk([job.params["giver"], job.params["taker"]])
    giver, taker = people[job.params["giver"]], people[job.params["taker"]]
    row = hand_over(giver=giver, taker=taker, kinds=job.params["kinds"], actor=actor, reason=job.params["reason"])
    count = sum(len(keys) for keys in row.moved.values())
    progress(count, count)
    return {"made": count, "hand_over": row.pk, **{kind: len(keys) for kind, keys in row.moved.items()}}


@service
def hand_over(*, giver: User, taker: User, kinds: Collection[str], actor: Actor, reason: str = "") -> HandOver:
    """Hand over at once; a fixed number of statements. The row remembers what went."""
    _demand(giver, taker, kinds, actor)
    moved = {kind: list(_rows(kind, giver.pk, actor.company_id).values_list("pk", flat=True)) for kind in kinds}
    _give(moved, taker, actor)
    row = HandOver.objects.create(
        company=actor.company, giver=giver, taker=taker, made_by=actor.user, reason=reason, moved=moved
    )
    current_act().audit(row, "created", {kind: (None, len(keys)) for kind, keys in moved.items()})
    return row


@service
def undo(*, hand_overs: Collection[int], actor: Actor, reason: str = "") -> int:
    """Take hand-overs back: what the taker still looks after goes to the giver again. Says how many were taken back.

    Raises BusinessError where the giver does not work here any more.
    """
    rows = list(HandOver.objects.of(actor.company_id).select_related("giver", "taker").lock(hand_overs))
    open_ = [row for row in rows if row.undone_at is None]
    for row in open_:
        _demand(row.taker, row.giver, list(row.moved) or ["customers"], actor)
        there = {
            kind: list(_rows(kind, row.taker_id, actor.company_id).filter(pk__in=keys).values_list("pk", flat=True))
            for kind, keys in row.moved.items()
        }
        _give(there, row.giver, actor)
        row.undone_at = clock.now()
        row.save(update_fields=["undone_at"])
        current_act().audit(row, "undone", {kind: (len(keys), None) for kind, keys in there.items()})
    return len(open_)


def _give(moved: dict[str, list[int]], to: User, actor: Actor) -> None:
    if keys := moved.get("customers"):
        transfer_customers(customers=keys, owner=to, actor=actor)
    if keys := moved.get("opportunities"):
        assign_opportunities(opportunity_ids=keys, owner=to, actor=actor)
    if keys := moved.get("leads"):
        assign_leads(lead_ids=keys, owner=to, actor=actor)
    if keys := moved.get("tasks"):
        todos.reassign(pks=keys, owner=to, actor=actor)
