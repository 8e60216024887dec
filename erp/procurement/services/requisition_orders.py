"""Approved requisitions become purchase orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from erp.inventory.models import Delivery
from erp.procurement.models import PurchaseOrder, Requisition, RequisitionLine
from erp.procurement.services.lines import LineInput
from erp.procurement.services.orders import new_order, write_orders
from erp.procurement.services.papers import demand, locked
from erp.procurement.services.requisitions import recount
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import Refusal, Refusals


@service
def order_requisitions(*, requisition_ids: Collection[int], actor: Actor, reason: str = "") -> list[PurchaseOrder]:
    """Turn what approved requisitions still want into draft orders, one per supplier and warehouse.

    What goes straight to a customer makes an order of its own, with the address of the customer's delivery. A line
    without a price is ordered at the supplier's; where there is none either, the order is not placed before it has one.

    Raises BusinessError naming requisitions that are not approved and lines without a supplier who may be asked.
    """
    requisitions = locked(Requisition, requisition_ids, actor)
    lines = list(
        RequisitionLine.objects.filter(requisition__in=requisitions, pending__gt=0)
        .select_related("supplier__party", "requisition")
        .order_by("requisition_id", "position", "id")
    )
    demand(requisitions, Requisition.Status.APPROVED, refused=_unorderable(lines))
    groups: dict[tuple[int | None, int, int], list[RequisitionLine]] = defaultdict(list)
    for line in lines:
        asked = line.requisition
        groups[line.supplier_id, asked.warehouse_id, asked.order_id if asked.is_direct else 0].append(line)  # type: ignore[index]
    addresses = _addresses(lines)
    orders = write_orders([_order_for(group, addresses, actor) for group in groups.values()], actor)
    recount([line.pk for line in lines], actor=actor, requisitions=requisitions)
    for order, group in zip(orders, groups.values(), strict=True):
        for requisition in {line.requisition_id: line.requisition for line in group}.values():
            current_act().link(requisition, order)
    return orders


def _addresses(lines: Iterable[RequisitionLine]) -> dict[int | None, str]:
    """Where the customers of sales orders want their goods, by order; one statement where anything goes straight."""
    direct = [line.requisition for line in lines if line.requisition.is_direct]
    if not direct:
        return {}
    deliveries = Delivery.objects.filter(
        kind_of=Delivery.Kind.DIRECT,
        order_kind__in={row.order_kind for row in direct},
        order_id__in={row.order_id for row in direct},
    )
    return dict(deliveries.order_by("pk").values_list("order_id", "address"))


def unorderable(requisitions: Sequence[Requisition]) -> Refusals:
    """Why approved requisitions cannot become orders yet, by requisition; one statement for any number."""
    lines = RequisitionLine.objects.filter(requisition__in=requisitions, pending__gt=0)
    return _unorderable(lines.select_related("supplier__party", "requisition").order_by("requisition_id", "-position"))


def _unorderable(lines: Iterable[RequisitionLine]) -> Refusals:
    refused: Refusals = {}
    for line in lines:
        names = {"number": line.requisition, "line": line.position + 1, "supplier": line.supplier}
        if line.supplier is None:
            refused[line.requisition_id] = Refusal(
                "no_supplier", _("%(number)s, line %(line)s: choose a supplier first"), names, line.position, "supplier"
            )
        elif line.supplier.is_blocked:
            refused[line.requisition_id] = Refusal(
                "supplier_blocked",
                _("%(number)s, line %(line)s: %(supplier)s is blocked"),
                names,
                line.position,
                "supplier",
            )
    return refused


def _order_for(
    lines: Sequence[RequisitionLine], addresses: Mapping[int | None, str], actor: Actor
) -> tuple[PurchaseOrder, list[LineInput]]:
    supplier, asked = lines[0].supplier, lines[0].requisition
    order = new_order(supplier, asked.warehouse_id, actor)  # type: ignore[arg-type]
    order.is_direct = asked.is_direct
    order.delivery_address = addresses.get(asked.order_id, "") if asked.is_direct else ""
    own_currency = order.currency_id == actor.company.currency
    inputs = [
        LineInput(
            product_id=line.product_id,
            quantity=line.pending,
            unit_price=(line.price or None) if own_currency else None,
            requested_date=line.needed_by,
            promised_date=order.expected_date,
            requisition_line_id=line.pk,
        )
        for line in lines
    ]
    return order, inputs
