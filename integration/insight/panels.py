"""What the customer page shows of the back wing; each panel is a fixed number of statements."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from crm.sales.models import Order
from erp.finance import queries
from erp.finance import services as finance
from erp.finance.models import Invoice, Receipt, Receivable
from erp.inventory.models import Delivery
from suite.core import clock
from suite.core.access import Actor

ROWS = 20


def balance(actor: Actor, party_id: int) -> Any:
    """What the party owes, what of it is overdue, its advances and its credit; None without the right to see it."""
    if not actor.may("erp_finance.view_receivable"):
        return None
    return finance.standing(party_id, company=actor.company)


def orders(actor: Actor, party_id: int) -> QuerySet[Order]:
    return Order.objects.visible_to(actor).filter(party=party_id).order_by("-date", "-id")[:ROWS]


def deliveries(actor: Actor, party_id: int) -> QuerySet[Delivery]:
    return Delivery.objects.visible_to(actor).filter(party=party_id).select_related("warehouse").order_by("-id")[:ROWS]


def receivables(actor: Actor, party_id: int) -> QuerySet[Receivable]:
    rows = Receivable.objects.visible_to(actor).filter(party=party_id).exclude(open_amount=0)
    return rows.annotate(late=queries.overdue_part(clock.today(actor.company))).order_by("due_date", "id")[:ROWS]


def invoices(actor: Actor, party_id: int) -> QuerySet[Invoice]:
    rows = Invoice.objects.visible_to(actor).filter(party=party_id, direction=Invoice.Direction.SALES)
    return rows.order_by("-date", "-id")[:ROWS]


def receipts(actor: Actor, party_id: int) -> QuerySet[Receipt]:
    return Receipt.objects.visible_to(actor).filter(party=party_id).order_by("-date", "-id")[:ROWS]
