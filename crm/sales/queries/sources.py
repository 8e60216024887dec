"""What comes of each source: leads, deals, what was won and what a won deal cost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Sum
from django.db.models.functions import Trim, Upper
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.sales.models import Lead, Opportunity, SourceCost
from suite.core.access import Actor
from suite.core.money import ZERO, round_money
from suite.desk.lists.dates import within

COSTS = "crm_sales.view_sourcecost"


@dataclass
class Source:
    """A source, whatever its case; amounts in the company's currency. `urls` are the records behind the figures."""

    label: str
    urls: dict[str, str]
    leads: int = 0
    deals: int = 0
    won: int = 0
    revenue: Decimal = ZERO
    cost: Decimal | None = None
    won_by_all: int = 0

    @property
    def cost_per_won(self) -> Decimal | None:
        """What a won deal of the company cost; None where no cost was entered or nothing was won."""
        return round_money(self.cost / self.won_by_all) if self.cost is not None and self.won_by_all else None


def sources_of(actor: Actor, first: dt.date, last: dt.date) -> list[Source]:
    """The sources of the days from first to last: leads that came in, deals that began, deals that were won in these
    days with their value, and what was entered as cost of the months that begin in them. Five statements.

    Of what the actor sees; costs and what a won deal cost are the company's, for those who may see costs of sources.
    """
    company = actor.company
    came = within("received_at", first, last, company, moment=True)
    began = within("created_at", first, last, company, moment=True)
    ended = within("closed_at", first, last, company, moment=True)
    deals = Opportunity.objects.visible_to(actor)
    found: dict[str, Source] = {}

    def each(rows: Any, **what: Any) -> Any:
        keyed = rows.order_by().annotate(key=Upper(Trim("source"))).values("key")
        for row in keyed.annotate(label=Min("source"), **what):
            label = row["label"].strip()
            yield found.setdefault(row["key"], Source(label or _("Unknown"), _urls(label, first, last))), row

    for source, row in each(Lead.objects.visible_to(actor).filter(came), count=Count("pk")):
        source.leads = row["count"]
    for source, row in each(deals.filter(began), count=Count("pk")):
        source.deals = row["count"]
    for source, row in each(deals.filter(ended, status=Opportunity.Status.WON), count=Count("pk"), total=Sum("value")):
        source.won, source.revenue = row["count"], row["total"] or ZERO
    if actor.may(COSTS):
        every = Opportunity.objects.of(actor.company_id).filter(ended, status=Opportunity.Status.WON)
        for source, row in each(every, count=Count("pk")):
            source.won_by_all = row["count"]
        costs = SourceCost.objects.visible_to(actor).filter(month__range=(first, last))
        for source, row in each(costs, total=Sum("amount")):
            source.cost = row["total"]
    shown = [each for each in found.values() if each.leads or each.deals or each.won or each.cost is not None]
    return sorted(shown, key=lambda source: (-source.revenue, -source.won, -source.leads, source.label))


def _urls(label: str, first: dt.date, last: dt.date) -> dict[str, str]:
    whose = {"source_is": label} if label else {"source_empty": "yes"}
    leads, deals = reverse("sales:leads"), reverse("sales:opportunities")

    def link(page: str, date: str, **more: str) -> str:
        return f"{page}?{urlencode(whose | {f'{date}_min': str(first), f'{date}_max': str(last)} | more)}"

    return {
        "leads": link(leads, "received"), "deals": link(deals, "created"), "won": link(deals, "closed", status="won"),
    }  # fmt: skip
