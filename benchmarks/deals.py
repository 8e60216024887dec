"""Deals on their way: the board with 10,000 open ones, the funnel over a million stage moves, a pivot over a million
orders; by one seller who sees them all."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from benchmarks import common, lists, world
from crm.sales.lists import OrderList
from crm.sales.models import Opportunity, Pipeline, StageVisit
from crm.sales.queries.funnel import funnel_of
from crm.sales.queries.pipelines import stages_of
from crm.sales.services import winning
from crm.sales.services.opportunities import create_opportunity
from suite.desk.lists.state import ListState

DEALS, MOVES = 10_000, lists.ROWS
ASKED = 5

COPY = """
INSERT INTO crm_sales_opportunity ({names})
SELECT {values} FROM crm_sales_opportunity o, generate_series(1, %(count)s) g WHERE o.id = %(deal)s
"""
CHANGED = {
    "number": "'B' || g",
    "stage_id": "(%(stages)s::bigint[])[1 + g %% 4]",
    "amount": "g + 0.5",
    "expected_close": "current_date + (g %% 90)::int",
    "entered_at": "o.entered_at - (g %% 40) * interval '1 day'",
}
VISIT = """
INSERT INTO crm_sales_stagevisit ({names})
SELECT {values} FROM crm_sales_stagevisit o, generate_series(1, %(count)s) g,
  LATERAL (SELECT (%(deals)s::bigint[])[1 + g %% %(many)s] AS id) d WHERE o.id = %(visit)s
"""
VISITED = {
    "opportunity_id": "d.id",
    "stage_id": "(%(stages)s::bigint[])[1 + g %% 4]",
    "entered_at": "o.entered_at - (1 + g %% 700) * interval '1 day'",
    "left_at": "o.entered_at - (1 + g %% 700) * interval '1 day' + interval '12 hours'",
    "left_for": "(ARRAY['forward', 'forward', 'lost', 'back'])[1 + g %% 4]",
    "kind": "'forward'",
    "reason": "''",
}


def run() -> None:
    with override_settings(STORAGES=settings.STORAGES | lists.PLAIN):
        _run()


def _run() -> None:
    place = world.make(products=10, parties=10)
    stages = [stage.pk for stage in stages_of(place.actor.company_id) if stage.kind == "open"]
    _load(place, stages)
    lists._load(place)
    world.analyze(("crm_sales_order", "crm_sales_opportunity", "crm_sales_stagevisit"))
    page = Client()
    page.force_login(place.actor.user, "suite.core.auth.CompanyBackend")
    board = f"{reverse('sales:opportunities')}?view=board"
    took = _median(lambda: lists._ask(page, board))
    common.row("G14", f"the board of {DEALS:,} open deals", took, None, "ms", "<= 500", took <= 500)
    count = common.statements(lambda: lists._ask(page, board))
    common.row("G11", "  its statements", count, None, "", "<= 12", count <= 12)
    pipeline = Pipeline.objects.of(place.actor.company_id).order_by("position", "pk")[0]
    took = _median(lambda: funnel_of(place.actor, pipeline, None, None))
    common.row("G14", f"the funnel over {MOVES:,} stage moves", took, None, "ms", "<= 1000", took <= 1000)
    for down, across, measure in (
        ("status", "date.year", "sum.worth"), ("owner", "date.month", "sum.worth"), ("industry", "region", "count"),
        ("tag", "status", "count"),
    ):  # fmt: skip
        asked = {"show": "pivot", "down": down, "across": across, "measure": measure}
        took = _median(lambda asked=asked: _pivot(place, asked))  # type: ignore[misc]
        what = f"a pivot of {lists.ROWS:,} orders: {down} x {across}, {measure}"
        common.row("G14", what, took, None, "ms", "", True)
    took = _median(lambda: winning.learn_chances(actor=place.actor), times=1)
    common.row("G14", f"learning, and scoring {DEALS:,} open deals", took, None, "ms", "", True)


def _load(place: world.World, stages: list[int]) -> None:
    from django.db import connection

    deal = create_opportunity(name="Deal", party_id=place.parties[0], actor=place.actor)
    fields = [field for field in Opportunity._meta.concrete_fields if not field.primary_key and not field.generated]
    names = [field.column for field in fields]
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        values = ", ".join(CHANGED.get(name, f"o.{name}") for name in names)
        cursor.execute(
            COPY.format(names=", ".join(names), values=values), {"count": DEALS, "deal": deal.pk, "stages": stages}
        )
        names = [field.column for field in StageVisit._meta.concrete_fields if not field.primary_key]
        values = ", ".join(VISITED.get(name, f"o.{name}") for name in names)
        deals = list(Opportunity.objects.of(place.actor.company_id).values_list("pk", flat=True))
        cursor.execute(
            VISIT.format(names=", ".join(names), values=values),
            {"count": MOVES, "visit": deal.visits.get().pk, "stages": stages, "deals": deals, "many": len(deals)},
        )


def _pivot(place: world.World, asked: dict[str, str]) -> Any:
    pivot = ListState(OrderList(), place.actor, asked, path="/").pivot
    return pivot.rows, pivot.foot


def _median(work: Callable[[], Any], *, times: int = ASKED) -> float:
    """Milliseconds, the first time left out where there are several."""
    waits = []
    for _time in range(times):
        began = time.perf_counter()
        work()
        waits.append(1000 * (time.perf_counter() - began))
    return statistics.median(waits[1:] or waits)
