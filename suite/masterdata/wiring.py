"""What masterdata brings to the ground below: founding, pages, search, pickers, menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from suite.core import jobs, money, outbox
from suite.core.access import Actor
from suite.core.companies import on_founding
from suite.desk import choices, documents, events, imports, navigation, own, search
from suite.masterdata import flows, queries, sheets
from suite.masterdata.matching import parties
from suite.masterdata.models import Contact, Party, Product, Region, Tax, Unit
from suite.masterdata.services import contacts_importing, finding, founding, importing


def connect() -> None:
    """Called once, from apps.py."""
    on_founding(founding.set_up, order=10)
    money.places_of = queries.places_of

    documents.register(Party, _("Party"), "masterdata:party", icon="building", status=queries.archived)
    documents.register(Product, _("Product"), "masterdata:product", icon="package", status=queries.archived)
    documents.register(
        Contact, _("Contact"), "masterdata:contact", icon="id-badge", related=("party",), status=queries.archived
    )

    own.register(Party, list_url="admin:masterdata_party_changelist")
    own.register(Product, list_url="masterdata:products")
    own.register(Contact, list_url="masterdata:contacts")

    events.register("masterdata.party", _("Party"), "created", "changed", "imported")
    events.register("masterdata.contact", _("Contact"), "created", "changed")
    events.register("masterdata.product", _("Product"), "created", "changed")
    flows.connect()
    search.register(
        Party,
        words=queries.words_of_party,
        subtitle=code_and_phone,
        keys=parties.keys,
        prefetch=("contacts", "addresses"),
        people=True,
    )
    search.register(
        Contact,
        words=queries.words_of_contact,
        subtitle=lambda row: " · ".join(part for part in (row.party.label, row.title) if part),
        related=("party",),
        people=True,
    )
    search.register(Product, words=queries.words_of_product, subtitle=lambda row: row.read("specification"))

    choices.register(
        "party",
        Party,
        rows=live(Party),
        exact=("code", "credit_code", "external_ref", "name", "name_en"),
        hint=code_and_phone,
    )
    choices.register(
        "product",
        Product,
        rows=live(Product),
        exact=("code", "barcode", "external_ref", "name", "name_en"),
        order="code",
        empty=_("No products yet: enter or import the first ones under Products"),
    )
    choices.register(
        "contact",
        Contact,
        rows=live(Contact),
        fields=("name", "name_en", "phone"),
        exact=("name", "name_en", "phone"),
    )
    choices.register(
        "region",
        Region,
        rows=lambda actor: Region.objects.select_related("parent__parent"),
        fields=("name", "name_en"),
        exact=("code", "name", "name_en"),
        text=lambda row: row.path,
        order="code",
    )
    choices.register("unit", Unit, fields=("code", "name", "name_en"), exact=("code", "name", "name_en"), order="code")
    choices.register("tax", Tax, fields=("code", "name", "name_en"), exact=("code", "name", "name_en"), order="-rate")

    jobs.register(finding.KIND, finding.work)
    outbox.on("masterdata.party.imported", importing.index_parties)
    imports.register(
        "products",
        _("Products"),
        permission="masterdata.add_product",
        fields=sheets.PRODUCTS,
        left_out=sheets.PRODUCTS_LEFT_OUT,
        keys=sheets.PRODUCT_KEYS,
        save=importing.save_products,
        undo=importing.undo_products,
        url_name="masterdata:products",
        model=Product,
    )
    imports.register(
        "contacts",
        _("Contacts"),
        permission="masterdata.add_contact",
        fields=sheets.CONTACTS,
        left_out=sheets.CONTACTS_LEFT_OUT,
        keys=sheets.CONTACT_KEYS,
        save=contacts_importing.save_contacts,
        undo=contacts_importing.undo_contacts,
        url_name="masterdata:contacts",
        model=Contact,
    )
    navigation.register(
        _("Goods"), _("Products"), "masterdata:products", icon="package", permission="masterdata.view_product", order=40
    )
    base = _("Master data")
    navigation.register(
        base,
        _("Possible duplicates"),
        "masterdata:duplicates",
        icon="copy",
        permission="masterdata.merge_party",
        order=84,
    )
    for order, (label, model, icon) in enumerate(
        [
            (_("Customers and suppliers"), "party", "building"),
            (_("Taxes"), "tax", "receipt-tax"),
            (_("Exchange rates"), "exchangerate", "currency-yuan"),
            (_("Currencies"), "currency", "coins"),
            (_("Units"), "unit", "scale"),
        ]
    ):
        page, permission = f"admin:masterdata_{model}_changelist", f"masterdata.change_{model}"
        navigation.register(base, label, page, icon=icon, permission=permission, order=85 + order)


def code_and_phone(row: Party) -> str:
    return " · ".join(part for part in (row.code, row.phone) if part)


def live(model: type[Party] | type[Product] | type[Contact]) -> Callable[[Actor], QuerySet[Any]]:
    """The rows of a model that may be picked: those the actor sees and nobody has archived."""

    def rows(actor: Actor) -> QuerySet[Party | Product | Contact]:
        return model.objects.visible_to(actor).filter(is_archived=False)

    return rows
