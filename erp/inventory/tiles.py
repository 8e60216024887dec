"""What the warehouse puts on dashboards."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, DecimalField, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from erp.inventory.models import StockValue
from suite.core.access import Actor
from suite.desk import dashboards
from suite.desk.dashboards import Figure, Reading

ZERO = Value(Decimal(0), output_field=DecimalField(max_digits=18, decimal_places=2))


def connect() -> None:
    """Called once, from apps.py."""
    dashboards.register("stock", _("Stock value"), stock, may=sees_value, icon="building-warehouse", order=55)
    lists = "erp.inventory.lists"
    dashboards.register_list(
        "to_ship", _("Deliveries to ship"), f"{lists}.papers.DeliveryList", "count", view="open", order=65
    )
    dashboards.register_list(
        "shortages", _("Shortages"), f"{lists}.stock.DemandList", "count", view="waiting", order=66
    )
    dashboards.register_list("low_stock", _("Low stock"), f"{lists}.stock.RuleList", "count", view="low", order=67)


def sees_value(actor: Actor) -> bool:
    return actor.may("masterdata.see_cost") and actor.may("erp_inventory.view_stockvalue")


def stock(reading: Reading) -> Figure:
    total = StockValue.objects.visible_to(reading.actor).aggregate(
        value=Coalesce(Sum("value"), ZERO), count=Count("pk", filter=Q(quantity__gt=0))
    )
    link = reading.link("admin:erp_inventory_stockbalance_changelist", view="there")
    return Figure(total["value"], link, count=total["count"])
