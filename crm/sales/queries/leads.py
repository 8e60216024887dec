"""Whose leads are whose, how many were answered in time, and what the pages of leads ask."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from crm.customers.timeline import Line
from crm.sales.models import Lead, LeadActivity, WebForm
from suite.core import clock, modules
from suite.core.access import Actor, Scope
from suite.core.companies import enterable
from suite.core.models import User
from suite.desk import documents
from suite.desk.lists.dates import within
from suite.desk.records import TimelineRow


@dataclass(frozen=True, slots=True)
class OnTime:
    """The leads of one person or source that were to be answered: in time, too late, not answered and overdue, and
    those whose time is not over yet. `late` and `missed` together are what came too late."""

    name: str
    key: Any
    total: int
    on_time: int
    late: int
    missed: int
    waiting: int

    @property
    def share(self) -> float | None:
        """How many of a hundred that are decided were answered in time; None where none is."""
        decided = self.total - self.waiting
        return 100 * self.on_time / decided if decided else None


def on_time(actor: Actor, by: str, first: dt.date, last: dt.date) -> list[OnTime]:
    """The leads received in these days whose answer was due, by `owner` or `source`; one statement, two for owners."""
    moment = clock.now()
    never = Q(responded_at=None)
    rows = (
        Lead.objects.visible_to(actor)
        .filter(within("received_at", first, last, actor.company, moment=True), due_at__isnull=False)
        .exclude(never & ~Q(status__in=Lead.OPEN))
        .values(by)
        .annotate(
            total=Count("pk"),
            on_time=Count("pk", filter=Q(responded_at__lte=F("due_at"))),
            late=Count("pk", filter=Q(responded_at__gt=F("due_at"))),
            missed=Count("pk", filter=never & Q(due_at__lt=moment)),
            waiting=Count("pk", filter=never & Q(due_at__gte=moment)),
        )
        .order_by("-total", by)
    )
    found = list(rows)
    names: dict[Any, str] = {}
    if by == "owner":
        people = User.objects.filter(pk__in=[row["owner"] for row in found if row["owner"]])
        names = {person.pk: person.label for person in people}
    return [OnTime(names.get(row[by], "") or str(row[by] or ""), row.pop(by), **row) for row in found]


def story_of(lead: Lead) -> list[TimelineRow]:
    """What was done about a lead, the latest first."""
    rows = lead.activities.select_related("by").order_by("-happened_at", "-pk")[:200]
    told = [
        TimelineRow(
            at=row.happened_at, title=str(row.get_kind_display()), icon=ICONS[LeadActivity.Kind(row.kind)],
            text=row.text, who=str(row.by or ""),
        )
        for row in rows
    ]  # fmt: skip
    arrival = " · ".join(part for part in (lead.source, lead.campaign) if part)
    return [*told, TimelineRow(at=lead.received_at, title=lead.title, icon="sparkles", text=arrival)]


ICONS = {
    LeadActivity.Kind.CALL: "phone",
    LeadActivity.Kind.VISIT: "map-pin",
    LeadActivity.Kind.MESSAGE: "message",
    LeadActivity.Kind.MAIL: "mail",
    LeadActivity.Kind.NOTE: "note",
}


def leads_of(actor: Actor, party_id: int) -> QuerySet[Lead]:
    """The leads that became a customer, for its timeline: whoever may see the customer sees how it came."""
    return Lead.objects.of(actor.company_id).filter(party=party_id).select_related("owner")


def lead_line(lead: Lead) -> Line:
    """The arrival of a lead as the timeline of its customer shows it."""
    parts = (lead.source, lead.campaign, lead.text[:500])
    return Line(
        title=str(lead), text=" · ".join(part for part in parts if part), who=str(lead.owner or ""),
        url=documents.url_of(lead.kind(), lead.pk),
    )  # fmt: skip


def talks_of(actor: Actor, party_id: int) -> QuerySet[LeadActivity]:
    """What was done about the leads that became a customer."""
    return LeadActivity.objects.of(actor.company_id).filter(lead__party=party_id).select_related("by", "lead")


def talk_line(row: LeadActivity) -> Line:
    """Something done about a lead as the timeline of its customer shows it."""
    url = documents.url_of(Lead.kind(), row.lead_id)
    icon = ICONS[LeadActivity.Kind(row.kind)]
    return Line(title=str(row.get_kind_display()), text=row.text, who=str(row.by or ""), icon=icon, url=url)


def waiting_for(actor: Actor) -> QuerySet[Lead]:
    """My open leads without an answer, what is due first in front."""
    mine = Lead.objects.of(actor.company_id).filter(owner=actor.user_id, status__in=Lead.OPEN, responded_at=None)
    return mine.order_by(F("due_at").asc(nulls_last=True), "pk")


def lead_rule(actor: Actor, scope: Scope) -> Q:
    """One's own leads or the team's; what is nobody's yet is there for whoever may take it: everybody, or a team."""
    teams = actor.grants.teams
    mine = Q(owner=actor.user_id) | Q(owner=None, team=None) | Q(owner=None, team__in=teams)
    return mine | Q(team__in=teams) if scope == Scope.TEAM else mine


def open_form(token: str) -> WebForm | None:
    """The form that strangers find under a token, while it is open and its company sells."""
    rows = WebForm.objects.filter(enterable("company"), token=token, is_active=True)
    row = rows.select_related("company", "product").first()
    return row if row and modules.is_on(row.company, "crm_sales") else None
