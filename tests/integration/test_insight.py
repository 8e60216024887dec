"""The dashboard and the panels over both wings."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.customers import timeline
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.finance import services as finance
from erp.finance.models import Receivable
from erp.inventory import services as inventory
from erp.inventory.models import Delivery
from suite.core import clock, people
from suite.core.access import Actor
from suite.core.models import Role
from suite.desk.dashboards import boards
from suite.desk.formats import money, quantity
from suite.desk.services import dashboards, saved_views
from tests import make


@pytest.fixture
def sold(company, rep):
    product = make.product(company, price=1130)
    make.stock(product, 10, unit_cost=600)
    customer = make.customer(rep)
    order = create_order(
        party=customer.party, lines=[LineInput(product_id=product.pk, quantity=Decimal(10))], actor=rep
    )
    confirm_orders(order_ids=[order.pk], actor=rep)
    house = Actor.system(company)
    inventory.ship(list(Delivery.objects.filter(order_id=order.pk)), actor=house)
    finance.receive([finance.MoneyInput(party_id=order.party_id, amount=Decimal(1300), oldest_first=True)], actor=house)
    return order


def read(actor):
    """What stands in the tiles of somebody's dashboard, by the names of the tiles."""
    board = boards.read(actor, boards.placed(actor))
    return {shown.tile.name: shown.content for shown in board.shown}


def test_the_board_says_what_was_ordered_earned_and_collected(company, sold):
    boss = make.actor(company, "executive")

    shown = read(boss)

    assert shown["orders"].value == Decimal("11300.00")
    assert shown["revenue"].value == Decimal("10000.00")
    assert shown["profit"].value == Decimal("4000.00")
    assert shown["collected"].value == Decimal("1300.00")
    assert shown["stock"].value == 0
    assert [series.values[-1] for series in shown["trend"].series] == [11300, 10000, 4000, 1300]


def test_late_orders_of_any_currency_are_summed_in_the_companys_own(company, rep):
    product = make.product(company)
    order = create_order(
        party=make.customer(rep).party,
        lines=[LineInput(product_id=product.pk, quantity=Decimal(1), unit_price=Decimal(100))],
        currency_id="USD",
        exchange_rate=Decimal(7),
        requested_date=clock.today(company) - dt.timedelta(days=1),
        actor=Actor.system(company),
    )
    confirm_orders(order_ids=[order.pk], actor=rep)

    late = read(rep)["late"]

    assert late.value == Decimal("700.00")


def test_the_board_takes_ten_statements_at_most(company, sold):
    boss = make.actor(company, "executive")
    read(boss)

    with CaptureQueriesContext(connection) as queries:
        read(boss)

    assert len(queries) <= 10


def test_a_rep_sees_own_figures_on_the_dashboard_and_the_panels_of_own_customers_only(client, company, rep, sold):
    other = make.actor(company, "rep")
    panels = ("balance", "orders", "deliveries", "money")

    client.force_login(rep.user)
    assert client.get(reverse("insight:dashboard")).status_code == 200
    mine, theirs = read(rep), read(other)
    assert mine.keys() == theirs.keys() == {"orders", "collected", "overdue", "late", "trend"}
    assert (mine["orders"].value, theirs["orders"].value) == (sold.gross, 0)
    for name in panels:
        assert client.get(reverse(f"insight:party_{name}", args=[sold.party_id])).status_code == 200

    client.force_login(other.user)
    for name in panels:
        assert client.get(reverse(f"insight:party_{name}", args=[sold.party_id])).status_code == 404


@pytest.mark.parametrize("role", ["executive", "sales_manager", "rep", "accountant", "administrator"])
def test_each_figure_opens_rows_that_its_reader_may_see(client, company, sold, role):
    actor = make.actor(company, role)
    client.force_login(actor.user)

    shown = [content for content in read(actor).values() if content.kind == "figure"]

    assert shown
    assert all(figure.url for figure in shown)
    assert {client.get(figure.url, follow=True).status_code for figure in shown} == {200}


def test_each_month_of_the_trend_opens_its_rows(client, company, sold):
    boss = make.actor(company, "executive")
    client.force_login(boss.user)

    orders, revenue, _profit, collected = read(boss)["trend"].series

    assert [line.pk for line in client.get(orders.urls[-1]).context["state"].lines] == [sold.pk]
    assert client.get(orders.urls[0]).context["state"].lines == []
    assert "1,300.00" in client.get(collected.urls[-1], follow=True).content.decode()
    assert (revenue.urls[0], client.get(revenue.urls[-1]).status_code) == ("", 200)


def test_an_executive_reads_in_the_admin_pages_and_writes_nothing(client, company, sold):
    client.force_login(make.user(company, "executive"))
    page = reverse("admin:erp_finance_receivable_change", args=[Receivable.objects.get(order_id=sold.pk).pk])

    assert client.get(page).status_code == 200
    assert client.post(page, {"note": "mine"}).status_code == 403


def test_the_timeline_tells_of_goods_and_money_to_those_who_may_know(company, rep, sold):
    told = timeline.timeline_of(actor=rep, party_id=sold.party_id)
    marketer = make.actor(company, "marketer")

    assert {row.kind for row in told.rows} >= {"order", "delivery", "receipt"}
    assert all("¥" in row.text for row in told.rows if row.kind in ("order", "delivery", "invoice", "receipt"))
    worth = [row.text for row in told.rows if row.kind == "delivery"]
    assert any(money(sold.gross, "CNY") in text for text in worth), worth
    assert {source.kind for source in timeline.sources(marketer)}.isdisjoint({"delivery", "invoice", "receipt"})


def test_the_dashboard_page_shows_its_figures_and_their_rows(client, company, sold):
    boss = make.user(company, "executive")
    client.force_login(boss)

    page = client.get(reverse("insight:dashboard"))

    assert page.status_code == 200
    assert reverse("sales:orders") in page.content.decode()


def test_a_delivery_on_the_timeline_says_what_went_what_came_back_and_what_the_rest_is_worth(company, rep, sold):
    (delivery,) = Delivery.objects.filter(order_id=sold.pk, status="shipped")
    line = delivery.lines.order_by("position", "pk").first()

    def text() -> str:
        rows = timeline.timeline_of(actor=rep, party_id=sold.party_id, kinds=["delivery"]).rows
        return next(row.text for row in rows if row.pk == delivery.pk)

    before = text()
    inventory.return_goods({line.pk: line.quantity}, reason="broken", actor=Actor.system(company))

    assert before.startswith(f"{line.product.label} × {quantity(line.quantity)}")
    assert money(sold.gross, "CNY") in before
    assert "came back" not in before
    assert "all of it came back" in text()
    assert money(sold.gross, "CNY") not in text()


@pytest.fixture
def boss(company):
    return make.actor(company, "executive")


@pytest.fixture
def page(client, boss):
    client.force_login(boss.user)
    return client


def names(actor):
    return [each.tile.name for each in boards.placed(actor)]


BOARD = "/integration/insight/dashboard/"


def test_tiles_are_moved_widened_taken_off_and_added_by_the_form_and_each_act_is_taken_back(page, boss):
    usual = names(boss)

    page.post(BOARD, {"order": ["late", "orders"], "right": "late"})
    assert names(boss)[:3] == ["orders", "late", "revenue"]
    page.post(BOARD, {"wider": "late"})
    assert next(each.width for each in boards.placed(boss) if each.tile.name == "late") == 2
    page.post(BOARD, {"remove": "trend"})
    assert "trend" not in names(boss)
    answer = page.post(BOARD, {"add": "to_ship"}, follow=True)
    assert names(boss)[-1] == "to_ship"

    *_earlier, message = answer.context["messages"]
    undo = json.loads(message.extra_tags)
    page.post(undo["url"], undo["fields"])
    assert "to_ship" not in names(boss)
    page.post(BOARD, {"reset": "1"})
    assert names(boss) == usual


NOT_TILES = ["{", "[1]", '[{"tile": 1}]', '[{"tile": "late", "width": 1e400}]', '[{"tile": "late", "width": 9}]']


@pytest.mark.parametrize("wrong", [{"add": "nonsense"}, {"add": "\x00"}, *({"tiles": text} for text in NOT_TILES)])
def test_what_no_tile_is_called_changes_nothing(page, boss, wrong):
    usual = names(boss)

    answer = page.post(BOARD, wrong, headers={"hx-request": "true"})

    assert answer.status_code == 400
    assert names(boss) == usual


def test_an_administrator_arranges_the_dashboard_of_a_role(client, company, admin, boss):
    client.force_login(admin.user)
    role = Role.objects.get(company=company, code="executive")
    address = reverse("insight:role_dashboard", args=[role.pk])

    shown = client.get(address)
    client.post(address, {"remove": "trend"})

    assert shown.status_code == 200
    assert "trend" not in names(boss)
    client.force_login(boss.user)
    assert client.post(address, {"remove": "late"}).status_code == 403


def test_a_wall_reads_itself_anew_without_a_sign_in_until_its_reader_may_no_more(client, company, boss, sold):
    client.force_login(boss.user)
    wall = client.get("/wall/")
    ticket = {"x-wall": wall.context["ticket"]}
    client.logout()

    figures = client.get("/wall/figures/", headers=ticket)

    assert "11.3K" in figures.content.decode() or "1.1万" in figures.content.decode()
    assert figures["Cache-Control"] == "no-store"
    assert client.get("/wall/figures/").status_code == 404
    assert client.get("/wall/figures/", headers={"x-wall": ticket["x-wall"] + "x"}).status_code == 404
    with clock.at(clock.now() + dt.timedelta(days=21)):
        assert client.get("/wall/figures/", headers=ticket).status_code == 200
    people.sign_out_everywhere(users=[boss.user], actor=Actor.system(company))
    assert client.get("/wall/figures/", headers=ticket).status_code == 404


def test_a_wall_shows_no_records(page, boss):
    view = saved_views.save(actor=boss, list_key="crm.sales.lists.OrderList", name="All", params={"sort": "date"})
    tiles = [f"view.{view.pk}.rows", f"view.{view.pk}.count"]
    dashboards.arrange(tiles=[{"tile": name, "width": 1} for name in tiles], actor=boss)

    (shown,) = page.get("/wall/").context["board"].shown

    assert shown.tile.name == tiles[1]


def test_other_systems_read_figures_and_arrange_them(boss, sold):
    api, address = make.client(boss), "/api/v1/integration/insight/dashboard/"

    figures = api.get(address).json()
    arranged = api.put(f"{address}arrangement/", {"tiles": [{"tile": "late", "width": 2}]}, format="json")
    wrong = api.put(f"{address}arrangement/", {"tiles": [{"tile": "nonsense", "width": 1}]}, format="json")

    told = {each["tile"]: each for each in figures["tiles"]}
    assert (told["orders"]["value"], told["orders"]["currency"]) == ("11300.000000", "CNY")
    assert told["trend"]["series"][0]["points"][-1]["value"] == "11300.000000"
    assert arranged.json()["tiles"] == [{"tile": "late", "width": 2}]
    assert arranged.json()["is_own"]
    assert "orders" in {each["tile"] for each in arranged.json()["offered"]}
    assert (wrong.status_code, list(wrong.json())) == (400, ["tiles"]), wrong.json()
    assert api.delete(f"{address}arrangement/").status_code == 204
    assert not api.get(f"{address}arrangement/").json()["is_own"]
    assert make.client(make.actor(boss.company, "warehouse")).get(address).status_code == 403
