"""What orders, contracts and quotations have in common: units, taxes, their line on a timeline."""

from __future__ import annotations

from django.db.models import QuerySet

from crm.customers.timeline import Line
from crm.sales.models import Contract, Order, Quotation
from suite.core import clock
from suite.core.access import Actor
from suite.desk import documents, formats
from suite.masterdata.models import Tax, Unit
from suite.masterdata.queries import taxes_on


def units() -> QuerySet[Unit]:
    """The units in which something can be sold."""
    return Unit.objects.all()


def taxes(actor: Actor) -> QuerySet[Tax]:
    """The taxes of the company in force today."""
    return taxes_on(actor.company_id, clock.today(actor.company))


def paper_line(row: Order | Quotation | Contract) -> Line:
    """A paper as the timeline shows it."""
    return Line(
        title=documents.headline(row),
        text=formats.money(row.gross, str(row.currency_id)),
        who=str(row.owner or ""),
        url=documents.url_of(row._meta.label_lower, row.pk),
    )
