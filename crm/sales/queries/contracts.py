"""What pages ask about contracts."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from crm.sales.models import Contract, Milestone
from suite.core import clock
from suite.core.access import Actor

IN_FORCE = (Contract.Status.ACTIVE, Contract.Status.EXPIRED)


def contracts_of(actor: Actor, party_id: int) -> QuerySet[Contract]:
    """The contracts on the timeline of a party."""
    return Contract.objects.visible_to(actor).filter(party=party_id).select_related("owner")


def late_contracts(actor: Actor) -> QuerySet[Contract]:
    """Contracts in force of which something is late that the actor sees, the longest overdue first."""
    late = Milestone.objects.filter(contract=OuterRef("pk"), done_at=None, due_on__lt=clock.today(actor.company))
    rows = Contract.objects.visible_to(actor).filter(status__in=IN_FORCE)
    since = Subquery(late.order_by("due_on").values("due_on")[:1])
    return rows.annotate(late_since=since).exclude(late_since=None).select_related("party").order_by("late_since", "pk")
