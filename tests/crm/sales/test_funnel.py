import datetime as dt

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from crm.sales.models import Opportunity, Pipeline
from crm.sales.queries.funnel import funnel_of
from crm.sales.services import moving
from suite.core import clock
from tests.crm.sales.shop import Shop
from tests.crm.sales.test_opportunities import DAY, deal, free, move, why
from tests.crm.sales.views.conftest import signed_in
from tests.make import client

__all__ = ["free"]
DIRECT = """
SELECT count(*), count(*) FILTER (WHERE next.kind = 'forward'), count(*) FILTER (WHERE next.kind = 'back'),
       avg(extract(epoch FROM visit.left_at - visit.entered_at)) / 86400
FROM crm_sales_stagevisit visit
LEFT JOIN crm_sales_stagevisit next ON next.opportunity_id = visit.opportunity_id AND next.entered_at = visit.left_at
 AND next.from_stage_id = visit.stage_id
 AND EXISTS (SELECT FROM crm_sales_stage s WHERE s.id = next.stage_id AND s.kind <> 'lost')
WHERE visit.stage_id = %s AND visit.entered_at >= %s AND visit.entered_at < %s
"""


def on_the_way(shop: Shop) -> list[Opportunity]:
    """Three deals: one won after a step back, one lost at once, one that waits."""
    now = clock.now()
    with clock.at(now - 40 * DAY):
        won, lost, waits = (deal(shop, name) for name in ("won", "lost", "waits"))
    for days, name, reason in ((30, "Needs agreed", ""), (25, "First contact", "wrong"), (20, "Proposal", "")):
        with clock.at(now - days * DAY):
            move(shop, won, name, reason=reason)
    with clock.at(now - 10 * DAY):
        moving.win_opportunities(opportunity_ids=[won.pk], actor=shop.rep)
        moving.lose_opportunities(opportunity_ids=[lost.pk], lost_reason=why(shop), actor=shop.rep)
    return [won, lost, waits]


def test_the_funnel_counts_every_visit_and_equals_what_the_database_says(free: Shop) -> None:
    on_the_way(free)
    pipeline, today = Pipeline.objects.of(free.company.pk).get(), clock.today(free.company)
    first = today - dt.timedelta(days=60)

    steps = {step.stage.name_en: step for step in funnel_of(free.rep, pipeline, first, today)}

    start = steps["First contact"]
    assert (start.entered, start.went_on, start.lost, start.still, start.back) == (4, 2, 1, 1, 0)
    assert (start.conversion, round(start.days or 0, 6)) == (50, round((10 + 5 + 30) / 3, 6))
    assert (steps["Needs agreed"].entered, steps["Needs agreed"].back, steps["Won"].entered) == (1, 1, 1)
    for step in steps.values():
        with connection.cursor() as cursor:
            cursor.execute(DIRECT, [
                step.stage.pk, clock.day_starts(free.company, first), clock.day_starts(free.company, today + DAY),
            ])  # fmt: skip
            entered, went_on, back, days = cursor.fetchone()
        assert (step.entered, step.went_on, step.back) == (entered, went_on, back), step.stage.name_en
        assert round(step.days or 0, 6) == round(float(days or 0), 6)


def test_only_visits_of_the_range_count_and_only_what_one_may_see(free: Shop) -> None:
    on_the_way(free)
    pipeline, today = Pipeline.objects.of(free.company.pk).get(), clock.today(free.company)

    late = funnel_of(free.rep, pipeline, today - dt.timedelta(days=26), today)
    others = funnel_of(free.other_rep, pipeline, None, None)

    assert [step.entered for step in late] == [1, 0, 1, 0, 1, 1]
    assert {step.entered for step in others} == {0}


def test_it_takes_two_statements_and_leads_to_the_deals_behind_a_figure(free: Shop) -> None:
    deals = on_the_way(free)
    pipeline = Pipeline.objects.of(free.company.pk).get()
    today = clock.today(free.company)
    funnel_of(free.rep, pipeline, None, None)  # who may see what is remembered

    with CaptureQueriesContext(connection) as queries:
        steps = funnel_of(free.rep, pipeline, today - dt.timedelta(days=60), today)
    count = len(queries)
    rows = signed_in(free.rep).get(steps[1].url).content.decode()

    assert count == 2
    assert deals[0].name in rows
    assert ">waits<" not in rows


def test_the_page_and_the_api_show_the_same(free: Shop) -> None:
    on_the_way(free)
    mei: Client = signed_in(free.rep)
    api: APIClient = client(free.rep)

    page = mei.get("/crm/sales/funnel/")
    wrong = mei.get("/crm/sales/funnel/?pipeline=0&first=x&last=")
    told = api.get("/api/v1/crm/sales/reports/funnel/").data
    unknown = api.get("/api/v1/crm/sales/reports/funnel/?pipeline=0")

    assert page.status_code == 200
    assert "50.0" in page.content.decode()
    assert (wrong.status_code, unknown.status_code) == (400, 400)
    assert [row["entered"] for row in told["steps"]] == [4, 1, 1, 0, 1, 1]
