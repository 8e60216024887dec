"""When an order can be there: asked of stock and purchasing, kept with the order."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from crm.sales import ports
from crm.sales.models import Order, OrderLine
from suite.core.access import Actor
from suite.core.acts import save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO


def forget_promise(order: Order) -> None:
    """Other lines need another promise."""
    OrderLine.objects.filter(order=order).update(promised_date=None)
    Order.objects.filter(pk=order.pk).update(promised_date=None)
    order.promised_date = None


@service
def promise_order(*, order_id: int, actor: Actor, version: int | None = None, reason: str = "") -> Order:
    """Promise each line of a draft the earliest day on which all of its product is there, but not before it is wanted.

    The order is promised for its last line. Raises BusinessError when nobody knows a day for any line.
    """
    order = Order.objects.of(actor.company_id).lock([order_id]).get()
    order.demand_version(version)
    order.demand_status(Order.Status.DRAFT)
    lines = list(OrderLine.objects.filter(order=order).select_related("product"))
    wanted: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        if line.product.is_stocked:
            wanted[line.product_id] += line.base_quantity
    promises = ports.promise(actor, wanted) if wanted else {}
    for line in lines:
        known = promises.get(line.product_id)
        asked = line.requested_date or order.requested_date
        days = [day for day in (known.date if known else None, asked) if day]
        line.promised_date = max(days) if known and known.date else None
    dates = [line.promised_date for line in lines if line.promised_date]
    if not dates:
        raise BusinessError(Refusal("no_promise", _("Nobody knows yet when these goods can be there")))
    OrderLine.objects.bulk_update(lines, ["promised_date"])
    save_changes(order, {"promised_date": max(dates)}, action="promised")
    return order
