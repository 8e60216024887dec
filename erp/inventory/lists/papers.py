"""Lists of the papers of the warehouse, with what can be done to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from erp.inventory import services
from erp.inventory.forms import release
from erp.inventory.lists.common import each, order_url
from erp.inventory.models import Delivery, GoodsReceipt, StockAdjustment
from erp.inventory.services.shipping import Outcome
from suite.core.access import Actor
from suite.desk.forms import ActorForm
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, Column, Create, DateFilter, ListSpec, PickFilter, View


class ReversalForm(ActorForm):
    reason = forms.CharField(label=_("Reason"), max_length=200)
    release = release(on_refusal=False)


def _ship(*, actor: Actor, pks: Collection[int]) -> Outcome:
    return services.ship_ready(list(Delivery.objects.of(actor.company_id).filter(pk__in=pks)), actor=actor)


READY = Q(status=Delivery.Status.OPEN, waits_for_payment=False) & ~Q(kind_of=Delivery.Kind.DIRECT)


def ready(row: Delivery) -> bool:
    """What may leave the house: as far as the paper is concerned, and the stock where it is known."""
    is_ours = row.kind_of != Delivery.Kind.DIRECT
    lacks = getattr(row, "lacks", None)  # where the list looked
    return is_ours and row.status == Delivery.Status.OPEN and not row.waits_for_payment and not lacks


def why_not_shipped(row: Delivery) -> str:
    """What a delivery lacks to leave in full, for the button of its record."""
    return " ".join(str(refusal) for refusal in services.lacking([row]).values())


SHIP = Act(
    "ship", _("Ship"), "erp_inventory.ship_delivery", _ship, icon="truck-delivery", when=ready, to="shipped",
    refused=why_not_shipped, confirm=_("Ship everything on the selected deliveries?"), in_row=True,
)  # fmt: skip


class DeliveryList(ListSpec):
    """Deliveries: what must leave the house, and what has left."""

    model = Delivery
    title = _("Deliveries")
    icon = "truck-delivery"
    columns = (
        Column("number", _("Number"), card="title"),
        Column("status", _("Status"), "badge", card="side"),
        Column("waits_for_payment", _("Waits for payment"), "bool", card="side"),
        Column("party", _("Customer"), value="party__label"),
        Column("order_number", _("Order"), url=order_url),
        Column("promised_date", _("Promised date"), "date"),
        Column("shipped_on", _("Shipped on"), "date"),
        Column("warehouse", _("Warehouse"), value="warehouse__label", shown=False),
        Column("kind_of", _("Kind"), shown=False),
        Column("carrier", _("Carrier"), shown=False),
        Column("tracking_number", _("Tracking number"), shown=False),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=Delivery.Status),
        PickFilter("party", _("Customer"), kind="party"),
        PickFilter("warehouse", _("Warehouse"), kind="warehouse"),
        DateFilter("promised", _("Promised date"), field="promised_date"),
        DateFilter("shipped", _("Shipped on"), field="shipped_on", quick=False),
        BoolFilter("ready", _("May be shipped"), condition=READY, quick=False),
        BoolFilter("unpaid", _("Waits for payment"), field="waits_for_payment", quick=False),
        ChoiceFilter("kind", _("Kind"), field="kind_of", choices=Delivery.Kind, quick=False),
    )
    views = (
        View("open", _("To ship"), {"ready": "yes"}),
        View("late", _("Late"), {"ready": "yes", "promised": "before_today"}),
        View("unpaid", _("Waits for payment"), {"status": "open", "unpaid": "yes"}),
        View("today", _("Shipped today"), {"shipped": "today"}),
    )
    acts = (SHIP,)
    boards = ("status", "kind")
    calendars = ("promised", "shipped")
    related = ("party", "warehouse")
    search_fields = ("number", "order_number", "tracking_number", "party__name")
    empty = _("Nothing to ship. Deliveries appear when sales confirms orders.")

    def complete(self, rows: Sequence[Delivery], actor: Actor) -> None:
        lacks = services.lacking([row for row in rows if ready(row)])
        for row in rows:
            row.lacks = lacks.get(row.pk)  # type: ignore[attr-defined]


def _reverse_receipts(*, actor: Actor, pks: Collection[int], **how: Any) -> Outcome:
    return each(GoodsReceipt, pks, services.reverse_receipt, actor=actor, **how)


# What a customer brought is delivered again, and what a supplier brought to him comes back from there.
REVERSIBLE = (GoodsReceipt.Kind.PURCHASE, GoodsReceipt.Kind.OTHER)


REVERSE_RECEIPT = Act(
    "reverse", _("Reverse"), "erp_inventory.reverse_goodsreceipt", _reverse_receipts, icon="arrow-back-up",
    form=ReversalForm, danger=True,
    when=lambda row: row.status == GoodsReceipt.Status.POSTED and row.kind_of in REVERSIBLE,
)  # fmt: skip


class ReceiptList(ListSpec):
    """Goods receipts: what came in, from suppliers, back from customers, or otherwise."""

    model = GoodsReceipt
    title = _("Goods receipts")
    icon = "package-import"
    columns = (
        Column("number", _("Number"), card="title"),
        Column("status", _("Status"), "badge", card="side"),
        Column("kind_of", _("Kind"), card="side"),
        Column("party", _("Party"), value="party__label"),
        Column("order_number", _("Order"), url=order_url),
        Column("received_on", _("Received on"), "date", sort=True),
        Column("reference", _("Supplier's delivery note")),
        Column("warehouse", _("Warehouse"), value="warehouse__label", shown=False),
        Column("reason", _("Reason"), shown=False),
    )
    filters = (
        ChoiceFilter("kind", _("Kind"), field="kind_of", choices=GoodsReceipt.Kind),
        ChoiceFilter("status", _("Status"), choices=GoodsReceipt.Status),
        PickFilter("party", _("Party"), kind="party"),
        PickFilter("warehouse", _("Warehouse"), kind="warehouse", quick=False),
        DateFilter("received", _("Received on"), field="received_on"),
    )
    views = (
        View("today", _("Today"), {"received": "today"}),
        View("returns", _("Customer returns"), {"kind": "customer_return"}),
    )
    acts = (REVERSE_RECEIPT,)
    order = "-received_on"
    related = ("party", "warehouse")
    search_fields = ("number", "order_number", "reference", "party__name")
    create = Create(_("Other receipt"), "inventory:receive", "erp_inventory.add_goodsreceipt")
    empty = _("Nothing has come in yet.")


def _reverse_adjustments(*, actor: Actor, pks: Collection[int], **how: Any) -> Outcome:
    return each(StockAdjustment, pks, services.reverse_adjustment, actor=actor, **how)


REVERSE_ADJUSTMENT = Act(
    "reverse", _("Reverse"), "erp_inventory.reverse_stockadjustment", _reverse_adjustments, icon="arrow-back-up",
    form=ReversalForm, danger=True, when=lambda row: row.status == StockAdjustment.Status.POSTED,
)  # fmt: skip


class AdjustmentList(ListSpec):
    """Stock adjustments: opening stock and corrections, each with its reason."""

    model = StockAdjustment
    title = _("Stock adjustments")
    icon = "adjustments"
    columns = (
        Column("number", _("Number"), card="title"),
        Column("status", _("Status"), "badge", card="side"),
        Column("kind_of", _("Kind"), card="side"),
        Column("date", _("Date"), "date", sort=True),
        Column("reason", _("Reason")),
        Column("warehouse", _("Warehouse"), value="warehouse__label"),
        Column("owner", _("By"), value="owner", shown=False),
    )
    filters = (
        ChoiceFilter("kind", _("Kind"), field="kind_of", choices=StockAdjustment.Kind),
        ChoiceFilter("status", _("Status"), choices=StockAdjustment.Status),
        PickFilter("warehouse", _("Warehouse"), kind="warehouse"),
        DateFilter("date", _("Date")),
    )
    acts = (REVERSE_ADJUSTMENT,)
    order = "-date"
    related = ("warehouse", "owner")
    search_fields = ("number", "reason")
    create = Create(_("New adjustment"), "inventory:adjust", "erp_inventory.add_stockadjustment")
    empty = _("The book has not been corrected yet.")
