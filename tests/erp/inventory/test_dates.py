"""What leaves on a day that lies back was there on that day, and ever since."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.inventory import services
from erp.inventory.models import Delivery, GoodsReceiptLine, StockMove
from erp.inventory.queries import balances_after
from erp.inventory.services import Difference
from suite.core import clock
from suite.core.errors import BusinessError, Refusal
from suite.masterdata.models import Product
from tests.erp.finance.books import warm
from tests.erp.inventory.make import Shop


@contextmanager
def ago(shop: Shop, days: int) -> Iterator[dt.date]:
    """Live so many days ago."""
    day = clock.today(shop.company) - dt.timedelta(days=days)
    with clock.at(clock.day_starts(shop.company, day) + dt.timedelta(hours=10)):
        yield day


def day(shop: Shop, days: int) -> dt.date:
    return clock.today(shop.company) - dt.timedelta(days=days)


def sold_out(shop: Shop, product: Product) -> Delivery:
    """Opened with 3 nine days ago, an order for 5 confirmed on the next day, 10 more bought three days ago."""
    with ago(shop, 9):
        shop.open_stock((product, 3, "10"))
    with ago(shop, 8):
        [delivery] = shop.confirm(shop.order((product, 5)))
    with ago(shop, 3):
        shop.buy((product, 10, "10"))
    return delivery


def lowest(shop: Shop) -> Decimal:
    return min(after.quantity for after in balances_after(StockMove.objects.of(shop.company.pk)).values())


def only(error: BusinessError) -> Refusal:
    [refusal] = error.refusals
    return refusal


def test_goods_do_not_leave_before_they_came(shop: Shop) -> None:
    tea = shop.product("tea")
    delivery = sold_out(shop, tea)

    with pytest.raises(BusinessError) as refused:
        services.ship([delivery], posting_date=day(shop, 4), actor=shop.actor)
    outcome = services.ship_ready([delivery], posting_date=day(shop, 4), actor=shop.actor)
    services.ship([delivery], posting_date=day(shop, 3), actor=shop.actor)

    assert (only(refused.value).code, only(refused.value).line) == ("short_of_stock_then", 0)
    assert str(refused.value) == f"tea tea: 5 wanted, but on {day(shop, 4)} only 3 were there"
    assert outcome.refused.keys() == {delivery.pk}
    assert lowest(shop) >= 0


def test_what_left_since_counts_and_the_day_of_it_is_said(shop: Shop) -> None:
    tea = shop.product("tea")
    with ago(shop, 9):
        shop.open_stock((tea, 10, "10"))
        [first, second] = shop.confirm(shop.order((tea, 8)), shop.order((tea, 5)))
    with ago(shop, 5):
        services.ship([first], actor=shop.actor)
    with ago(shop, 2):
        shop.buy((tea, 20, "10"))

    with pytest.raises(BusinessError) as refused:
        services.ship([second], posting_date=day(shop, 7), actor=shop.actor)

    assert str(refused.value) == f"tea tea: 5 wanted, but on {day(shop, 5)} only 2 were there"


def test_many_days_of_one_act_are_judged_together(shop: Shop) -> None:
    tea = shop.product("tea")
    with ago(shop, 9):
        shop.open_stock((tea, 4, "10"))
        [first, second, third] = shop.confirm(shop.order((tea, 4)), shop.order((tea, 4)), shop.order((tea, 2)))
    with ago(shop, 3):
        shop.buy((tea, 6, "10"))
    days = {first.pk: day(shop, 6), second.pk: day(shop, 2), third.pk: day(shop, 5)}

    with pytest.raises(BusinessError) as refused:
        services.ship([first, second, third], days=days, actor=shop.actor)
    services.ship([first, second, third], days=days | {third.pk: day(shop, 3)}, actor=shop.actor)

    assert refused.value.by_key.keys() == {third.pk}
    assert str(refused.value) == f"tea tea: 2 wanted, but on {day(shop, 5)} only 0 were there"
    assert lowest(shop) == 0


def test_every_paper_that_takes_goods_out_is_held_to_it(shop: Shop) -> None:
    tea, cup = shop.product("tea"), shop.product("cup")
    with ago(shop, 9):
        shop.open_stock((tea, 3, "10"), (cup, 3, "10"))
        receipt = shop.buy((cup, 5, "10"))
    with ago(shop, 8):
        shop.sell((cup, 7))
        found = services.adjust(
            [Difference(tea.pk, Decimal(2), Decimal(10))], warehouse_id=shop.warehouse_id, reason="x", actor=shop.actor
        )
        shop.sell((tea, 4))
    with ago(shop, 3):
        shop.buy((tea, 10, "10"), (cup, 10, "10"))
    line = GoodsReceiptLine.objects.get(receipt=receipt)
    acts = [
        lambda date: services.adjust(
            [Difference(cup.pk, Decimal(1), Decimal(10)), Difference(tea.pk, Decimal(-2))],
            warehouse_id=shop.warehouse_id, reason="x", date=date, actor=shop.actor,
        ),
        lambda date: services.reverse_adjustment(found, reason="x", date=date, actor=shop.actor),
        lambda date: services.reverse_receipt(receipt, reason="x", posting_date=date, actor=shop.actor),
        lambda date: services.return_to_supplier(
            {line.pk: Decimal(2)}, reason="x", posting_date=date, actor=shop.actor
        ),
    ]  # fmt: skip

    for act in acts:
        with pytest.raises(BusinessError) as refused:
            act(day(shop, 4))
        assert only(refused.value).code == "short_of_stock_then"
    for act in acts[:2]:
        act(day(shop, 3))

    assert lowest(shop) >= 0


def test_nothing_is_taken_back_before_it_was_booked(shop: Shop) -> None:
    tea = shop.product("tea", stock=20)
    with ago(shop, 3):
        receipt = shop.buy((tea, 5, "10"))
        found = services.adjust(
            [Difference(tea.pk, Decimal(2), Decimal(10))], warehouse_id=shop.warehouse_id, reason="x", actor=shop.actor
        )

    with pytest.raises(BusinessError) as of_receipt:
        services.reverse_receipt(receipt, reason="x", posting_date=day(shop, 4), actor=shop.actor)
    with pytest.raises(BusinessError) as of_adjustment:
        services.reverse_adjustment(found, reason="x", date=day(shop, 4), actor=shop.actor)

    assert (only(of_receipt.value).code, only(of_receipt.value).field) == ("before_it_came", "posting_date")
    assert (only(of_adjustment.value).code, only(of_adjustment.value).field) == ("before_it_came", "date")


def test_a_delivery_does_not_leave_before_its_order_was_confirmed(shop: Shop) -> None:
    tea = shop.product("tea")
    with ago(shop, 9):
        shop.open_stock((tea, 10, "10"))
    with ago(shop, 5):
        [delivery] = shop.confirm(order := shop.order((tea, 4)))
    [line] = delivery.lines.all()
    services.ship([delivery], quantities={line.pk: Decimal(1)}, actor=shop.actor)
    rest = delivery.backorders.get()

    with pytest.raises(BusinessError) as refused:
        services.ship([rest], posting_date=day(shop, 6), actor=shop.actor)
    services.ship([rest], posting_date=day(shop, 5), actor=shop.actor)

    assert (only(refused.value).code, only(refused.value).field) == ("before_its_order", "posting_date")
    assert str(refused.value) == (
        f"{rest.number} cannot have left on {day(shop, 6)}: order {order.source.number} was confirmed on {day(shop, 5)}"
    )


def test_days_that_lie_back_cost_two_statements_for_any_number_of_lines(shop: Shop) -> None:
    products = [shop.product(f"p{n}") for n in range(10)]
    with ago(shop, 9):
        shop.open_stock(*((product, 100, "1") for product in products))
        orders = [shop.order(*((each, 1) for each in products[:lines])) for lines in (1, 1, 10)]
        deliveries = shop.confirm(*orders)
    warm(shop.company)
    counts = []

    for delivery, posted in zip(deliveries, (None, day(shop, 2), day(shop, 3)), strict=True):
        with CaptureQueriesContext(connection) as statements:
            services.ship([delivery], posting_date=posted, actor=shop.actor)
        counts.append(len([each for each in statements.captured_queries if "SAVEPOINT" not in each["sql"]]))

    assert counts[1:] == [counts[0] + 2, counts[0] + 2]
