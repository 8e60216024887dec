"""Master data in the admin pages; every save goes through the services."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from suite.core.access import Actor
from suite.desk.admin_base import LinesInline, SuiteModelAdmin, SuiteStackedInline
from suite.desk.lists import Act
from suite.masterdata.lists import PartyList, ProductList
from suite.masterdata.models import (
    Address,
    Contact,
    Currency,
    ExchangeRate,
    Party,
    Product,
    ProductUnit,
    Tax,
    Unit,
)
from suite.masterdata.services import parties, products, settings

Lines = dict[str, list[dict[str, Any]]]


def typed(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines as the services take them: the key of the row that is there, nothing where it is new."""
    return [
        {
            name: getattr(value, "pk", value) if name == "id" else value
            for name, value in line.items()
            if (name, value) != ("id", None)
        }
        for line in lines
    ]


def put_away(service: Any, argument: str, archived: bool) -> Any:
    """An act over the selected rows that archives them, or brings them back."""

    def run(*, actor: Actor, pks: Collection[int]) -> int:
        return len(service(**{argument: pks}, archived=archived, actor=actor))

    return run


def archiving(service: Any, argument: str, permission: str) -> tuple[Act, Act]:
    return (
        Act(
            "archive", _("Archive"), permission, put_away(service, argument, True), icon="archive",
            when=lambda row: not row.is_archived, confirm=_("Take it out of all lists to choose from?"),
        ),
        Act(
            "restore", _("Bring back"), permission, put_away(service, argument, False), icon="archive-off",
            when=lambda row: row.is_archived,
        ),
    )  # fmt: skip


class FieldRulesMixin:
    """Fields that only the holders of a permission see."""

    guarded: dict[str, tuple[str, ...]] = {}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        hidden = {
            name
            for code, names in self.guarded.items()
            if not request.actor.may(code)  # type: ignore[attr-defined]
            for name in names
        }
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in hidden]})
            for title, options in super().get_fieldsets(request, obj)  # type: ignore[misc]
        ]


class ContactInline(SuiteStackedInline):
    model = Contact
    extra = 0
    fields = (
        ("name", "name_en", "title"),
        ("phone", "email", "wechat"),
        ("preferences", "is_decision_maker", "is_primary"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(is_archived=False)


class AddressInline(SuiteStackedInline):
    model = Address
    extra = 0
    fields = (
        ("kind", "postcode"),
        ("detail", "detail_en"),
        ("region", "country"),
        ("contact_name", "contact_phone", "is_default"),
    )
    raw_id_fields = ("region",)


@admin.register(Party)
class PartyAdmin(FieldRulesMixin, SuiteModelAdmin):
    list_spec = PartyList
    acts = archiving(parties.archive_parties, "parties", "masterdata.change_party")
    inlines = (ContactInline, AddressInline)
    raw_id_fields = ("region",)
    guarded = {"masterdata.see_bank": ("bank_branch", "bank_account")}
    fieldsets = (
        (
            None,
            {"fields": ["name", "name_en", "kind", "credit_code", "phone", "email", "website", "region", "industry"]},
        ),
        (
            _("Invoicing"),
            {
                "fields": [
                    "invoice_title",
                    "legal_representative",
                    "bank_branch",
                    "bank_account",
                    "external_ref",
                    "note",
                ]
            },
        ),
    )

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> Party:
        return parties.create_party(
            actor=actor, contacts=typed(lines["contacts"]), addresses=typed(lines["addresses"]), **values
        )

    def change(self, actor: Actor, row: Party, values: dict[str, Any], lines: Lines) -> Party:
        return parties.change_party(
            party=row, contacts=typed(lines["contacts"]), addresses=typed(lines["addresses"]), actor=actor, **values
        )


class ProductUnitInline(LinesInline):
    model = ProductUnit
    extra = 0
    fields = ("unit", "numerator", "denominator", "barcode")


SPECIFICATION = ("specification", "specification_en")


@admin.register(Product)
class ProductAdmin(FieldRulesMixin, SuiteModelAdmin):
    list_spec = ProductList
    acts = archiving(products.archive_products, "products", "masterdata.change_product")
    inlines = (ProductUnitInline,)
    guarded = {"masterdata.see_cost": ("floor_price", "standard_cost")}
    fieldsets = (
        (None, {"fields": ["code", "name", "name_en", "kind", "category", *SPECIFICATION, "barcode", "unit"]}),
        (
            _("Prices"),
            {"fields": ["sale_price", "sale_price_includes_tax", "tax", "floor_price", "standard_cost"]},
        ),
        (_("Stock"), {"fields": ["costing", "shortage", "external_ref", "note"]}),
    )

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> Product:
        return products.create_product(actor=actor, units=_conversions(lines), **values)

    def change(self, actor: Actor, row: Product, values: dict[str, Any], lines: Lines) -> Product:
        return products.change_product(product=row, units=_conversions(lines), actor=actor, **values)


def _conversions(lines: Lines) -> list[dict[str, Any]]:
    return [{name: value for name, value in line.items() if name != "id"} for line in lines["units"]]


@admin.register(Tax)
class TaxAdmin(SuiteModelAdmin):
    list_display = ("code", "name", "rate", "method", "valid_from", "valid_to", "legal_basis", "is_default")
    fields = (
        ("code", "rate", "method"),
        ("name", "name_en"),
        ("valid_from", "valid_to", "is_default"),
        "legal_basis",
    )

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> Tax:
        return settings.create_tax(actor=actor, **values)

    def change(self, actor: Actor, row: Tax, values: dict[str, Any], lines: Lines) -> Tax:
        return settings.change_tax(tax=row, actor=actor, **values)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(SuiteModelAdmin):
    list_display = ("currency", "valid_from", "rate")
    list_filter = ("currency",)
    fields = ("currency", "valid_from", "rate")
    ordering = ("-valid_from", "-id")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a rate said again for the same day replaces the one before

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> ExchangeRate:
        return settings.set_exchange_rate(actor=actor, **values)


class SharedAdmin(SuiteModelAdmin):
    """Rows of all companies: the code is for good, names and places may be put right."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj else ()

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> Any:
        return settings.create_shared(model=self.model, actor=actor, **values)

    def change(self, actor: Actor, row: Any, values: dict[str, Any], lines: Lines) -> Any:
        return settings.change_shared(row=row, actor=actor, **values)


@admin.register(Unit)
class UnitAdmin(SharedAdmin):
    list_display = ("code", "name", "name_en", "digits")
    fields = ("code", "name", "name_en", "digits")


@admin.register(Currency)
class CurrencyAdmin(SharedAdmin):
    list_display = ("code", "name", "name_en", "symbol", "digits")
    fields = ("code", "name", "name_en", "symbol", "digits")
