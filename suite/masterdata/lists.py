"""The lists of products and parties, in the browser pages and in the admin pages."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy

from suite.core.access import Actor
from suite.desk.lists import BoolFilter, ChoiceFilter, Column, Create, Edit, ListSpec, PickFilter, View
from suite.masterdata.models import Party, Product
from suite.masterdata.services.products import change_product


def _set_price(*, row: Product, value: Decimal, actor: Actor) -> None:
    change_product(product=row, actor=actor, sale_price=value)


class ProductList(ListSpec):
    """What we sell, buy and make."""

    model = Product
    page = "masterdata:products"
    icon = "package"
    columns = (
        Column("code", gettext_lazy("Code"), card="meta"),
        Column("label", gettext_lazy("Name"), card="title"),
        Column("specification", gettext_lazy("Specification"), value=lambda row: row.read("specification")),
        Column("category", gettext_lazy("Category")),
        Column("kind", gettext_lazy("Kind"), shown=False),
        Column("unit", gettext_lazy("Unit"), value="unit__label"),
        Column(
            "sale_price",
            gettext_lazy("Sales price"),
            "money",
            card="side",
            edit=Edit(
                "masterdata.change_product",
                forms.DecimalField(min_value=0, max_digits=18, decimal_places=6),
                _set_price,
            ),
        ),
        Column("tax", gettext_lazy("Tax"), value="tax__label"),
        Column("standard_cost", gettext_lazy("Standard cost"), "money", shown=False, permission="masterdata.see_cost"),
        Column("barcode", gettext_lazy("Barcode"), shown=False),
        Column("external_ref", gettext_lazy("Reference elsewhere"), shown=False),
        Column("updated_at", gettext_lazy("Changed"), "datetime", sort=True, shown=False),
    )
    filters = (
        ChoiceFilter("kind", gettext_lazy("Kind"), choices=Product.Kind),
        BoolFilter("archived", gettext_lazy("Archived"), field="is_archived"),
    )
    views = (View("live", gettext_lazy("On offer"), {"archived": "no"}),)
    order = "name"
    related = ("unit", "tax")
    create = Create(gettext_lazy("New product"), "admin:masterdata_product_add", "masterdata.add_product")
    importer = "products"
    empty = gettext_lazy("No products yet. Import them, or add the first one in the admin pages.")


class PartyList(ListSpec):
    """Everyone we sell to or buy from."""

    model = Party
    icon = "building"
    columns = (
        Column("label", gettext_lazy("Name"), card="title"),
        Column("code", gettext_lazy("Code")),
        Column("kind", gettext_lazy("Kind"), shown=False),
        Column("phone", gettext_lazy("Phone"), "phone", card="side"),
        Column("email", gettext_lazy("E-mail")),
        Column("credit_code", gettext_lazy("Unified social credit code")),
        Column("region", gettext_lazy("Region"), value="region__label"),
        Column("industry", gettext_lazy("Industry"), shown=False),
        Column("updated_at", gettext_lazy("Changed"), "datetime", sort=True),
    )
    filters = (
        ChoiceFilter("kind", gettext_lazy("Kind"), choices=Party.Kind),
        PickFilter("region", gettext_lazy("Region"), kind="region"),
        BoolFilter("archived", gettext_lazy("Archived"), field="is_archived"),
    )
    views = (View("live", gettext_lazy("In use"), {"archived": "no"}),)
    order = "-updated_at"
    related = ("region",)
    create = Create(gettext_lazy("New party"), "admin:masterdata_party_add", "masterdata.add_party")
