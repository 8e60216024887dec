"""What the scanner of the warehouse asks about purchase orders."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import F, Q

from erp.inventory.ports import Expected, ExpectedLine
from erp.procurement.models import PurchaseOrder, PurchaseOrderLine
from erp.procurement.services.policy import policy_of
from erp.procurement.services.receiving import most_of, receive
from suite.core.access import Actor

CODE = "erp_procurement.receive_purchaseorder"


class ScannedArrivals:
    """Purchase orders as the scanner sees them: in the rights of who scans, with what is outstanding."""

    def find(self, actor: Actor, *, pk: int | None = None, code: str = "") -> Expected | None:
        """The placed order with this key, number or supplier's reference; None when there is none to receive."""
        meant = Q(pk=pk) if pk else Q(number__iexact=code) | Q(supplier_reference__iexact=code)
        orders = PurchaseOrder.objects.visible_to(actor, CODE).filter(meant, status=PurchaseOrder.Status.ORDERED)
        order = orders.select_related("party").order_by("pk").first()
        if order is None:
            return None
        tolerance = policy_of(order.company_id).over_receipt_percent
        lines = PurchaseOrderLine.objects.filter(order=order, base_quantity__gt=F("received"))
        return Expected(
            order.pk,
            order.number,
            order.party.label,
            [
                ExpectedLine(line.pk, line.product, line.outstanding, most_of(line, tolerance))
                for line in lines.select_related("product__unit").order_by("position", "id")
            ],
        )

    def book(self, quantities: Mapping[int, Decimal], actor: Actor) -> None:
        """Book in what was counted, by order line in base units."""
        receive(quantities=quantities, actor=actor)
