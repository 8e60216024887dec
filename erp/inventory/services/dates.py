"""When stock is booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from erp.finance import queries as finance
from erp.inventory.models import Delivery
from suite.core import clock
from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Document


class Booking(NamedTuple):
    """The day on which stock moves in the books, and the day it really moved when that is another."""

    date: dt.date
    effective_date: dt.date | None = None

    @property
    def day(self) -> dt.date:
        """When it really moved."""
        return self.effective_date or self.date


def booking(day: dt.date | None, *, actor: Actor, field: str = "posting_date") -> Booking:
    """Book on the day that somebody gave, by default today: the one rule for dates of stock.

    Raises BusinessError at `field` for a day that is still to come, of a closed period, or of none, and says which day
    can be chosen.
    """
    day = finance.happened_on(day, company=actor.company, field=field)
    finance.period_on(actor.company_id, day, field=field)
    return Booking(day)


def demand_not_before(day: dt.date | None, paper: Document, when: Booking, *, field: str = "posting_date") -> None:
    """Raise BusinessError when goods would go back before the `day` on which `paper` brought them."""
    if day and when.day < day:
        sentence = _("%(number)s is of %(day)s: what goes back goes then or later")
        raise BusinessError(Refusal("before_it_came", sentence, {"number": paper, "day": day}, field=field))


def demand_confirmed(days: Mapping[Delivery, dt.date], *, actor: Actor) -> None:
    """Raise BusinessError, by delivery id, where goods would leave on a day before their order was confirmed.

    That was when the first delivery that still counts was opened for it. Costs a statement only where a day lies back.
    """
    back = [
        delivery
        for delivery, day in days.items()
        if delivery.order_id and not clock.days_are_own() and clock.lies_back(actor.company, day)
    ]
    if not back:
        return
    opened = Delivery.objects.of(actor.company_id).exclude(status=Delivery.Status.CANCELLED)
    of_orders = opened.filter(
        order_kind__in={delivery.order_kind for delivery in back}, order_id__in={delivery.order_id for delivery in back}
    )
    first = of_orders.values("order_kind", "order_id").annotate(at=Min("created_at"))
    confirmed = {
        (row["order_kind"], row["order_id"]): clock.day_of(actor.company, row["at"]) for row in first.order_by()
    }
    sentence = _("%(number)s cannot have left on %(day)s: order %(order)s was confirmed on %(confirmed)s")
    refused = {
        delivery.pk: Refusal(
            "before_its_order",
            sentence,
            {
                "number": delivery.number,
                "day": days[delivery],
                "order": delivery.order_number,
                "confirmed": confirmed[delivery.order_kind, delivery.order_id],
            },
            field="posting_date",
        )
        for delivery in back
        if days[delivery] < confirmed[delivery.order_kind, delivery.order_id]
    }
    if refused:
        raise BusinessError(by_key=refused)


def late_booking(day: dt.date | None, *, actor: Actor) -> Booking:
    """For what the house itself books and nobody can date otherwise, such as a price that the supplier corrects late.

    What belongs to a closed period is booked today with its day kept. Costing follows the order of entry, so nothing
    that is booked already changes by it.
    """
    today = clock.today(actor.company)
    day = day or today
    is_closed = any(span.starts <= day <= span.ends and not span.is_open for span in finance.periods(actor.company_id))
    return Booking(today, day) if is_closed else Booking(day)
