"""What suppliers have promised, and who waits for it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from erp.inventory.ports import Incoming
from erp.procurement.models import PurchaseOrder
from suite.core import clock
from suite.core.access import Actor
from suite.core.models import Company
from suite.core.money import ZERO
from suite.masterdata.models import Party, Product

LIMIT = 500  # arrivals on one page; what lies behind is found by filters


class Bucket(models.TextChoices):
    """When goods are due, seen from today."""

    LATE = "late", _("Late")
    TODAY = "today", _("Due today")
    WEEK = "week", _("This week")
    LATER = "later", _("Later")


def bucket_of(date: dt.date, today: dt.date) -> Bucket:
    """Weeks start on Monday; this week ends with its Sunday."""
    if date <= today:
        return Bucket.LATE if date < today else Bucket.TODAY
    return Bucket.WEEK if date <= today + dt.timedelta(days=6 - today.weekday()) else Bucket.LATER


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order line that will get goods of an arrival: how many, for whom, promised for when."""

    order_kind: str
    order_id: int
    number: str
    party: Party
    quantity: Decimal
    promised_date: dt.date | None
    comes_late: bool


@dataclass(slots=True)
class Arrival:
    """A line of a purchase order that is still to come; quantities in base units."""

    line_id: int
    order_id: int
    number: str
    supplier: Party
    product: Product
    warehouse_id: int
    date: dt.date
    bucket: Bucket
    quantity: Decimal
    waiting: list[Waiting] = field(default_factory=list)

    @property
    def free(self) -> Decimal:
        """What nobody waits for."""
        return self.quantity - sum((each.quantity for each in self.waiting), ZERO)


class _Row(NamedTuple):
    line_id: int
    order_id: int
    number: str
    supplier_id: int
    product_id: int
    warehouse_id: int
    date: dt.date
    quantity: Decimal
    order_kind: str | None
    demand_order_id: int | None
    order_number: str | None
    party_id: int | None
    promised_date: dt.date | None
    part: Decimal | None


# Arrivals by date and demands by promised date lie side by side on one ruler a product and warehouse; where a piece
# of the one lies beside a piece of the other, the demand will get it. So does stock when the goods come.
_PEGGED = """
WITH coming AS (
  SELECT l.id, l.order_id, o.number, o.party_id, l.product_id, o.warehouse_id, l.base_quantity - l.received AS quantity,
         coalesce(l.promised_date, o.expected_date, o.date) AS due
  FROM erp_procurement_purchaseorderline l JOIN erp_procurement_purchaseorder o ON o.id = l.order_id
  WHERE o.company_id = %(company)s AND o.status = 'ordered' AND l.base_quantity > l.received {products}
), supply AS (
  SELECT *, sum(quantity) OVER turn - quantity AS starts, sum(quantity) OVER turn AS ends
  FROM coming WINDOW turn AS (PARTITION BY product_id, warehouse_id ORDER BY due, id)
), demand AS (
  SELECT d.*, sum(lacks) OVER turn - lacks AS starts, sum(lacks) OVER turn AS ends
  FROM (SELECT *, wanted - reserved - shipped AS lacks FROM erp_inventory_demand
        WHERE is_waiting AND product_id IN (SELECT product_id FROM coming)) d
  WINDOW turn AS (PARTITION BY product_id, warehouse_id ORDER BY promised_date, id)
)
SELECT s.id, s.order_id, s.number, s.party_id, s.product_id, s.warehouse_id, s.due, s.quantity,
       d.order_kind, d.order_id, d.order_number, d.party_id, d.promised_date,
       CASE WHEN d.id IS NOT NULL THEN least(s.ends, d.ends) - greatest(s.starts, d.starts) END
FROM supply s LEFT JOIN demand d
  ON d.product_id = s.product_id AND d.warehouse_id = s.warehouse_id AND d.starts < s.ends AND d.ends > s.starts
ORDER BY s.due, s.id, d.promised_date, d.id
"""


def _pegged(company_id: int, product_ids: Collection[int] | None = None) -> list[_Row]:
    products = "" if product_ids is None else "AND l.product_id = ANY(%(products)s)"
    with connection.cursor() as cursor:
        cursor.execute(_PEGGED.format(products=products), {"company": company_id, "products": list(product_ids or ())})
        return [_Row(*row) for row in cursor.fetchall()]


def arrivals(
    actor: Actor,
    *,
    bucket: str = "",
    supplier: int | None = None,
    product_ids: Collection[int] | None = None,
    order_ids: Collection[int] | None = None,
    limit: int = LIMIT,
) -> list[Arrival]:
    """What is still to come on orders the actor may see, the most urgent first, each with who waits for it.

    Goods go to those who wait by promised date, as they will when they come. Four statements, however many there are.
    """
    today = clock.today(actor.company)
    visible = PurchaseOrder.objects.visible_to(actor).filter(status=PurchaseOrder.Status.ORDERED)
    if supplier:
        visible = visible.filter(party__supplier=supplier)
    if order_ids is not None:
        visible = visible.filter(pk__in=order_ids)
    allowed = set(visible.values_list("pk", flat=True))
    rows = [
        row
        for row in _pegged(actor.company_id, product_ids)
        if row.order_id in allowed and (not bucket or bucket_of(row.date, today) == bucket)
    ]
    lines = list(dict.fromkeys(row.line_id for row in rows))[:limit]
    shown = set(lines)
    return _put_together([row for row in rows if row.line_id in shown], today)


def _put_together(rows: Iterable[_Row], today: dt.date) -> list[Arrival]:
    rows = list(rows)
    parties = Party.objects.in_bulk({pk for row in rows for pk in (row.supplier_id, row.party_id) if pk})
    products = Product.objects.in_bulk({row.product_id for row in rows})
    found: dict[int, Arrival] = {}
    for row in rows:
        arrival = found.setdefault(
            row.line_id,
            Arrival(
                line_id=row.line_id,
                order_id=row.order_id,
                number=row.number,
                supplier=parties[row.supplier_id],
                product=products[row.product_id],
                warehouse_id=row.warehouse_id,
                date=row.date,
                bucket=bucket_of(row.date, today),
                quantity=row.quantity,
            ),
        )
        if row.part is not None:
            arrival.waiting.append(_waiting(row, parties, today))
    return list(found.values())


def _waiting(row: Any, parties: dict[int, Party], today: dt.date) -> Waiting:
    return Waiting(
        order_kind=row.order_kind,
        order_id=row.demand_order_id,
        number=row.order_number,
        party=parties[row.party_id],
        quantity=row.part,
        promised_date=row.promised_date,
        comes_late=row.promised_date is not None and max(row.date, today) > row.promised_date,
    )


def expected(actor: Actor) -> dict[str, int]:
    """How many lines are due in each bucket; for tabs and badges. One statement."""
    today = clock.today(actor.company)
    orders = PurchaseOrder.objects.visible_to(actor).filter(
        status=PurchaseOrder.Status.ORDERED, lines__base_quantity__gt=models.F("lines__received")
    )
    due = Coalesce("lines__promised_date", "expected_date", "date")
    counted: Counter[str] = Counter()
    for date, count in orders.values_list(due).annotate(models.Count("lines")).order_by():
        counted[bucket_of(date, today)] += count
    return {str(bucket): counted[bucket] for bucket in Bucket}


@dataclass(frozen=True, slots=True)
class NextArrival:
    """An arrival of a product: `free` of its `quantity` nobody waits for; base units."""

    date: dt.date
    number: str
    quantity: Decimal
    free: Decimal


def next_arrivals(product_ids: Collection[int], *, company: Company) -> dict[int, list[NextArrival]]:
    """The arrivals of products in the order of their dates; one statement."""
    lines: dict[int, _Row] = {}
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for row in _pegged(company.pk, product_ids):
        lines[row.line_id] = row
        taken[row.line_id] += row.part or ZERO
    found: dict[int, list[NextArrival]] = defaultdict(list)
    for line_id, row in lines.items():
        found[row.product_id].append(NextArrival(row.date, row.number, row.quantity, row.quantity - taken[line_id]))
    return dict(found)


_INCOMING = """
SELECT l.product_id, sum(l.base_quantity - l.received), min(coalesce(l.promised_date, o.expected_date, o.date))
FROM erp_procurement_purchaseorderline l JOIN erp_procurement_purchaseorder o ON o.id = l.order_id
WHERE l.product_id = ANY(%s) AND l.company_id = %s AND l.base_quantity > l.received AND o.status = 'ordered'
  AND NOT o.is_direct
GROUP BY 1
"""


def incoming(company_id: int, product_ids: Collection[int]) -> dict[int, Incoming]:
    """What is ordered and not here yet, by product: the answer to stock's question. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_INCOMING, [list(product_ids), company_id])
        return {pk: Incoming(quantity, date) for pk, quantity, date in cursor.fetchall()}
