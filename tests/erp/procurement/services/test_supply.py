from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from erp.inputs import DemandOrder, OrderChange
from erp.inventory.models import Demand
from erp.procurement.models import PurchaseOrder, Requisition, RequisitionLine
from erp.procurement.services import (
    approve_requisitions,
    order_requisitions,
    request_supply,
    withdraw_supply,
)
from suite.automation.models import Approval
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.models import DocumentLink
from suite.masterdata.models import Product
from tests import make
from tests.erp.inventory.make import Shop


@service
def confirmed(shop: Shop, *orders: DemandOrder, actor: Actor) -> list[Requisition]:
    """What the corridor does about stock when orders are confirmed."""
    return request_supply(shop.reserve(*orders).short, actor=actor)


@pytest.fixture
def bolt(shop: Shop) -> Product:
    bolt = shop.product("BOLT", stock=60, cost="10")
    make.terms(make.supplier(shop.company, "周记五金"), bolt, "12", minimum=Decimal(50), pack=Decimal(12))
    return bolt


def test_forty_short_are_requested_as_sixty_by_minimum_and_pack(shop: Shop, bolt: Product) -> None:
    order = shop.order((bolt, 100), promised=date(2026, 12, 1))

    (requisition,) = confirmed(shop, order, actor=shop.actor)

    line = requisition.lines.get()
    assert (line.needed, line.quantity, line.pending) == (40, 60, 60)
    assert (line.order_line_id, line.needed_by) == (order.lines[0].line_id, date(2026, 12, 1))
    assert (requisition.order_id, requisition.order_number) == (order.id, order.source.number)
    assert (requisition.status, requisition.amount) == (Requisition.Status.SUBMITTED, Decimal("720.00"))
    assert DocumentLink.objects.filter(
        from_kind=order.source.kind, from_id=order.id, to_kind=Requisition.kind(), to_id=requisition.pk
    ).exists()


def test_who_confirmed_an_order_may_agree_to_buy_what_it_lacks(shop: Shop, bolt: Product) -> None:
    admin = make.actor(shop.company, "administrator")
    make.actor(shop.company, "buyer")
    (requisition,) = confirmed(shop, shop.order((bolt, 100)), actor=admin)

    (approved,) = approve_requisitions(requisition_ids=[requisition.pk], actor=admin)

    assert approved.status == Requisition.Status.APPROVED


def test_what_the_minimum_brought_beyond_the_need_serves_the_next_order(shop: Shop, bolt: Product) -> None:
    confirmed(shop, shop.order((bolt, 100)), actor=shop.actor)  # 60 requested for 40

    within = confirmed(shop, shop.order((bolt, 20)), actor=shop.actor)
    beyond = confirmed(shop, shop.order((bolt, 1)), actor=shop.actor)

    assert within == []
    assert [line.quantity for line in RequisitionLine.objects.filter(requisition__in=beyond)] == [60]


def test_orders_of_one_set_share_the_surplus_in_their_sequence(shop: Shop, bolt: Product) -> None:
    orders = [shop.order((bolt, 100)), shop.order((bolt, 15)), shop.order((bolt, 10))]

    made = confirmed(shop, *orders, actor=shop.actor)

    assert [(row.order_id, row.lines.get().needed) for row in made] == [(orders[0].id, 40), (orders[2].id, 5)]


def test_a_product_that_nobody_offers_is_requested_at_its_standard_cost(shop: Shop) -> None:
    rare = shop.product("RARE", standard_cost=Decimal(2500))

    (requisition,) = confirmed(shop, shop.order((rare, 5)), actor=shop.actor)

    assert (requisition.lines.get().supplier, requisition.amount) == (None, Decimal("12500.00"))


@pytest.mark.parametrize("count", [1, 5, 40])
def test_asking_takes_five_statements_for_any_number_of_orders(
    shop: Shop, count: int, django_assert_max_num_queries
) -> None:
    products = [shop.product(f"P{n}") for n in range(5)]
    short = shop.reserve(*[shop.order(*[(product, 3) for product in products]) for _n in range(count)]).short
    request_supply(short[:1], actor=shop.actor)  # rules and settings are at hand

    @service
    def asked(*, actor: Actor) -> None:
        with django_assert_max_num_queries(5):
            request_supply(short, actor=actor)

    asked(actor=shop.actor)


def cancelled(order: DemandOrder, keep: int = 0) -> OrderChange:
    """Stock has taken the change already; these are the lines before and after it."""
    before = {line.line_id: line for line in order.lines}
    return OrderChange(order, before, {pk: line.cut_to(Decimal(keep)) for pk, line in before.items()})


def give_way(order: DemandOrder, keep: int) -> None:
    """The demand as stock leaves it after the change; its own service is tested with it."""
    Demand.objects.filter(order_id=order.id).update(wanted=keep, reserved=0)


def test_a_cancelled_order_takes_its_request_along(shop: Shop, bolt: Product) -> None:
    order = shop.order((bolt, 100))
    (requisition,) = confirmed(shop, order, actor=shop.actor)
    give_way(order, 0)

    kept = withdraw_supply([cancelled(order)], actor=shop.actor)

    requisition.refresh_from_db()
    assert (kept, requisition.status, requisition.lines.get().pending) == ([], Requisition.Status.CANCELLED, 0)


def test_a_request_that_others_wait_for_shrinks_to_what_they_need(shop: Shop, bolt: Product) -> None:
    order = shop.order((bolt, 160))
    (requisition,) = confirmed(shop, order, actor=shop.actor)  # 100 short, 108 requested
    confirmed(shop, shop.order((bolt, 8)), actor=shop.actor)  # waits for the surplus
    give_way(order, 0)

    withdraw_supply([cancelled(order)], actor=shop.actor)

    requisition.refresh_from_db()
    assert requisition.status == Requisition.Status.SUBMITTED
    assert requisition.lines.get().pending == 60  # 8 are needed, the supplier sells no fewer


def test_a_shrunk_request_says_what_it_still_asks_and_is_judged_anew(shop: Shop, bolt: Product) -> None:
    other = shop.product("NUT")
    make.terms(make.supplier(shop.company), other, "10")
    order = shop.order((bolt, 700), (other, 5))
    (requisition,) = confirmed(shop, order, actor=shop.actor)
    (first,) = Approval.objects.filter(object_id=requisition.pk)
    before = first.terms
    give_way(order, 0)
    keep = {order.lines[0].line_id: Decimal(65), order.lines[1].line_id: Decimal(0)}
    Demand.objects.filter(line_id=order.lines[0].line_id).update(wanted=65)
    change = cancelled(order)
    lines = {pk: line.cut_to(keep[pk]) for pk, line in change.before.items()}

    withdraw_supply([replace(change, after=lines)], actor=shop.actor)

    requisition.refresh_from_db()
    first.refresh_from_db()
    second = Approval.objects.get(object_id=requisition.pk, status="waiting")
    assert (first.status, requisition.status, requisition.amount) == ("withdrawn", "submitted", Decimal("864.00"))
    assert [line.wanted for line in requisition.lines.all()] == [72, 0]
    assert second.amount == requisition.amount
    assert second.requested_by is None
    assert before["lines"] != second.terms["lines"] == RequisitionLine.briefs([requisition])[requisition.pk]


def test_what_is_ordered_stays_and_is_named(shop: Shop, bolt: Product, buyer: Actor) -> None:
    order = shop.order((bolt, 100))
    (requisition,) = confirmed(shop, order, actor=shop.actor)
    approve_requisitions(requisition_ids=[requisition.pk], actor=buyer)
    (purchase,) = order_requisitions(requisition_ids=[requisition.pk], actor=buyer)
    give_way(order, 0)

    (kept,) = withdraw_supply([cancelled(order)], actor=shop.actor)

    assert (kept.number, kept.quantity) == (purchase.number, 60)
    assert PurchaseOrder.objects.get().status == PurchaseOrder.Status.DRAFT
