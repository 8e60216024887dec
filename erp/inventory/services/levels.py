"""Crossings of stock rules: told once when the free stock falls below its reorder point, and once when it is back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from erp.inventory.models import StockRule
from suite.core import clock
from suite.core.acts import Act


@dataclass(frozen=True, slots=True)
class Crossing:
    """The free stock of a product in a warehouse fell below its reorder point, or rose to it again."""

    rule_id: int
    product_id: int
    warehouse_id: int
    is_low: bool
    free: Decimal


def announce(act: Act, crossings: list[Crossing]) -> None:
    """Tell the house and the outside; called once per act by the act itself."""
    moment = clock.now().isoformat()
    for crossing in crossings:
        act.announce(
            "erp.inventory.stock.low" if crossing.is_low else "erp.inventory.stock.back",
            StockRule(pk=crossing.rule_id),
            {"product": crossing.product_id, "warehouse": crossing.warehouse_id, "free": crossing.free},
            key=moment,
        )
