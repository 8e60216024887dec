"""Goods come in, and those who wait get them."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.finance.services import periods
from erp.inputs import Source
from erp.inventory import ports, services
from erp.inventory.models import Demand, GoodsReceipt, StockMove
from erp.inventory.services import ReceiptInput, ReceiptLine
from erp.inventory.services.stock import source_of
from suite.core import clock
from suite.core.acts import acting
from suite.core.errors import BusinessError
from tests import make
from tests.erp.finance.books import balance, warm
from tests.erp.inventory.make import Shop


def test_goods_of_a_supplier_are_owed_as_received_and_not_invoiced(shop: Shop) -> None:
    tea = shop.product("tea")

    receipt = shop.buy((tea, 10, "100"))

    assert receipt.number.startswith("GR")
    assert (receipt.kind_of, receipt.status) == (GoodsReceipt.Kind.PURCHASE, GoodsReceipt.Status.POSTED)
    assert shop.balance(tea) == (10, 0)
    assert shop.worth(tea) == (10, 1000)
    assert (balance(shop.company, "1405"), balance(shop.company, "220202")) == (1000, -1000)


def test_goods_without_a_supplier_are_a_gain(shop: Shop) -> None:
    tea = shop.product("tea")
    found = ReceiptInput(shop.warehouse_id, [ReceiptLine(tea.pk, Decimal(2), Decimal(30))], reason="found")

    [receipt] = services.receive([found], actor=shop.actor)

    assert receipt.kind_of == GoodsReceipt.Kind.OTHER
    assert (balance(shop.company, "1405"), balance(shop.company, "530104")) == (30, -30)


def test_a_service_lies_on_no_shelf(shop: Shop) -> None:
    advice = make.product(shop.company, kind="service")
    found = ReceiptInput(shop.warehouse_id, [ReceiptLine(advice.pk, Decimal(1), Decimal(5))], reason="found")

    with pytest.raises(BusinessError) as refused:
        services.receive([found], actor=shop.actor)

    assert refused.value.code == "is_service"
    assert not GoodsReceipt.objects.exists()


def test_who_was_promised_first_gets_the_goods_first(shop: Shop) -> None:
    tea = shop.product("tea")
    late, early, never = (
        shop.order((tea, 5), promised=dt.date(2026, 5, 2)),
        shop.order((tea, 5), promised=dt.date(2026, 5, 1)),
        shop.order((tea, 5)),
    )
    shop.confirm(never, late, early)

    shop.buy((tea, 8, "1"))

    reserved = {demand.order_id: demand.reserved for demand in Demand.objects.all()}
    assert reserved == {early.id: 5, late.id: 3, never.id: 0}
    assert shop.balance(tea) == (8, 8)


def test_a_receipt_for_a_shortage_leaves_the_rest_free(shop: Shop) -> None:
    tea = shop.product("tea", stock=60)
    shop.confirm(shop.order((tea, 100)))

    shop.buy((tea, 60, "1"))

    stock = services.availability([tea.pk], company=shop.company)[tea.pk]
    assert (stock.on_hand, stock.reserved, stock.free, stock.waiting) == (120, 100, 20, 0)


@pytest.mark.parametrize(("quantity", "value"), [("0", "1"), ("-1", "1"), ("1", "-1")])
def test_nonsense_is_refused(shop: Shop, quantity: str, value: str) -> None:
    tea = shop.product("tea")
    line = ReceiptLine(tea.pk, Decimal(quantity), Decimal(value))

    with pytest.raises(ValidationError):
        services.receive([ReceiptInput(shop.warehouse_id, [line])], actor=shop.actor)

    assert not GoodsReceipt.objects.exists()


def test_a_day_of_a_closed_month_is_refused_at_its_field_with_the_day_to_choose(shop: Shop) -> None:
    tea, first = shop.product("tea", stock=9), clock.today(shop.company).replace(day=1)
    line, bought = shop.sell((tea, 2)).lines.get(), shop.buy((tea, 1, "1"))
    day = first - dt.timedelta(days=5)
    period = shop.company_period(day)
    periods.close(period_ids=[period.pk], actor=shop.actor)
    moves = StockMove.objects.count()
    rest: dict[str, Any] = {"actor": shop.actor, "reason": "late"}
    missing = [services.Difference(tea.pk, Decimal(-1))]
    sent = {bought.lines.get().pk: Decimal(1)}
    acts: list[tuple[str, Callable[[], object]]] = [
        ("received_on", lambda: shop.buy((tea, 1, "1"), received_on=day)),
        ("posting_date", lambda: services.return_goods({line.pk: Decimal(1)}, posting_date=day, **rest)),
        ("posting_date", lambda: services.return_to_supplier(sent, posting_date=day, **rest)),
        ("posting_date", lambda: services.reverse_receipt(bought, posting_date=day, **rest)),
        ("date", lambda: services.adjust(missing, warehouse_id=shop.warehouse_id, date=day, **rest)),
    ]

    for field, act in acts:
        with pytest.raises(BusinessError) as refused:
            act()

        (refusal,) = refused.value.refusals
        assert (refusal.code, refusal.field) == ("period_closed", field)
        assert str(refusal) == f"Period {period.code} is closed: choose {first} or later"
    assert StockMove.objects.count() == moves


def test_goods_do_not_move_on_a_day_that_is_still_to_come(shop: Shop) -> None:
    tea, today = shop.product("tea", stock=9), clock.today(shop.company)
    line, bought = shop.sell((tea, 2)).lines.get(), shop.buy((tea, 1, "1"))
    [open_delivery] = shop.confirm(shop.order((tea, 1)))
    tomorrow, moves = today + dt.timedelta(days=1), StockMove.objects.count()
    rest: dict[str, Any] = {"actor": shop.actor, "reason": "early"}
    missing = [services.Difference(tea.pk, Decimal(-1))]
    acts: list[tuple[str, Callable[[], object]]] = [
        ("received_on", lambda: shop.buy((tea, 1, "1"), received_on=tomorrow)),
        ("posting_date", lambda: services.ship([open_delivery], posting_date=tomorrow, actor=shop.actor)),
        ("posting_date", lambda: services.return_goods({line.pk: Decimal(1)}, posting_date=tomorrow, **rest)),
        ("posting_date", lambda: services.reverse_receipt(bought, posting_date=tomorrow, **rest)),
        ("date", lambda: services.adjust(missing, warehouse_id=shop.warehouse_id, date=tomorrow, **rest)),
    ]

    for field, act in acts:
        with pytest.raises(BusinessError) as refused:
            act()

        (refusal,) = refused.value.refusals
        assert (refusal.code, refusal.field) == ("day_to_come", field)
    assert StockMove.objects.count() == moves


def test_a_price_that_the_supplier_corrects_late_is_booked_today_and_keeps_its_day(shop: Shop) -> None:
    tea, today = shop.product("tea"), clock.today(shop.company)
    receipt = shop.buy((tea, 1, "1"))
    last_month = today.replace(day=1) - dt.timedelta(days=5)
    periods.close(period_ids=[shop.company_period(last_month).pk], actor=shop.actor)
    change = services.ValueChange(source_of(receipt), tea.pk, shop.warehouse_id, Decimal(1), Decimal(2))

    services.revalue([change], posting_date=last_month, actor=shop.actor)

    move = StockMove.objects.get(kind=StockMove.Kind.REVALUATION)
    assert (move.posting_date, move.effective_date) == (today, last_month)


def test_a_receipt_booked_by_mistake_is_reversed(shop: Shop) -> None:
    tea = shop.product("tea", stock=5, cost="10")
    receipt = shop.buy((tea, 10, "20"))
    shop.confirm(shop.order((tea, 12), promised=dt.date(2026, 5, 1)))

    services.reverse_receipt(receipt, actor=shop.actor, reason="wrong delivery note", release=True)

    assert shop.balance(tea) == (5, 5)
    assert shop.worth(tea) == (5, 50)
    demand = Demand.objects.get()
    assert (demand.reserved, demand.waiting) == (5, 7)
    assert balance(shop.company, "220202") == 0
    back = StockMove.objects.get(quantity__lt=0)
    assert (back.quantity, back.value, back.reverses.source_id) == (-10, -200, receipt.pk)
    with pytest.raises(BusinessError):
        services.reverse_receipt(receipt, actor=shop.actor, reason="again")


def test_a_receipt_whose_goods_left_is_not_reversed(shop: Shop) -> None:
    tea = shop.product("tea")
    receipt = shop.buy((tea, 10, "20"))
    shop.sell((tea, 1))

    with pytest.raises(BusinessError) as refusal:
        services.reverse_receipt(receipt, actor=shop.actor, reason="")

    assert refusal.value.code == "short_of_stock"
    assert shop.balance(tea) == (9, 0)


def test_where_the_average_moved_on_the_difference_of_a_reversal_is_cost(shop: Shop) -> None:
    tea = shop.product("tea")
    shop.buy((tea, 5, "10"))
    dear = shop.buy((tea, 5, "20"))
    shop.sell((tea, 5))

    services.reverse_receipt(dear, actor=shop.actor, reason="")

    assert shop.worth(tea) == (0, 0)
    assert balance(shop.company, "1405") == 0
    assert balance(shop.company, "220202") == -50
    assert balance(shop.company, "5401") == 75 - 25


def test_goods_go_back_to_the_supplier_at_what_they_came_for(shop: Shop) -> None:
    tea, told = shop.product("tea"), []
    order = Source("test.purchase", 7, "PO7")
    [receipt] = services.receive(
        [ReceiptInput(shop.warehouse_id, [ReceiptLine(tea.pk, Decimal(3), Decimal(100), 71)], shop.supplier.pk, order)],
        actor=shop.actor,
    )
    ports.follow_returns("test.purchase", lambda quantities, **how: told.append((dict(quantities), how["mistake"])))

    [delivery] = services.return_to_supplier({receipt.lines.get().pk: Decimal(1)}, actor=shop.actor, reason="scratched")

    assert (delivery.kind_of, delivery.status) == ("supplier_return", "shipped")
    assert delivery.lines.get().cost == Decimal("33.33")
    assert shop.worth(tea) == (2, Decimal("66.67"))
    assert balance(shop.company, "220202") == Decimal("-66.67")
    assert told == [({71: 1}, False)]
    with pytest.raises(BusinessError):
        services.return_to_supplier({receipt.lines.get().pk: Decimal(3)}, actor=shop.actor, reason="")


def test_reserved_goods_do_not_go_back_to_the_supplier(shop: Shop) -> None:
    tea = shop.product("tea")
    receipt = shop.buy((tea, 3, "10"))
    shop.confirm(shop.order((tea, 2)))

    with pytest.raises(BusinessError) as refusal:
        services.return_to_supplier({receipt.lines.get().pk: Decimal(2)}, actor=shop.actor, reason="")

    assert refusal.value.code == "short_of_stock"
    assert shop.balance(tea) == (3, 2)


def test_ten_statements_are_enough_for_any_number_of_receipts_and_lines(shop: Shop) -> None:
    products = [shop.product(f"p{n}", stock=1) for n in range(10)]
    shop.confirm(shop.order(*((product, 5) for product in products)))
    warm(shop.company)
    counts = []

    for receipts, lines in ((1, 1), (1, 10), (6, 10)):
        inputs = [
            ReceiptInput(
                shop.warehouse_id,
                [ReceiptLine(each.pk, Decimal(1), Decimal(1)) for each in products[:lines]],
                shop.supplier.pk,
            )
            for _ in range(receipts)
        ]
        with CaptureQueriesContext(connection) as statements, acting(shop.actor):
            services.receive(inputs, actor=shop.actor)
        counts.append(len([each for each in statements.captured_queries if "SAVEPOINT" not in each["sql"]]))

    assert len(set(counts)) == 1
    assert counts[0] <= 10
