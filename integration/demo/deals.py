"""Deals of the demo company: won, lost and on their way, with the stages they went through and when."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from crm.sales.models import LostReason, Opportunity, Stage
from crm.sales.queries.pipelines import stages_of
from crm.sales.services.forecasting import take_snapshot
from crm.sales.services.opportunities import OpportunityDraft, Passage, Product, create_opportunities
from crm.sales.services.quotations import quote_opportunity, send_quotation
from crm.sales.services.winning import learn_chances
from integration.demo import catalogue
from integration.demo.cast import Cast
from suite.core import clock
from suite.core.access import Actor
from suite.masterdata.models import Party

EACH = 24  # deals of a rep that have a past
FRESH = 2  # deals of a rep that come in today, with everything still to be done
Kind, Forecast = Stage.Kind, Opportunity.Forecast


def pursue(cast: Cast, rng: random.Random) -> None:
    """What the reps are after: a year of deals by a few statements, and some that begin today."""
    stages = stages_of(cast.company.pk)
    going = [stage for stage in stages if stage.kind == Kind.OPEN]
    ends = {stage.kind: stage for stage in stages if stage.kind != Kind.OPEN}
    reasons = list(LostReason.objects.of(cast.company.pk))
    now = clock.now()
    with clock.at(now - dt.timedelta(hours=3)):  # lived through already: nobody is told of it
        drafts = []
        for rep in cast.reps:
            for number in range(EACH):
                far = rng.choice((0, 1, 1, 2, 2, 3))
                end = (None, ends[Kind.WON], None, ends[Kind.LOST], ends[Kind.WON])[number % 5]
                path = _path(rng, clock.now(), going if end is ends[Kind.WON] else going[: far + 1], end)
                drafts.append(_draft(cast, rng, rep, path, rng.choice(reasons) if end is ends[Kind.LOST] else None))
        made = create_opportunities(drafts, actor=cast.house)
        offered = [deal for deal in made if deal.stage_id == going[-2].pk][: len(cast.reps)]
        for deal in offered:
            send_quotation(
                quotation_id=quote_opportunity(opportunity_id=deal.pk, actor=cast.house).pk, by_mail=False,
                actor=cast.house,
            )  # fmt: skip
    for rep in cast.reps:
        create_opportunities([_draft(cast, rng, rep, ()) for _number in range(FRESH)], actor=rep)
    learn_chances(actor=cast.house)
    take_snapshot(actor=cast.house)


def _path(rng: random.Random, now: dt.datetime, stages: list[Stage], end: Stage | None) -> list[Passage]:
    """Through the stages one after the other; a closed deal some time this year, an open one until lately."""
    moment = now - dt.timedelta(days=rng.randint(1, 300) if end else rng.randint(1, 25), hours=rng.randint(0, 6))
    passages = [Passage(end.pk, moment)] if end else []
    for number, stage in enumerate(reversed(stages)):
        if number or end:
            moment -= dt.timedelta(days=rng.randint(3, 18), hours=rng.randint(0, 8))
        passages.append(Passage(stage.pk, moment))
    return passages[::-1]


def _draft(
    cast: Cast, rng: random.Random, rep: Actor, path: list[Passage] | tuple[()], reason: LostReason | None = None
) -> OpportunityDraft:
    party: Party = rng.choice(cast.customers[rep.user_id or 0])
    products = rng.sample(cast.products, rng.choice((1, 1, 2)))
    lines = []
    for product in products:
        quantity = Decimal(rng.choice((5, 10, 20, 40)))
        lines.append(Product(product.pk, quantity, product.sale_price * quantity))
    today = clock.today(cast.company)
    return OpportunityDraft(
        name=rng.choice(catalogue.DEALS),
        party_id=party.pk,
        lines=lines,
        expected_close=today + dt.timedelta(days=rng.randint(-10, 75)),
        forecast=rng.choice((Forecast.COMMIT, Forecast.BEST, Forecast.PIPELINE, Forecast.PIPELINE)),
        source=rng.choice(catalogue.SOURCES),
        next_step=rng.choice(catalogue.NEXT_STEPS),
        next_step_on=today + dt.timedelta(days=rng.randint(-2, 14)),
        owner_id=rep.user_id,
        path=path,
        lost_reason=reason,
    )
