"""The stock ledger reads like a ledger card: what was there after each move."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from erp.inventory.lists import MoveList
from erp.inventory.models import StockMove
from suite.core import clock
from suite.core.access import Actor
from suite.desk.lists.export import rows_of
from suite.desk.lists.state import ListState
from suite.masterdata.models import Product
from tests import make
from tests.erp.inventory.make import Shop


@pytest.fixture
def tea(shop: Shop) -> Product:
    """Opened with 10 at 10, sold 4, bought 5 at 13 with a date of three days ago, sold 1; beside it another product."""
    tea = shop.product("tea", stock=10)
    shop.product("cup", stock=99)
    shop.sell((tea, 4))
    shop.buy((tea, 5, "13"), received_on=clock.today(shop.company) - dt.timedelta(days=3))
    shop.sell((tea, 1))
    return tea


def ledger(shop: Shop, actor: Actor | None = None, *, size: int = 50, **params: str) -> ListState:
    spec = MoveList()
    spec.page_size = size  # type: ignore[misc]
    return ListState(spec, actor or shop.actor, params)


def read(state: ListState) -> list[tuple[Decimal, Decimal, Decimal]]:
    return [(row.quantity, row.after.quantity, row.after.value) for row in state.page.rows]


def test_balances_follow_the_dates_whichever_way_the_ledger_is_read(shop: Shop, tea: Product) -> None:
    card = [(5, 5, 65), (10, 15, 165), (-4, 11, 125), (-1, 10, Decimal("113.64"))]

    assert read(ledger(shop, product=str(tea.pk), sort="posting_date")) == card
    assert read(ledger(shop, product=str(tea.pk))) == card[::-1]


def test_balances_go_on_over_the_pages(shop: Shop, tea: Product) -> None:
    whole = read(ledger(shop, product=str(tea.pk)))
    first = ledger(shop, product=str(tea.pk), size=3)
    second = ledger(shop, product=str(tea.pk), size=3, after=first.page.next)
    back = ledger(shop, product=str(tea.pk), size=3, after=second.page.previous)

    assert read(first) + read(second) == whole
    assert read(back) == whole[:3]
    assert read(ledger(shop, product=str(tea.pk), size=3, last="1"))[-1] == whole[-1]


def test_a_filter_hides_moves_and_not_what_they_did(shop: Shop, tea: Product) -> None:
    sold = ledger(shop, product=str(tea.pk), kind="delivery")

    assert [(quantity, after) for quantity, after, _value in read(sold)] == [(-1, 10), (-4, 11)]


def test_every_product_has_its_own_balance(shop: Shop, tea: Product) -> None:
    ends = {row.product_id: row.after.quantity for row in reversed(ledger(shop).page.rows)}

    assert sorted(ends.values()) == [10, 99]


def test_an_export_says_the_same(shop: Shop, tea: Product) -> None:
    state = ledger(shop, product=str(tea.pk), cols="balance,worth")

    assert [row[1:] for row in rows_of(state)] == [[after, value] for _q, after, value in read(state)]


@pytest.mark.parametrize("count", [1, 5, 50])
def test_balances_of_a_page_cost_one_statement(shop: Shop, count: int, django_assert_num_queries) -> None:
    shop.open_stock(*[(shop.product(f"P{n}"), 1, "1") for n in range(count)])
    state = ledger(shop, view="all")
    assert state.columns  # the rules for fields are read once a process

    with django_assert_num_queries(2):
        assert len(state.page.rows) == count
    assert StockMove.objects.count() == count


def test_the_value_is_for_those_who_see_costs(shop: Shop, tea: Product) -> None:
    page = reverse("admin:erp_inventory_stockmove_changelist") + f"?product={tea.pk}&warehouse={shop.warehouse_id}"
    heads = {}
    for role in ("warehouse", "accountant"):
        client = Client(headers={"accept-language": "en"})
        client.force_login(make.user(shop.company, role), "suite.core.auth.CompanyBackend")
        heads[role] = client.get(page).content.decode()

    assert "On hand after" in heads["warehouse"]
    assert "Value after" not in heads["warehouse"]
    assert "Value after" in heads["accountant"]
