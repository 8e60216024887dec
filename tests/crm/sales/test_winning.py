import datetime as dt
from decimal import Decimal

import pytest

from crm.sales.models import ChanceModel, Opportunity
from crm.sales.services import moving, odds, winning
from crm.sales.services.odds import Past
from crm.sales.services.opportunities import OpportunityDraft, Passage, create_opportunities
from integration.loading import opportunities
from suite.core import clock, outbox
from suite.core.access import Actor
from tests import shared
from tests.crm.sales.shop import Shop
from tests.crm.sales.test_opportunities import DAY, deal, free, move, stage, why
from tests.crm.sales.views.conftest import signed_in
from tests.make import client

__all__ = ["free"]
HISTORY = [  # X-CR02: stages S0, S1, S2 and then won
    Past({"country": "C0", "state": "T1", "source": "U1"}, 2, won=False),
    Past({"country": "C0", "state": "T1", "source": "U2"}, 1, won=False),
    Past({"country": "C0", "state": "T2", "source": "U2"}, 2, won=True),
]


def test_the_worked_example_comes_out_exactly():
    counts = odds.learn(HISTORY, 3, ("country", "state", "source"))

    terms = counts.terms({"country": "C0", "state": "T1", "source": "U2"}, 1)

    assert round(100 * counts.chance(terms), 2) == 7.74
    assert [(term.field, term.won, term.lost) for term in terms] == [
        ("stage", 1, 2), ("country", 1, 2), ("state", 0, 2), ("source", 1, 1),
    ]  # fmt: skip


def test_what_never_occurred_says_nothing():
    counts = odds.learn(HISTORY, 3, ("country",))

    assert counts.terms({"country": "C9"}, None) == []
    assert counts.chance([]) == pytest.approx(1.1 / 3.2)


def test_ties_count_by_half_and_without_both_there_is_no_auc():
    deals = [Past({}, 0, won) for won in (True, False, True, False)]

    assert odds.auc([0.9, 0.1, 0.5, 0.5], deals) == 0.875
    assert odds.auc([0.9], deals[:1]) is None


def test_a_field_that_tells_is_used_and_one_that_does_not_is_left_out():
    deals = [
        Past({"source": "fair" if number % 4 else "web", "owner": str(number % 3)}, 0, won=number % 4 != 0)
        for number in range(200)
    ]

    tested = odds.back_test(deals, 1, ("owner", "source"))

    assert tested["fields"] == ["source"]
    assert (tested["tested"], tested["auc"]) == (60, 1.0)
    assert tested["brier"] < tested["base_brier"]
    assert sum(each["deals"] for each in tested["bins"]) == 60


def closed_deals(shop: Shop, each: int = 20) -> None:
    """As many won as lost ones: those from the fair are won, those from the web are lost."""
    begin, first = clock.now() - 300 * DAY, stage(shop, "First contact")
    create_opportunities(
        [
            OpportunityDraft(
                name=f"{source} {number}", party_id=shop.customer.pk, source=source, owner_id=shop.rep.user_id,
                lost_reason=None if end == "Won" else why(shop),
                path=[
                    Passage(first.pk, begin + number * DAY),
                    Passage(stage(shop, end).pk, begin + (number + 30) * DAY),
                ],
            )
            for number in range(each)
            for source, end in (("fair", "Won"), ("web", "Lost"))
        ],
        actor=shop.system,
    )  # fmt: skip


def test_with_too_little_data_it_says_so_and_nothing_else(free: Shop) -> None:
    closed_deals(free, each=9)
    row = deal(free, source="fair")

    winning.learn_chances(actor=free.system)

    row.refresh_from_db()
    assert (row.chance, row.reasons) == (None, [])
    page = signed_in(free.rep).get("/crm/sales/win-probability/").content.decode()
    assert "at least 10 won and 10 lost deals" in page


def test_open_deals_are_scored_with_their_reasons_and_closed_ones_keep_theirs(free: Shop) -> None:
    closed_deals(free)
    good, bad = deal(free, "good", source="fair"), deal(free, "bad", source="web")
    winning.learn_chances(actor=free.system)
    good.refresh_from_db()
    before = good.chance
    moving.win_opportunities(opportunity_ids=[good.pk], actor=free.rep)
    closed_deals(free, each=5)
    winning.learn_chances(actor=free.system)
    good.refresh_from_db()
    bad.refresh_from_db()

    assert before is not None
    assert before > 90
    assert (good.status, good.chance) == ("won", before)
    assert bad.chance is not None
    assert bad.chance < 10
    assert (good.reasons[0].label, good.reasons[0].value) == ("source", "fair")
    assert good.reasons[0].ratio > 1 > bad.reasons[0].ratio


def test_it_is_said_anew_after_what_changes_it_and_learned_once_a_day(free: Shop) -> None:
    closed_deals(free)
    assert winning.learn_daily(free.company) == 0
    row = deal(free, source="fair")
    outbox.relay()
    row.refresh_from_db()
    first = row.chance
    move(free, row, "Proposal")
    outbox.relay()
    row.refresh_from_db()

    assert first is not None
    assert row.chance != first
    assert winning.learn_daily(free.company) == 0
    with clock.at(clock.now() + DAY):
        learned = ChanceModel.objects.get(pipeline=row.pipeline).learned_at
        winning.learn_daily(free.company)
    assert ChanceModel.objects.get(pipeline=row.pipeline).learned_at > learned


def test_scoring_takes_the_same_statements_for_one_deal_and_for_many(free: Shop, django_assert_num_queries) -> None:
    closed_deals(free)
    winning.learn_chances(actor=free.system)
    for count in (1, 5):
        for number in range(count):
            deal(free, f"{count} {number}", source="web")
        open_deals = Opportunity.objects.of(free.company.pk).filter(status="open")
        with django_assert_num_queries(3):
            winning._score(open_deals, free.company.pk)


def test_the_list_is_sorted_by_risk_with_reasons_and_the_api_filters_by_it(free: Shop) -> None:
    closed_deals(free)
    deal(free, "good", source="fair")
    deal(free, "bad", source="web")
    winning.learn_chances(actor=free.system)
    mei = signed_in(free.rep)

    likely = mei.get("/crm/sales/opportunities/?view=likely_won").content.decode()
    failing = mei.get("/crm/sales/opportunities/?view=likely_lost").content.decode()
    told = client(free.rep).get("/api/v1/crm/sales/opportunities/?status=open&chance__lte=40&ordering=chance").data
    learned = client(free.rep).get("/api/v1/crm/sales/reports/win-probability/").data["models"][0]

    assert ">good<" in likely
    assert "source fair ×" in likely
    assert ">bad<" not in likely
    assert ">bad<" in failing
    assert [row["name"] for row in told["results"]] == ["bad"]
    assert Decimal(told["results"][0]["chance"]) < 10
    assert told["results"][0]["chance_terms"][0]["field"] == "source"
    assert (learned["won"], learned["lost"], learned["used_fields"]) == (20, 20, ["source"])


@pytest.mark.slow
def test_real_deals_whose_fields_tell_nothing_get_the_rate_of_their_stage(company, capsys) -> None:
    folder, answers = shared.data("crm-sales-opportunities")
    opportunities.load(opportunities.read(folder), Actor.system(company))

    began = dt.datetime.now(dt.UTC)
    winning.learn_chances(actor=Actor.system(company))
    took = dt.datetime.now(dt.UTC) - began

    model = ChanceModel.objects.get(won__gt=0)
    tested = model.tested
    with capsys.disabled():
        print(f"\nAUC {tested['auc']:.4f}, Brier {tested['brier']:.4f} (constant {tested['base_brier']:.4f}), used "
              f"{list(model.fields)} of {tested['tried']}, {took.total_seconds():.1f} s")  # fmt: skip
        for each in tested["bins"]:
            print(
                f"  from {each['least']:>2} %: {each['deals']:5} deals, said {each['said']:.1f}, won {each['won']:.1f}"
            )
    assert (model.won, model.lost) == (answers["stage_counts"]["Won"], answers["stage_counts"]["Lost"])
    assert tested["tested"] == answers["win_probability_baseline"]["test_rows"]
    known = answers["win_probability_baseline"]
    assert tested["base_brier"] == pytest.approx(known["brier_of_constant_base_rate"], abs=2e-4)
    assert (model.fields, tested["brier"] <= known["brier"]) == ({}, True)
    for each in tested["bins"]:
        assert abs(each["said"] - each["won"]) < 10
