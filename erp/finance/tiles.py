"""What finance puts on dashboards."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import DecimalField, F, Q, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth
from django.utils.translation import gettext_lazy as _

from erp.finance.models import AccountBalance, AccountRole, Receipt
from erp.finance.services import reports
from suite.core.access import Actor, Scope
from suite.desk import dashboards
from suite.desk.dashboards import Figure, Reading

ZERO = Value(Decimal(0), output_field=DecimalField(max_digits=18, decimal_places=2))
Months = dict[dt.date, Decimal]


def connect() -> None:
    """Called once, from apps.py."""
    dashboards.register("revenue", _("Revenue this month"), revenue, may=reads_the_books, icon="coin", order=20)
    dashboards.register("profit", _("Gross profit this month"), profit, may=reads_the_books, icon="coins", order=30)
    receipts, receivables = "erp_finance.view_receipt", "erp_finance.view_receivable"
    dashboards.register("collected", _("Collected this month"), collected, permission=receipts, icon="cash", order=40)
    dashboards.register("overdue", _("Receivables overdue"), overdue, permission=receivables, icon="clock", order=50)


def reads_the_books(actor: Actor) -> bool:
    return actor.scope("erp_finance.view_voucher") == Scope.ALL


def revenue(reading: Reading) -> Figure:
    return _of_month(reading, reading.once(earned)[0], books_of(reading)[-1])


def profit(reading: Reading) -> Figure:
    return _of_month(reading, reading.once(earned)[1], books_of(reading)[-1])


def books_of(reading: Reading) -> list[str]:
    """The addresses of the balances of each month."""
    codes = [f"{month:%Y-%m}" for month in reading.months]
    return [reading.link("admin:erp_finance_trial_balance", from_period=code, to_period=code) for code in codes]


def collected(reading: Reading) -> Figure:
    link = reading.link("insight:receipts", date="this_month", status="posted")
    return _of_month(reading, reading.once(received), link)


def overdue(reading: Reading) -> Figure:
    found = reports.overdue(reading.actor, as_of=reading.today)
    link = reading.link("insight:receivables", view="overdue")
    return Figure(found.amount, link, count=found.count, is_warning=found.amount > 0)


def earned(reading: Reading) -> tuple[Months, Months]:
    """Revenue and gross profit by month, from maintained account balances without closing vouchers."""
    Role = AccountRole.Role
    income, cost = Q(account__roles__role__in=[Role.REVENUE, Role.SERVICE_REVENUE]), Q(account__roles__role=Role.COST)
    moved = F("credit") - F("debit") - F("closing_credit") + F("closing_debit")
    rows = (
        AccountBalance.objects.visible_to(reading.actor)
        .filter(income | cost, period__starts__gte=reading.months[0], period__starts__lte=reading.months[-1])
        .values("period__starts")
        .annotate(revenue=Coalesce(Sum(moved, filter=income), ZERO), profit=Sum(moved))
    )
    found = {row["period__starts"]: (row["revenue"], row["profit"]) for row in rows}
    both = {month: found.get(month, (Decimal(0), Decimal(0))) for month in reading.months}
    return {month: pair[0] for month, pair in both.items()}, {month: pair[1] for month, pair in both.items()}


def received(reading: Reading) -> Months:
    """What came in by month."""
    rows = (
        Receipt.objects.visible_to(reading.actor)
        .filter(status=Receipt.Status.POSTED, date__gte=reading.months[0])
        .annotate(month=TruncMonth("date"))
        .values("month")
        .annotate(total=Sum("amount"))
    )
    found = {row["month"]: row["total"] for row in rows}
    return {month: found.get(month, Decimal(0)) for month in reading.months}


def _of_month(reading: Reading, by_month: Months, url: str) -> Figure:
    return Figure(by_month[reading.months[-1]], url, series=list(by_month.values()))
