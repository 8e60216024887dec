"""Win probabilities of deals: learned every day, kept with their reasons, recomputed for any number of deals at once.

A deal that closes keeps the probability and the reasons it had last.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, QuerySet, Subquery

from crm.sales.models import ChanceModel, Opportunity, OpportunityLine, Pipeline, Stage, StageVisit
from crm.sales.services import odds
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.models import Company, OutboxEvent, User
from suite.core.sql import unnested
from suite.masterdata.models import Product, Region

Kind, Status = Stage.Kind, Opportunity.Status
# What is known of a deal from its first day. Its amount is not among it: what a lost deal was worth is often struck
# out at its end, and that would tell the answer.
FIELDS = ("owner", "source", "industry", "region", "product", "returning")
REMEMBERED = 20_000  # closed deals of a pipeline, the latest
BATCH = 5000
UPDATE = """
UPDATE crm_sales_opportunity AS deal SET chance = given.chance, chance_terms = given.terms
FROM {given}
WHERE deal.id = given.id AND deal.status = 'open'
  AND (deal.chance, deal.chance_terms) IS DISTINCT FROM (given.chance, given.terms)
"""


def learn_daily(company: Company) -> int:
    """Learn anew unless that was done today; how many deals have another probability now."""
    today = clock.day_starts(company, clock.today(company))
    if ChanceModel.objects.of(company.pk).filter(learned_at__gte=today).exists():
        return 0
    return learn_chances(actor=Actor.system(company))


@service
def learn_chances(*, actor: Actor, reason: str = "") -> int:
    """Learn from the closed deals of each pipeline and score all open ones; how many were changed by it.

    A few statements for each pipeline, whatever the number of deals.
    """
    pipelines = list(Pipeline.objects.of(actor.company_id).prefetch_related("stages"))
    for pipeline in pipelines:
        _learn(pipeline)
    return _score(Opportunity.objects.of(actor.company_id).filter(status=Status.OPEN), actor.company_id)


def deals_changed(changed: Sequence[OutboxEvent], actor: Actor) -> None:
    """Deals came, moved or are other than before: say anew how likely they are."""
    pks = {event.object_id for event in changed}
    _score(Opportunity.objects.of(actor.company_id).filter(pk__in=pks, status=Status.OPEN), actor.company_id)


def _learn(pipeline: Pipeline) -> None:
    stages = [stage for stage in pipeline.stages.all() if stage.kind == Kind.OPEN and not stage.is_archived]
    places = {stage.pk: number for number, stage in enumerate(stages)}
    closed = Opportunity.objects.filter(pipeline=pipeline, closed_at__isnull=False)
    rows = _facts(closed.order_by("-closed_at", "-pk")[:REMEMBERED])
    rows.sort(key=lambda row: (row["created_at"], row["pk"]))
    won = sum(row["status"] == Status.WON for row in rows)
    kept: dict[str, Any] = {"won": won, "lost": len(rows) - won, "learned_at": clock.now(), "company": pipeline.company}
    kept |= {"stages": [], "fields": {}, "tested": {}}
    if stages and min(won, len(rows) - won) >= odds.ENOUGH:
        reached = _furthest(closed, stages)
        deals = [
            odds.Past(_values(row), places.get(reached.get(row["pk"], 0), 0), row["status"] == Status.WON)
            for row in rows
        ]
        kept["tested"] = odds.back_test(deals, len(stages), FIELDS)
        counts = odds.learn(deals, len(stages), kept["tested"]["fields"])
        kept["stages"] = [
            [stage.pk, *counted, stage.name, stage.name_en]
            for stage, counted in zip(stages, counts.stages, strict=True)
        ]
        kept["fields"] = {
            name: {value: [*counted, *names[value]] for value, counted in known.items()}
            for name, known in counts.fields.items()
            for names in [_names(name, known)]
        }
    ChanceModel.objects.update_or_create(pipeline=pipeline, defaults=kept)


def _furthest(closed: QuerySet[Opportunity], stages: Sequence[Stage]) -> dict[int, int]:
    """For each deal the stage with the highest place among those it visited."""
    by_position = {stage.position: stage.pk for stage in stages}
    visits = StageVisit.objects.filter(opportunity__in=closed.values("pk"), stage__in=stages).order_by()
    top = visits.values_list("opportunity").annotate(top=Max("stage__position"))
    return {pk: by_position[position] for pk, position in top}


def _facts(deals: QuerySet[Opportunity]) -> list[dict[str, Any]]:
    """What the fields are read from, by one statement."""
    first = OpportunityLine.objects.filter(opportunity=OuterRef("pk")).order_by("position", "pk")
    before = Opportunity.objects.filter(
        company=OuterRef("company"), party=OuterRef("party"), status=Status.WON, closed_at__lt=OuterRef("created_at")
    )
    rows: Any = deals.annotate(
        product=Subquery(first.values("product")[:1]), known=Exists(before),
        industry=F("party__industry"), region=F("party__region"),
    )  # fmt: skip
    return list(rows.values(
        "pk", "created_at", "status", "pipeline", "stage", "owner", "source", "party", "product", "known", "industry",
        "region",
    ))  # fmt: skip


def _values(row: Mapping[str, Any]) -> dict[str, str]:
    """The values of a deal; what is blank says nothing."""
    return {
        "owner": str(row["owner"] or ""),
        "source": row["source"].strip(),
        "industry": (row["industry"] or "").strip(),
        "region": f"{row['region'][:2]}0000" if row["region"] else "",
        "product": str(row["product"] or ""),
        "returning": ("yes" if row["known"] else "no") if row["party"] else "",
    }


def _names(field: str, values: Collection[str]) -> dict[str, tuple[str, str]]:
    """What the values of a field are called, in both languages."""
    model: Any = {"owner": User, "product": Product, "region": Region}.get(field)
    if model is None:
        return {value: (value, "") for value in values}
    known = {str(row.pk): (row.name, row.name_en) for row in model.objects.filter(pk__in=list(values))}
    return {value: known.get(value, (value, "")) for value in values}


def _score(open_deals: QuerySet[Opportunity], company_id: int) -> int:
    """Write what has changed about the probability of open deals; three statements for every 5,000 of them."""
    models = {row.pipeline_id: Reading(row) for row in ChanceModel.objects.of(company_id) if row.knows_enough}
    rows = _facts(open_deals.order_by("pk"))
    written = 0
    for start in range(0, len(rows), BATCH):
        scored = [
            (row["pk"], *(models[row["pipeline"]].of(row) if row["pipeline"] in models else (None, "[]")))
            for row in rows[start : start + BATCH]
        ]
        types = {"id": "bigint", "chance": "numeric(7, 4)", "terms": "jsonb"}
        given, params = unnested("given", types, scored)
        with connection.cursor() as cursor:
            cursor.execute(UPDATE.format(given=given), params)
            written += cursor.rowcount
    return written


class Reading:
    """A model as deals are scored by it."""

    def __init__(self, row: ChanceModel) -> None:
        self.places = {each[0]: number for number, each in enumerate(row.stages)}
        self.names: dict[tuple[str, str], tuple[str, str]] = {
            ("stage", str(number)): (each[3], each[4]) for number, each in enumerate(row.stages)
        }
        fields: dict[str, dict[str, list[float]]] = defaultdict(dict)
        for name, known in row.fields.items():
            for value, (won, lost, label, label_en) in known.items():
                fields[name][value] = [won, lost]
                self.names[name, value] = (label, label_en)
        self.counts = odds.Counts([[each[1], each[2]] for each in row.stages], dict(fields))

    def of(self, deal: Mapping[str, Any]) -> tuple[float, str]:
        """The probability of a deal in percent and its terms in JSON, the strongest reasons first."""
        terms = self.counts.terms(_values(deal), self.places.get(deal["stage"]))
        ranked = sorted(terms, key=lambda term: -max(term.ratio, 1 / term.ratio))
        kept = [
            {
                "field": term.field, "value": term.value, "ratio": round(term.ratio, 4), "won": term.won,
                "lost": term.lost, "name": self.names[term.field, term.value][0],
                "name_en": self.names[term.field, term.value][1],
            }
            for term in ranked
        ]  # fmt: skip
        return round(100 * self.counts.chance(terms), 4), json.dumps(kept, ensure_ascii=False)
