"""Who waits for whose decision."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from suite.automation.models import Approval, ApprovalStep
from suite.core.access import Actor, Scope

SHOWN = 8  # rows of the workbench's block


def my_approvals(actor: Actor) -> QuerySet[Approval]:
    """What waits for a role of the actor, newest first."""
    due = ApprovalStep.objects.filter(status=ApprovalStep.Status.WAITING, role__code__in=actor.grants.roles)
    return (
        Approval.objects.of(actor.company_id)
        .filter(status=Approval.Status.WAITING, pk__in=due.values("approval"))
        .order_by("-id")
    )


def asked_or_asking(actor: Actor, scope: Scope) -> Q:
    """Approvals that are the actor's business: asked for by them, or with a step for a role of theirs."""
    mine = ApprovalStep.objects.filter(role__code__in=actor.grants.roles, role__company=actor.company_id)
    return Q(requested_by=actor.user_id) | Q(pk__in=mine.values("approval"))


def route_of(kind: str, object_id: int) -> QuerySet[Approval]:
    """All approvals a document ever went through, the latest first, with their steps."""
    return (
        Approval.objects.filter(kind=kind, object_id=object_id)
        .select_related("requested_by", "rule")
        .prefetch_related("steps__role", "steps__decided_by")
        .order_by("-id")
    )


def count_mine(actor: Actor) -> int:
    """How many documents wait for the actor; counted to 100."""
    return my_approvals(actor).order_by()[:100].count()


def block(actor: Actor) -> dict[str, Any]:
    """The workbench's block: the latest that wait for the actor."""
    rows = list(my_approvals(actor).select_related("requested_by").prefetch_related("steps__role")[: SHOWN + 1])
    return {"approvals": rows[:SHOWN], "more": len(rows) > SHOWN}
