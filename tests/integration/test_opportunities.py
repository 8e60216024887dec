"""Deals of another system come in with their dates and add up to what is known of them; those of the demo are whole."""

from decimal import Decimal
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from crm.sales.models import Opportunity, Pipeline, StageVisit
from integration.demo import deals
from integration.loading import opportunities
from integration.onboarding import services
from integration.onboarding.industries import industry
from suite.core.access import Actor
from tests import make, shared


@pytest.mark.slow
def test_the_known_answers_come_out(company):
    folder, answers = shared.data("crm-sales-opportunities")
    counts = answers["stage_counts"]

    loaded = opportunities.load(opportunities.read(folder), Actor.system(company))

    assert (loaded.rows, loaded.skipped, loaded.customers) == (8800, [], answers["rows"]["accounts"])
    assert loaded.by_status["won"] == (counts["Won"], Decimal(str(answers["won_value"])))
    assert loaded.by_status["lost"][0] == counts["Lost"]
    assert loaded.by_status["open"][0] == counts["Engaging"] + counts["Prospecting"]
    won = Opportunity.objects.filter(status="won", closed_at__year=2017)
    days = [(deal.closed_at - deal.created_at).days for deal in won]
    assert round(sum(days) / len(days), 3) == answers["mean_days_to_close"]["Won"]
    assert StageVisit.objects.filter(left_at__isnull=False).count() == counts["Won"] + counts["Lost"]


def write(folder: Path, *rows: str) -> Path:
    head = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"
    (folder / "sales_pipeline.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    return folder


def test_what_makes_no_sense_is_named_and_the_rest_comes_in(company, tmp_path, capsys):
    folder = write(
        tmp_path,
        "A1,Mei Li,Lamp,Huawei,Won,2017-01-03,2017-02-04,1000",
        "A2,Mei Li,Lamp,,Prospecting,,,",
        "A3,Mei Li,Lamp,Huawei,Dreaming,2017-01-03,,",
        "A4,Mei Li,Lamp,Huawei,Won,2017-03-03,2017-02-04,5",
    )

    call_command("load_opportunities", folder, company="acme")

    told = capsys.readouterr().out
    assert "4 rows" in told
    assert "2 not loaded" in told
    assert "no such stage: Dreaming" in told
    assert set(Opportunity.objects.values_list("status", "value")) == {("won", 1000), ("open", 0)}
    with pytest.raises(CommandError, match="has opportunities already"):
        call_command("load_opportunities", folder, company="acme")


def test_a_folder_without_deals_is_refused(db, tmp_path):
    with pytest.raises(CommandError, match="no sales_pipeline"):
        call_command("load_opportunities", tmp_path, company="acme")


def test_the_deals_of_the_demo_have_a_past_and_something_to_do(company):
    rep = make.actor(company, "rep", username="mei")
    customers = [make.customer(rep, f"Customer {n}").party for n in range(3)]
    cast = SimpleNamespace(
        company=company, house=Actor.system(company), reps=[rep], customers={rep.user_id: customers},
        products=[make.product(company, code) for code in ("A", "B")],
    )  # fmt: skip

    deals.pursue(cast, Random(1))  # type: ignore[arg-type]

    found = Opportunity.objects.of(company.pk)
    assert found.count() == deals.EACH + deals.FRESH
    assert set(found.values_list("status", flat=True)) == {"open", "won", "lost"}
    assert not found.filter(status="lost", lost_reason=None).exists()
    assert StageVisit.objects.filter(opportunity__in=found, left_at=None).count() == found.count()


def test_a_trade_brings_its_pipeline_which_comes_first(company):
    boss = make.actor(company, "administrator", username="boss")
    made = industry("manufacturing")
    assert made is not None

    for _twice in range(2):
        services.take_on(industry=made, keys=["pipelines"], actor=boss)

    names = list(Pipeline.objects.of(company.pk).order_by("position").values_list("name_en", flat=True))
    assert names == ["Made to order", "Standard sales"]
