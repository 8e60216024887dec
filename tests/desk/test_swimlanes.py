"""A board with a second grouping: lanes across, rows down, a cell where they meet."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.sales.models import Stage
from crm.sales.services import opportunities
from suite.desk.models import SavedView
from suite.desk.services import saved_views
from suite.masterdata.services import contacts
from tests import make
from tests.crm.sales.shop import Shop

BOARD = {"show": "board", "group": "stage", "down": "owner"}


@pytest.fixture
def shop(db) -> Shop:
    return Shop()


@pytest.fixture
def bo(shop) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(shop.manager.user, "suite.core.auth.CompanyBackend")
    return client


@pytest.fixture
def address(shop) -> str:
    return reverse("sales:opportunities")


def deal(shop, owner, amount=0, **values):
    return opportunities.create_opportunity(
        name=f"Deal {amount}", party_id=shop.customer.pk, amount=amount, owner_id=owner.user_id, actor=shop.system,
        **values,
    )  # fmt: skip


def stages(shop):
    return list(Stage.objects.of(shop.company.pk).filter(kind="open").order_by("position"))


def cells(answer):
    return {
        row.swim.label: (row.count, row.total, [(lane.count, lane.total) for lane in row.cells if lane.count != "0"])
        for row in answer.context["state"].swims.rows
    }


def test_cells_count_and_sum_and_the_reader_comes_first(shop, bo, address):
    first, second = stages(shop)[:2]
    deal(shop, shop.rep, 100)
    deal(shop, shop.rep, 50, stage_id=second.pk)
    deal(shop, shop.rep, 7, stage_id=second.pk)
    deal(shop, shop.manager, 30)
    deal(shop, shop.other_rep, 1)

    answer = bo.get(address, BOARD)

    found = cells(answer)
    own = str(shop.manager.user)
    assert next(iter(found)) == own
    assert found[str(shop.rep.user)] == ("3", "157.00", [("1", "100.00"), ("2", "57.00")])
    assert found[own] == ("1", "30.00", [("1", "30.00")])
    heads = {lane.value: (lane.count, lane.total) for lane in answer.context["state"].swims.lanes}
    assert heads[str(first.pk)] == ("2", "130.00")
    assert heads[str(second.pk)] == ("2", "57.00")


def test_a_board_takes_the_same_few_statements_for_few_and_for_many_rows(shop, bo, address):
    counts = []
    for wanted in (3, 30):
        for number in range(wanted):
            deal(shop, (shop.rep, shop.manager, shop.other_rep)[number % 3], number)
        bo.get(address, BOARD)
        with CaptureQueriesContext(connection) as seen:
            bo.get(address, BOARD)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 12


def test_a_full_cell_has_more_on_demand_and_leads_to_its_rows(shop, bo, address):
    for number in range(12):
        deal(shop, shop.rep, number)
    deal(shop, shop.manager, 99)

    row = next(
        row for row in bo.get(address, BOARD).context["state"].swims.rows if row.swim.label == str(shop.rep.user)
    )
    cell = row.cells[0]
    more = bo.get(cell.more).content.decode()

    assert (cell.count, len(cell.cards)) == ("12", 8)
    assert more.count("data-card") == 4
    assert "Deal 99" not in more
    rest = bo.get(cell.rest).content.decode()
    assert "Deal 11" in rest
    assert "Deal 99" not in rest


def test_a_card_is_put_into_another_row_or_cell_in_one_act_and_taken_back(shop, bo, address):
    first, second = stages(shop)[:2]
    person = contacts.create_contact(party=shop.customer, name="李雷", actor=shop.rep)
    made, board = deal(shop, shop.rep, contact_id=person.pk), f"{address}?show=board&group=stage&down=owner"
    deal(shop, shop.manager)

    page = bo.get(board).content.decode()
    assert f'name="put" value="{made.pk}::{shop.manager.user_id}"' in page
    assert f'data-down="{shop.manager.user_id}"' in page
    bo.post(board, {"put": f"{made.pk}::{shop.manager.user_id}"})
    made.refresh_from_db()
    assert (made.owner_id, made.stage_id) == (shop.manager.user_id, first.pk)
    answer = bo.post(board, {"put": f"{made.pk}:{second.pk}:{shop.rep.user_id}"}, follow=True)
    made.refresh_from_db()
    assert (made.owner_id, made.stage_id) == (shop.rep.user_id, second.pk)
    assert second.label in answer.content.decode()
    wrong = bo.post(board, {"put": f"{made.pk}:{first.pk}:999999"}, follow=True)
    made.refresh_from_db()
    assert (made.owner_id, made.stage_id) == (shop.rep.user_id, second.pk)  # both or neither
    assert "toast-error" in wrong.content.decode()
    assert bo.post(address, {"put": f"{made.pk}::{shop.rep.user_id}"}).status_code == 404  # a table has no rows


def test_who_may_not_change_a_deal_is_offered_no_way_and_finds_none(shop, address):
    outsider = make.actor(shop.company, "accountant")
    made = deal(shop, shop.rep)
    client = Client()
    client.force_login(outsider.user, "suite.core.auth.CompanyBackend")

    assert client.post(f"{address}?show=board&down=owner", {"put": f"{made.pk}::1"}).status_code in (403, 404)


@pytest.mark.parametrize(
    "more",
    [{"down": "nothing"}, {"down": "stage"}, {"down": "party"}, {"swim": "x", "lane": "x"}, {"down": "forecast"}],
)
def test_nonsense_never_breaks_a_board(shop, bo, address, more):
    deal(shop, shop.rep)

    assert bo.get(address, {**BOARD, **more}).status_code in (200, 302, 404)


def test_a_choice_goes_down_in_the_order_of_its_values_and_blanks_come_last(shop, bo):
    make.customer(shop.manager, "甲", grade="B")
    make.customer(shop.manager, "乙", grade="A")

    answer = bo.get("/crm/customers/", {"show": "board", "group": "stage", "down": "grade"})

    assert [row.swim.label for row in answer.context["state"].swims.rows] == ["A", "B", "(blank)"]
    assert "grade_empty=yes" in answer.context["state"].swims.rows[-1].cells[0].rest


def test_a_saved_view_keeps_it_and_the_api_reads_its_rows(shop, bo, address):
    mine = deal(shop, shop.manager, 5)
    view = saved_views.save(
        actor=shop.manager, list_key="crm.sales.opportunity_lists.OpportunityList", name="By owner",
        params={**BOARD, "owner": str(shop.manager.user_id)}, audience="mine", is_default=False,
    )  # fmt: skip
    deal(shop, shop.rep)

    page = bo.get(address, {"view": view.pk})

    assert SavedView.objects.get(pk=view.pk).params["down"] == "owner"
    assert [row.swim.label for row in page.context["state"].swims.rows] == [str(shop.manager.user)]
    answer = make.client(shop.manager).get("/api/v1/crm/sales/opportunities/", {"view": view.pk})
    assert [row["id"] for row in answer.json()["results"]] == [mine.pk]
    assert bo.get(address, {"view": "by_owner"}).context["state"].down.name == "owner"
