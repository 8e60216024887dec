import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.customers.models import Tag
from crm.customers.services.tags import tag_customers
from crm.customers.views.lists import CustomerList
from crm.sales.lead_lists import LeadList
from crm.sales.lists import OrderList
from crm.sales.models import Opportunity, Order
from crm.sales.opportunity_lists import OpportunityList
from crm.sales.services import leads, moving, opportunities
from suite.core.access import Actor
from suite.desk.lists.pivots import Pivot
from suite.desk.lists.state import ListState, explicit
from suite.desk.models import OwnField
from suite.desk.own import definitions
from suite.desk.services import saved_views
from suite.masterdata.models import Currency
from tests.crm.sales.conftest import shop
from tests.crm.sales.shop import Shop, line
from tests.crm.sales.test_opportunities import deal, free, why
from tests.crm.sales.views.conftest import signed_in
from tests.make import client

__all__ = ["free", "shop"]
URL = "/crm/sales/opportunities/"
PIVOT = {"show": "pivot"}


def pivot(spec: Any, actor: Actor, **params: str) -> Pivot:
    return ListState(spec(), actor, {**PIVOT, **params}, path=URL).pivot


def figures(found: Pivot) -> dict[str, list[Any]]:
    return {row.label: [cell.value for cell in row.cells] for row in found.rows}


def behind(url: str, actor: Actor, spec: Any = OpportunityList) -> int:
    """How many rows the list shows to which a figure leads."""
    from django.http import QueryDict

    return ListState(spec(), actor, explicit(QueryDict(url.partition("?")[2]))).rows.count()


def four_deals(shop: Shop) -> list[Opportunity]:
    """Two of the fair, one won and one open; one of the web that was lost; one from nowhere."""
    rows = [
        deal(shop, name, source=source, amount=Decimal(amount), owner_id=actor.user_id)
        for name, source, amount, actor in (
            ("a", "fair", "10.01", shop.rep), ("b", "fair", "20.02", shop.other_rep), ("c", "web", "5", shop.rep),
            ("d", "", "7.5", shop.rep),
        )
    ]  # fmt: skip
    moving.win_opportunities(opportunity_ids=[rows[0].pk], actor=shop.system)
    moving.lose_opportunities(opportunity_ids=[rows[2].pk], lost_reason=why(shop), actor=shop.system)
    return rows


def test_rows_by_columns_with_totals_that_add_up_and_lead_to_their_rows(free: Shop) -> None:
    four_deals(free)

    found = pivot(OpportunityList, free.system, down="source", across="status", measure="sum.value")

    assert [label for _key, label in found.heads] == ["Open", "Won", "Lost"]
    assert figures(found) == {
        "fair": [Decimal("20.02"), Decimal("10.01"), None, Decimal("30.03")],
        "web": [None, None, Decimal(5), Decimal(5)],
        "None": [Decimal("7.5"), None, None, Decimal("7.5")],
    }
    assert [cell.value for cell in found.foot] == [
        Decimal("27.52"), Decimal("10.01"), Decimal(5), Decimal("42.53"),
    ]  # fmt: skip
    cells = [cell for row in found.rows for cell in row.cells] + found.foot
    assert all(behind(cell.url, free.system) == cell.rows for cell in cells if cell.rows)


def test_shares_and_averages_are_of_what_they_say(free: Shop) -> None:
    four_deals(free)

    won = figures(pivot(OpportunityList, free.system, down="source", measure="rate.won"))
    mean = figures(pivot(OpportunityList, free.system, down="source", measure="avg.value"))

    assert won == {"fair": [Decimal(100)], "web": [Decimal(0)], "None": [None]}
    assert mean["fair"] == [Decimal("15.02")]


def test_filters_hold_and_are_asked_again_behind_a_figure(free: Shop) -> None:
    four_deals(free)

    found = pivot(OpportunityList, free.system, down="status", across="source", status_not="lost", source="a")

    assert figures(found) == {"Open": [Decimal(1), Decimal(1)], "Won": [Decimal(1), Decimal(1)]}
    for row in found.rows:
        assert [behind(cell.url, free.system) for cell in row.cells if cell.rows] == [1, 1]


def test_what_one_may_not_see_is_not_counted(free: Shop) -> None:
    four_deals(free)

    assert figures(pivot(OpportunityList, free.other_rep, down="owner")) == {
        free.other_rep.user.label: [Decimal(1)]  # type: ignore[union-attr]
    }


def test_a_month_leads_to_its_days_and_a_tag_counts_once_in_the_total(free: Shop) -> None:
    two = [Tag.objects.create(company=free.company, name=name) for name in ("key", "old")]
    tag_customers(customers=[free.customer.customer.pk], tags=two, actor=free.rep)  # type: ignore[attr-defined]
    four_deals(free)

    by_tag = pivot(OpportunityList, free.system, down="tag", across="created.month")
    by_both = pivot(OpportunityList, free.system, down="created.year", across="tag")

    assert figures(by_tag) == {"key": [Decimal(4)] * 2, "old": [Decimal(4)] * 2}
    assert [cell.value for cell in by_tag.foot] == [Decimal(4), Decimal(4)]
    assert [cell.value for cell in by_both.rows[0].cells] == [Decimal(4)] * 3
    assert by_tag.is_counted_twice
    assert behind(by_tag.rows[0].cells[0].url, free.system) == 4


def test_orders_are_summed_in_the_currency_of_the_books(shop: Shop) -> None:
    Currency.objects.get_or_create(code="USD", defaults={"name": "美元", "digits": 2})
    lamp = shop.add_product("LAMP")
    shop.order(line(lamp, "1", "100.01"))
    shop.order(line(lamp, "2", "10"), currency_id="USD", exchange_rate=Decimal("7.1"), actor=shop.system)

    found = pivot(OrderList, shop.rep, down="product", across="date.month", measure="sum.worth")

    worth = sum(round(order.gross * order.exchange_rate, 2) for order in Order.objects.all())
    assert found.foot[-1].value == worth
    assert figures(found) == {str(lamp): [worth, worth]}


def test_a_choice_of_ones_own_is_a_dimension_for_those_who_may_see_it(free: Shop) -> None:
    options = [{"value": "big", "name": "Big"}]
    size = definitions.create(
        actor=free.system, kind="crm_sales.opportunity",
        values={"name": "Size", "type": OwnField.Type.CHOICE, "options": options, "seen_by": ["sales_manager"]},
    )  # fmt: skip
    deal(free, own={size.key: "big"})
    deal(free, "small")

    found = pivot(OpportunityList, free.manager, down=f"own.{size.key}")

    assert f"own.{size.key}" not in pivot(OpportunityList, free.rep).dimensions
    assert figures(found) == {"Big": [Decimal(1)], "None": [Decimal(1)]}
    assert [behind(row.url, free.manager) for row in found.rows] == [1, 1]


def test_the_same_few_statements_for_one_row_and_for_many(free: Shop) -> None:
    counts, lamp = [], free.add_product("LAMP")
    _ = pivot(OpportunityList, free.system).rows  # what is settled is remembered
    for number in range(6):
        deal(free, f"{number}", source=f"s{number}", lines=[opportunities.Product(lamp.pk)])
        if number in (0, 5):
            with CaptureQueriesContext(connection) as seen:
                shown = pivot(OpportunityList, free.system, down="owner", across="product", measure="sum.value")
                _ = shown.rows, shown.foot
            counts.append(len(seen))

    assert counts[0] == counts[1] <= 5


@pytest.mark.parametrize("spec", [OpportunityList, OrderList, CustomerList, LeadList])
def test_every_dimension_and_every_figure_of_the_lists_can_be_read(spec: Any, free: Shop) -> None:
    if spec is LeadList:
        leads.create_lead(name="Li", phone="13800138000", source="fair", actor=free.rep)
    if spec is OrderList:
        free.order(line(free.add_product("LAMP"), "1"))
    deal(free, source="fair")
    known = pivot(spec, free.system)

    for name in known.dimensions:
        found = pivot(spec, free.system, down=name, across="owner")
        assert found.foot[-1].value == 1, name
        told = [cell for row in found.rows for cell in row.cells if cell.url]
        assert [behind(cell.url, free.system, spec) for cell in told] == [cell.rows for cell in told], name
    for name in known.measures:
        assert pivot(spec, free.system, down="owner", measure=name).foot, name


def test_page_file_api_and_tile_say_the_same(free: Shop) -> None:
    four_deals(free)
    asked = {**PIVOT, "down": "source", "across": "status", "measure": "sum.value"}
    mei = signed_in(free.manager)
    view = saved_views.save(actor=free.manager, list_key=OpportunityList().key, name="By source", params=asked)

    page = mei.get(URL, asked).content.decode()
    file = mei.get(URL, {**asked, "export": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(file).decode("utf-8-sig"))))  # type: ignore[call-overload]
    told = client(free.manager).get(f"/api/v1/desk/views/{view.pk}/pivot/")
    tile = mei.get(URL, {"view": view.pk}).context["state"]

    assert "30.03" not in page  # another rep's deal lies outside the team
    assert "10.01" in page
    assert rows[0] == ["Source", "Open", "Won", "Lost", "Total"]
    assert ["fair", "", "10.01", "", "10.01"] in rows
    assert rows[-1][-1] == "22.51"
    assert told.status_code == 200, told.data
    assert [cell["value"] for cell in told.data["total"]][-1] == "22.510000"
    assert tile.show == "pivot"
    from suite.desk.dashboards.lists import look_at, looks

    assert "pivot" in looks(tile)
    assert look_at(tile, "pivot").texts[-1][-1] == "22.51"  # type: ignore[union-attr]


def test_nonsense_in_the_address_shows_the_first_field_counted(free: Shop) -> None:
    four_deals(free)

    page = signed_in(free.rep).get(URL, {**PIVOT, "down": "nothing", "across": "own.x", "measure": "sum.secret"})

    assert page.status_code == 200
    assert page.context["state"].pivot.measure.name == "count"
