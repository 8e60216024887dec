"""Suppliers' invoices that were booked by mistake; after Tryton's account_invoice/tests/scenario_invoice_supplier.rst,
where a posted invoice is cancelled, and ERPNext's cancelled purchase invoices; own numbers."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from erp.finance import services as finance
from erp.finance.models import Invoice, OpenItem
from erp.finance.services import MoneyInput
from erp.inventory.models import GoodsReceiptLine
from erp.procurement.models import Supplier
from erp.procurement.services import return_goods, take_back_invoices
from suite.core import invariants
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.masterdata.models import Product
from tests.erp.inventory.make import Shop
from tests.erp.procurement.services.test_invoicing import bill, bolt, line_of, posted, received

__all__ = ["bolt"]
AS_RECEIVED = {"1405": D("1000.00"), "220202": D("-1000.00")}


def take_back(invoice: Invoice, actor: Actor) -> None:
    take_back_invoices(invoice_ids=[invoice.pk], actor=actor, reason="Wrong price")


@pytest.mark.parametrize("costing", ["average", "fifo"])
@pytest.mark.parametrize("price", ["100", "105", "90"])
def test_a_booking_that_is_taken_back_leaves_what_was_there_before_and_is_booked_anew(
    shop: Shop, supplier: Supplier, buyer: Actor, price: str, costing: str
) -> None:
    product = shop.product("GOODS", costing=costing)
    order = received(supplier, (product, 10, "100"), actor=buyer)
    invoice = bill(order, 10, price, "25110000000000000001", actor=buyer, accept_difference=True)

    take_back(invoice, buyer)

    assert posted() == AS_RECEIVED
    assert (shop.worth(product), line_of(order).unbilled) == ((10, 1000), 10)
    assert {item.status for item in OpenItem.objects.all()} == {OpenItem.Status.TAKEN_BACK}
    again = bill(order, 10, "102", "25110000000000000001", actor=buyer, accept_difference=True)
    assert again.gross == D("1152.60")
    assert posted() == {"1405": D("1020.00"), "22210101": D("132.60"), "220201": D("-1152.60")}
    assert all(finding.holds for finding in invariants.check())


def test_the_difference_of_price_leaves_the_goods_still_there_and_the_cost_of_those_sold(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    """The numbers of worked example 5, backwards: of 10 pieces at 105 instead of 100, 7 were sold."""
    order = received(supplier, (bolt, 10, "100"), actor=buyer)
    shop.sell((bolt, 7))
    before = posted()
    invoice = bill(order, 10, "105", actor=buyer, accept_difference=True)
    assert (shop.worth(bolt)[1], posted()["5401"]) == (315, 735)

    take_back(invoice, buyer)

    assert (shop.worth(bolt), posted()) == ((3, 300), before)
    assert all(finding.holds for finding in invariants.check())


def test_what_was_paid_of_it_the_supplier_owes(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = received(supplier, (bolt, 10, "100"), actor=buyer)
    invoice = bill(order, 10, actor=buyer)
    finance.pay([MoneyInput(supplier.party_id, D(400), oldest_first=True)], actor=buyer)

    take_back(invoice, buyer)

    assert [item.open_amount for item in OpenItem.objects.order_by("pk")] == [0, -400]
    assert posted() == AS_RECEIVED | {"220201": D("400.00"), "1002": D("-400.00")}
    bill(order, 10, actor=buyer)
    (rest,) = finance.pay([MoneyInput(supplier.party_id, D(730), oldest_first=True)], actor=buyer)
    assert (rest.unapplied, set(OpenItem.objects.values_list("open_amount", flat=True))) == (0, {0})


def test_of_one_of_two_invoices_the_receipts_wait_again(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = received(supplier, (bolt, 10, "3.333"), actor=buyer)
    first, second = bill(order, 3, actor=buyer), bill(order, 7, actor=buyer)

    take_back(first, buyer)

    row = GoodsReceiptLine.objects.get()
    assert (row.invoiced, row.invoiced_value, line_of(order).unbilled) == (7, D("23.33"), 3)
    take_back(second, buyer)
    assert posted() == {"1405": D("33.33"), "220202": D("-33.33")}


def test_credit_notes_and_what_they_build_on_stay(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = received(supplier, (bolt, 10, "100"), actor=buyer)
    invoice = bill(order, 10, actor=buyer)
    return_goods(quantities={line_of(order).pk: D(4)}, actor=buyer, reason="Rusty")
    note = bill(order, -4, actor=buyer)

    for booked in (invoice, note):
        with pytest.raises(BusinessError, match="corrected by another invoice"):
            take_back(booked, buyer)
    with pytest.raises(BusinessError, match="Say why"):
        take_back_invoices(invoice_ids=[invoice.pk], actor=buyer, reason=" ")


def test_goods_that_went_back_before_are_not_expected_to_be_billed(
    bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = received(supplier, (bolt, 10, "100"), actor=buyer)
    invoice = bill(order, 10, actor=buyer)
    return_goods(quantities={line_of(order).pk: D(4)}, actor=buyer, reason="Rusty")

    take_back(invoice, buyer)
    bill(order, 6, actor=buyer)

    assert posted() == {"1405": D("600.00"), "22210101": D("78.00"), "220201": D("-678.00")}
