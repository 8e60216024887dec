"""What purchasing puts on dashboards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from suite.desk import dashboards

LISTS = "erp.procurement.lists"


def connect() -> None:
    """Called once, from apps.py."""
    dashboards.register_list(
        "on_order", _("Open purchase orders"), f"{LISTS}.PurchaseOrderList", "sum.gross", view="open", order=68
    )
    dashboards.register_list(
        "purchases_late", _("Purchase orders late"), f"{LISTS}.PurchaseOrderList", "count", view="late", order=69
    )
    dashboards.register_list(
        "to_buy", _("Requisitions to be ordered"), f"{LISTS}.RequisitionList", "count", view="orderable", order=69
    )
