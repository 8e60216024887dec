"""When stock is booked."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import NamedTuple

from erp.finance import queries as finance
from suite.core import clock
from suite.core.access import Actor
from suite.core.errors import BusinessError


class Booking(NamedTuple):
    """The day on which stock moves in the books, and the day it really moved when that is another."""

    date: dt.date
    effective_date: dt.date | None = None

    @property
    def day(self) -> dt.date:
        """When it really moved."""
        return self.effective_date or self.date


def demand_open(day: dt.date | None, *, actor: Actor) -> None:
    """Raise BusinessError at `posting_date` for a day that somebody gave and the books do not take any more."""
    if day is None:
        return
    try:
        finance.period_on(actor.company_id, day)
    except BusinessError as error:
        raise BusinessError(*[replace(refusal, field="posting_date") for refusal in error.refusals]) from None


def booking(day: dt.date | None, *, actor: Actor) -> Booking:
    """Book on the day, by default today; what belongs to a closed period is booked today with its day kept.

    Costing follows the order of entry, so nothing that is booked already changes by it.
    """
    today = clock.today(actor.company)
    day = day or today
    is_closed = any(span.starts <= day <= span.ends and not span.is_open for span in finance.periods(actor.company_id))
    return Booking(today, day) if is_closed else Booking(day)
