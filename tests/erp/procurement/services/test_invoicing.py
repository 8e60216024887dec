from decimal import Decimal

import pytest

from erp.finance.models import Invoice, OpenItem, VoucherLine
from erp.finance.services import open_orders
from erp.inputs import DemandOrder, DemandSet
from erp.inventory.models import GoodsReceiptLine
from erp.inventory.services import reverse_receipt
from erp.inventory.services.deliveries import open_deliveries
from erp.inventory.services.shipping import ship
from erp.procurement.models import PurchaseOrder, PurchaseOrderLine, Supplier
from erp.procurement.services import (
    Bill,
    LineInput,
    SupplierInvoice,
    book_held,
    book_invoices,
    create_order,
    place_orders,
    receive,
    return_goods,
    take_back_invoices,
)
from suite.core import invariants
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.errors import BusinessError
from suite.core.models import DocumentLink
from suite.masterdata.models import Product
from tests import make
from tests.erp.inventory.make import Shop
from tests.erp.procurement.make import placed

D = Decimal


@pytest.fixture
def bolt(shop: Shop) -> Product:
    return shop.product("BOLT")


def received(supplier: Supplier, *lines: tuple[Product, int, str], actor: Actor, **fields: object) -> PurchaseOrder:
    order = placed(supplier, *lines, actor=actor, **fields)
    receive(order_ids=[order.pk], actor=actor)
    order.refresh_from_db()
    return order


def line_of(order: PurchaseOrder) -> PurchaseOrderLine:
    return order.lines.get()


def billed(order: PurchaseOrder, quantity: int, price: str | None = None, tax_number: str = "") -> SupplierInvoice:
    price_ = None if price is None else D(price)
    return SupplierInvoice(order.pk, [Bill(line_of(order).pk, D(quantity), price_)], tax_number)


def billed_whole(order: PurchaseOrder, price: str | None = None) -> SupplierInvoice:
    price_ = None if price is None else D(price)
    return SupplierInvoice(order.pk, [Bill(line.pk, line.quantity, price_) for line in order.lines.all()])


def bill(
    order: PurchaseOrder, quantity: int, price: str | None = None, tax_number: str = "", *, actor: Actor, **more: bool
) -> Invoice:
    (invoice,) = book_invoices([billed(order, quantity, price, tax_number)], actor=actor, **more)
    return invoice


@service
def sold(shop: Shop, order: DemandOrder, *, actor: Actor) -> None:
    """What the corridor does about a confirmed order, and the goods leave."""
    orders = DemandSet([order])
    deliveries = open_deliveries(orders, actor=actor)
    open_orders(orders, actor=actor)
    shop.reserve(order)
    ship(deliveries, actor=actor)


def posted() -> dict[str, Decimal]:
    """Debit less credit by account code; accounts at zero are left out."""
    sums: dict[str, Decimal] = {}
    for line in VoucherLine.objects.filter(voucher__status="posted").select_related("account"):
        sums[line.account.code] = sums.get(line.account.code, D(0)) + line.debit - line.credit
    return {code: amount for code, amount in sums.items() if amount}


def refusal(order: PurchaseOrder, quantity: int, price: str | None = None, *, actor: Actor, **more: object) -> str:
    with pytest.raises(BusinessError) as error:
        bill(order, quantity, price, actor=actor, **more)
    return error.value.code


def test_an_invoice_as_ordered_turns_what_was_expected_into_a_payable(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = received(supplier, (bolt, 10, "100"), actor=buyer)

    invoice = bill(order, 10, actor=buyer, tax_number="25312000000012345678")

    assert posted() == {"1405": D("1000.00"), "22210101": D("130.00"), "220201": D("-1130.00")}
    item = OpenItem.objects.get()
    assert (item.side, item.amount, item.party, item.invoice) == ("payable", D("1130.00"), supplier.party, invoice)
    assert line_of(order).unbilled == 0
    assert DocumentLink.objects.filter(from_kind="erp_inventory.goodsreceipt", to_id=invoice.pk).exists()


def test_a_price_difference_stays_with_the_goods_and_goes_with_those_sold(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    """Worked example 5: 10 received at 100, 7 sold, billed at 105."""
    order = received(supplier, (bolt, 10, "100"), actor=buyer)
    sold(shop, shop.order((bolt, 7)), actor=shop.actor)
    before = posted()

    bill(order, 10, "105", actor=buyer)

    change = {code: posted().get(code, D(0)) - before.get(code, D(0)) for code in posted() | before}
    assert {code: amount for code, amount in change.items() if amount} == {
        "1405": D("15.00"),
        "5401": D("35.00"),
        "22210101": D("136.50"),
        "220202": D("1000.00"),
        "220201": D("-1186.50"),
    }
    assert shop.worth(bolt) == (3, D("315.00"))


def test_more_than_came_is_not_booked(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = placed(supplier, (bolt, 10, "100"), actor=buyer)
    receive(quantities={line_of(order).pk: D(6)}, actor=buyer)

    assert refusal(order, 7, actor=buyer) == "quantity_not_received"
    bill(order, 6, actor=buyer)
    assert refusal(order, 1, actor=buyer) == "quantity_not_received"


def test_a_price_beyond_the_tolerance_needs_somebody_who_accepts_it(
    bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = received(supplier, (bolt, 10, "100"), actor=buyer)

    assert refusal(order, 10, "111", actor=buyer) == "price_difference"
    assert not Invoice.objects.exists()
    assert bill(order, 5, "110", actor=buyer).net == D("550.00")
    assert bill(order, 5, "111", actor=buyer, accept_difference=True).net == D("555.00")


def test_a_held_invoice_is_kept_and_matched_when_it_is_booked(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = placed(supplier, (bolt, 10, "100"), actor=buyer)

    held = bill(order, 10, "100", actor=buyer, hold=True, reason="Ask the warehouse")
    with pytest.raises(BusinessError) as too_early:
        book_held(invoice_ids=[held.pk], actor=buyer)
    receive(order_ids=[order.pk], actor=buyer)
    (booked,) = book_held(invoice_ids=[held.pk], actor=buyer)

    assert (held.note, too_early.value.code) == ("Ask the warehouse", "quantity_not_received")
    assert booked.status == Invoice.Status.ISSUED
    assert OpenItem.objects.get().amount == D("1130.00")


def test_the_same_invoice_is_not_booked_twice(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = received(supplier, (bolt, 10, "100"), actor=buyer)
    bill(order, 5, actor=buyer, tax_number="A-1")

    with pytest.raises(BusinessError):
        bill(order, 5, actor=buyer, tax_number="A-1")


def test_goods_sent_back_after_the_invoice_come_as_a_credit_note(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    """X-PP02, first part: the credit note is over -4."""
    order = received(supplier, (bolt, 10, "100"), actor=buyer)
    bill(order, 10, actor=buyer)

    return_goods(quantities={line_of(order).pk: D(4)}, actor=buyer, reason="Rusty")
    due = line_of(order).unbilled
    note = bill(order, -4, actor=buyer)

    assert (due, note.lines.get().quantity, note.is_red) == (-4, -4, True)
    assert posted() == {"1405": D("600.00"), "22210101": D("78.00"), "220201": D("-678.00")}
    assert line_of(order).unbilled == 0


def test_a_return_order_and_a_mixed_one_are_billed_by_one_invoice_each(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    """X-PP02: first a return order of 4, then an order of +7 and -2."""
    first = received(supplier, (bolt, 10, "100"), actor=buyer)
    bill(first, 10, actor=buyer)
    stock = shop.balance(bolt)[0]

    sent_back = received(supplier, (bolt, -4, "100"), actor=buyer)
    note = bill(sent_back, -4, actor=buyer)
    mixed = received(supplier, (bolt, 7, "100"), (bolt, -2, "100"), actor=buyer)
    (invoice,) = book_invoices([billed_whole(mixed)], actor=buyer)

    assert note.lines.get().quantity == -4
    assert sorted(invoice.lines.values_list("quantity", flat=True)) == [-2, 7]
    assert shop.balance(bolt)[0] - stock == -4 + 5
    assert posted() == {"1405": D("1100.00"), "22210101": D("143.00"), "220201": D("-1243.00")}
    assert {line.unbilled for line in PurchaseOrderLine.objects.all()} == {0}


def test_parts_of_an_invoice_take_the_oldest_receipts(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = placed(supplier, (bolt, 10, "100"), actor=buyer)
    for _part in range(2):
        receive(quantities={line_of(order).pk: D(5)}, actor=buyer)

    bill(order, 7, actor=buyer)

    assert list(GoodsReceiptLine.objects.order_by("pk").values_list("invoiced", flat=True)) == [5, 2]


def test_an_invoiced_receipt_cannot_be_reversed(bolt: Product, supplier: Supplier, buyer: Actor, shop: Shop) -> None:
    order = placed(supplier, (bolt, 10, "100"), actor=buyer)
    (receipt,) = receive(order_ids=[order.pk], actor=buyer)
    bill(order, 10, actor=buyer)

    with pytest.raises(BusinessError) as refused:
        reverse_receipt(receipt, actor=shop.actor, reason="Mistake")

    assert refused.value.code == "invoiced"


def test_prices_with_tax_are_billed_with_tax(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = received(supplier, (bolt, 10, "113"), actor=buyer, prices_include_tax=True)

    invoice = bill(order, 10, actor=buyer)

    assert (invoice.net, invoice.tax_amount, invoice.gross) == (D("1000.00"), D("130.00"), D("1130.00"))


def test_purchased_services_are_cost(shop: Shop, supplier: Supplier, buyer: Actor) -> None:
    cleaning = shop.product("CLEANING", kind="service")
    order = received(supplier, (cleaning, 1, "200"), actor=buyer)

    bill(order, 1, "210", actor=buyer)

    assert {code: amount for code, amount in posted().items() if code.startswith("2")} == {
        "22210101": D("27.30"), "220201": D("-237.30"),
    }  # fmt: skip
    assert "1405" not in posted()


@pytest.mark.parametrize("count", [1, 5, 50])
def test_booking_takes_as_many_statements_for_many_lines_as_for_one(
    shop: Shop, supplier: Supplier, buyer: Actor, count: int, django_assert_max_num_queries
) -> None:
    products = [shop.product(f"P{n}") for n in range(count)]
    warm = received(supplier, (products[0], 1, "10"), actor=buyer)
    bill(warm, 1, actor=buyer)
    came = billed_whole(received(supplier, *[(product, 5, "10") for product in products], actor=buyer), "10.5")

    with django_assert_max_num_queries(19 + 2):  # BEGIN and COMMIT are savepoints here
        book_invoices([came], actor=buyer)


@pytest.mark.parametrize("count", [1, 5, 50])
def test_many_invoices_are_booked_by_as_many_statements_as_one(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor, count: int, django_assert_max_num_queries
) -> None:
    bill(received(supplier, (bolt, 1, "10"), actor=buyer), 1, actor=buyer)
    came = [billed_whole(received(supplier, (bolt, 5, "10"), actor=buyer), "10.5") for _n in range(count)]

    with django_assert_max_num_queries(19 + 2):  # BEGIN and COMMIT are savepoints here
        invoices = book_invoices(came, actor=buyer)

    assert [invoice.order_id for invoice in invoices] == [each.order_id for each in came]
    assert OpenItem.objects.filter(invoice__in=invoices, amount=D("59.33")).count() == count
    assert posted()["1405"] == 10 + count * D("52.50")
    assert all(finding.holds for finding in invariants.check())


def test_invoices_are_booked_together_or_not_at_all(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    orders = [received(supplier, (bolt, 10, "100"), actor=buyer) for _n in range(2)]

    with pytest.raises(BusinessError) as refused:
        book_invoices([billed(orders[0], 10), billed(orders[1], 11)], actor=buyer)

    assert set(refused.value.by_key) == {line_of(orders[1]).pk}
    assert not Invoice.objects.exists()


def test_two_invoices_of_one_order_together_bill_no_more_than_came(
    bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = received(supplier, (bolt, 10, "100"), actor=buyer)

    with pytest.raises(BusinessError) as refused:
        book_invoices([billed(order, 6), billed(order, 5)], actor=buyer)
    book_invoices([billed(order, 6, "101"), billed(order, 4)], actor=buyer)

    assert refused.value.code == "quantity_not_received"
    assert line_of(order).unbilled == 0
    assert posted() == {"1405": D("1006.00"), "22210101": D("130.78"), "220201": D("-1136.78")}


def test_a_line_of_another_order_is_not_billed(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    mine, other = (received(supplier, (bolt, 10, "100"), actor=buyer) for _n in range(2))

    strange, empty = SupplierInvoice(mine.pk, billed(other, 1).bills), SupplierInvoice(mine.pk, [])
    for wrong, code in ((strange, "unknown_line"), (empty, "nothing_billed")):
        with pytest.raises(BusinessError) as refused:
            book_invoices([billed(other, 1), wrong], actor=buyer)
        assert refused.value.code == code


def test_a_credit_note_for_two_lines_that_went_back_counts_both(
    bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    first = received(supplier, (bolt, 10, "100"), actor=buyer)
    bill(first, 10, actor=buyer)
    back = received(supplier, (bolt, -4, "100"), (bolt, -2, "100"), actor=buyer)

    book_invoices([billed_whole(back)], actor=buyer)

    assert line_of(first).invoiced == 4
    assert {line.unbilled for line in PurchaseOrderLine.objects.all()} == {0}


def test_a_dearer_invoice_after_a_part_went_back_is_about_what_stayed(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = received(supplier, (bolt, 10, "100"), actor=buyer)
    return_goods(quantities={line_of(order).pk: D(4)}, actor=buyer, reason="bent")

    bill(order, 6, "105", actor=buyer)

    assert shop.worth(bolt) == (6, 630)
    assert posted() == {"1405": D("630.00"), "22210101": D("81.90"), "220201": D("-711.90")}


def test_of_goods_valued_first_in_first_out_a_part_goes_back_out_of_its_own_layer(
    shop: Shop, supplier: Supplier, buyer: Actor
) -> None:
    nut = shop.product("NUT", costing="fifo")
    received(supplier, (nut, 10, "8"), actor=buyer)
    later = received(supplier, (nut, 5, "11"), actor=buyer)

    return_goods(quantities={line_of(later).pk: D(2)}, actor=buyer, reason="bent")
    return_goods(quantities={line_of(later).pk: D(1)}, actor=buyer, reason="bent, too")

    assert shop.worth(nut) == (12, 102)
    assert posted() == {"1405": D("102.00"), "220202": D("-102.00")}


def test_who_ordered_does_not_accept_the_difference_unless_nobody_else_may(
    bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = received(supplier, (bolt, 10, "100"), actor=buyer)
    alone = bill(order, 1, "500", actor=buyer, accept_difference=True)
    other = make.actor(buyer.company, "accountant")

    held = bill(order, 1, "500", actor=buyer, hold=True)
    with pytest.raises(BusinessError) as booked_held:
        book_held(invoice_ids=[held.pk], accept_difference=True, actor=buyer)

    assert alone.net == D("500.00")
    assert refusal(order, 1, "500", actor=buyer, accept_difference=True) == "own_order"
    assert booked_held.value.code == "own_order"
    assert bill(order, 1, "101", actor=buyer, accept_difference=True).net == D("101.00")
    assert bill(order, 1, "500", actor=other, accept_difference=True).net == D("500.00")


def test_who_placed_the_order_of_somebody_else_does_not_accept_its_difference(
    bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = received(supplier, (bolt, 10, "100"), actor=buyer)
    PurchaseOrder.objects.filter(pk=order.pk).update(owner=make.actor(buyer.company, "planner").user)
    make.actor(buyer.company, "accountant")

    assert refusal(order, 1, "500", actor=buyer, accept_difference=True) == "own_order"


def test_a_tax_that_is_no_rounding_of_the_reckoned_one_needs_somebody_who_accepts_it(
    bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = received(supplier, (bolt, 10, "1"), actor=buyer)

    def taxed(amount: str, **more: bool) -> Invoice:
        came = SupplierInvoice(order.pk, [Bill(line_of(order).pk, D(1), tax_amount=D(amount))])
        (invoice,) = book_invoices([came], actor=buyer, **more)
        return invoice

    with pytest.raises(BusinessError) as refused:
        taxed("100000")

    (said,) = refused.value.refusals
    assert (said.code, said.line, said.field) == ("tax_difference", 0, "tax_amount")
    assert taxed("0.18").tax_amount == D("0.18")
    with pytest.raises(BusinessError):
        taxed("0.19")
    assert taxed("0.19", accept_difference=True).tax_amount == D("0.19")
    make.actor(buyer.company, "accountant")
    with pytest.raises(BusinessError, match="own order"):
        taxed("0.19", accept_difference=True)


def test_an_invoice_of_nothing_is_booked_without_a_payable_and_taken_back(
    bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    inputs = [LineInput(bolt.pk, D(10), D(5), discount=D(100))]
    order = create_order(supplier=supplier, lines=inputs, actor=buyer)
    place_orders(order_ids=[order.pk], actor=buyer)
    receive(order_ids=[order.pk], actor=buyer)

    invoice = bill(order, 10, actor=buyer)
    take_back_invoices(invoice_ids=[invoice.pk], actor=buyer, reason="Mistake")

    assert (invoice.gross, OpenItem.objects.count()) == (0, 0)
    assert line_of(order).unbilled == 10
    assert all(finding.holds for finding in invariants.check())
