import datetime as dt
from decimal import Decimal

import pytest

from crm.sales.models import Target
from crm.sales.queries import performance
from crm.sales.services import moving
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.targets import Wanted, set_targets
from suite.core import clock
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.models import AuditRow
from suite.desk import imports
from suite.desk.imports import Batch
from tests import make
from tests.crm.sales.shop import Shop, line
from tests.crm.sales.test_opportunities import deal, free
from tests.crm.sales.views.conftest import signed_in
from tests.make import client

__all__ = ["free"]
Measure = Target.Measure


def month(shop: Shop) -> dt.date:
    return clock.today(shop.company).replace(day=1)


def figures(actor: Actor, shop: Shop, span: str = "month") -> dict[tuple[str, str], performance.Row]:
    found = performance.performance_of(actor, *performance.period(clock.today(shop.company), span))
    return {(row.kind, row.label): row for row in found.rows}


def test_booked_and_won_stand_against_targets_of_person_team_and_company(free: Shop) -> None:
    lamp = free.add_product("LAMP")
    order = free.order(line(lamp, "2", "113"))
    confirm_orders(order_ids=[order.pk], actor=free.rep)
    won = deal(free, amount=Decimal("1000.50"))
    moving.win_opportunities(opportunity_ids=[won.pk], actor=free.system)
    first = month(free)
    set_targets(
        [
            Wanted(first, Measure.BOOKED, Decimal(500), user_id=free.rep.user_id),
            Wanted(first, Measure.WON, Decimal(900), team_id=free.team.pk),
            Wanted(first, Measure.BOOKED, Decimal(2000)),
        ],
        actor=free.system,
    )

    every = figures(free.system, free)
    mine = figures(free.rep, free)
    team = figures(free.manager, free)

    rep, company = every["user", str(free.rep.user)], every["company", free.company.label]
    assert (rep.figures["booked"].amount, rep.figures["booked"].gap) == (order.gross, 500 - order.gross)
    assert every["team", "East"].figures["won"].gap == Decimal("-100.50")
    assert (company.figures["booked"].amount, company.figures["booked"].target) == (order.gross, 2000)
    assert set(mine) == {("user", str(free.rep.user))}
    assert set(team) == {("user", str(free.rep.user)), ("team", "East")}
    assert figures(free.other_rep, free) == {}


def test_a_quarter_is_the_sum_of_its_months() -> None:
    assert performance.period(dt.date(2026, 11, 22), "quarter") == (dt.date(2026, 10, 1), dt.date(2026, 12, 31))
    assert performance.period(dt.date(2026, 2, 3), "month") == (dt.date(2026, 2, 1), dt.date(2026, 2, 28))


def test_the_same_target_again_replaces_it_and_without_an_amount_it_goes(shop: Shop) -> None:
    one = Wanted(month(shop), Measure.BOOKED, Decimal(5), user_id=shop.rep.user_id)
    set_targets([one], actor=shop.manager)
    set_targets([Wanted(one.month, one.measure, Decimal(7), user_id=one.user_id)], actor=shop.manager)

    assert Target.objects.get().amount == 7
    set_targets([Wanted(one.month, one.measure, None, user_id=one.user_id)], actor=shop.manager)
    assert not Target.objects.exists()
    trail = AuditRow.objects.filter(kind="crm_sales.target").order_by("pk").values_list("action", flat=True)
    assert list(trail) == ["created", "changed", "deleted"]


@pytest.mark.parametrize(
    ("whose", "code"), [("company", "not_yours"), ("other_rep", "not_yours"), ("stranger", "not_a_member")]
)
def test_a_manager_sets_targets_of_the_own_team_only(shop: Shop, whose: str, code: str) -> None:
    elsewhere = make.company("elsewhere")
    users = {"company": None, "other_rep": shop.other_rep.user_id, "stranger": make.actor(elsewhere, "rep").user_id}

    with pytest.raises(BusinessError) as refused:
        set_targets([Wanted(month(shop), Measure.WON, Decimal(1), user_id=users[whose])], actor=shop.manager)

    assert refused.value.by_key[0].code == code
    assert not Target.objects.exists()


def test_the_grid_keeps_what_is_typed_and_names_what_is_wrong_at_its_cell(shop: Shop) -> None:
    bo, year = signed_in(shop.manager), month(shop).year
    cell = f"u{shop.rep.user_id}-3"

    saved = bo.post("/crm/sales/targets/", {"year": year, "measure": "won", cell: "1,000.50"})
    wrong = bo.post("/crm/sales/targets/", {"year": year, "measure": "won", cell: "much"})
    forbidden = signed_in(shop.rep).get("/crm/sales/targets/")

    assert saved.status_code == 302
    assert (Target.objects.get().amount, Target.objects.get().month) == (Decimal("1000.50"), dt.date(year, 3, 1))
    assert wrong.status_code == 400
    assert 'value="much"' in wrong.content.decode()
    assert forbidden.status_code == 403


def test_targets_come_in_by_a_sheet_and_by_the_api(shop: Shop) -> None:
    importer = imports.importer("targets")
    assert importer is not None
    first = month(shop)
    batch = Batch(
        ["month", "measure", "user", "amount"],
        [[first, "booked", shop.rep.user_id, Decimal(10)], [first, "booked", shop.other_rep.user_id, Decimal(1)]],
        [2, 3],
    )
    api = client(shop.manager)

    saved = importer.save(actor=shop.manager, batch=batch)
    posted = api.post(
        "/api/v1/crm/sales/targets/",
        {"month": f"{first}", "measure": "won", "user": shop.rep.user_id, "amount": "3.00"}, format="json",
    )  # fmt: skip
    told = api.get("/api/v1/crm/sales/reports/performance/").data
    gone = api.delete(f"/api/v1/crm/sales/targets/{posted.data['id']}/")
    refused = api.post("/api/v1/crm/sales/targets/", {"month": f"{first}", "amount": "3.00"}, format="json")

    assert (len(saved.made), set(saved.refused)) == (1, {1})
    assert posted.status_code == 201, posted.data
    assert told["rows"][-1]["figures"]["won"]["target"] == "3.00"
    assert (gone.status_code, refused.status_code) == (204, 409)
    assert Target.objects.count() == 1


def test_home_shows_my_month_and_the_page_who_i_may_see(free: Shop) -> None:
    set_targets([Wanted(month(free), Measure.BOOKED, Decimal(500), user_id=free.rep.user_id)], actor=free.system)
    mei = signed_in(free.rep)

    block = mei.get("/desk/workbench/my-targets/").content.decode()
    page = mei.get("/crm/sales/performance/?span=quarter").content.decode()

    assert "500.00 to go" in block
    assert "500.00" in page
