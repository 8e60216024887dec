"""Reserving stock for orders, and giving it back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from erp.inputs import DemandLine, DemandOrder, DemandSet, Shortage, Source
from erp.inventory.models import Demand
from erp.inventory.services.stock import Key, Stock
from erp.inventory.services.warehouses import default_warehouse_id
from erp.inventory.services.wording import too_little
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.errors import Refusals
from suite.core.money import ZERO
from suite.masterdata.models import Product


@dataclass(frozen=True, slots=True)
class Reserved:
    """What became of a set of orders: the refused by order id, and what the accepted still wait for."""

    refused: Refusals
    short: list[Shortage]


@dataclass(frozen=True, slots=True)
class _Lack:
    """The line for which an order is refused."""

    index: int
    line: DemandLine
    free: Decimal


@service
def reserve(orders: DemandSet, *, actor: Actor) -> Reserved:
    """Reserve what is free for the orders in their sequence, and say what is short; two statements for any number.

    An order is refused whole when a line that must not be short is; its goods are free for the next. A line that has a
    demand already (an amendment) wants so much more.
    """
    warehouse_id = default_warehouse_id(actor.company_id)
    keys = {Key(line.product_id, warehouse_id) for order in orders for line in order.lines if line.is_stocked}
    stock = Stock.lock(keys, actor=actor, valued=False)
    lacks: dict[int, _Lack] = {}
    for order in orders:
        lack, demands = _decide(order, warehouse_id, stock)
        if lack:
            lacks[order.id] = lack
        stock.new_demands += demands
    made = stock.write()
    short = [
        shortage(demand, demand.waiting, pk=made[demand.line_id]) for demand in stock.new_demands if demand.waiting > 0
    ]
    short += [
        _direct(order, line, warehouse_id) for order in orders.without(lacks) for line in order.lines if line.is_direct
    ]
    return Reserved(_refusals(lacks), short)


def _direct(order: DemandOrder, line: DemandLine, warehouse_id: int) -> Shortage:
    """A line that a supplier delivers straight lacks all it wants, whatever lies in the stock."""
    return Shortage(
        demand_id=0,
        source=order.source,
        line_id=line.line_id,
        product_id=line.product_id,
        warehouse_id=warehouse_id,
        quantity=line.quantity,
        needed_by=line.promised_date or order.promised_date or line.requested_date,
        is_direct=True,
    )


def _decide(order: DemandOrder, warehouse_id: int, stock: Stock) -> tuple[_Lack | None, list[Demand]]:
    """Hold goods for an order line by line, or hold nothing and say which line is to blame."""
    demands: list[Demand] = []
    free_at_first: dict[int, Decimal] = {}
    for index, line in enumerate(order.lines):
        if not line.is_stocked:
            continue
        key = Key(line.product_id, warehouse_id)
        free = stock.cells[key].free
        free_at_first.setdefault(line.product_id, free)
        if line.refuse_when_short and free < line.quantity:
            for demand in demands:
                stock.hold(Key(demand.product_id, warehouse_id), -demand.reserved)
            return _Lack(index, line, free_at_first[line.product_id]), []
        held = max(ZERO, min(free, line.quantity))
        stock.hold(key, held)
        demands.append(
            Demand(
                company_id=stock.actor.company_id,
                order_kind=order.source.kind,
                order_id=order.source.id,
                order_number=order.source.number,
                line_id=line.line_id,
                party_id=order.party_id,
                product_id=line.product_id,
                warehouse_id=warehouse_id,
                wanted=line.quantity,
                reserved=held,
                requested_date=line.requested_date,
                promised_date=line.promised_date or order.promised_date,
            )
        )
    return None, demands


def shortage(demand: Demand, quantity: Decimal, *, pk: int | None = None) -> Shortage:
    """What a demand lacks, as purchasing is asked for it; `pk` of one that was only just written."""
    return Shortage(
        demand_id=pk or demand.pk,
        source=Source(demand.order_kind, demand.order_id, demand.order_number),
        line_id=demand.line_id,
        product_id=demand.product_id,
        warehouse_id=demand.warehouse_id,
        quantity=quantity,
        needed_by=demand.promised_date or demand.requested_date,
    )


def _refusals(lacks: dict[int, _Lack]) -> Refusals:
    if not lacks:
        return {}
    products = Product.objects.in_bulk({lack.line.product_id for lack in lacks.values()})
    return {
        order_id: too_little(products[lack.line.product_id], wanted=lack.line.quantity, free=lack.free, line=lack.index)
        for order_id, lack in lacks.items()
    }
