"""What contracts set in motion: once one is in force, drafts of its purchases and invoices stand beside its order."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import Sum, prefetch_related_objects
from django.dispatch import receiver

from crm.sales.models import Contract, Order
from crm.sales.services import plans
from crm.sales.signals import contracts_ordered, drafts_dropped
from erp.finance import services as finance
from erp.finance.models import MoneyMovement
from erp.inputs import Source
from erp.procurement import services as procurement
from integration.crm_to_erp import buys, demands_of, give_up_plans, in_own_currency
from suite.core.access import Actor
from suite.core.acts import current_act
from suite.core.money import ZERO

CONTRACT, ORDER = Contract.kind(), Order.kind()


@receiver(contracts_ordered, dispatch_uid="integration.plan_contracts")
def plan_contracts(*, orders: list[Order], actor: Actor, **_: Any) -> None:
    """Draft the purchase plan and the invoices of contracts whose order was drafted; nothing is posted."""
    prefetch_related_objects(orders, "contract__milestones")
    demands = {order.source.id: order for order in demands_of(orders, actor)}
    act = current_act()
    if buys(actor):
        procurement.plan_supply({source_of(order): demands[order.pk] for order in orders}, actor=actor)
    drafts = finance.plan_invoices(
        [
            finance.InvoicePlan(demands[order.pk], _payments(order, demands[order.pk].gross), _number(order))
            for order in orders
        ],
        actor=actor,
    )
    contracts = {order.pk: source_of(order) for order in orders}
    for draft in drafts:
        act.link(contracts[draft.order_id or 0], draft)


def _payments(order: Order, total: Decimal) -> list[tuple[Any, Decimal]]:
    """The payments in the currency of the books; the last takes what rounding leaves."""
    assert order.contract is not None
    rows = [row for row in order.contract.milestones.all() if row.is_payment]
    found = [(row.due_on, in_own_currency(row.amount, order)) for row in rows]
    if found:
        day, last = found[-1]
        found[-1] = (day, last + total - sum((amount for _day, amount in found), ZERO))
    return found


def _number(order: Order) -> str:
    return order.contract.number if order.contract else ""


def source_of(order: Order) -> Source:
    """The contract of an order."""
    return Source(CONTRACT, order.contract_id or 0, _number(order))


@receiver(drafts_dropped, dispatch_uid="integration.drop_drafts")
def drop_drafts(*, orders: list[Order], actor: Actor, **_: Any) -> None:
    """The order will not come: neither will what was planned with it."""
    finance.drop_invoices([Source(ORDER, order.pk, order.number) for order in orders], actor=actor)
    give_up_plans(orders, actor)


def note_money(orders: Collection[Source]) -> None:
    """Tell contracts what came in for their orders by now: what was settled, and deposits not used up yet."""
    keys = [order.id for order in orders if order.kind == ORDER]
    rows = Order.objects.filter(pk__in=keys, contract__isnull=False)
    paid = dict(rows.values_list("pk", "paid")) if keys else {}
    if not paid:
        return
    deposits = MoneyMovement.objects.filter(
        order_kind=ORDER, order_id__in=paid, direction=MoneyMovement.Direction.IN, unapplied__gt=0
    )
    for order_id, amount in deposits.values_list("order_id").annotate(left=Sum("unapplied")):
        paid[order_id] += amount
    plans.note_paid(paid)
