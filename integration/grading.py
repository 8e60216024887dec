"""What the back wing knows of customers that they are graded by: how they pay, and what is earned with them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from crm.customers import grading
from erp.finance import queries
from erp.finance.models import OpenItem
from integration.late_payers import LATE
from suite.core import clock
from suite.core.access import Actor

# What stayed with the customer: its share of the order line without tax, in the company's currency, less what it cost.
MARGIN = """
SELECT delivery.party_id,
       round(100 * (sum(sold.net) - sum(sold.cost)) / nullif(sum(sold.net), 0), 4)
FROM erp_inventory_delivery delivery
JOIN LATERAL (
  SELECT ordered.net * orders.exchange_rate * (line.quantity - line.returned) / ordered.base_quantity AS net,
         line.cost - line.returned_cost AS cost
  FROM erp_inventory_deliveryline line
  JOIN crm_sales_orderline ordered ON ordered.id = line.order_line_id
  JOIN crm_sales_order orders ON orders.id = ordered.order_id AND orders.id = delivery.order_id
  WHERE line.delivery_id = delivery.id
) sold ON true
WHERE delivery.company_id = %s AND delivery.party_id = ANY(%s) AND delivery.order_kind = 'crm_sales.order'
  AND delivery.status = 'shipped' AND delivery.shipped_on > %s
GROUP BY delivery.party_id
HAVING sum(sold.net) > 0
"""


def connect() -> None:
    """Called once, when the project starts."""
    grading.register("paid_late", _("Late payments within a year"), paid_late)
    grading.register("overdue", _("Overdue amount"), overdue, kind="money")
    grading.register(
        "margin", _("Margin of 12 months, percent"), margin, kind="percent", permission="masterdata.see_cost"
    )


def _receivables(actor: Actor, parties: Collection[int]) -> Any:
    rows = OpenItem.objects.of(actor.company_id).filter(party__in=parties, side=OpenItem.Side.RECEIVABLE)
    return rows.filter(amount__gt=0).order_by()


def paid_late(actor: Actor, parties: Collection[int]) -> grading.Values:
    """Receivables that fell due within a year and were paid late, as the tag of late payers counts them."""
    since = clock.today(actor.company) - grading.YEAR
    rows = _receivables(actor, parties).filter(LATE, due_date__gte=since)
    return dict(rows.values_list("party").annotate(count=Count("pk")))


def overdue(actor: Actor, parties: Collection[int]) -> grading.Values:
    """What is overdue today."""
    rows = _receivables(actor, parties).filter(status=OpenItem.Status.OPEN)
    late = queries.overdue_part(clock.today(actor.company))
    return dict(rows.values_list("party").annotate(late=Sum(late)))


def margin(actor: Actor, parties: Collection[int]) -> grading.Values:
    """Of what was delivered within a year and kept, the part that is left after its cost, in percent."""
    since = clock.today(actor.company) - grading.YEAR
    with connection.cursor() as cursor:
        cursor.execute(MARGIN, [actor.company_id, list(parties), since])
        return dict(cursor.fetchall())
