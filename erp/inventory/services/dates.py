"""When stock is booked."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from erp.finance import queries as finance
from suite.core import clock
from suite.core.access import Actor


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

    Raises BusinessError at `field` for a day of a closed period, or of none, and says which day can be chosen.
    """
    day = day or clock.today(actor.company)
    finance.period_on(actor.company_id, day, field=field)
    return Booking(day)


def late_booking(day: dt.date | None, *, actor: Actor) -> Booking:
    """For what the house itself books and nobody can date otherwise, such as a price that the supplier corrects late.

    What belongs to a closed period is booked today with its day kept. Costing follows the order of entry, so nothing
    that is booked already changes by it.
    """
    today = clock.today(actor.company)
    day = day or today
    is_closed = any(span.starts <= day <= span.ends and not span.is_open for span in finance.periods(actor.company_id))
    return Booking(today, day) if is_closed else Booking(day)
