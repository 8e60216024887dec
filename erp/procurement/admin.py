"""Purchasing in the admin pages: lists with their acts, settings; papers are written on their own sheets."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from erp.procurement.lists import LandedCostList, PurchaseOrderList, RequisitionList, SupplierItemList, SupplierList
from erp.procurement.models import (
    LandedCost,
    LandedCostLine,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchasePolicy,
    Requisition,
    RequisitionLine,
    Supplier,
    SupplierItem,
)
from erp.procurement.services import policy, suppliers
from suite.core.access import Actor
from suite.desk.admin_base import LinesInline, SuiteModelAdmin

Lines = dict[str, list[dict[str, Any]]]


class WrittenElsewhere:
    """Shown here with chain and acts; entered and changed on a sheet of its own."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RequisitionLineInline(WrittenElsewhere, LinesInline):
    model = RequisitionLine
    extra = 0
    fields = ("product", "supplier", "quantity", "ordered", "cancelled", "price", "needed_by", "why")
    readonly_fields = fields


@admin.register(Requisition)
class RequisitionAdmin(WrittenElsewhere, SuiteModelAdmin):
    list_spec = RequisitionList
    inlines = (RequisitionLineInline,)
    fields = (("number", "status", "origin"), ("warehouse", "order_number", "amount"), ("created_by", "note"))
    readonly_fields = ("number", "status", "origin", "order_number", "amount", "created_by")


class PurchaseOrderLineInline(WrittenElsewhere, LinesInline):
    model = PurchaseOrderLine
    extra = 0
    fields = (
        "product", "quantity", "unit", "unit_price", "tax", "gross", "promised_date", "received", "returned",
        "invoiced",
    )  # fmt: skip
    readonly_fields = fields


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(WrittenElsewhere, SuiteModelAdmin):
    list_spec = PurchaseOrderList
    inlines = (PurchaseOrderLineInline,)
    fields = (
        ("number", "status", "party"), ("date", "expected_date", "warehouse"), ("net", "tax_amount", "gross"),
        ("currency", "prices_include_tax", "supplier_reference"), "note",
    )  # fmt: skip
    readonly_fields = ("number", "status", "net", "tax_amount", "gross")


@admin.register(Supplier)
class SupplierAdmin(WrittenElsewhere, SuiteModelAdmin):
    list_spec = SupplierList
    fields = ("party", ("term", "currency", "lead_days"), "is_blocked", "note")


@admin.register(SupplierItem)
class SupplierItemAdmin(SuiteModelAdmin):
    list_spec = SupplierItemList
    raw_id_fields = ("product",)
    fields = (("supplier", "product"), ("supplier_code", "price"), ("minimum", "pack"), ("lead_days", "priority"))

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> SupplierItem:
        return suppliers.set_item(actor=actor, **values)

    def change(self, actor: Actor, row: SupplierItem, values: dict[str, Any], lines: Lines) -> SupplierItem:
        return suppliers.change_item(item=row, actor=actor, **values)


@admin.register(PurchasePolicy)
class PurchasePolicyAdmin(SuiteModelAdmin):
    only_row = True
    list_display = ("over_receipt_percent", "price_tolerance_percent")
    fields = list_display

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # founded with the company

    def change(self, actor: Actor, row: PurchasePolicy, values: dict[str, Any], lines: Lines) -> PurchasePolicy:
        return policy.change_policy(actor=actor, **values)


class LandedCostLineInline(WrittenElsewhere, LinesInline):
    model = LandedCostLine
    extra = 0
    fields = ("receipt_line", "amount", "to_stock")
    readonly_fields = fields


@admin.register(LandedCost)
class LandedCostAdmin(WrittenElsewhere, SuiteModelAdmin):
    list_spec = LandedCostList
    inlines = (LandedCostLineInline,)
    fields = (("number", "status"), ("date", "amount", "basis"), "note")
