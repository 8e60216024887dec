"""Selling in the admin pages: papers to be read, price lists and settings to be kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from crm.sales.lists import OrderList, QuotationList
from crm.sales.models import (
    Order,
    OrderAmendment,
    OrderLine,
    PriceList,
    PriceListItem,
    Quotation,
    QuotationLine,
    SalesPolicy,
)
from crm.sales.services import policy, price_lists
from crm.sales.services.price_lists import Price
from suite.core.access import Actor
from suite.desk.admin_base import LinesInline, SuiteModelAdmin


class ReadOnly:
    """Written in the pages of selling, read here."""

    fields: Sequence[str]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class QuotationLineInline(ReadOnly, LinesInline):
    model = QuotationLine
    fields = ("position", "product", "quantity", "unit", "unit_price", "discount", "tax", "net", "tax_amount", "gross")


class OrderLineInline(ReadOnly, LinesInline):
    model = OrderLine
    fields = (*QuotationLineInline.fields, "promised_date", "delivered", "returned", "invoiced")


class AmendmentInline(ReadOnly, LinesInline):
    model = OrderAmendment
    fields = ("revision", "created_at", "made_by", "reason", "gross_change")


@admin.register(Quotation)
class QuotationAdmin(ReadOnly, SuiteModelAdmin):
    list_spec = QuotationList
    inlines = (QuotationLineInline,)
    fields = (
        "number", "status", "party", "contact", "owner", "date", "valid_until", "sent_at",
        "net", "tax_amount", "gross", "note",
    )  # fmt: skip


@admin.register(Order)
class OrderAdmin(ReadOnly, SuiteModelAdmin):
    list_spec = OrderList
    inlines = (OrderLineInline, AmendmentInline)
    fields = (
        "number", "status", "party", "contact", "owner", "date", "requested_date", "promised_date",
        "customer_reference", "shipping_address", "delivery", "invoicing", "payment",
        "net", "tax_amount", "gross", "paid", "note",
    )  # fmt: skip


class PriceInline(LinesInline):
    model = PriceListItem
    fields = ("product", "min_quantity", "price")
    raw_id_fields = ("product",)


@admin.register(PriceList)
class PriceListAdmin(SuiteModelAdmin):
    list_display = ("name", "party", "tier", "valid_from", "valid_to", "includes_tax", "is_archived")
    list_filter = ("is_archived",)
    search_fields = ("name", "name_en")
    inlines = (PriceInline,)
    fields = ("name", "name_en", "party", "tier", "valid_from", "valid_to", "includes_tax", "currency")
    raw_id_fields = ("party",)
    chained: ClassVar[bool] = False

    def add(self, actor: Actor, values: dict[str, Any], lines: dict[str, list[dict[str, Any]]]) -> PriceList:
        return price_lists.create_price_list(prices=prices_of(lines), actor=actor, **values)

    def change(
        self, actor: Actor, row: PriceList, values: dict[str, Any], lines: dict[str, list[dict[str, Any]]]
    ) -> PriceList:
        return price_lists.change_price_list(price_list_id=row.pk, prices=prices_of(lines), actor=actor, **values)


def prices_of(lines: dict[str, list[dict[str, Any]]]) -> list[Price]:
    return [Price(row["product"].pk, row["price"], row["min_quantity"]) for row in lines.get("items", [])]


@admin.register(SalesPolicy)
class SalesPolicyAdmin(SuiteModelAdmin):
    list_display = (
        "company",
        "max_discount",
        "quotation_days",
        "renewal_days",
        "response_hours",
        "thank_after_payment",
    )
    fields = ("max_discount", "quotation_days", "renewal_days", "response_hours", "thank_after_payment")
    chained: ClassVar[bool] = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change(self, actor: Actor, row: SalesPolicy, values: dict[str, Any], lines: dict[str, Any]) -> SalesPolicy:
        return policy.change_policy(actor=actor, **values)
