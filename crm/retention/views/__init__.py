"""Pages of retention."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.customers.models import Customer
from crm.retention import services
from crm.retention.models import ChurnAlert
from suite.core.access import Actor
from suite.core.doors import door
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    DateFilter,
    ListSpec,
    NumberFilter,
    OwnerFilter,
    View,
    list_view,
)


def put_away(*, actor: Actor, pks: Collection[int]) -> int:
    return services.close_alerts(alerts=pks, actor=actor)


class ChurnAlertList(ListSpec):
    """Customers who stopped ordering, the latest first."""

    model = ChurnAlert
    page = "retention:alerts"
    title = _("Dormant customers")
    icon = "clock-pause"
    columns = (
        Column("customer", _("Customer"), value="customer__party__label", card="title"),
        Column("last_order_on", _("Last order"), "date", card="side"),
        Column("days", _("Days without an order"), "number"),
        Column("grade", _("Grade"), value="customer__grade"),
        Column("owner", _("Owner"), value="customer__owner"),
        Column("raised_at", _("Raised"), "datetime", sort=True),
        Column("closed_at", _("Closed"), "datetime", shown=False),
    )
    filters = (
        BoolFilter("open", pgettext_lazy("alert", "Open"), field="closed_at", condition=services.OPEN),
        OwnerFilter(field="customer__owner", team_path="customer__team"),
        ChoiceFilter("grade", _("Grade"), field="customer__grade", choices=Customer.Grade),
        NumberFilter("days", _("Days without an order"), quick=False),
        DateFilter("last_order", _("Last order"), field="last_order_on", quick=False),
    )
    views = (
        View("open", pgettext_lazy("alert", "Open"), {"open": "yes"}),
        View("mine", _("Mine"), {"open": "yes", "owner": "me"}),
    )
    acts = (Act("close", _("Put away"), "crm_retention.change_churnalert", put_away, icon="check"),)
    order = "-raised_at"
    related = ("customer__party", "customer__owner")
    empty = _("Every customer has ordered lately.")

    def url(self, row: ChurnAlert) -> str:
        return reverse("customers:customer", args=[row.customer_id])


@door("crm_retention.view_churnalert")
def alerts(request: HttpRequest) -> HttpResponseBase:
    """Customers who stopped ordering."""
    return list_view(request, ChurnAlertList)
