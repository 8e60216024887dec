"""The figures of the dashboard; each is one statement over maintained or indexed rows and opens what is behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, DecimalField, F, Q, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.sales.models import Order
from erp.finance.models import AccountBalance, AccountRole, Receipt
from erp.finance.services import reports
from erp.inventory.models import StockValue
from suite.core import clock
from suite.core.access import Actor, Scope

ZERO = Value(Decimal(0), output_field=DecimalField(max_digits=18, decimal_places=2))
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure: of this month so far (or of now), and its way through the last months, this one last."""

    code: str
    title: Any
    value: Decimal
    count: int | None = None
    series: list[Decimal] = field(default_factory=list)
    url: str = ""
    note: Any = ""
    is_warning: bool = False
    title_of_series: Any = ""

    @property
    def before(self) -> Decimal | None:
        """The whole of last month."""
        return self.series[-2] if self.series else None

    @property
    def reached(self) -> Decimal | None:
        """How much of last month this one has reached, in percent: a month that is not over has fallen by nothing."""
        return self.value * 100 / self.before if self.before and self.before > 0 else None

    @property
    def points(self) -> str:
        """The series as the points of a line that is 100 wide and 24 high."""
        low, high = min(self.series), max(self.series)
        height, step = (high - low) or Decimal(1), Decimal(100) / (len(self.series) - 1)
        return " ".join(f"{n * step:.1f},{23 - 22 * (each - low) / height:.1f}" for n, each in enumerate(self.series))


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard as of a moment: months (first days) and figures."""

    as_of: dt.datetime
    months: list[dt.date]
    figures: list[Figure]


def board(actor: Actor) -> Board:
    """All figures the actor may see, in at most ten statements."""
    today = clock.today(actor.company)
    months = last_months(today)
    figures = [*_orders(actor, months), *_books(actor, months), *_collected(actor, months)]
    figures += [*_overdue(actor, today), *_stock(actor), *_late(actor, today)]
    if not actor.may("core.use_admin"):
        figures = [replace(figure, url="") if figure.url.startswith("/admin/") else figure for figure in figures]
    return Board(clock.now(), months, figures)


def last_months(today: dt.date, count: int = MONTHS) -> list[dt.date]:
    """First days of the last months, the current one last."""
    month = today.year * 12 + today.month - 1
    return [dt.date(n // 12, n % 12 + 1, 1) for n in range(month - count + 1, month + 1)]


def _orders(actor: Actor, months: list[dt.date]) -> Iterable[Figure]:
    if not actor.may("crm_sales.view_order"):
        return
    rows = (
        Order.objects.visible_to(actor)
        .filter(status=Order.Status.CONFIRMED, date__gte=months[0])
        .annotate(month=TruncMonth("date"))
        .values("month")
        .annotate(total=Sum(F("gross") * F("exchange_rate")), orders=Count("pk"))
    )
    by_month = {row["month"]: (row["total"], row["orders"]) for row in rows}
    series = [Decimal(by_month.get(month, (0, 0))[0]).quantize(Decimal("0.01")) for month in months]
    yield Figure(
        "orders",
        _("Orders this month"),
        series[-1],
        count=by_month.get(months[-1], (0, 0))[1],
        series=series,
        url=link("sales:orders", status="confirmed", date="this_month"),
        title_of_series=_("Orders"),
    )


def _books(actor: Actor, months: list[dt.date]) -> Iterable[Figure]:
    """Revenue and gross profit, from maintained account balances without closing vouchers."""
    if actor.scope("erp_finance.view_voucher") != Scope.ALL:
        return
    Role = AccountRole.Role
    income, cost = Q(account__roles__role__in=[Role.REVENUE, Role.SERVICE_REVENUE]), Q(account__roles__role=Role.COST)
    moved = F("credit") - F("debit") - F("closing_credit") + F("closing_debit")
    rows = (
        AccountBalance.objects.visible_to(actor)
        .filter(income | cost, period__starts__gte=months[0], period__starts__lte=months[-1])
        .values("period__starts")
        .annotate(revenue=Coalesce(Sum(moved, filter=income), ZERO), profit=Sum(moved))
    )
    by_month: dict[dt.date, dict[str, Any]] = {row["period__starts"]: {**row} for row in rows}
    shown = (
        ("revenue", _("Revenue this month"), pgettext_lazy("figure", "Revenue")),
        ("profit", _("Gross profit this month"), _("Gross profit")),
    )
    for column, title, name in shown:
        series = [by_month[month][column] if month in by_month else Decimal(0) for month in months]
        yield Figure(
            column,
            title,
            series[-1],
            series=series,
            url=link("admin:erp_finance_trial_balance"),
            title_of_series=name,
        )


def _collected(actor: Actor, months: list[dt.date]) -> Iterable[Figure]:
    if not actor.may("erp_finance.view_receipt"):
        return
    rows = (
        Receipt.objects.visible_to(actor)
        .filter(status=Receipt.Status.POSTED, date__gte=months[0])
        .annotate(month=TruncMonth("date"))
        .values("month")
        .annotate(total=Sum("amount"))
    )
    by_month = {row["month"]: row["total"] for row in rows}
    series = [by_month.get(month, Decimal(0)) for month in months]
    yield Figure(
        "collected",
        _("Collected this month"),
        series[-1],
        series=series,
        url=link("insight:receipts", date="this_month"),
        title_of_series=_("Collected"),
    )


def _overdue(actor: Actor, today: dt.date) -> Iterable[Figure]:
    if actor.may("erp_finance.view_receivable"):
        overdue = reports.overdue(actor, as_of=today)
        yield Figure(
            "overdue",
            _("Receivables overdue"),
            overdue.amount,
            count=overdue.count,
            url=link("insight:receivables", view="overdue"),
            is_warning=overdue.amount > 0,
        )


def _stock(actor: Actor) -> Iterable[Figure]:
    if actor.may("masterdata.see_cost") and actor.may("erp_inventory.view_stockvalue"):
        total = StockValue.objects.visible_to(actor).aggregate(
            value=Coalesce(Sum("value"), ZERO), count=Count("pk", filter=Q(quantity__gt=0))
        )
        yield Figure(
            "stock",
            _("Stock value"),
            total["value"],
            count=total["count"],
            url=link("admin:erp_inventory_stockbalance_changelist"),
        )


def _late(actor: Actor, today: dt.date) -> Iterable[Figure]:
    if not actor.may("crm_sales.view_order"):
        return
    late = (
        Order.objects.visible_to(actor)
        .filter(Q(promised_date__lt=today) | Q(promised_date=None, requested_date__lt=today))
        .filter(status=Order.Status.CONFIRMED)
        .exclude(delivery=Order.Progress.DONE)
        .aggregate(value=Coalesce(Sum(F("gross") * F("exchange_rate")), ZERO), count=Count("pk"))
    )
    yield Figure(
        "late",
        _("Orders late"),
        late["value"],
        count=late["count"],
        url=link("sales:orders", late="yes"),
        is_warning=late["count"] > 0,
    )


def link(name: str, **query: str) -> str:
    """The address of the rows behind a figure, blank where the page is not there (a module switched off)."""
    try:
        url = reverse(name)
    except NoReverseMatch:
        return ""
    return f"{url}?{urlencode(query)}" if query else url
