"""Purchase orders in the states that tests need."""

from __future__ import annotations

from decimal import Decimal

from erp.procurement.models import PurchaseOrder, Supplier
from erp.procurement.services import LineInput, approve_orders, create_order, place_orders, submit_orders
from suite.core.access import Actor
from suite.masterdata.models import Product


def placed(supplier: Supplier, *lines: tuple[Product, int | str, str], actor: Actor, **fields: object) -> PurchaseOrder:
    """An order over (product, quantity, price without tax), asked for by the house, approved and placed."""
    inputs = [LineInput(product.pk, Decimal(quantity), Decimal(price)) for product, quantity, price in lines]
    order = create_order(supplier=supplier, lines=inputs, actor=actor, **fields)
    if order.net > 0:
        submit_orders(order_ids=[order.pk], actor=Actor.system(actor.company))
        approve_orders(order_ids=[order.pk], actor=actor)
    (order,) = place_orders(order_ids=[order.pk], actor=actor)
    return order
