"""What waits for the buyer."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from erp.procurement.models import PurchaseOrder, Requisition
from erp.procurement.queries.arrivals import Bucket, arrivals, expected
from suite.core.access import Actor

SHOWN = 6  # rows of a block of the workbench


def buying(actor: Actor) -> dict[str, Any]:
    """Counts of what is to be approved, ordered and placed; two statements."""
    status = Requisition.Status
    requisitions = Requisition.objects.visible_to(actor).aggregate(
        waiting=Count("pk", filter=Q(status=status.SUBMITTED)), orderable=Count("pk", filter=Q(status=status.APPROVED))
    )
    drafts = PurchaseOrder.objects.visible_to(actor).filter(status=PurchaseOrder.Status.DRAFT).count()
    return {**requisitions, "drafts": drafts, "may_reorder": actor.may("erp_procurement.add_requisition")}


def arriving(actor: Actor) -> dict[str, Any]:
    """The most urgent arrivals, and how many there are."""
    counts = expected(actor)
    tabs = [{"name": name, "label": Bucket(name).label, "count": count} for name, count in counts.items()]
    return {"tabs": tabs, "rows": arrivals(actor, limit=SHOWN)}


def to_order(actor: Actor) -> int:
    """Approved requisitions that nobody has ordered; counted to 100."""
    rows = Requisition.objects.visible_to(actor).filter(status=Requisition.Status.APPROVED)
    return rows.order_by()[:100].count()


def late(actor: Actor) -> int:
    """Arrivals that should have been here."""
    return expected(actor)[Bucket.LATE]
