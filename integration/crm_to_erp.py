"""From the front wing to the back: what a confirmed, amended or cancelled order sets in motion.

One receiver per signal, so that the order of effects can be read from top to bottom.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db.models import Model
from django.dispatch import receiver
from django.utils.translation import gettext_lazy

from crm.sales.models import Contract, Order, OrderLine
from crm.sales.signals import orders_amended, orders_cancelled, orders_confirmed
from erp import inputs
from erp.finance import services as finance
from erp.finance.models import FinancePolicy, Invoice
from erp.inputs import Source
from erp.inventory import services as inventory
from erp.inventory.models import Delivery
from erp.procurement import services as procurement
from erp.procurement.models import PurchaseOrder, Requisition
from integration.models import Handoff
from suite.core import clock, modules
from suite.core.access import Actor
from suite.core.acts import current_act
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.money import ZERO, round_money
from suite.masterdata.models import Product

CONTRACT, ORDER, DELIVERY = Contract.kind(), Order.kind(), Delivery.kind()
PURCHASING = PurchaseOrder._meta.app_label
EMPTY: Mapping[int, Iterable[Source]] = MappingProxyType({})


@receiver(orders_confirmed, dispatch_uid="integration.fulfil_orders")
def fulfil_orders(*, orders: list[Order], actor: Actor, **_: Any) -> Refusals:
    """Check credit, reserve stock, buy what is short, expect the money. Refused orders leave no row.

    Over the counter the goods leave at once: who must pay before has paid already.

    Papers are written before stock is locked, because the lock on a popular product must be short; what was written
    for an order that stock then refuses is taken back.
    """
    retail = finance.policy(actor.company).posting == FinancePolicy.Posting.RETAIL
    wanted = demands_of(orders, actor, never_backorder=retail)
    refused = finance.refuse_unpaid(wanted, actor=actor) if retail else {}
    refused |= refuse_direct(orders, actor)
    refused |= finance.refuse_credit(wanted.without(refused), actor=actor)
    wanted = wanted.without(refused)
    unpaid = set() if retail else finance.prepaid(wanted, actor=actor)
    deliveries = inventory.open_deliveries(wanted, unpaid=unpaid, actor=actor)
    papers: list[Model] = [*deliveries, *finance.open_orders(wanted, actor=actor)]
    stock = inventory.reserve(wanted, actor=actor)
    if stock.refused:
        dropped = inputs.DemandSet(order for order in wanted if order.id in stock.refused)
        finance.drop_orders(dropped, actor=actor)
        inventory.drop_deliveries(dropped, actor=actor)
        papers = [paper for paper in papers if order_of(paper) not in stock.refused]
    papers += ask_for(stock.short, actor)
    give_up_plans([order for order in orders if order.pk not in refused and order.pk not in stock.refused], actor)
    if retail:
        leaving = [row for row in deliveries if row.order_id not in stock.refused and row.kind_of == Delivery.Kind.SALE]
        inventory.ship(leaving, actor=actor)
    accepted = [order for order in orders if order.pk not in refused and order.pk not in stock.refused]
    hand_over(accepted, papers, Handoff.Act.CONFIRM)
    return refused | stock.refused


@receiver(orders_amended, dispatch_uid="integration.follow_amendment")
def follow_amendment(*, order: Order, before: list[OrderLine], actor: Actor, **_: Any) -> None:
    """Bring stock, purchasing and books to the order's new lines."""
    (demand,) = demands_of([order], actor)
    old = {line.pk: demand_line(order, line) for line in before}
    new = {line.line_id: line for line in demand.lines}
    turned = [line for pk, line in new.items() if pk in old and old[pk].is_direct != line.is_direct]
    if turned:
        raise BusinessError(
            *[Refusal("on_its_way", gettext_lazy("It is on its way already: end this line, add another"),
                      line=line.position, field="is_direct") for line in turned]
        )  # fmt: skip
    added = [line for line in order.confirmed_lines if line.pk not in old]
    if refusals := refuse_direct([order], actor, added).get(order.pk):
        raise BusinessError(refusals)
    gone = {pk: line.cut_to(ZERO) for pk, line in old.items() if pk not in new}
    papers, coming = change_orders([inputs.OrderChange(demand, old, new | gone)], actor=actor)
    hand_over([order], papers, Handoff.Act.AMEND, coming)


@receiver(orders_cancelled, dispatch_uid="integration.take_orders_back")
def take_orders_back(*, orders: list[Order], actor: Actor, reason: str, undo: bool, **_: Any) -> Refusals:
    """Release, withdraw and reverse what is not delivered; an undo is refused once anything has left the house.

    Drafts of invoices over what is given up go with it; issued ones are corrected first.
    """
    changes = [given_up(order, actor) for order in orders]
    voided: Mapping[int, Sequence[Invoice]] = {}
    if undo:
        refused = finance.refuse_undo([order.pk for order in orders], ORDER, actor=actor)
    else:
        refused, voided = finance.end_invoices(changes, actor=actor)
    papers, coming = change_orders([change for change in changes if change.order.id not in refused], actor=actor)
    accepted = [order for order in orders if order.pk not in refused]
    papers += [draft for drafts in voided.values() for draft in drafts]
    hand_over(accepted, papers, Handoff.Act.UNDO if undo else Handoff.Act.CANCEL, coming)
    if not undo:
        settle_up(accepted, voided, actor)
    return refused


def settle_up(orders: Sequence[Order], voided: Mapping[int, Sequence[Invoice]], actor: Actor) -> None:
    """Note on cancelled orders which drafts went with them and what their customers get back; announce the money."""
    owed = finance.owed_back([order.pk for order in orders], ORDER, actor=actor)
    for order in orders:
        order.owed_back = owed.get(order.pk, ZERO)
        order.voided = [draft.number for draft in voided.get(order.pk, ())]
        if order.owed_back:
            payload = {"number": order.number, "amount": order.owed_back, "currency": actor.company.currency}
            current_act().announce("crm.sales.order.owed_back", order, payload)


def change_orders(
    changes: Sequence[inputs.OrderChange], *, actor: Actor
) -> tuple[list[Model], dict[int, list[Source]]]:
    """Carry changed lines through stock, purchasing and the books, in the lock order of the house.

    Returns the papers of the books, and the purchase orders that bring what nobody needs now, by the sales order which
    wanted it.
    """
    papers = finance.change_orders(changes, actor=actor)
    short = inventory.change_orders(changes, actor=actor)
    still = procurement.withdraw_supply(changes, actor=actor)
    ask_for(short, actor)
    order_of_line = {line_id: change.order.id for change in changes for line_id in change.before}
    coming: dict[int, list[Source]] = defaultdict(list)
    for each in still:
        purchase = Source(PurchaseOrder.kind(), each.purchase_order_id, each.number)
        coming[order_of_line[each.order_line_id]].append(purchase)
    return papers, coming


def ask_for(short: Sequence[inputs.Shortage], actor: Actor) -> list[Requisition]:
    """Have bought what is short; without purchasing it waits for goods that come in anyway."""
    return procurement.request_supply(short, actor=actor) if buys(actor) else []


def give_up_plans(orders: Iterable[Order], actor: Actor) -> None:
    """Purchase plans of contracts that nobody submitted are done with: their orders ask for what they lack."""
    contracts = {Source(CONTRACT, order.contract_id, "") for order in orders if order.contract_id}
    if contracts and buys(actor):
        procurement.drop_plans(contracts, actor=actor)


def buys(actor: Actor) -> bool:
    """Whether the company uses purchasing."""
    return modules.is_on(actor.company, PURCHASING)


def refuse_direct(orders: Iterable[Order], actor: Actor, lines: Collection[OrderLine] = ()) -> Refusals:
    """Without purchasing no supplier can be asked to deliver; `lines` are those looked at, by default all."""
    if buys(actor):
        return {}
    sentence = gettext_lazy("Purchasing is switched off: no supplier can be asked to deliver this")
    return {
        order.pk: Refusal("purchasing_off", sentence, line=line.position, field="is_direct")
        for order in orders
        for line in lines or order.confirmed_lines
        if line.is_direct and line.product.is_stocked
    }


def hand_over(
    orders: Iterable[Order], papers: Iterable[Model], act: str, coming: Mapping[int, Iterable[Source]] = EMPTY
) -> None:
    """Link the papers with their orders and remember all that the act linked to each: the receipt is read from here.

    What a delivery led to in the same act, as a sale over the counter does, is among it. It also names, by order, the
    purchase orders that are still `coming` though nobody needs them.
    """
    current = current_act()
    for paper in papers:
        current.link(inputs.Source(ORDER, order_of(paper), ""), paper)
    made: dict[int, dict[tuple[str, int], None]] = defaultdict(dict)
    order_of_delivery: dict[int, int] = {}
    for link in current.links.values():
        if link.from_kind == ORDER:
            made[link.from_id][link.to_kind, link.to_id] = None
            if link.to_kind == DELIVERY:
                order_of_delivery[link.to_id] = link.from_id
        elif link.from_kind == DELIVERY and link.from_id in order_of_delivery:
            made[order_of_delivery[link.from_id]][link.to_kind, link.to_id] = None
    for order_id, purchases in coming.items():
        made[order_id] |= {(purchase.kind, purchase.id): None for purchase in purchases}
    current.keep(
        *[
            Handoff(
                company_id=order.company_id,
                order_id=order.pk,
                revision=order.revision,
                act=act,
                papers=[{"kind": kind, "id": pk} for kind, pk in made[order.pk]],
            )
            for order in orders
        ]
    )


def order_of(paper: Any) -> int:
    """The sales order that a paper of the back wing was made for."""
    return paper.order_id if hasattr(paper, "order_id") else paper.source_id


def demands_of(orders: Iterable[Order], actor: Actor, *, never_backorder: bool = False) -> inputs.DemandSet:
    """The orders as the back wing reads them: base quantities, the company's currency, the day of the books."""
    return inputs.DemandSet(
        inputs.DemandOrder(
            source=inputs.Source(ORDER, order.pk, order.number),
            party_id=order.party_id,
            owner_id=order.owner_id,
            team_id=order.team_id,
            date=clock.booking_day(actor.company, order.date),
            address=order.shipping_address,
            promised_date=order.promised_date or order.requested_date,
            lines=[demand_line(order, line, never_backorder) for line in order.confirmed_lines],
        )
        for order in orders
    )


def demand_line(order: Order, line: OrderLine, never_backorder: bool = False) -> inputs.DemandLine:
    shortage = order.shortage or line.product.shortage
    return inputs.DemandLine(
        line_id=line.pk,
        position=line.position,
        product_id=line.product_id,
        is_stocked=line.product.is_stocked and not line.is_direct,
        is_direct=line.product.is_stocked and line.is_direct,
        refuse_when_short=never_backorder or shortage == Product.Shortage.REFUSE,
        quantity=line.base_quantity,
        net=in_own_currency(line.net, order),
        tax=in_own_currency(line.tax_amount, order),
        tax_id=line.tax_id,
        requested_date=line.requested_date or order.requested_date,
        promised_date=line.promised_date or order.promised_date or line.requested_date or order.requested_date,
    )


def in_own_currency(amount: Decimal, order: Order) -> Decimal:
    return amount if order.exchange_rate == 1 else round_money(amount * order.exchange_rate)


def given_up(order: Order, actor: Actor) -> inputs.OrderChange:
    """The change that leaves of each line just what was delivered."""
    (demand,) = demands_of([order], actor)
    before = {line.line_id: line for line in demand.lines}
    done = {line.pk: line.delivered for line in order.confirmed_lines}
    return inputs.OrderChange(demand, before, {pk: line.cut_to(done[pk]) for pk, line in before.items()})
