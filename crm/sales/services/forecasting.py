"""Writing down the forecast of each week."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from crm.sales.models import ForecastWeek
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import service

TAKE = """
WITH taken AS (
  INSERT INTO crm_sales_forecastweek (company_id, week, taken_at) VALUES (%(company)s, %(week)s, %(now)s)
  ON CONFLICT (company_id, week) DO NOTHING RETURNING week
)
INSERT INTO crm_sales_forecastdeal (company_id, week, opportunity_id, expected_close, forecast, value, weighted)
SELECT deal.company_id, taken.week, deal.id, deal.expected_close, deal.forecast, deal.value,
       round(deal.value * coalesce(deal.chance, stage.probability) / 100, 2)
FROM taken
JOIN crm_sales_opportunity deal ON deal.company_id = %(company)s AND deal.status = 'open'
JOIN crm_sales_stage stage ON stage.id = deal.stage_id
"""


def monday(day: dt.date) -> dt.date:
    """The first day of the week of a day."""
    return day - dt.timedelta(days=day.weekday())


@service
def take_snapshot(*, actor: Actor) -> int:
    """Write down the open deals of the company's present week, unless that was done; one statement.

    Two who do it at once write it once. Says how many deals were written.
    """
    week = monday(clock.today(actor.company))
    if ForecastWeek.objects.of(actor.company_id).filter(week=week).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"company": actor.company_id, "week": week, "now": clock.now()})
        return cursor.rowcount
