"""Transfers between warehouses, with what can be done to them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from erp.inventory import services
from erp.inventory.lists.common import each
from erp.inventory.models import StockTransfer
from erp.inventory.services.shipping import Outcome
from suite.core.access import Actor
from suite.desk.lists import Act, ChoiceFilter, Column, Create, DateFilter, ListSpec, PickFilter, View

Status = StockTransfer.Status


def one_by_one(service: Callable[..., Any], **how: Any) -> Callable[..., Outcome]:
    """An act in which each transfer stands for itself; refused ones are named."""

    def run(*, actor: Actor, pks: Collection[int]) -> Outcome:
        return each(StockTransfer, pks, lambda row, *, actor: service([row], actor=actor, **how), actor=actor)

    return run


def is_draft(row: StockTransfer) -> bool:
    return row.status == Status.DRAFT


class TransferList(ListSpec):
    """Transfers: what goes from one warehouse to another, and what of it is on the way."""

    model = StockTransfer
    title = _("Stock transfers")
    icon = "arrows-exchange"
    importer = "stock-transfers"
    columns = (
        Column("number", _("Number"), card="title"),
        Column("status", _("Status"), "badge", card="side"),
        Column("source", _("From warehouse"), value="source__label"),
        Column("target", _("To warehouse"), value="target__label"),
        Column("expected_date", _("Expected date"), "date"),
        Column("shipped_on", _("Shipped on"), "date"),
        Column("received_on", _("Received on"), "date"),
        Column("note", _("Note"), shown=False),
        Column("owner", _("By"), value="owner", shown=False),
    )
    line_columns = (
        Column("product", _("Product"), value="product__code"),
        Column("quantity", _("Quantity"), "quantity"),
        Column("under_way", _("On the way"), "quantity"),
        Column("received", _("Received"), "quantity"),
        Column("lost", _("Lost on the way"), "quantity"),
    )
    line_related = ("product",)
    filters = (
        ChoiceFilter("status", _("Status"), choices=Status),
        PickFilter("source", _("From warehouse"), kind="warehouse"),
        PickFilter("target", _("To warehouse"), kind="warehouse"),
        DateFilter("expected", _("Expected date"), field="expected_date"),
        DateFilter("shipped", _("Shipped on"), field="shipped_on", quick=False),
        DateFilter("received", _("Received on"), field="received_on", quick=False),
    )
    views = (
        View("draft", _("To ship"), {"status": "draft"}),
        View("shipped", _("On the way"), {"status": "shipped"}),
        View("late", _("Late"), {"status": "shipped", "expected": "before_today"}),
    )
    acts = (
        Act("ship", _("Ship"), "erp_inventory.ship_stocktransfer", one_by_one(services.ship_transfers),
            icon="package-export", when=is_draft, in_row=True),
        Act("move", _("Move at once"), "erp_inventory.ship_stocktransfer",
            one_by_one(services.ship_transfers, at_once=True), icon="arrows-exchange", when=is_draft,
            confirm=_("Ship and receive everything on the selected transfers?")),
        Act("receive", _("Receive"), "erp_inventory.receive_stocktransfer", one_by_one(services.receive_transfers),
            icon="package-import", when=lambda row: row.status == Status.SHIPPED, in_row=True),
        Act("cancel", _("Give up"), "erp_inventory.change_stocktransfer",
            one_by_one(services.cancel_transfers), icon="x", danger=True, when=is_draft,
            confirm=_("Give the selected transfers up?")),
    )  # fmt: skip
    boards = ("status",)
    calendars = ("expected", "shipped")
    related = ("source", "target", "owner")
    search_fields = ("number", "note")
    create = Create(_("New transfer"), "inventory:transfer_new", "erp_inventory.add_stocktransfer")
    empty = _("Nothing goes from one warehouse to another.")
