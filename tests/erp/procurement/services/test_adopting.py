"""Goods that came before their order was written; after ERPNext's purchase receipts without an order, own numbers."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from erp.finance.models import OpenItem
from erp.inventory.services import return_to_supplier
from erp.procurement.models import PurchaseOrder, Supplier
from erp.procurement.services import adopt_receipt
from suite.core import invariants
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.masterdata.models import Product
from tests import make
from tests.erp.inventory.make import Shop
from tests.erp.procurement.make import placed
from tests.erp.procurement.services.test_invoicing import bill, bolt, line_of, posted

__all__ = ["bolt"]


@pytest.fixture
def of_shop(shop: Shop) -> Supplier:
    """The supplier from whom the shop receives goods without an order."""
    return make.supplier(shop.company, party=shop.supplier)


def adopt(order: PurchaseOrder, receipt: object, actor: Actor) -> PurchaseOrder:
    return adopt_receipt(order_id=order.pk, receipt_id=receipt.pk, actor=actor)  # type: ignore[attr-defined]


def test_an_order_takes_over_what_came_and_is_billed(
    shop: Shop, bolt: Product, of_shop: Supplier, buyer: Actor
) -> None:
    receipt = shop.buy((bolt, 10, "7"))
    return_to_supplier({receipt.lines.get().pk: D(4)}, actor=shop.actor, reason="rusty")
    order = placed(of_shop, (bolt, 12, "7"), actor=buyer)

    adopt(order, receipt, buyer)
    line = line_of(order)
    bill(order, 6, "7.5", actor=buyer, accept_difference=True)

    assert (line.received, line.returned, line.outstanding, line.unbilled) == (10, 4, 2, 6)
    assert shop.worth(bolt) == (6, 45)
    assert posted() == {"1405": D("45.00"), "22210101": D("5.85"), "220201": D("-50.85")}
    assert OpenItem.objects.get().open_amount == D("50.85")
    assert all(finding.holds for finding in invariants.check())


def test_what_does_not_fit_is_refused(
    shop: Shop, bolt: Product, of_shop: Supplier, supplier: Supplier, buyer: Actor
) -> None:
    nut = shop.product("NUT")
    came, other = shop.buy((bolt, 10, "7")), shop.buy((nut, 1, "1"))
    order, less = placed(of_shop, (bolt, 10, "7"), actor=buyer), placed(of_shop, (bolt, 9, "7"), actor=buyer)
    elsewhere = placed(supplier, (bolt, 10, "7"), actor=buyer)

    for wants, receipt, code in ((elsewhere, came, "other_receipt"), (order, other, "not_ordered"),
                                 (less, came, "over_receipt")):  # fmt: skip
        with pytest.raises(BusinessError) as refused:
            adopt(wants, receipt, buyer)
        assert refused.value.code == code
    adopt(order, came, buyer)
    with pytest.raises(BusinessError) as again:
        adopt(order, came, buyer)
    assert again.value.code == "other_receipt"
    order.refresh_from_db()
    assert order.status == PurchaseOrder.Status.RECEIVED
