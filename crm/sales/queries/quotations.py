"""What pages ask about quotations."""

from __future__ import annotations

from django.db.models import QuerySet

from crm.customers.timeline import Line
from crm.sales.models import Quotation, QuotationAnswer
from suite.core.access import Actor
from suite.desk import documents


def open_quotations(actor: Actor) -> QuerySet[Quotation]:
    """My quotations that wait for an answer, those that end soonest first."""
    mine = Quotation.objects.visible_to(actor).filter(owner=actor.user_id, status=Quotation.Status.SENT)
    return mine.select_related("party").order_by("valid_until", "id")


def quotations_of(actor: Actor, party_id: int) -> QuerySet[Quotation]:
    """The quotations on the timeline of a party."""
    return Quotation.objects.visible_to(actor).filter(party=party_id).select_related("owner")


def answers_of(actor: Actor, party_id: int) -> QuerySet[QuotationAnswer]:
    """What a party answered to quotations that the actor sees."""
    seen = Quotation.objects.visible_to(actor, "crm_sales.view_quotation").filter(party=party_id)
    return (
        QuotationAnswer.objects.of(actor.company_id)
        .filter(party=party_id, quotation__in=seen)
        .select_related("quotation")
    )


def answer_line(row: QuotationAnswer) -> Line:
    """An answer as the timeline of its customer shows it."""
    url = documents.url_of(Quotation.kind(), row.quotation_id)
    return Line(title=str(row), text=row.text, who=row.name, url=url)
