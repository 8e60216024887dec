"""What somebody reads on the way to a customer: the brief of a visit, on one page."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from crm.customers.models import Activity, Commitment, Customer, Need
from crm.customers.needs import open_needs
from crm.customers.queries import activities_of, promises_with
from crm.customers.services.activities import TOUCHES
from crm.sales.models import Order, Quotation
from integration.insight import panels
from suite.core.access import Actor
from suite.desk.models import Task
from suite.desk.own import rules

EACH = 5
TALKS = 3


@dataclass(frozen=True)
class Brief:
    """The latest of each kind, empty without the right to see it; `overdue` in the company's currency, or None."""

    overdue: Decimal | None = None
    orders: list[Order] = field(default_factory=list)
    quotations: list[Quotation] = field(default_factory=list)
    talks: list[Activity] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    promises: list[Commitment] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)


def brief_of(customer: Customer, actor: Actor) -> Brief:
    """What is to be known before a visit; a statement for each kind, however much there is."""
    party_id = customer.party_id
    talks = activities_of(actor, party_id).order_by("-happened_at", "-id")
    quotations = Quotation.objects.visible_to(actor).filter(party=party_id, status=Quotation.Status.SENT)
    tasks = Task.objects.visible_to(actor).filter(
        subject_kind=customer._meta.label_lower, subject_id=customer.pk, status=Task.Status.OPEN
    )
    standing: Any = panels.balance(actor, party_id)
    return Brief(
        overdue=standing.overdue if standing else None,
        orders=[rules.shown(row, actor) for row in panels.orders(actor, party_id)[:EACH]],
        quotations=[rules.shown(row, actor) for row in quotations.order_by("-date", "-id")[:EACH]],
        talks=list(talks.filter(kind__in=TOUCHES)[:TALKS]),
        tasks=list(tasks.order_by("due_at", "id")[:EACH]),
        promises=promises_with(actor, party_id) if actor.may("crm_customers.view_commitment") else [],
        needs=open_needs(actor, party_id),
    )
