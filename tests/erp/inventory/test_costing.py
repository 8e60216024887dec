"""What goods cost when they leave: the worked cases of stock valuation, with their numbers."""

from decimal import Decimal

import pytest

from erp.inventory import services
from erp.inventory.models import CostLayer, Delivery
from erp.inventory.services import ValueChange
from erp.inventory.services.costing import Layer, Worth
from erp.inventory.services.stock import source_of
from suite.core.acts import acting
from suite.core.errors import BusinessError
from suite.desk.imports import Batch
from suite.masterdata.models import Product
from suite.masterdata.services import importing, products
from tests.erp.finance.books import balance
from tests.erp.inventory.make import Shop


def cost_of(delivery: Delivery) -> Decimal:
    return sum(delivery.lines.values_list("cost", flat=True), Decimal(0))


def test_fifo_issues_the_oldest_receipt_first_x_sv01(shop: Shop) -> None:
    tea = shop.product("tea", costing="fifo")
    shop.buy((tea, 10, "8"))
    shop.buy((tea, 5, "11"))

    out = shop.sell((tea, 12))

    assert cost_of(out) == 102
    assert shop.worth(tea) == (3, 33)
    assert list(CostLayer.objects.filter(remaining__gt=0).values_list("remaining", "remaining_value")) == [(3, 33)]


def test_a_returned_piece_goes_to_the_end_of_the_queue_x_sv02(shop: Shop) -> None:
    tea = shop.product("tea", costing="fifo")
    shop.buy((tea, 1, "10"))
    shop.buy((tea, 1, "20"))
    first = shop.sell((tea, 1))
    assert cost_of(first) == 10

    services.return_goods({first.lines.get().pk: Decimal(1)}, actor=shop.actor, reason="broken")

    assert shop.worth(tea) == (2, 30)
    second = shop.sell((tea, 1))
    assert cost_of(second) == 20
    assert shop.worth(tea) == (1, 10)


def test_freight_on_one_of_two_products_received_together_x_sv03(shop: Shop) -> None:
    first, second = shop.product("p1"), shop.product("p2")
    receipt = shop.buy((first, 10, "100"), (second, 1, "10"))
    freight = ValueChange(source_of(receipt), first.pk, shop.warehouse_id, Decimal(10), Decimal(10))

    [split] = services.revalue([freight], actor=shop.actor)

    assert split == (10, 0)
    assert (shop.worth(first), shop.worth(second)) == ((10, 1010), (1, 10))
    undo = ValueChange(source_of(receipt), first.pk, shop.warehouse_id, Decimal(10), Decimal(-10))
    assert services.revalue([undo], actor=shop.actor) == [(-10, 0)]
    assert shop.worth(first) == (10, 1000)


def test_an_average_that_does_not_come_out_even_ends_at_zero_x_sv04(shop: Shop) -> None:
    tea = shop.product("tea")
    shop.buy((tea, 1000, "0.17"))
    shop.buy((tea, 800, "0.23"))
    assert shop.worth(tea) == (1800, 354)

    costs = [cost_of(shop.sell((tea, 1000))), cost_of(shop.sell((tea, 800)))]

    assert sum(costs) == 354
    assert shop.worth(tea) == (0, 0)


def test_a_past_issue_corrected_to_less_comes_back_at_its_cost_x_sv06(shop: Shop) -> None:
    tea = shop.product("tea")
    shop.buy((tea, 10, "10"))
    shop.buy((tea, 10, "20"))
    out = shop.sell((tea, 15))

    services.return_goods({out.lines.get().pk: Decimal(5)}, actor=shop.actor, reason="only 10 were issued")

    assert shop.worth(tea) == (10, 150)


def test_a_price_difference_goes_to_stock_and_to_cost_by_what_is_still_there(shop: Shop) -> None:
    tea = shop.product("tea")
    receipt = shop.buy((tea, 10, "100"))
    out = shop.sell((tea, 7))
    assert cost_of(out) == 700
    dearer = ValueChange(source_of(receipt), tea.pk, shop.warehouse_id, Decimal(10), Decimal(50))

    [split] = services.revalue([dearer], actor=shop.actor)

    assert split == (15, 35)
    assert shop.worth(tea) == (3, 315)


def test_a_fifo_receipt_that_turns_out_dearer_changes_its_own_layer(shop: Shop) -> None:
    tea = shop.product("tea", costing="fifo")
    old = shop.buy((tea, 10, "100"))
    shop.buy((tea, 10, "200"))
    shop.sell((tea, 7))
    dearer = ValueChange(
        source_of(old), tea.pk, shop.warehouse_id, Decimal(10), Decimal(50), receipt_line_id=old.lines.get().pk
    )

    [split] = services.revalue([dearer], actor=shop.actor)

    assert split == (15, 35)
    layers = CostLayer.objects.order_by("id").values_list("remaining", "remaining_value")
    assert list(layers) == [(3, 315), (10, 2000)]


def test_goods_valued_first_in_first_out_change_their_value_by_receipt_only(shop: Shop) -> None:
    tea = shop.product("tea", costing="fifo")
    old = shop.buy((tea, 10, "100"))
    dearer = ValueChange(source_of(old), tea.pk, shop.warehouse_id, Decimal(10), Decimal(50))

    with pytest.raises(BusinessError) as refusal:
        services.revalue([dearer], actor=shop.actor)

    assert [(each.code, each.line) for each in refusal.value.refusals] == [("no_receipt", 0)]
    assert shop.worth(tea) == (10, 1000)


def test_a_cheaper_invoice_never_makes_stock_worth_less_than_nothing(shop: Shop) -> None:
    tea = shop.product("tea")
    receipt = shop.buy((tea, 2, "1"))
    cheaper = ValueChange(source_of(receipt), tea.pk, shop.warehouse_id, Decimal(2), Decimal(-5))

    [split] = services.revalue([cheaper], actor=shop.actor)

    assert split == (-2, -3)
    assert shop.worth(tea) == (2, 0)


@pytest.mark.parametrize("costing", ["average", "fifo"])
def test_stock_and_its_account_agree_after_buying_selling_and_returning(shop: Shop, costing: str) -> None:
    tea = shop.product("tea", stock=3, cost="7.77", costing=costing)
    shop.buy((tea, 7, "3.333333"))
    out = shop.sell((tea, 4))
    shop.sell((tea, 5))
    services.return_goods({out.lines.get().pk: Decimal(1)}, actor=shop.actor, reason="")
    shop.sell((tea, 2))

    assert shop.worth(tea) == (0, 0)
    assert balance(shop.company, "1405") == 0


def test_stock_from_before_a_product_was_fifo_is_the_oldest() -> None:
    worth = Worth(Decimal(5), Decimal(50), is_fifo=True, layers=[Layer(1, 1, Decimal(2), Decimal(40))])

    assert worth.take(Decimal(4)) == 10 + 20
    assert (worth.quantity, worth.value, worth.layers[0].remaining) == (1, 20, 1)


def test_the_costing_method_may_change_before_anything_moved(shop: Shop) -> None:
    tea = shop.product("tea")

    products.change_product(product=tea, costing="fifo", actor=shop.actor)

    tea.refresh_from_db()
    assert tea.costing == "fifo"


@pytest.mark.parametrize("sold", [0, 5])
def test_the_costing_method_of_goods_that_moved_stays_even_when_none_is_left(shop: Shop, sold: int) -> None:
    tea = shop.product("tea", stock=5)
    if sold:
        shop.sell((tea, sold))

    with pytest.raises(BusinessError) as refused:
        products.change_product(product=tea, costing="fifo", name="Green tea", actor=shop.actor)

    assert (refused.value.code, refused.value.refusals[0].field) == ("product_moved", "costing")
    tea.refresh_from_db()
    assert (tea.costing, tea.name) == ("average", "tea")


def test_a_sheet_does_not_change_the_costing_method_of_goods_that_moved(shop: Shop) -> None:
    tea, cup = shop.product("tea", stock=5), shop.product("cup")
    sheet = Batch(["code", "name", "costing"], [[code, code, "fifo"] for code in ("tea", "cup")], [2, 3])

    with acting(shop.actor):
        saved = importing.save_products(actor=shop.actor, batch=sheet, key="code", update=True)

    assert list(saved.refused) == [0]
    assert {row.code: row.costing for row in Product.objects.all()} == {"tea": "average", "cup": "fifo"}
    assert (tea.pk in saved.changed, cup.pk in saved.changed) == (False, True)
