"""What pages ask about quotations."""

from __future__ import annotations

from django.db.models import QuerySet

from crm.sales.models import Quotation
from suite.core.access import Actor


def open_quotations(actor: Actor) -> QuerySet[Quotation]:
    """My quotations that wait for an answer, those that end soonest first."""
    mine = Quotation.objects.visible_to(actor).filter(owner=actor.user_id, status=Quotation.Status.SENT)
    return mine.select_related("party").order_by("valid_until", "id")


def quotations_of(actor: Actor, party_id: int) -> QuerySet[Quotation]:
    """The quotations on the timeline of a party."""
    return Quotation.objects.visible_to(actor).filter(party=party_id).select_related("owner")
