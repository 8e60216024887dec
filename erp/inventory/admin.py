"""The warehouse in the admin pages: lists with acts, forms for what is entered by hand. Services write the stock."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

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
    Warehouse,
)
from suite.core.access import Actor
from suite.core.money import ZERO
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
    """Lines with products of the warehouse; what is posted is shut."""

    fk_name: str
    autocomplete_fields: Sequence[str] = ()
    raw_id_fields = ("product",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        hidden = () if request.actor.may(lists.SEE_COST) else ("cost", "returned_cost", "value", "unit_cost")  # type: ignore[attr-defined]
        return [name for name in fields if name not in hidden]


@admin.register(Warehouse)
class WarehouseAdmin(SuiteModelAdmin):
    list_display = ("code", "name", "name_en", "address", "is_default", "is_archived")
    fields = (("code", "is_default", "is_archived"), ("name", "name_en"), "address")
    search_fields = ("code", "name", "name_en")

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> Warehouse:
        return services.save_warehouse(values=values, actor=actor)

    def change(self, actor: Actor, row: Warehouse, values: dict[str, Any], lines: Lines) -> Warehouse:
        return services.save_warehouse(warehouse=Warehouse.objects.get(pk=row.pk), values=values, actor=actor)


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
    extra = 0
    fields = ("product", "quantity", "returned", "cost")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_add_permission


@admin.register(Delivery)
class DeliveryAdmin(SuiteModelAdmin):
    """How a delivery goes may be noted at any time; where and when only until it is shipped."""

    list_spec = lists.DeliveryList
    inlines = (DeliveryLineInline,)
    open_states = (Delivery.Status.OPEN, Delivery.Status.SHIPPED)
    noted = ("carrier", "tracking_number", "note")
    fields = (
        ("number", "status", "kind_of"),
        ("party", "warehouse", "order_number"),
        ("promised_date", "shipped_on", "waits_for_payment"),
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
        return services.change_delivery(delivery=Delivery.objects.get(pk=row.pk), values=values, actor=actor)

    def buttons(self, request: HttpRequest, row: Delivery) -> Acts:
        page = PageAct(_("Open"), reverse("inventory:delivery", args=[row.pk]), "truck-delivery", method="get")
        return Acts([*super().buttons(request, row), page])


class GoodsReceiptLineInline(StockLines):
    model = GoodsReceiptLine
    fields = ("product", "quantity", "value")


@admin.register(GoodsReceipt)
class GoodsReceiptAdmin(SuiteModelAdmin):
    """Receipts without a purchase order; those with one are booked where it is received."""

    list_spec = lists.ReceiptList
    inlines = (GoodsReceiptLineInline,)
    open_states = ()
    raw_id_fields = ("party",)
    fields = (("warehouse", "party"), ("received_on", "reference"), "reason")

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> GoodsReceipt:
        party = values["party"]
        receipt = services.ReceiptInput(
            warehouse_id=values["warehouse"].pk,
            party_id=party and party.pk,
            reference=values["reference"],
            reason=values["reason"],
            lines=[
                services.ReceiptLine(line["product"].pk, line["quantity"], value_of(line)) for line in lines["lines"]
            ],
        )
        return services.receive([receipt], received_on=values["received_on"], actor=actor)[0]


def value_of(line: dict[str, Any]) -> Decimal:
    """What somebody typed, or the standard cost where costs are not shown."""
    typed = line.get("value")
    return services.value_at(line["product"], line["quantity"]) if typed is None else typed


class AdjustmentLineInline(StockLines):
    model = StockAdjustmentLine
    fields = ("product", "difference", "unit_cost")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        return ["product", "book_quantity", "difference", *fields[2:], "value"] if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("book_quantity", "value") if obj else ()


@admin.register(StockAdjustment)
class StockAdjustmentAdmin(SuiteModelAdmin):
    list_spec = lists.AdjustmentList
    inlines = (AdjustmentLineInline,)
    open_states = ()
    fields = (("kind_of", "warehouse", "date"), "reason")

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> StockAdjustment:
        book = services.opening_stock if values["kind_of"] == StockAdjustment.Kind.OPENING else services.adjust
        return book(
            [
                services.Difference(line["product"].pk, line["difference"] or ZERO, line.get("unit_cost"))
                for line in lines["lines"]
            ],
            warehouse_id=values["warehouse"].pk,
            date=values["date"],
            reason=values["reason"],
            actor=actor,
        )


@admin.register(StockRule)
class StockRuleAdmin(SuiteModelAdmin):
    list_spec = lists.RuleList
    raw_id_fields = ("product",)
    fields = (("product", "warehouse"), ("reorder_point", "target", "safety_stock"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("product", "warehouse") if obj else ()

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> StockRule:
        return services.set_rule(actor=actor, **values)

    def change(self, actor: Actor, row: StockRule, values: dict[str, Any], lines: Lines) -> StockRule:
        kept = {"product": row.product, "warehouse": row.warehouse}
        return services.set_rule(actor=actor, **kept, **values)
