"""What waits in the warehouse, for menu and workbench."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from erp.inventory.models import Delivery, Demand, StockMove, StockRule
from suite.core import clock
from suite.core.access import Actor

SHOWN = 8
COUNTED = 1001


def to_ship(actor: Actor) -> QuerySet[Delivery]:
    """Deliveries that may leave the house now, the first promised first."""
    rows = Delivery.objects.visible_to(actor).filter(status=Delivery.Status.OPEN, waits_for_payment=False)
    rows = rows.exclude(kind_of=Delivery.Kind.DIRECT)
    return rows.order_by("promised_date", "id")


def count_to_ship(actor: Actor) -> int:
    return to_ship(actor).order_by()[:COUNTED].count()


def shipping_block(actor: Actor) -> dict[str, Any]:
    """What to ship next, what is late, and what waits for money."""
    today = clock.today(actor.company)
    waiting = Delivery.objects.visible_to(actor).filter(status=Delivery.Status.OPEN, waits_for_payment=True)
    return {
        "rows": list(to_ship(actor).select_related("party")[:SHOWN]),
        "count": count_to_ship(actor),
        "late": to_ship(actor).filter(promised_date__lt=today).order_by()[:COUNTED].count(),
        "unpaid": waiting[:COUNTED].count(),
        "today": today,
    }


def shortage_block(actor: Actor) -> dict[str, Any]:
    """Who waits for goods, the first promised first."""
    waiting = Demand.objects.visible_to(actor).filter(is_waiting=True)
    rows = waiting.order_by("promised_date", "id").select_related("product", "party")
    return {"rows": list(rows[:SHOWN]), "count": waiting[:COUNTED].count()}


def low_block(actor: Actor) -> dict[str, Any]:
    """Products below their reorder point."""
    low = StockRule.objects.visible_to(actor).filter(is_low=True)
    rows = low.select_related("product", "warehouse").order_by("product__code")
    return {"rows": list(rows[:SHOWN]), "count": low[:COUNTED].count()}


def moved(product_ids: Collection[int]) -> set[int]:
    """Which of these products have ever moved."""
    moves = StockMove.objects.filter(product__in=product_ids) if product_ids else StockMove.objects.none()
    return set(moves.values_list("product", flat=True).distinct())
