"""What selling puts on dashboards."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Count, DecimalField, F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Opportunity, Order
from crm.sales.queries import orders as orders_asked
from crm.sales.queries.opportunities import WEIGHTED
from crm.sales.queries.pipelines import stages_of
from suite.core.models import User
from suite.desk import dashboards
from suite.desk.dashboards import Bar, Bars, Figure, Reading
from suite.desk.lists.dates import span, within

WORTH = F("gross") * F("exchange_rate")  # in the company's currency
TOTAL = Coalesce(Sum(WORTH), Value(Decimal(0), output_field=DecimalField(max_digits=18, decimal_places=2)))
CENT = Decimal("0.01")
PEOPLE = 8


def connect() -> None:
    """Called once, from apps.py."""
    view = "crm_sales.view_order"
    dashboards.register("orders", _("Orders this month"), orders, permission=view, icon="shopping-cart", order=10)
    dashboards.register("late", _("Orders late"), late, permission=view, icon="alert-triangle", order=60)
    dashboards.register(
        "orders_by_owner", _("Orders this month by person"), by_owner,
        permission=view, kind="bars", order=70, usual=False, personal=True,
    )  # fmt: skip
    deals()
    leads = "crm.sales.lead_lists.LeadList"
    dashboards.register_list(
        "leads_late", _("Leads nobody has answered in time"), leads, "count", view="late", order=28
    )
    dashboards.register_list("leads_by_status", _("Open leads by status"), leads, "by.status", view="open", order=29)
    orders_, quotations = "crm.sales.lists.OrderList", "crm.sales.lists.QuotationList"
    dashboards.register_list("to_deliver", _("Orders to deliver"), orders_, "count", view="to_deliver", order=62)
    dashboards.register_list("quotations", _("Open quotations"), quotations, "sum.gross", view="open", order=64)
    dashboards.register_list(
        "order_states", _("Orders of this year by state"), orders_, "by.status", params={"date": "this_year"}, order=72
    )


def deals() -> None:
    """Tiles about opportunities; called once."""
    view, lists = "crm_sales.view_opportunity", "crm.sales.opportunity_lists.OpportunityList"
    dashboards.register(
        "deals_by_stage", _("Open opportunities by stage"), by_stage, permission=view, kind="bars", order=30,
        icon="target-arrow", usual=False,
    )  # fmt: skip
    dashboards.register(
        "deals_weighted", _("Weighted this month"), weighted, permission=view, order=31, icon="chart-line", usual=False
    )
    dashboards.register_list(
        "deals_won",
        _("Won this month"),
        lists,
        "sum.amount",
        params={"status": "won", "closed": "this_month"},
        order=32,
    )
    dashboards.register_list("deals_at_risk", _("Opportunities likely to fail"), lists, "count", view="likely_lost",
                             order=33)  # fmt: skip


def by_stage(reading: Reading) -> Bars:
    """What is open in each stage, by value: one statement, the stages are settled."""
    rows = Opportunity.objects.visible_to(reading.actor).filter(status=Opportunity.Status.OPEN)
    totals = dict(rows.order_by().values_list("stage").annotate(total=Sum("value")))
    bars = [
        Bar(stage.label, totals[stage.pk].quantize(CENT),
            reading.link("sales:opportunities", status="open", stage=str(stage.pk)))
        for stage in stages_of(reading.actor.company_id)
        if stage.pk in totals
    ]  # fmt: skip
    return Bars(bars, reading.link("sales:opportunities", view="board"), is_money=True)


def weighted(reading: Reading) -> Figure:
    """What open deals that are to close this month come to by their probability."""
    days = within("expected_close", *span("this_month", reading.today), reading.actor.company, moment=False)
    rows = Opportunity.objects.visible_to(reading.actor).filter(days, status=Opportunity.Status.OPEN)
    found = rows.exclude(forecast=Opportunity.Forecast.OMITTED).aggregate(value=Sum(WEIGHTED), count=Count("pk"))
    link = reading.link("sales:forecast")
    return Figure((found["value"] or Decimal(0)).quantize(CENT), link, count=found["count"])


def ordered(reading: Reading) -> dict[dt.date, tuple[Decimal, int]]:
    """What was ordered in each of the last months, and by how many orders."""
    rows = (
        _confirmed(reading)
        .filter(date__gte=reading.months[0])
        .annotate(month=TruncMonth("date"))
        .values("month")
        .annotate(total=TOTAL, orders=Count("pk"))
    )
    found = {row["month"]: (row["total"].quantize(CENT), row["orders"]) for row in rows}
    return {month: found.get(month, (Decimal(0), 0)) for month in reading.months}


def orders(reading: Reading) -> Figure:
    by_month = reading.once(ordered)
    value, count = by_month[reading.months[-1]]
    return Figure(
        value,
        reading.link("sales:orders", status="confirmed", date="this_month"),
        count=count,
        series=[total for total, _count in by_month.values()],
    )


def late(reading: Reading) -> Figure:
    found = orders_asked.late(reading.actor).order_by().aggregate(value=TOTAL, count=Count("pk"))
    link = reading.link("sales:orders", late="yes")
    return Figure(found["value"].quantize(CENT), link, count=found["count"], is_warning=found["count"] > 0)


def by_owner(reading: Reading) -> Bars:
    """Who brought in most this month: one statement, one for the names."""
    asked = {"status": "confirmed", "date": "this_month"}
    in_days = within("date", *span("this_month", reading.today), reading.actor.company, moment=False)
    rows = _confirmed(reading).filter(in_days).values("owner").annotate(total=TOTAL)
    totals = {row["owner"]: row["total"].quantize(CENT) for row in rows.order_by("-total", "owner")[:PEOPLE]}
    people = User.objects.in_bulk([pk for pk in totals if pk])
    bars = []
    for pk, total in totals.items():
        who = people.get(pk)
        owner = "none" if who is None else str(pk) if who.is_active else ""
        link = reading.link("sales:orders", **asked, owner=owner) if owner else ""
        bars.append(Bar(who.label if who else _t("Nobody"), total, link))
    return Bars(bars, reading.link("sales:orders", **asked), is_money=True)


def _confirmed(reading: Reading) -> QuerySet[Order]:
    return Order.objects.visible_to(reading.actor).filter(status=Order.Status.CONFIRMED)
