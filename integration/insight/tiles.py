"""Tiles over both wings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.sales import tiles as sales
from erp.finance import tiles as finance
from suite.core.access import Actor
from suite.desk import dashboards
from suite.desk.dashboards import Reading, Series, Trend


def connect() -> None:
    """Called once, from apps.py."""
    dashboards.register("trend", _("Last twelve months"), trend, may=sees_any, kind="trend", width=3, order=100)


def sees_any(actor: Actor) -> bool:
    return any(actor.may(code) for code in ("crm_sales.view_order", "erp_finance.view_receipt"))


def trend(reading: Reading) -> Trend:
    """What was ordered, earned and collected, as far as the reader may know each; their figures are read along."""
    actor, series = reading.actor, []
    if actor.may("crm_sales.view_order"):
        totals = [total for total, _count in reading.once(sales.ordered).values()]
        series.append(Series(_("Orders"), totals, bars=True))
    if finance.reads_the_books(actor):
        revenue, profit = reading.once(finance.earned)
        series.append(Series(pgettext_lazy("figure", "Revenue"), list(revenue.values()), bars=True))
        series.append(Series(_("Gross profit"), list(profit.values())))
    if actor.may("erp_finance.view_receipt"):
        series.append(Series(_("Collected"), list(reading.once(finance.received).values())))
    return Trend(reading.months, series)
