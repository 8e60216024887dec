"""What the pages of opportunities ask: the way through the pipeline, the way gone, and who follows whom how far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, QuerySet, Sum, Value, When, Window
from django.db.models.functions import Coalesce, Round, RowNumber

from crm.customers.models import Customer
from crm.customers.timeline import Line
from crm.sales.models import KeyAction, Opportunity, Stage, StageVisit
from crm.sales.queries.pipelines import stages_of
from suite.core import clock
from suite.core.access import Actor
from suite.core.models import User
from suite.core.money import ZERO
from suite.desk import documents
from suite.desk.models import Task

DONE, NOW, WAITING = "done", "now", "waiting"
# What an open deal is worth by its probability, that of its stage where too little is known; a won one its value.
WEIGHTED = Case(
    When(status="won", then=F("value")),
    When(status="lost", then=Value(ZERO)),
    default=Round(F("value") * Coalesce("chance", "stage__probability") / 100, 2),
    output_field=DecimalField(max_digits=18, decimal_places=2),
)
EACH = 12  # deals of a seller on the team's board before "all"
Kind, Status = Stage.Kind, Opportunity.Status


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on the way of a deal: `state` is done, now or waiting; how long it was there altogether."""

    stage: Stage
    state: str
    days: int | None


def stages_on_the_way(deal: Opportunity) -> list[Stage]:
    """The open stages of the pipeline, and the end that the deal came to or is after."""
    end = Kind.LOST if deal.status == Status.LOST else Kind.WON
    return [
        stage
        for stage in stages_of(deal.company_id)
        if stage.pipeline_id == deal.pipeline_id and stage.kind in (Kind.OPEN, end)
    ]


def path_of(deal: Opportunity) -> list[Step]:
    """The way through the pipeline with the days spent in each stage, all its visits taken together."""
    spent: dict[int, dt.timedelta] = {}
    for visit in deal.visits.all():
        spent[visit.stage_id] = spent.get(visit.stage_id, dt.timedelta()) + visit.duration
    steps = []
    for stage in stages_on_the_way(deal):
        is_before = stage.position < deal.stage.position if deal.status == Status.OPEN else stage.pk in spent
        state = NOW if stage.pk == deal.stage_id else DONE if is_before else WAITING
        is_timed = stage.pk in spent and stage.kind == Kind.OPEN
        steps.append(Step(stage, state, spent[stage.pk].days if is_timed else None))
    return steps


def next_stage(deal: Opportunity) -> Stage | None:
    """The open stage that follows; None at the last one."""
    following = [
        stage
        for stage in stages_on_the_way(deal)
        if stage.kind == Kind.OPEN and stage.position > deal.stage.position and deal.status == Status.OPEN
    ]
    return following[0] if following else None


def end_of(deal: Opportunity, kind: str) -> int:
    """The key of the stage that means won, or lost."""
    ends = (s.pk for s in stages_of(deal.company_id) if s.pipeline_id == deal.pipeline_id and s.kind == kind)
    return next(ends, 0)


def asked_before(deal: Opportunity, to: Any) -> list[str]:
    """The criteria that stand between a deal and the stage with this key."""
    stages = [stage for stage in stages_of(deal.company_id) if stage.pipeline_id == deal.pipeline_id]
    target = next((stage for stage in stages if str(stage.pk) == str(to)), None)
    if target is None or target.kind == Kind.LOST or deal.status != Status.OPEN:
        return []
    words = [
        word
        for stage in stages
        if stage.kind == Kind.OPEN and deal.stage.position <= stage.position < target.position
        for word in stage.criteria
    ]
    return list(dict.fromkeys(words))


def visits_of(deal: Opportunity) -> list[StageVisit]:
    """Every visit to a stage, the latest first."""
    return list(deal.visits.select_related("stage", "from_stage", "moved_by").order_by("-entered_at", "-id"))


def age_of(deal: Opportunity) -> int:
    """Days from the first stage to the end, or until now; no step back resets it."""
    return ((deal.closed_at or clock.now()) - deal.created_at).days


def actions_of(deal: Opportunity, actor: Actor) -> QuerySet[Task]:
    """The tasks that the key actions of stages became, what is left to do first."""
    mine = Task.objects.visible_to(actor).filter(subject_kind=deal.kind(), subject_id=deal.pk, source=KeyAction.SOURCE)
    return mine.exclude(status=Task.Status.CANCELLED).order_by("done_at", "due_at", "id")[:20]


def visits_with(actor: Actor, party_id: int) -> QuerySet[StageVisit]:
    """What happened to the deals with a party, for its timeline."""
    rows = StageVisit.objects.visible_to(actor).filter(opportunity__party=party_id)
    return rows.select_related("opportunity", "stage", "moved_by")


def visit_line(visit: StageVisit) -> Line:
    """A step of a deal as the timeline shows it."""
    deal = visit.opportunity
    return Line(
        title=f"{deal}: {visit.stage.label}", text=visit.reason, who=str(visit.moved_by or ""),
        url=documents.url_of(deal.kind(), deal.pk),
    )  # fmt: skip


def open_deals(actor: Actor) -> QuerySet[Opportunity]:
    """My open deals, those that are to close soonest first."""
    mine = Opportunity.objects.visible_to(actor).filter(owner=actor.user_id, status=Status.OPEN)
    return mine.select_related("party", "stage").order_by(F("expected_close").asc(nulls_last=True), "id")


@dataclass
class Followed:
    """What one seller is after."""

    user: User | None
    deals: list[Opportunity] = field(default_factory=list)
    count: int = 0
    value: Decimal = ZERO
    customers: int = 0

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.deals)


def who_follows_whom(actor: Actor) -> list[Followed]:
    """Per seller the open deals, the largest first, with the customer's last contact; four statements."""
    rows = Opportunity.objects.visible_to(actor).filter(status=Status.OPEN)
    totals = rows.values("owner").annotate(
        deals=Count("pk"), total=Sum("value"), parties=Count("party", distinct=True)
    ).order_by("-total")  # fmt: skip
    people: dict[int | None, Followed] = {
        row["owner"]: Followed(None, count=row["deals"], value=row["total"] or ZERO, customers=row["parties"])
        for row in totals
    }
    ranked = rows.annotate(
        place=Window(RowNumber(), partition_by=[F("owner")], order_by=[F("value").desc(), F("pk").desc()])
    ).filter(place__lte=EACH)
    shown = list(ranked.select_related("party", "stage").order_by("owner_id", "place"))
    for owner in User.objects.filter(pk__in=[pk for pk in people if pk]):
        people[owner.pk].user = owner
    touched = _last_touch({deal.party_id for deal in shown if deal.party_id})
    for deal in shown:
        deal.last_touch_at = touched.get(deal.party_id or 0)  # type: ignore[attr-defined]
        people[deal.owner_id].deals.append(deal)
    return list(people.values())


def _last_touch(parties: Collection[int]) -> dict[int, Any]:
    rows = Customer.objects.filter(party__in=parties, last_touch_at__isnull=False)
    return dict(rows.values_list("party_id", "last_touch_at"))
