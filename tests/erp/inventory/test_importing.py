"""Opening stock comes in from a file, and goes out again."""

from decimal import Decimal

from erp.inventory.models import StockAdjustment
from erp.inventory.services import importing
from suite.core.acts import acting
from suite.desk.imports import Batch, Saved, importer
from tests.erp.inventory.make import Shop


def run(shop: Shop, *rows: list[object]) -> Saved:
    batch = Batch(["product", "warehouse", "quantity", "unit_cost"], list(rows), list(range(2, 2 + len(rows))))
    with acting(shop.actor):
        return importing.import_opening_stock(actor=shop.actor, batch=batch)


def test_good_rows_come_in_and_bad_ones_are_named(shop: Shop) -> None:
    tea, cup, advice = shop.product("tea"), shop.product("cup", standard_cost=2), shop.product("a", kind="service")
    good = [[tea.pk, None, Decimal(5), Decimal("1.5")], [cup.pk, shop.warehouse_id, Decimal(4), None]]
    bad = [
        [tea.pk, None, Decimal(1), Decimal(1)],
        [advice.pk, None, Decimal(1), Decimal(1)],
        [shop.product("pot").pk, None, Decimal(1), None],
        [shop.product("pan").pk, None, Decimal(0), Decimal(1)],
    ]

    saved = run(shop, *good, *bad)

    assert (len(saved.made), sorted(saved.refused)) == (2, [2, 3, 4, 5])
    assert (shop.worth(tea), shop.worth(cup)) == ((5, Decimal("7.50")), (4, 8))
    assert StockAdjustment.objects.get().kind_of == StockAdjustment.Kind.OPENING


def test_an_import_is_undone_unless_goods_have_left(shop: Shop) -> None:
    tea, cup = shop.product("tea"), shop.product("cup")
    first = run(shop, [tea.pk, None, Decimal(5), Decimal(1)])
    second = run(shop, [cup.pk, None, Decimal(5), Decimal(1)])
    shop.sell((cup, 1))

    kept = importing.undo_import(actor=shop.actor, made=[*first.made, *second.made], changed={})

    assert list(kept) == second.made
    assert (shop.balance(tea), shop.balance(cup)) == ((0, 0), (4, 0))


def test_the_import_is_offered_to_those_who_may_correct_the_book() -> None:
    known = importer("opening_stock")

    assert known is not None
    assert known.permission == "erp_inventory.add_stockadjustment"
