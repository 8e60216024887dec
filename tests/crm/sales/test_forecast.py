import csv
import datetime as dt
import io
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.sales.models import ForecastDeal, ForecastWeek, Opportunity, Stage
from crm.sales.opportunity_lists import OpportunityList
from crm.sales.queries.forecast import KINDS, SUMMED, changes_of, forecast_of
from crm.sales.services import moving, opportunities
from crm.sales.services.forecasting import monday, take_snapshot
from crm.sales.services.opportunities import Product
from suite.core import clock
from suite.core.access import Actor
from suite.desk import dashboards
from suite.desk.dashboards.tiles import tile
from suite.desk.lists.dates import months_on
from suite.desk.lists.state import ListState, explicit
from tests.crm.sales.shop import Shop
from tests.crm.sales.test_opportunities import DAY, deal, free, why
from tests.crm.sales.views.conftest import signed_in
from tests.make import client

__all__ = ["free"]
MONTH = dt.date(2026, 11, 1)
NOON = dt.datetime(2026, 11, 12, 4, tzinfo=dt.UTC)  # a Thursday


def expected(
    shop: Shop, name: str, amount: str, day: int = 20, forecast: str = "commit", **more: object
) -> Opportunity:
    return deal(shop, name, amount=Decimal(amount), expected_close=MONTH.replace(day=20), forecast=forecast, **more)


def behind(url: str, actor: Actor) -> Decimal:
    from django.http import QueryDict

    rows = ListState(OpportunityList(), actor, explicit(QueryDict(url.partition("?")[2]))).rows
    return sum((row.value for row in rows), Decimal(0))


def some_deals(shop: Shop) -> dict[str, Opportunity]:
    Stage.objects.of(shop.company.pk).filter(name_en="First contact").update(probability=10)
    other = {"owner_id": shop.other_rep.user_id}
    rows = {
        "sure": expected(shop, "sure", "100.10"),
        "hope": expected(shop, "hope", "50.05", forecast="best"),
        "far": expected(shop, "far", "30", forecast="pipeline", **other),
        "no": expected(shop, "no", "999", forecast="omitted"),
        "later": deal(shop, "later", amount=Decimal(7), expected_close=dt.date(2026, 12, 1), forecast="commit"),
        "won": expected(shop, "won", "12"),
    }
    moving.win_opportunities(opportunity_ids=[rows["won"].pk], actor=shop.system)
    return rows


def test_a_month_by_owner_with_every_figure_leading_to_its_deals(free: Shop) -> None:
    with clock.at(NOON):
        some_deals(free)

        found = forecast_of(free.system, MONTH, "owner")

        mei, tom = found.rows
        assert mei.amounts == {
            "won": Decimal(12), "commit": Decimal("100.10"), "best": Decimal("150.15"), "weighted": Decimal("15.02"),
            "open": Decimal("150.15"),
        }  # fmt: skip
        assert (tom.label, tom.amounts["open"], tom.amounts["weighted"]) == ("tom-acme", 30, 3)
        for row in [*found.rows, found.total]:
            for name in ("won", "commit", "best", "open"):
                assert behind(row.urls[name], free.system) == row.amounts[name], (row.label, name)


def test_by_product_it_adds_up_with_what_no_line_says(free: Shop) -> None:
    lamp, bulb = free.add_product("LAMP"), free.add_product("BULB")
    with clock.at(NOON):
        lines = [Product(lamp.pk, amount=Decimal(60)), Product(bulb.pk, amount=Decimal(30))]
        expected(free, "two", "100", lines=lines)
        expected(free, "none", "5")

        found = forecast_of(free.system, MONTH, "product")

    assert {row.label: row.amounts["commit"] for row in found.rows} == {
        str(lamp): 60, str(bulb): 30, "Without a product": 15,
    }  # fmt: skip
    assert found.total.amounts["commit"] == 105


def test_by_month_there_is_a_row_for_each_and_only_what_one_may_see(free: Shop) -> None:
    with clock.at(NOON):
        some_deals(free)

        months = forecast_of(free.rep, MONTH, "month")
        others = forecast_of(free.other_rep, MONTH, "owner")

    assert [row.label for row in months.rows] == [f"{months_on(MONTH, number):%Y-%m}" for number in range(6)]
    assert [row.amounts["commit"] for row in months.rows[:2]] == [Decimal("100.10"), 7]
    assert months.rows[0].amounts["won"] == 12
    assert [row.label for row in others.rows] == ["tom-acme"]


def test_three_statements_for_any_number_of_deals(free: Shop) -> None:
    with clock.at(NOON):
        some_deals(free)
        forecast_of(free.system, MONTH, "owner")
        with CaptureQueriesContext(connection) as seen:
            forecast_of(free.system, MONTH, "owner")

    assert len(seen) == 3


def test_a_week_is_written_down_once(free: Shop) -> None:
    with clock.at(NOON):
        some_deals(free)

        assert take_snapshot(actor=free.system) == 5
        expected(free, "after", "1")
        assert take_snapshot(actor=free.system) == 0

    with clock.at(NOON + 7 * DAY):
        assert take_snapshot(actor=free.system) == 6
    assert ForecastWeek.objects.of(free.company.pk).count() == 2
    assert set(ForecastDeal.objects.values_list("week", flat=True)) == {dt.date(2026, 11, 9), dt.date(2026, 11, 16)}
    assert monday(dt.date(2026, 11, 15)) == dt.date(2026, 11, 9)


def test_what_changed_adds_up_to_the_difference(free: Shop) -> None:
    with clock.at(NOON):
        rows = some_deals(free)
        take_snapshot(actor=free.system)
    with clock.at(NOON + DAY):
        expected(free, "fresh", "40")
        change = opportunities.change_opportunity
        change(opportunity_id=rows["later"].pk, expected_close=dt.date(2026, 11, 30), actor=free.system)
        change(opportunity_id=rows["far"].pk, expected_close=dt.date(2026, 12, 5), actor=free.system)
        change(opportunity_id=rows["hope"].pk, amount=Decimal(60), forecast="commit", actor=free.system)
        moving.win_opportunities(opportunity_ids=[rows["sure"].pk], actor=free.system)
        lost = rows["no"]
        moving.lose_opportunities(opportunity_ids=[lost.pk], lost_reason=why(free), actor=free.system)

        found = changes_of(free.system, MONTH)

    assert found is not None
    assert {kind: found.sums[kind]["open"] for kind in KINDS} == {
        "new": 40, "in": 7, "out": -30, "won": Decimal("-100.10"), "lost": 0, "changed": Decimal("9.95"),
    }  # fmt: skip
    assert found.sums["changed"]["commit"] == 60
    for name in SUMMED:
        assert found.then[name] + sum(found.sums[kind][name] for kind in KINDS) == found.now[name], name
    assert found.now["open"] == forecast_of(free.system, MONTH, "owner").total.amounts["open"]


def test_page_file_and_api_say_the_same(free: Shop) -> None:
    with clock.at(NOON):
        some_deals(free)
        take_snapshot(actor=free.system)
        mei = signed_in(free.rep)

        page = mei.get("/crm/sales/forecast/", {"month": "2026-11", "by": "owner"}).content.decode()
        file = mei.get("/crm/sales/forecast/", {"month": "2026-11", "by": "owner", "export": "csv"})
        rows = list(csv.reader(io.StringIO(b"".join(file).decode("utf-8-sig"))))  # type: ignore[call-overload]
        told = client(free.rep).get("/api/v1/crm/sales/reports/forecast/?month=2026-11-01").data
        wrong = client(free.rep).get("/api/v1/crm/sales/reports/forecast/?month=2026-11-02")
        odd = mei.get("/crm/sales/forecast/", {"month": "then"})

    assert "150.15" in page
    assert rows[-1] == ["Total", "12.00", "100.10", "150.15", "15.02", "150.15"]
    assert told["total"]["amounts"]["best"] == "150.15"
    assert told["changes"]["then"] == told["changes"]["now"]
    assert (wrong.status_code, odd.status_code) == (400, 400)


def test_tiles_show_stages_the_weighted_month_what_was_won_and_what_is_at_risk(free: Shop) -> None:
    with clock.at(NOON):
        rows = some_deals(free)
        Opportunity.objects.filter(pk=rows["far"].pk).update(chance=Decimal(20))
        reading = dashboards.Reading(free.system)

        stages, weighted, won, risk = (
            known.read(reading)  # type: ignore[union-attr]
            for name in ("deals_by_stage", "deals_weighted", "deals_won", "deals_at_risk")
            if (known := tile(name))
        )

        assert [(bar.label, bar.value) for bar in stages.bars] == [("First contact", Decimal("1186.15"))]
        assert (weighted.value, won.value, risk.value) == (Decimal("21.02"), 12, 1)
