"""A confirmation under fire: faults after each step, many at once, the same one many times."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections

from crm.sales.models import Order
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.finance.models import OpenItem, Voucher
from erp.inventory.models import Delivery, Demand, StockBalance
from erp.procurement.models import RequisitionLine
from suite.core import invariants
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.masterdata.models import Product
from tests import make

AREAS = ("core", "desk", "crm_sales", "erp_finance", "erp_inventory", "erp_procurement", "integration")


class Injected(Exception):
    """The fault of the test."""


def rows() -> dict[str, int]:
    """How many rows each table has."""
    counted = {}
    with connection.cursor() as cursor:
        for label in AREAS:
            for model in apps.get_app_config(label).get_models():
                if model._meta.managed or model._meta.db_table == "core_audit":
                    cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
                    counted[model._meta.db_table] = cursor.fetchone()[0]
    return counted


def draft(rep: Actor, product: Product, quantity: int) -> Order:
    customer = make.customer(rep)
    lines = [LineInput(product_id=product.pk, quantity=Decimal(quantity))]
    return create_order(party=customer.party, lines=lines, actor=rep)


@pytest.mark.django_db(transaction=True)
def test_a_fault_after_any_step_of_a_short_confirmation_leaves_nothing():
    company = make.company("acme")
    rep = make.actor(company, "rep")
    product = make.product(company)
    make.terms(make.supplier(company), product, 40)
    make.stock(product, 5)
    order = draft(rep, product, 8)
    before, steps = rows(), 0

    while True:
        steps += 1
        seen = 0

        def fail(execute: Any, sql: str, params: Any, many: bool, context: Any, at: int = steps) -> Any:
            nonlocal seen
            seen += 1
            result = execute(sql, params, many, context)
            if seen == at:
                raise Injected
            return result

        try:
            with connection.execute_wrapper(fail):
                confirm_orders(order_ids=[order.pk], actor=rep)
        except Injected:
            assert rows() == before, f"after statement {steps}"
            assert StockBalance.objects.get().reserved == 0
            assert Order.objects.get().status == Order.Status.DRAFT
        else:
            break

    assert steps > 12
    assert Order.objects.get().status == Order.Status.CONFIRMED


def confirm(pk: int, actor: Actor) -> str:
    """One click, in a thread of its own."""
    try:
        confirm_orders(order_ids=[pk], actor=actor)
    except BusinessError as error:
        return error.code
    finally:
        connections.close_all()
    return "confirmed"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("shortage", "answers", "requested"),
    [
        (Product.Shortage.REFUSE, {"confirmed": 30, "short": 20}, 0),
        (Product.Shortage.BACKORDER, {"confirmed": 50}, 20),
    ],
)
def test_fifty_at_once_on_thirty_pieces_reserve_thirty(shortage, answers, requested):
    company = make.company("acme")
    rep = make.actor(company, "rep")
    product = make.product(company, shortage=shortage)
    make.terms(make.supplier(company), product, 40)
    make.stock(product, 30)
    orders = [draft(rep, product, 1) for _n in range(50)]

    with ThreadPoolExecutor(8) as pool:
        outcomes = Counter(pool.map(lambda order: confirm(order.pk, rep), orders))

    assert sum(outcomes.values()) == 50
    assert outcomes["confirmed"] == answers["confirmed"]
    assert StockBalance.objects.get().reserved == 30
    assert sum(RequisitionLine.objects.values_list("needed", flat=True)) == requested
    assert Demand.objects.filter(reserved=1).count() == 30
    assert not [finding for finding in invariants.check() if finding.rows]


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_on_one_order_have_one_effect():
    company = make.company("acme")
    rep = make.actor(company, "rep")
    product = make.product(company)
    make.stock(product, 10)
    order = draft(rep, product, 4)

    with ThreadPoolExecutor(8) as pool:
        outcomes = Counter(pool.map(lambda _n: confirm(order.pk, rep), range(20)))

    assert outcomes == {"confirmed": 1, "already_confirmed": 19}
    assert Delivery.objects.count() == OpenItem.objects.count() == 1
    assert Voucher.objects.filter(source_kind=Order.kind()).count() == 1
    assert StockBalance.objects.get().reserved == 4
