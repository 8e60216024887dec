from decimal import Decimal

import pytest

from erp.finance.models import VoucherLine
from erp.inventory.models import Delivery, Demand, GoodsReceipt
from erp.inventory.services import reverse_receipt
from erp.procurement.models import PurchaseOrder, PurchaseOrderLine, Supplier
from erp.procurement.services import LineInput, close_short, create_order, receive, return_goods
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.errors import BusinessError
from suite.masterdata.models import Product
from tests.erp.inventory.make import Shop
from tests.erp.procurement.make import placed


@pytest.fixture
def bolt(shop: Shop) -> Product:
    return shop.product("BOLT")


def line_of(order: PurchaseOrder) -> PurchaseOrderLine:
    return order.lines.get()


def test_parts_are_received_one_after_the_other_and_add_up_to_the_line(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor, warehouse: Actor
) -> None:
    order = placed(supplier, (bolt, 3, "33.333333"), actor=buyer)  # 100.00
    line = line_of(order)

    values = [receive(quantities={line.pk: Decimal(1)}, actor=warehouse)[0].lines.get().value for _part in range(3)]

    order.refresh_from_db()
    assert values == [Decimal("33.33"), Decimal("33.34"), Decimal("33.33")]
    assert order.status == PurchaseOrder.Status.RECEIVED
    assert shop.worth(bolt) == (3, Decimal("100.00"))


def test_a_receipt_fills_who_waits_and_leaves_the_rest_free(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    shop.open_stock((bolt, 60, "10"))
    shop.reserve(shop.order((bolt, 100)))
    order = placed(supplier, (bolt, 60, "10"), actor=buyer)

    receive(order_ids=[order.pk], actor=buyer)

    assert Demand.objects.get().reserved == 100
    assert shop.balance(bolt) == (120, 100)


def test_more_than_ordered_is_accepted_within_the_tolerance_only(
    bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    line = line_of(placed(supplier, (bolt, 100, "10"), actor=buyer))

    with pytest.raises(BusinessError) as refused:
        receive(quantities={line.pk: Decimal(106)}, actor=buyer)
    receive(quantities={line.pk: Decimal(105)}, actor=buyer)

    assert (refused.value.code, refused.value.refusals[0].field) == ("over_receipt", "quantity")
    assert GoodsReceipt.objects.get().lines.get().value == Decimal("1050.00")


def test_nothing_is_received_for_a_draft(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = create_order(supplier=supplier, lines=[LineInput(bolt.pk, Decimal(5))], actor=buyer)

    with pytest.raises(BusinessError) as refused:
        receive(order_ids=[order.pk], actor=buyer)

    assert refused.value.code == "wrong_state"


def test_what_is_received_is_owed_without_an_invoice(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = placed(supplier, (bolt, 10, "100"), actor=buyer)

    receive(order_ids=[order.pk], actor=buyer)

    posted = {line.account.code: line.debit - line.credit for line in VoucherLine.objects.select_related("account")}
    assert posted == {"1405": Decimal("1000.00"), "220202": Decimal("-1000.00")}


def test_goods_go_back_and_the_supplier_may_replace_them(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = placed(supplier, (bolt, 10, "100"), actor=buyer)
    receive(order_ids=[order.pk], actor=buyer)
    line = line_of(order)

    return_goods(quantities={line.pk: Decimal(4)}, actor=buyer, reason="Rusty")
    line.refresh_from_db()
    after_return = (line.received, line.returned, line.unbilled, shop.balance(bolt)[0])
    receive(quantities={line.pk: Decimal(4)}, actor=buyer)

    line.refresh_from_db()
    assert after_return == (10, 4, 6, 6)
    assert (line.received, line.unbilled, shop.balance(bolt)[0]) == (14, 10, 10)


def test_more_than_came_cannot_go_back(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = placed(supplier, (bolt, 10, "100"), actor=buyer)
    receive(quantities={line_of(order).pk: Decimal(6)}, actor=buyer)

    with pytest.raises(BusinessError) as refused:
        return_goods(quantities={line_of(order).pk: Decimal(7)}, actor=buyer, reason="Rusty")

    assert refused.value.code == "over_return"


def test_a_return_takes_from_several_receipts_of_one_line(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    line = line_of(placed(supplier, (bolt, 10, "100"), actor=buyer))
    for _part in range(2):
        receive(quantities={line.pk: Decimal(5)}, actor=buyer)

    return_goods(quantities={line.pk: Decimal(8)}, actor=buyer, reason="Rusty")

    line.refresh_from_db()
    assert (line.returned, shop.balance(bolt)[0]) == (8, 2)


def test_a_reversed_receipt_is_expected_again(shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = placed(supplier, (bolt, 10, "100"), actor=buyer)
    (receipt,) = receive(order_ids=[order.pk], actor=buyer)

    reverse_receipt(receipt, actor=shop.actor, reason="Wrong order")

    order.refresh_from_db()
    assert (order.status, line_of(order).outstanding) == (PurchaseOrder.Status.ORDERED, 10)


def test_an_order_with_seven_in_and_two_out_moves_stock_by_five(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    """X-PP02, second part."""
    receive(order_ids=[placed(supplier, (bolt, 4, "10"), actor=buyer).pk], actor=buyer)
    before = shop.balance(bolt)[0]
    order = placed(supplier, (bolt, 7, "10"), (bolt, -2, "10"), actor=buyer)

    receipts = receive(order_ids=[order.pk], actor=buyer)

    order.refresh_from_db()
    assert shop.balance(bolt)[0] - before == 5
    assert (len(receipts), Delivery.objects.count()) == (1, 1)
    assert order.status == PurchaseOrder.Status.RECEIVED


def test_a_return_larger_than_any_earlier_line_goes_back_from_several(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    receive(order_ids=[placed(supplier, (bolt, 2, "10"), (bolt, 3, "10"), actor=buyer).pk], actor=buyer)

    sent_back = placed(supplier, (bolt, -4, "10"), actor=buyer)
    receive(order_ids=[sent_back.pk], actor=buyer)

    assert sorted(sent_back.lines.values_list("quantity", flat=True)) == [-3, -1]
    assert shop.balance(bolt)[0] == 1


def test_what_never_came_cannot_be_sent_back(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    with pytest.raises(BusinessError) as refused:
        create_order(supplier=supplier, lines=[LineInput(bolt.pk, Decimal(-1))], actor=buyer)

    assert refused.value.code == "nothing_to_return"


def test_an_order_closed_short_expects_nothing_more(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = placed(supplier, (bolt, 10, "100"), actor=buyer)
    receive(quantities={line_of(order).pk: Decimal(6)}, actor=buyer)

    close_short(order_ids=[order.pk], actor=buyer, reason="Sold out")

    with pytest.raises(BusinessError) as refused:
        receive(quantities={line_of(order).pk: Decimal(4)}, actor=buyer)
    assert refused.value.code == "wrong_state"


@pytest.mark.parametrize("count", [1, 5, 50])
def test_receiving_takes_fourteen_statements_for_any_number_of_lines(
    shop: Shop, supplier: Supplier, buyer: Actor, count: int, django_assert_max_num_queries
) -> None:
    products = [shop.product(f"P{n}", stock=1) for n in range(count)]
    shop.reserve(shop.order(*[(product, 3) for product in products]))
    warm = placed(supplier, (products[0], 1, "10"), actor=buyer)
    order = placed(supplier, *[(product, 5, "10") for product in products], actor=buyer)
    receive(order_ids=[warm.pk], actor=buyer)

    @service
    def come(*, actor: Actor) -> None:
        receive(order_ids=[order.pk], actor=actor)

    with django_assert_max_num_queries(14 + 2):  # BEGIN and COMMIT are savepoints here
        come(actor=buyer)

    assert Demand.objects.filter(reserved=3).count() == count


def test_the_most_that_may_come_is_named_in_whole_pieces(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    line = line_of(placed(supplier, (bolt, 130, "1"), actor=buyer))  # 5 % more are 136.5

    with pytest.raises(BusinessError) as refused:
        receive(quantities={line.pk: Decimal(137)}, actor=buyer)
    receive(quantities={line.pk: Decimal(136)}, actor=buyer)

    assert refused.value.refusals[0].params["most"] == "136"
