"""What selling knows of customers that they are graded by."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from crm.customers import grading
from crm.sales.models import Order
from crm.sales.queries.orders import WORTH
from suite.core import clock
from suite.core.access import Actor


def connect() -> None:
    """Called once, when the project starts."""
    grading.register("revenue", _("Orders of 12 months, with tax"), revenue, kind="money")
    grading.register("orders", _("Number of orders in 12 months"), count)


def _bought(actor: Actor, parties: Collection[int]) -> QuerySet[Order]:
    since = clock.today(actor.company) - grading.YEAR
    rows = Order.objects.of(actor.company_id).filter(party__in=parties, status=Order.Status.CONFIRMED, date__gt=since)
    return rows.order_by()


def revenue(actor: Actor, parties: Collection[int]) -> grading.Values:
    """What was ordered within a year, in the company's currency."""
    return dict(_bought(actor, parties).values_list("party").annotate(sum=Sum(WORTH)))


def count(actor: Actor, parties: Collection[int]) -> grading.Values:
    """How often they ordered within a year."""
    return dict(_bought(actor, parties).values_list("party").annotate(count=Count("pk")))
