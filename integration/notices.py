"""Who is told what crossed the corridor: consumers of the outbox, so each is told once and nobody waits for it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Order
from crm.sales.services.policy import policy_of
from erp.procurement.models import PurchaseOrder
from suite.core import clock, outbox
from suite.core.access import Actor
from suite.core.models import OutboxEvent
from suite.core.said import name_of, said
from suite.desk import formats
from suite.desk.services import notifications, todos
from suite.masterdata.models import Product

TOLD: dict[str, str | Promise] = {
    "delivered": _("%(number)s was shipped with %(paper)s"),
    "returned": _("Goods of %(number)s came back with %(paper)s"),
    "invoiced": _("Invoice %(paper)s of %(number)s was issued"),
}


def connect() -> None:
    """Called once when the project starts."""
    notifications.register_kind("order", _("Something happened to an order of mine"), module="crm_sales")
    notifications.register_kind("payment", _("A customer of mine paid"), module="crm_sales")
    notifications.register_kind("credit", _("Money is owed back to a customer"), module="crm_sales")
    notifications.register_kind("stock", _("Stock fell below its point"), module="erp_inventory")
    for what in TOLD:
        outbox.on(f"crm.sales.order.{what}", tell_owner)
    outbox.on("crm.sales.order.paid", tell_of_payment)
    outbox.on("crm.sales.order.owed_back", tell_of_credit)
    outbox.on("crm.sales.order.short", tell_of_loss)
    outbox.on("erp.inventory.stock.low", tell_buyers)
    outbox.on("erp.procurement.purchaseorder.unneeded", tell_of_surplus)


def order_of(event: OutboxEvent, actor: Actor) -> Order | None:
    """The order an event is about; none of history that was brought in."""
    if event.is_history:
        return None
    return Order.objects.of(actor.company_id).filter(pk=event.object_id).select_related("party").first()


def tell_owner(event: OutboxEvent, actor: Actor) -> None:
    """The rep hears what warehouse and accounts did to the order."""
    order = order_of(event, actor)
    if order and order.owner_id:
        notifications.notify(
            [order.owner_id],
            "order",
            TOLD[event.event.rsplit(".", 1)[1]],
            params={"number": order.number, "paper": event.payload.get("paper", "")},
            key=event.dedupe_key,
            subject=order,
        )


def tell_of_payment(event: OutboxEvent, actor: Actor) -> None:
    """The rep hears of the money; once an order is paid in full, a task says: thank and ask."""
    order = order_of(event, actor)
    if not order or not order.owner_id:
        return
    amount, still_open = Decimal(event.payload["amount"]), Decimal(event.payload["open"])
    notifications.notify(
        [order.owner_id],
        "payment",
        _("%(party)s paid %(amount)s for %(number)s, %(open)s is open"),
        params={
            "party": order.party,
            "amount": formats.money(amount),
            "number": order.number,
            "open": formats.money(still_open),
        },
        key=event.dedupe_key,
        subject=order,
    )
    if still_open <= 0 and policy_of(actor.company_id).thank_after_payment:
        todos.create(
            tasks=[
                todos.NewTask(
                    title=said(
                        _("Thank %(party)s for paying %(number)s, and ask for the next order"),
                        {"party": order.party, "number": order.number},
                    ),
                    owner_id=order.owner_id,
                    due_at=clock.now() + dt.timedelta(days=1),
                    subject=order.party,
                    subject_label=name_of(order.party),
                    source="thank-after-payment",
                    key=f"thank:{order.pk}",
                )
            ],
            actor=actor,
        )


def tell_of_credit(event: OutboxEvent, actor: Actor) -> None:
    """The rep and the accountants hear what a customer gets back for an order that was cancelled after it was paid."""
    order = order_of(event, actor)
    if order:
        owner = [order.owner_id] if order.owner_id else []
        notifications.notify(
            [*owner, *notifications.holders(actor.company, "accountant")],
            "credit",
            _("%(number)s is cancelled: %(party)s gets back %(amount)s %(currency)s"),
            params={
                "number": order.number,
                "party": order.party,
                "amount": formats.money(event.payload["amount"]),
                "currency": event.payload["currency"],
            },
            key=event.dedupe_key,
            subject=order,
        )


def tell_of_loss(event: OutboxEvent, actor: Actor) -> None:
    """The rep hears that goods which an order held are not there after all."""
    order = order_of(event, actor)
    if not order or not order.owner_id:
        return
    lost = {int(pk): Decimal(quantity) for pk, quantity in event.payload["lost"].items()}
    for product in Product.objects.of(actor.company_id).filter(pk__in=lost).select_related("unit").order_by("code"):
        notifications.notify(
            [order.owner_id],
            "order",
            _("%(number)s is short again: %(quantity)s %(unit)s of %(product)s that it held are missing"),
            params={
                "number": order.number,
                "quantity": formats.quantity(lost[product.pk]),
                "unit": product.unit,
                "product": product,
            },
            key=f"{event.dedupe_key}:{product.pk}",
            subject=order,
        )


def tell_buyers(event: OutboxEvent, actor: Actor) -> None:
    """Buyers hear of a product that fell below its point, once per fall."""
    product = Product.objects.of(actor.company_id).filter(pk=event.payload.get("product")).first()
    if product and not event.is_history:
        notifications.notify(
            notifications.holders(actor.company, "buyer"),
            "stock",
            _("%(product)s is low: %(free)s free"),
            params={"product": product, "free": formats.quantity(event.payload.get("free", ""))},
            key=event.dedupe_key,
            subject=product,
        )


def tell_of_surplus(event: OutboxEvent, actor: Actor) -> None:
    """Buyers hear of goods on a purchase order which neither the order behind it nor anybody else needs any more."""
    purchase = PurchaseOrder.objects.of(actor.company_id).filter(pk=event.object_id).first()
    product = Product.objects.of(actor.company_id).filter(pk=event.payload.get("product")).first()
    if purchase and product and not event.is_history:
        notifications.notify(
            [purchase.owner_id] if purchase.owner_id else notifications.holders(actor.company, "buyer"),
            "stock",
            _("%(number)s: nobody needs %(quantity)s of %(product)s any more"),
            params={
                "number": purchase.number,
                "quantity": formats.quantity(Decimal(event.payload["quantity"])),
                "product": product,
            },
            key=event.dedupe_key,
            subject=purchase,
        )
