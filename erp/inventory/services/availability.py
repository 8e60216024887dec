"""What stock is there, for whoever asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from erp.inventory import ports
from suite.core.models import Company
from suite.core.money import ZERO


@dataclass(frozen=True, slots=True)
class Availability:
    """Stock of a product in the whole company now, in base units; `waiting` is what confirmed orders still lack."""

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    waiting: Decimal = ZERO
    incoming: Decimal = ZERO
    next_arrival: dt.date | None = None

    @property
    def free(self) -> Decimal:
        return self.on_hand - self.reserved


def availability(product_ids: Collection[int], *, company: Company) -> dict[int, Availability]:
    """The stock of these products of a company, each of them answered; one statement, and one for what is coming."""
    ids = sorted(set(product_ids))
    with connection.cursor() as cursor:
        cursor.execute(_AVAILABILITY, [ids, company.pk, company.pk])
        rows = cursor.fetchall()
    coming = ports.incoming(company.pk, ids)
    none = ports.Incoming(ZERO)
    return {
        pk: Availability(on_hand, reserved, waiting, coming.get(pk, none).quantity, coming.get(pk, none).next_arrival)
        for pk, on_hand, reserved, waiting in rows
    }


_AVAILABILITY = """
SELECT asked.id, coalesce(b.on_hand, 0), coalesce(b.reserved, 0), coalesce(d.waiting, 0)
FROM unnest(%s::bigint[]) AS asked(id)
LEFT JOIN LATERAL (
  SELECT sum(on_hand) AS on_hand, sum(reserved) AS reserved
  FROM erp_inventory_stockbalance WHERE product_id = asked.id AND company_id = %s
) b ON true
LEFT JOIN LATERAL (
  SELECT sum(wanted - reserved - shipped) AS waiting
  FROM erp_inventory_demand WHERE product_id = asked.id AND company_id = %s AND is_waiting
) d ON true
"""
