"""The book is brought to what is really there."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.utils import DatabaseError

from erp.inventory import services
from erp.inventory.models import Demand, StockAdjustment, StockMove
from erp.inventory.services import Difference
from suite.core.errors import BusinessError
from suite.masterdata.models import Product
from tests.erp.finance.books import balance
from tests.erp.inventory.make import Shop


def adjust(shop: Shop, *lines: tuple[Product, int, str | None], reason: str = "count", **how: bool) -> StockAdjustment:
    return services.adjust(
        [Difference(product.pk, Decimal(quantity), cost and Decimal(cost)) for product, quantity, cost in lines],
        warehouse_id=shop.warehouse_id,
        reason=reason,
        actor=shop.actor,
        **how,
    )


def test_opening_stock_stands_in_the_books(shop: Shop) -> None:
    tea = shop.product("tea", stock=10, cost="12.5")

    assert shop.balance(tea) == (10, 0)
    assert shop.worth(tea) == (10, 125)
    assert (balance(shop.company, "1405"), balance(shop.company, "310405")) == (125, -125)
    assert StockAdjustment.objects.get().number.startswith("SA")


def test_a_count_of_98_where_the_book_says_100_books_a_loss_of_two(shop: Shop) -> None:
    tea = shop.product("tea", stock=100, cost="5")

    adjustment = services.book_count(
        {tea.pk: Decimal(98)}, warehouse_id=shop.warehouse_id, reason="Stocktake", actor=shop.actor
    )

    [line] = adjustment.lines.all()
    assert (line.book_quantity, line.difference, line.value) == (100, -2, -10)
    assert adjustment.reason == "Stocktake"
    assert shop.balance(tea) == (98, 0)
    assert (balance(shop.company, "571101"), balance(shop.company, "1405")) == (10, 490)


def test_a_count_that_agrees_makes_no_paper(shop: Shop) -> None:
    tea = shop.product("tea", stock=100)

    assert (
        services.book_count({tea.pk: Decimal(100)}, warehouse_id=shop.warehouse_id, reason="", actor=shop.actor) is None
    )
    assert StockAdjustment.objects.count() == 1


def test_what_is_found_is_worth_the_average_or_what_one_says(shop: Shop) -> None:
    tea, cup, pot = shop.product("tea", stock=2, cost="5"), shop.product("cup"), shop.product("pot", standard_cost=3)

    adjust(shop, (tea, 2, None), (cup, 1, "7"), (pot, 2, None))

    assert [shop.worth(product)[1] for product in (tea, cup, pot)] == [20, 7, 6]
    assert balance(shop.company, "530104") == -10 - 7 - 6


def test_somebody_must_know_what_a_found_piece_is_worth(shop: Shop) -> None:
    cup = shop.product("cup")

    with pytest.raises(BusinessError) as refusal:
        adjust(shop, (cup, 1, None))

    assert (refusal.value.code, refusal.value.refusals[0].field) == ("no_cost", "unit_cost")


def test_no_more_is_missing_than_the_book_has(shop: Shop) -> None:
    tea = shop.product("tea", stock=2)

    with pytest.raises(BusinessError) as refusal:
        adjust(shop, (tea, -3, None))

    assert refusal.value.code == "short_of_stock"


def test_when_reserved_goods_are_missing_the_last_promised_wait_again(shop: Shop) -> None:
    tea = shop.product("tea", stock=10)
    early, late = shop.order((tea, 5), promised=dt.date(2026, 5, 1)), shop.order((tea, 5), promised=dt.date(2026, 5, 2))
    shop.confirm(early, late)

    adjustment = adjust(shop, (tea, -3, None), release=True)

    assert {demand.order_id: demand.reserved for demand in Demand.objects.all()} == {early.id: 5, late.id: 2}
    assert shop.balance(tea) == (7, 7)
    assert [(loss.demand.order_id, loss.quantity) for loss in adjustment.lost] == [(late.id, 3)]


def test_nobody_loses_what_is_reserved_before_it_was_said_who_does(shop: Shop) -> None:
    cup, tea = shop.product("cup", stock=5), shop.product("tea", stock=10)
    early, late = shop.order((tea, 5), promised=dt.date(2026, 5, 1)), shop.order((tea, 5), promised=dt.date(2026, 5, 2))
    shop.confirm(early, late)

    with pytest.raises(BusinessError) as refusal:
        adjust(shop, (cup, -1, None), (tea, -6, None))

    line, agree = refusal.value.refusals
    assert (line.code, line.line, line.field) == ("reserved", 1, "difference")
    assert (
        str(line)
        == f"Reserved for {late.source.number} (5 piece), {early.source.number} (1 piece), which would wait again"
    )
    assert (agree.line, agree.field) == (None, "release")
    assert (shop.balance(tea), shop.balance(cup)) == ((10, 10), (5, 0))


def test_a_refused_count_points_at_the_product_that_was_counted(shop: Shop) -> None:
    cup, tea = shop.product("cup", stock=5), shop.product("tea", stock=10)
    shop.confirm(shop.order((tea, 10)))

    with pytest.raises(BusinessError) as refusal:
        services.book_count(
            {tea.pk: Decimal(9), cup.pk: Decimal(5)}, warehouse_id=shop.warehouse_id, reason="", actor=shop.actor
        )

    assert [each.line for each in refusal.value.refusals] == [0, None]


def test_what_was_found_by_mistake_is_taken_from_who_got_it_only_with_a_word(shop: Shop) -> None:
    tea = shop.product("tea", stock=1)
    shop.confirm(shop.order((tea, 3)))
    adjustment = adjust(shop, (tea, 4, None))

    with pytest.raises(BusinessError) as refusal:
        services.reverse_adjustment(adjustment, actor=shop.actor, reason="wrong shelf")
    services.reverse_adjustment(adjustment, actor=shop.actor, reason="wrong shelf", release=True)

    assert refusal.value.code == "reserved"
    assert shop.balance(tea) == (1, 1)


def test_what_is_found_goes_to_who_waits(shop: Shop) -> None:
    tea = shop.product("tea", stock=1)
    shop.confirm(shop.order((tea, 3)))

    adjust(shop, (tea, 4, None))

    assert shop.balance(tea) == (5, 3)


@pytest.mark.parametrize("lines", [[], [("tea", 0)], [("tea", 1), ("tea", 2)], [("advice", 1)]])
def test_nonsense_is_refused(shop: Shop, lines: list[tuple[str, int]]) -> None:
    products = {"tea": shop.product("tea"), "advice": shop.product("advice", kind="service")}

    with pytest.raises(ValidationError):
        adjust(shop, *((products[code], quantity, "1") for code, quantity in lines))

    assert not StockAdjustment.objects.exists()


def test_an_adjustment_is_reversed_by_another(shop: Shop) -> None:
    tea, cup = shop.product("tea", stock=10, cost="5"), shop.product("cup")
    adjustment = adjust(shop, (tea, -2, None), (cup, 3, "4"))

    services.reverse_adjustment(adjustment, actor=shop.actor, reason="counted the wrong shelf")

    assert (shop.balance(tea), shop.balance(cup)) == ((10, 0), (0, 0))
    assert (shop.worth(tea), shop.worth(cup)) == ((10, 50), (0, 0))
    assert (balance(shop.company, "571101"), balance(shop.company, "530104")) == (0, 0)
    adjustment.refresh_from_db()
    assert adjustment.status == StockAdjustment.Status.REVERSED
    assert StockMove.objects.filter(reverses__isnull=False).count() == 2
    with pytest.raises(BusinessError):
        services.reverse_adjustment(adjustment, actor=shop.actor, reason="again")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE erp_inventory_stockmove SET quantity = 99",
        "DELETE FROM erp_inventory_stockmove",
        "TRUNCATE erp_inventory_stockmove CASCADE",
    ],
)
def test_the_stock_ledger_is_final(shop: Shop, statement: str) -> None:
    shop.product("tea", stock=1)

    with pytest.raises(DatabaseError, match="final"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {statement}")
