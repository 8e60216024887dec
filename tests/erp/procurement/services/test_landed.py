"""Freight and duty on goods: X-SV03, what is sold already, what went back, and the books."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.finance.models import AccountRole, VoucherLine
from erp.procurement.models import LandedCost, Supplier
from erp.procurement.services import put_on, return_goods, take_off
from suite.core import invariants
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.models import DocumentLink
from tests import make, shared
from tests.erp.inventory.make import Shop
from tests.erp.procurement.services.test_invoicing import bill, received

D = Decimal
Role = AccountRole.Role


def posted(landed: LandedCost, role: str) -> Decimal:
    """What its vouchers put on the account of a role: debit less credit."""
    lines = VoucherLine.objects.filter(
        voucher__source_kind=landed.kind(), voucher__source_id=landed.pk, account__roles__role=role
    )
    return sum((line.debit - line.credit for line in lines), D(0))


def test_a_cost_is_put_on_one_of_two_products_and_taken_off_again(shop: Shop) -> None:
    case = shared.case("stock_valuation", "X-SV03")
    first, second = shop.product("P1", costing="average"), shop.product("P2", costing="average")
    receipt = shop.buy((first, 10, "100"), (second, 1, "10"))

    landed = put_on(receipt_ids=[receipt.pk], product_ids=[first.pk], amount=D(10), note="Freight", actor=shop.actor)
    after = {product.code: shop.worth(product)[1] / shop.worth(product)[0] for product in (first, second)}
    take_off(landed, reason="Wrong goods", actor=shop.actor)
    cancelled = {product.code: shop.worth(product)[1] / shop.worth(product)[0] for product in (first, second)}

    assert after == case["expect"]["unit_cost_after"]
    assert cancelled == case["expect"]["unit_cost_after_cancel"]
    landed.refresh_from_db()
    assert landed.status == LandedCost.Status.REVERSED
    assert [posted(landed, role) for role in (Role.INVENTORY, Role.COST, Role.SERVICE_COST)] == [0, 0, 0]
    assert all(finding.holds for finding in invariants.check())


@pytest.mark.parametrize(("basis", "shares"), [("value", ["75.00", "25.00"]), ("quantity", ["10.00", "90.00"])])
def test_it_is_spread_by_value_or_by_quantity(shop: Shop, basis: str, shares: list[str]) -> None:
    dear, cheap = shop.product("DEAR"), shop.product("CHEAP")
    receipt = shop.buy((dear, 10, "30"), (cheap, 90, "1.1111"))

    landed = put_on(receipt_ids=[receipt.pk], amount=D(100), basis=basis, note="Duty", actor=shop.actor)

    assert [str(line.amount) for line in landed.lines.all()] == shares
    assert DocumentLink.objects.filter(from_id=receipt.pk, to_kind=landed.kind(), to_id=landed.pk).exists()


def test_what_is_sold_bears_its_part_as_cost(shop: Shop) -> None:
    lamp = shop.product("LAMP", costing="fifo")
    receipt = shop.buy((lamp, 10, "6"))
    shop.sell((lamp, 4))

    landed = put_on(receipt_ids=[receipt.pk], amount=D(50), note="Freight", actor=shop.actor)
    [line] = landed.lines.all()
    booked = {role: posted(landed, role) for role in (Role.INVENTORY, Role.COST, Role.SERVICE_COST)}
    shop.sell((lamp, 6))
    taken = take_off(landed, reason="Charged twice", actor=shop.actor)

    assert (line.to_stock, line.to_cost, booked) == (30, 20, {"inventory": 30, "cost": 20, "service_cost": -50})
    assert [posted(taken, role) for role in (Role.INVENTORY, Role.COST, Role.SERVICE_COST)] == [30, -30, 0]
    assert shop.worth(lamp) == (0, 0)
    assert all(finding.holds for finding in invariants.check())


def test_the_bill_of_the_carrier_is_what_the_goods_bear(shop: Shop, supplier: Supplier, buyer: Actor) -> None:
    lamp, freight = shop.product("LAMP"), shop.product("FREIGHT", kind="service")
    goods = shop.buy((lamp, 5, "20"))
    bill(received(make.supplier(shop.company, "Carrier"), (freight, 1, "30"), actor=buyer), 1, actor=buyer)

    put_on(receipt_ids=[goods.pk], amount=D(30), note="Freight", actor=buyer)

    services = VoucherLine.objects.filter(company=shop.company, account__roles__role=Role.SERVICE_COST)
    assert sum((line.debit - line.credit for line in services), D(0)) == 0
    assert shop.worth(lamp) == (5, 130)


def test_what_went_back_bears_nothing(shop: Shop, supplier: Supplier, buyer: Actor) -> None:
    lamp, cup = shop.product("LAMP"), shop.product("CUP")
    order = received(supplier, (lamp, 4, "10"), (cup, 4, "10"), actor=buyer)
    receipt_id = DocumentLink.objects.get(from_id=order.pk, to_kind="erp_inventory.goodsreceipt").to_id
    return_goods(quantities={order.lines.get(product=cup).pk: D(4)}, reason="broken", actor=buyer)

    landed = put_on(receipt_ids=[receipt_id], amount=D(8), note="Freight", actor=buyer)

    assert [(line.receipt_line.product, line.amount) for line in landed.lines.all()] == [(lamp, 8)]


def test_nonsense_is_refused_at_its_field_and_nothing_is_written(shop: Shop) -> None:
    lamp, other = shop.product("LAMP"), shop.product("OTHER")
    receipt, gift = shop.buy((lamp, 5, "20")), shop.buy((lamp, 5, "0"))
    wanted = {"receipt_ids": [receipt.pk], "amount": D(10), "note": "Freight", "actor": shop.actor}

    with pytest.raises(ValidationError) as nothing:
        put_on(**{**wanted, "amount": D(0)})
    with pytest.raises(BusinessError) as elsewhere:
        put_on(**wanted, product_ids=[other.pk])
    with pytest.raises(BusinessError) as worthless:
        put_on(**{**wanted, "receipt_ids": [gift.pk]})
    landed = put_on(**wanted)
    take_off(landed, reason="Wrong", actor=shop.actor)
    with pytest.raises(BusinessError) as twice:
        take_off(landed, reason="Wrong", actor=shop.actor)

    assert "amount" in nothing.value.message_dict
    assert [each.value.refusals[0].field for each in (elsewhere, worthless)] == ["product", "basis"]
    assert twice.value.refusals[0].code == "wrong_state"
    assert LandedCost.objects.count() == 1


def test_many_lines_take_as_many_statements_as_one(shop: Shop) -> None:
    def statements(lines: int, series: str) -> int:
        goods = [shop.product(f"{series}{n}") for n in range(lines)]
        receipt = shop.buy(*[(product, 2, "10") for product in goods])
        with CaptureQueriesContext(connection) as asked:
            put_on(receipt_ids=[receipt.pk], amount=D(7), note="Freight", actor=shop.actor)
        return len(asked)

    statements(1, "A")
    assert statements(1, "B") == statements(40, "C")
