"""The warehouse in the admin pages: lists with acts, forms for what is entered by hand. Services write the stock."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import pgettext

from erp.inventory import lists, services
from erp.inventory.models import (
    Delivery,
    DeliveryLine,
    Demand,
    GoodsReceipt,
    GoodsReceiptLine,
    StockAdjustment,
    StockAdjustmentLine,
    StockBalance,
    StockMove,
    StockRule,
    StockTransfer,
    StockTransferLine,
    Warehouse,
)
from suite.core.access import Actor
from suite.desk.admin_base import LinesInline, SuiteModelAdmin
from suite.desk.records import Acts, PageAct

Lines = dict[str, list[dict[str, Any]]]


class ReadOnly(SuiteModelAdmin):
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StockLines(LinesInline):
    """Lines as they stand on a paper; costs only for those who may see them."""

    extra = 0
    costs = ("cost", "value", "unit_cost")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        may = request.actor.may(lists.SEE_COST)  # type: ignore[attr-defined]
        return [name for name in self.fields if may or name not in self.costs]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields


@admin.register(Warehouse)
class WarehouseAdmin(SuiteModelAdmin):
    list_display = ("code", "name", "name_en", "address", "is_default", "is_archived")
    fields = ("code", ("name", "name_en"), ("address", "address_en"), ("is_default", "is_archived"))
    search_fields = ("code", "name", "name_en")

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> Warehouse:
        return services.save_warehouse(values=values, actor=actor)

    def change(self, actor: Actor, row: Warehouse, values: dict[str, Any], lines: Lines) -> Warehouse:
        return services.save_warehouse(
            warehouse=Warehouse.objects.of(actor.company_id).get(pk=row.pk), values=values, actor=actor
        )


@admin.register(StockBalance)
class StockBalanceAdmin(ReadOnly):
    list_spec = lists.BalanceList
    fields = ("product", "warehouse", "on_hand", "reserved", "updated_at")


@admin.register(StockMove)
class StockMoveAdmin(ReadOnly):
    list_spec = lists.MoveList
    fields = ("source_number", "kind", "product", "warehouse", "posting_date", "effective_date", "quantity", "reverses")


@admin.register(Demand)
class DemandAdmin(ReadOnly):
    list_spec = lists.DemandList
    fields = ("order_number", "party", "product", "warehouse", "wanted", "reserved", "shipped", "returned")


class DeliveryLineInline(StockLines):
    model = DeliveryLine
    fields = ("product", "quantity", "returned", "cost")


@admin.register(Delivery)
class DeliveryAdmin(SuiteModelAdmin):
    """How a delivery goes may be noted at any time; where and when only until it is shipped."""

    list_spec = lists.DeliveryList
    inlines = (DeliveryLineInline,)
    open_states = (Delivery.Status.OPEN, Delivery.Status.SHIPPED)
    noted = ("carrier", "tracking_number", "note")
    fields = (
        ("number", "status"),
        ("party", "order_number"),
        ("promised_date", "shipped_on"),
        "address",
        ("carrier", "tracking_number"),
        "note",
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        open_now = ("promised_date", "address") if obj and obj.status == Delivery.Status.OPEN else ()
        names = [name for row in self.fields for name in ([row] if isinstance(row, str) else row)]
        return [name for name in names if name not in (*self.noted, *open_now)]

    def change(self, actor: Actor, row: Delivery, values: dict[str, Any], lines: Lines) -> Delivery:
        return services.change_delivery(
            delivery=Delivery.objects.of(actor.company_id).get(pk=row.pk), values=values, actor=actor
        )

    def buttons(self, request: HttpRequest, row: Delivery) -> Acts:
        page = PageAct(
            pgettext("act", "Open"), reverse("inventory:delivery", args=[row.pk]), "truck-delivery", method="get"
        )
        return Acts([*super().buttons(request, row), page])


class GoodsReceiptLineInline(StockLines):
    model = GoodsReceiptLine
    fields = ("product", "quantity", "returned", "value")


@admin.register(GoodsReceipt)
class GoodsReceiptAdmin(ReadOnly):
    list_spec = lists.ReceiptList
    inlines = (GoodsReceiptLineInline,)
    fields = (("number", "status"), ("kind_of", "party"), ("warehouse", "received_on"), ("reference", "reason"), "note")


class AdjustmentLineInline(StockLines):
    model = StockAdjustmentLine
    fields = ("product", "book_quantity", "difference", "unit_cost", "value")


@admin.register(StockAdjustment)
class StockAdjustmentAdmin(ReadOnly):
    list_spec = lists.AdjustmentList
    inlines = (AdjustmentLineInline,)
    fields = (("number", "status"), ("kind_of", "date"), ("warehouse", "reason"))


class TransferLineInline(StockLines):
    model = StockTransferLine
    fields = ("product", "quantity", "under_way", "received", "lost", "value")


@admin.register(StockTransfer)
class StockTransferAdmin(ReadOnly):
    list_spec = lists.TransferList
    inlines = (TransferLineInline,)
    fields = (("number", "status"), ("source", "target"), ("expected_date", "shipped_on", "received_on"), "note")


@admin.register(StockRule)
class StockRuleAdmin(ReadOnly):
    list_spec = lists.RuleList
    fields = (("product", "warehouse"), ("reorder_point", "target"), ("safety_stock", "is_low"))
