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
        series.append(Series(_("Orders"), totals, reading.monthly("sales:orders", status="confirmed"), bars=True))
    if finance.reads_the_books(actor):
        revenue, profit = reading.once(finance.earned)
        booked = [any(month) for month in zip(revenue.values(), profit.values(), strict=True)]
        books = [url if is_booked else "" for url, is_booked in zip(finance.books_of(reading), booked, strict=True)]
        series.append(Series(pgettext_lazy("figure", "Revenue"), list(revenue.values()), books, bars=True))
        series.append(Series(_("Gross profit"), list(profit.values()), books))
    if actor.may("erp_finance.view_receipt"):
        money = list(reading.once(finance.received).values())
        series.append(Series(_("Collected"), money, reading.monthly("insight:receipts", status="posted")))
    return Trend(reading.months, series)
