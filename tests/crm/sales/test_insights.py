import csv
import datetime as dt
import io
from decimal import Decimal

import pytest

from crm.sales.insight_cards import cards_of, wilson
from crm.sales.models import LostReason, SourceCost, StageAlert
from crm.sales.queries.sources import sources_of
from crm.sales.services import leads, moving
from crm.sales.services.anomalies import Judged, raise_stage_alerts
from crm.sales.services.opportunities import OpportunityDraft, Passage, create_opportunities
from crm.sales.services.source_costs import set_cost
from suite.core import clock
from suite.core.errors import BusinessError
from suite.desk.models import Notification
from tests.crm.sales.shop import Shop
from tests.crm.sales.test_opportunities import DAY, deal, free, stage
from tests.crm.sales.views.conftest import signed_in
from tests.make import client

__all__ = ["free"]


def passed(shop: Shop, *, days: int, won: int, lost: int, source: str = "", party: int | None = None) -> None:
    """Deals that left their first stage so many days ago: won ones went on, the others were lost."""
    first, ends = stage(shop, "First contact"), {"Won": won, "Lost": lost}
    at = clock.now() - days * DAY
    reason = LostReason.objects.of(shop.company.pk)[0]
    drafts = [
        OpportunityDraft(
            name=f"{end} {number}", party_id=party or shop.customer.pk, source=source, amount=Decimal(10),
            lost_reason=reason if end == "Lost" else None,
            path=[Passage(first.pk, at - DAY), Passage(stage(shop, end).pk, at)],
        )
        for end, count in ends.items()
        for number in range(count)
    ]  # fmt: skip
    create_opportunities(drafts, actor=shop.system)


def test_the_band_of_a_stage_is_that_of_a_p_chart() -> None:
    judged = Judged(visits=25, share=0.19, usual=0.5)

    assert judged.limit == pytest.approx(0.5 - 3 * 0.1)
    assert judged.is_low
    assert Judged(10, 0.0, 0.1).limit == 0


def test_a_stage_below_its_band_is_told_once_with_its_deals_and_ends_when_it_is_back(free: Shop) -> None:
    passed(free, days=60, won=40, lost=20)
    passed(free, days=5, won=2, lost=18)

    assert raise_stage_alerts(actor=free.system) == 1
    assert raise_stage_alerts(actor=free.system) == 0
    alert = StageAlert.objects.get()
    told = Notification.objects.filter(kind="stage_alert")
    page = signed_in(free.manager).get("/crm/sales/stage-alerts/").content.decode()
    api = client(free.rep).get("/api/v1/crm/sales/reports/stage-alerts/").data["alerts"][0]
    others = client(free.other_rep).get("/api/v1/crm/sales/reports/stage-alerts/").data["alerts"][0]

    assert (alert.visits, alert.share, round(alert.usual, 1)) == (20, 10, Decimal("66.7"))
    assert [row.user_id for row in told] == [free.manager.user_id]
    assert len(alert.deals) == len(api["deals"]) == 18
    assert others["deals"] == []
    assert "10.0 % of 20" in page

    passed(free, days=1, won=40, lost=0)
    assert raise_stage_alerts(actor=free.system) == 0
    alert.refresh_from_db()
    assert alert.closed_at is not None


def test_too_few_visits_raise_nothing(free: Shop) -> None:
    passed(free, days=60, won=30, lost=10)
    passed(free, days=5, won=0, lost=9)

    assert raise_stage_alerts(actor=free.system) == 0


def test_sources_with_leads_deals_won_and_what_a_won_deal_cost(free: Shop) -> None:
    today = clock.today(free.company)
    leads.create_lead(name="Li", phone="13800138000", source="Fair", actor=free.rep)
    row = deal(free, source="fair", amount=Decimal("100.50"))
    deal(free, source="")
    elsewhere = deal(free, source="FAIR", amount=Decimal(9), owner_id=free.other_rep.user_id)
    moving.win_opportunities(opportunity_ids=[row.pk, elsewhere.pk], actor=free.system)
    set_cost(source="fair", month=today.replace(day=1), amount=Decimal(30), actor=free.system)
    set_cost(source="fair", month=today.replace(day=1), amount=Decimal(50), actor=free.system)
    first = today.replace(day=1)

    fair, unknown = sources_of(free.manager, first, today)
    mine = sources_of(free.rep, first, today)[0]
    asked = {"first": f"{first}", "last": f"{today}", "export": "csv"}
    file = signed_in(free.manager).get("/crm/sales/sources/", asked)
    rows = list(csv.reader(io.StringIO(b"".join(file).decode("utf-8-sig"))))  # type: ignore[call-overload]

    assert (fair.leads, fair.deals, fair.won, fair.revenue) == (1, 1, 1, Decimal("100.50"))
    assert (fair.cost, fair.cost_per_won) == (50, 25)
    assert (unknown.label, unknown.deals, unknown.cost_per_won) == ("Unknown", 1, None)
    assert mine.cost is None
    assert rows[1][2:] == ["1", "1", "100.50", "50.00", "25.00"]
    assert SourceCost.objects.count() == 1


@pytest.mark.parametrize(("source", "day", "amount"), [(" ", 1, "1"), ("fair", 2, "1"), ("fair", 1, "-1")])
def test_a_cost_that_makes_no_sense_is_refused(shop: Shop, source: str, day: int, amount: str) -> None:
    with pytest.raises(BusinessError):
        set_cost(source=source, month=dt.date(2026, 11, day), amount=Decimal(amount), actor=shop.system)


def test_the_pages_and_the_api_of_sources_say_the_same(free: Shop) -> None:
    deal(free, source="fair")
    api, bo = client(free.manager), signed_in(free.manager)

    told = api.get("/api/v1/crm/sales/reports/sources/").data["sources"]
    page = bo.get("/crm/sales/sources/").content.decode()
    posted = bo.post("/crm/sales/sources/cost/", {"source": "fair", "month": "2026-11-15", "amount": "12"})
    costs = api.get("/api/v1/crm/sales/source-costs/").data["results"]
    forbidden = signed_in(free.rep).get("/crm/sales/sources/cost/")

    assert [(row["label"], row["deals"]) for row in told] == [("fair", 1)]
    assert "fair" in page
    assert (posted.status_code, forbidden.status_code) == (302, 403)
    assert [(row["month"], row["amount"]) for row in costs] == [("2026-11-01", "12.00")]


def test_the_interval_of_wilson() -> None:
    low, high = wilson(8, 10)

    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)


def test_cards_name_what_stands_out_with_n_and_only_then(free: Shop) -> None:
    steel = free.add_customer("钢厂", owner=free.rep, industry="steel")
    wood = free.add_customer("木厂", owner=free.rep, industry="wood")
    passed(free, days=5, won=18, lost=2, source="fair", party=steel.pk)
    passed(free, days=5, won=3, lost=17, source="web", party=wood.pk)
    passed(free, days=5, won=1, lost=0, source="mail", party=wood.pk)

    cards = cards_of(free.rep)
    block = signed_in(free.rep).get("/desk/workbench/insights/").content.decode()

    assert [(card.is_best, card.won, card.closed) for card in cards] == [(True, 18, 20), (False, 3, 20)]
    assert [card.label for card in cards] == ["steel", "web"]
    assert cards_of(free.other_rep) == []
    assert "18 of 20 won" in block
