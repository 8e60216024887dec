"""Customers with orders, receivables and credit become one, and two again; the books add up all the while."""

from decimal import Decimal

import pytest

from crm.sales.models import Order
from crm.sales.services import approving, confirming
from erp.finance.models import CreditAccount, Receivable, VoucherLine
from erp.finance.services.credit import set_credit
from suite.automation.services import rules
from suite.core import invariants
from suite.core.errors import BusinessError
from suite.core.models import Role
from suite.masterdata.models import Product
from suite.masterdata.services import merging
from tests import make
from tests.crm.sales.shop import Shop, line


def test_orders_receivables_and_credit_go_over_and_come_back(shop: Shop, lamp: Product) -> None:
    make.stock(lamp, 10)
    other = shop.add_customer("华为技术有限公司", owner=shop.rep)
    for party in (shop.customer, other):
        set_credit(party=party, limit=Decimal(10_000), actor=shop.system)
    orders = [shop.order(line(lamp), party=party) for party in (shop.customer, other)]
    confirming.confirm_orders(order_ids=[order.pk for order in orders], actor=shop.rep)
    tables = (Order, Receivable, VoucherLine)
    before = [list(model.objects.order_by("pk").values_list("pk", "party")) for model in tables]

    made = merging.merge(survivor=shop.customer.pk, others=[other.pk], actor=shop.manager)

    assert set(Order.objects.values_list("party", flat=True)) == {shop.customer.pk}
    assert set(Receivable.objects.values_list("party", flat=True)) == {shop.customer.pk}
    exposures = dict(CreditAccount.objects.values_list("party", "exposure"))
    assert (exposures[shop.customer.pk], exposures[other.pk]) == (Decimal(226), Decimal(0))
    assert list(VoucherLine.objects.order_by("pk").values_list("pk", "party")) == before[2]
    assert [found for found in invariants.check() if not found.holds] == []

    merging.undo(merging=made, actor=shop.manager)

    assert [list(model.objects.order_by("pk").values_list("pk", "party")) for model in tables] == before
    assert set(CreditAccount.objects.values_list("exposure", flat=True)) == {Decimal(113)}
    assert [found for found in invariants.check() if not found.holds] == []


def test_an_order_that_waits_for_approval_stops_the_merging_and_is_named(shop: Shop, lamp: Product) -> None:
    other = shop.add_customer("华为技术有限公司", owner=shop.rep)
    role = Role.objects.get(company=shop.company, code="sales_manager")
    conditions = {"discount_min": "15"}
    rules.set_rule(kind=Order.kind(), conditions=conditions, steps=[{"role": role}], actor=shop.system)
    order = shop.order(line(lamp, discount=Decimal(20)), party=other)
    approving.submit_orders(order_ids=[order.pk], actor=shop.rep)

    with pytest.raises(BusinessError, match=order.number):
        merging.merge(survivor=shop.customer.pk, others=[other.pk], actor=shop.manager)
