"""The lists of products and parties, in the browser pages and in the admin pages."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from suite.core.access import Actor
from suite.desk import documents
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, Column, Create, Edit, ListSpec, PickFilter, View
from suite.masterdata.models import Contact, Party, Product
from suite.masterdata.services.contacts import archive_contacts
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


def page_of_party(pk: int) -> str:
    """Where a party stands: on the page of its profile, or on its own."""
    return documents.url_of(Party._meta.label_lower, pk)


def _put_away(archived: bool) -> Callable[..., int]:
    def run(*, actor: Actor, pks: Collection[int]) -> int:
        return len(archive_contacts(contacts=pks, archived=archived, actor=actor))

    return run


class ContactList(ListSpec):
    """The people at all parties."""

    model = Contact
    page = "masterdata:contacts"
    icon = "id-badge"
    columns = (
        Column("label", pgettext_lazy("person", "Name"), sort="name", card="title"),
        Column("party", gettext_lazy("Company"), url=lambda row: page_of_party(row.party_id)),
        Column("title", gettext_lazy("Title")),
        Column("phone", gettext_lazy("Phone"), "phone", card="side"),
        Column("email", gettext_lazy("E-mail")),
        Column("wechat", gettext_lazy("WeChat"), shown=False),
        Column("preferences", gettext_lazy("Preferences"), shown=False),
        Column("is_decision_maker", gettext_lazy("Decision maker"), "bool", shown=False),
        Column("is_primary", gettext_lazy("Primary contact"), "bool"),
        Column("updated_at", gettext_lazy("Changed"), "datetime", shown=False),
    )
    filters = (
        PickFilter("party", gettext_lazy("Company"), kind="party"),
        BoolFilter("decision_maker", gettext_lazy("Decision maker"), field="is_decision_maker"),
        BoolFilter("primary", gettext_lazy("Primary contact"), field="is_primary"),
        BoolFilter("archived", gettext_lazy("Archived"), field="is_archived"),
    )
    acts = (
        Act(
            "archive", gettext_lazy("Archive"), "masterdata.change_contact", _put_away(True), icon="archive",
            when=lambda row: not row.is_archived, undo="restore",
            confirm=gettext_lazy("Take it out of all lists to choose from?"),
        ),
        Act(
            "restore", gettext_lazy("Bring back"), "masterdata.change_contact", _put_away(False), icon="archive-off",
            when=lambda row: row.is_archived, undo="archive",
        ),
    )  # fmt: skip
    views = (View("live", gettext_lazy("In use"), {"archived": "no"}),)
    order = "name"
    related = ("party",)
    create = Create(gettext_lazy("New contact"), "masterdata:contact_new", "masterdata.add_contact")
    importer = "contacts"
    empty = gettext_lazy("No contacts yet. They come with their customer or supplier, by a sheet, or one by one.")
