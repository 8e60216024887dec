"""The dashboard and the panels over both wings."""

import datetime as dt
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
from integration.insight import figures
from suite.core import clock
from suite.core.access import Actor
from suite.desk.formats import money, quantity
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


def test_the_board_says_what_was_ordered_earned_and_collected(company, sold):
    boss = make.actor(company, "executive")

    shown = {figure.code: figure.value for figure in figures.board(boss).figures}

    assert shown["orders"] == Decimal("11300.00")
    assert shown["revenue"] == Decimal("10000.00")
    assert shown["profit"] == Decimal("4000.00")
    assert shown["collected"] == Decimal("1300.00")
    assert shown["stock"] == 0


def test_late_orders_of_any_currency_are_summed_in_the_companys_own(company, rep):
    product = make.product(company)
    order = create_order(
        party=make.customer(rep).party,
        lines=[LineInput(product_id=product.pk, quantity=Decimal(1), unit_price=Decimal(100))],
        currency_id="USD",
        exchange_rate=Decimal(7),
        requested_date=clock.today(company) - dt.timedelta(days=1),
        actor=rep,
    )
    confirm_orders(order_ids=[order.pk], actor=rep)

    late = {figure.code: figure.value for figure in figures.board(rep).figures}["late"]

    assert late == Decimal("700.00")


def test_the_board_takes_ten_statements_at_most(company, sold):
    boss = make.actor(company, "executive")
    figures.board(boss)

    with CaptureQueriesContext(connection) as queries:
        figures.board(boss)

    assert len(queries) <= 10


def test_a_rep_has_no_dashboard_and_sees_the_panels_of_own_customers_only(client, company, rep, sold):
    other = make.actor(company, "rep")
    panels = ("balance", "orders", "deliveries", "money")

    client.force_login(rep.user)
    assert client.get(reverse("insight:dashboard")).status_code == 403
    for name in panels:
        assert client.get(reverse(f"insight:party_{name}", args=[sold.party_id])).status_code == 200

    client.force_login(other.user)
    for name in panels:
        assert client.get(reverse(f"insight:party_{name}", args=[sold.party_id])).status_code == 404


@pytest.mark.parametrize("role", ["executive", "sales_manager", "rep", "accountant", "administrator"])
def test_each_figure_opens_rows_that_its_reader_may_see(client, company, sold, role):
    actor = make.actor(company, role)
    client.force_login(actor.user)

    board = figures.board(actor)

    assert board.figures
    assert all(figure.url for figure in board.figures)
    assert {client.get(figure.url, follow=True).status_code for figure in board.figures} == {200}


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
