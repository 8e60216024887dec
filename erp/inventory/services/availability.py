"""What stock is there, for whoever asks."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from erp.inventory import ports
from erp.inventory.models import Delivery, DeliveryLine, Demand, StockBalance, StockTransferLine
from erp.inventory.services.warehouses import default_warehouse_id
from erp.inventory.services.wording import too_little
from suite.core.errors import Refusals
from suite.core.models import Company
from suite.core.money import ZERO
from suite.masterdata.models import Product


@dataclass(frozen=True, slots=True)
class Availability:
    """Stock of a product now, in base units, where orders are served from; `elsewhere` is free in other warehouses.

    `waiting` is what confirmed orders still lack.
    """

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    waiting: Decimal = ZERO
    incoming: Decimal = ZERO
    next_arrival: dt.date | None = None
    elsewhere: Decimal = ZERO

    @property
    def free(self) -> Decimal:
        return self.on_hand - self.reserved


class UnderWay(NamedTuple):
    """Goods on their way to where orders are served from; without a day nobody said when they come."""

    date: dt.date | None
    number: str
    free: Decimal


def transfers_under_way(product_ids: Collection[int], *, company: Company) -> dict[int, list[UnderWay]]:
    """What of these products left another warehouse for the one that orders are served from, the first first; one
    statement."""
    lines = StockTransferLine.objects.of(company.pk).filter(
        product__in=product_ids, under_way__gt=0, transfer__target=default_warehouse_id(company.pk)
    )
    found: dict[int, list[UnderWay]] = defaultdict(list)
    columns = ("product_id", "transfer__expected_date", "transfer__number", "under_way")
    for pk, day, number, quantity in lines.order_by("transfer__expected_date", "pk").values_list(*columns):
        found[pk].append(UnderWay(day, number, quantity))
    return dict(found)


def availability(product_ids: Collection[int], *, company: Company) -> dict[int, Availability]:
    """The stock of these products of a company, each of them answered; one statement, and one for what is coming."""
    ids = sorted(set(product_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            _AVAILABILITY,
            {"products": ids, "company": company.pk, "warehouse": default_warehouse_id(company.pk)},
        )
        rows = cursor.fetchall()
    coming = ports.incoming(company.pk, ids)
    none = ports.Incoming(ZERO)
    return {
        pk: Availability(
            on_hand, reserved, waiting, coming.get(pk, none).quantity, coming.get(pk, none).next_arrival, elsewhere
        )
        for pk, on_hand, reserved, elsewhere, waiting in rows
    }


_AVAILABILITY = """
SELECT asked.id, coalesce(b.on_hand, 0), coalesce(b.reserved, 0), coalesce(b.elsewhere, 0), coalesce(d.waiting, 0)
FROM unnest(%(products)s::bigint[]) AS asked(id)
LEFT JOIN LATERAL (
  SELECT sum(on_hand) FILTER (WHERE warehouse_id = %(warehouse)s) AS on_hand,
    sum(reserved) FILTER (WHERE warehouse_id = %(warehouse)s) AS reserved,
    sum(on_hand - reserved) FILTER (WHERE warehouse_id <> %(warehouse)s) AS elsewhere
  FROM erp_inventory_stockbalance WHERE product_id = asked.id AND company_id = %(company)s
) b ON true
LEFT JOIN LATERAL (
  SELECT sum(wanted - reserved - shipped) AS waiting
  FROM erp_inventory_demand WHERE product_id = asked.id AND company_id = %(company)s AND is_waiting
) d ON true
"""


def lacking(deliveries: Collection[Delivery]) -> Refusals:
    """Which open deliveries could not leave in full now, each for itself, and what they lack; three statements.

    As in `ship`, what the order has reserved serves first, then what is free.
    """
    open_ones = {row.pk: row for row in deliveries if row.status == Delivery.Status.OPEN}
    lines = list(
        DeliveryLine.objects.filter(delivery__in=open_ones)
        .exclude(delivery__kind_of=Delivery.Kind.DIRECT)
        .exclude(product__kind=Product.Kind.SERVICE)
        .select_related("product")
        .order_by("delivery_id", "position", "id")
    )
    if not lines:
        return {}
    wanted = Demand.objects.filter(
        order_kind__in={row.order_kind for row in open_ones.values()},
        line_id__in={line.order_line_id for line in lines},
    )
    reserved: dict[tuple[str, int | None], Decimal] = {
        (kind, line): held for kind, line, held in wanted.values_list("order_kind", "line_id", "reserved")
    }
    cells = StockBalance.objects.filter(
        product__in={line.product_id for line in lines}, warehouse__in={row.warehouse_id for row in open_ones.values()}
    )
    free = {cell[:2]: cell[2] - cell[3] for cell in cells.values_list("product", "warehouse", "on_hand", "reserved")}
    needed: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    refused: Refusals = {}
    for line in lines:
        delivery = open_ones[line.delivery_id]
        key = (delivery.pk, line.product_id)
        own = min(line.quantity, reserved.get((delivery.order_kind, line.order_line_id), ZERO))
        needed[key] += line.quantity - own
        left = max(ZERO, free.get((line.product_id, delivery.warehouse_id), ZERO))
        if needed[key] > left and delivery.pk not in refused:
            beside = left - (needed[key] - line.quantity + own)
            refused[delivery.pk] = too_little(line.product, wanted=line.quantity, free=own + beside, line=None)
    return refused
