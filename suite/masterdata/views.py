"""Products and parties to look at; they are written in the admin pages, customers in theirs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.doors import door
from suite.core.said import listed
from suite.desk import formats
from suite.desk.lists import list_view
from suite.desk.records import Fact, PageAct, RecordPage, Tab, edit_act, files_tab, record_page, tabs_of
from suite.masterdata import queries
from suite.masterdata.lists import ProductList
from suite.masterdata.models import Party, Product


@door("masterdata.view_product")
def products(request: HttpRequest) -> HttpResponseBase:
    """All products."""
    return list_view(request, ProductList)


@door("masterdata.view_product")
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """One product."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = Product.objects.visible_to(actor).select_related("unit", "tax").prefetch_related("units__unit")
    row = get_object_or_404(rows, pk=pk)
    page = RecordPage(
        row.label,
        lead=row.code,
        crumbs=[(_("Products"), reverse("masterdata:products"))],
        badges=[badge for badge in (queries.archived(row),) if badge],
        acts=_edit_act(actor, "masterdata_product", "masterdata.change_product", pk),
        facts=[
            Fact(_("Kind"), row.get_kind_display()),
            Fact(_("Specification"), row.read("specification")),
            Fact(_("Category"), row.category),
            Fact(_("Barcode"), row.barcode),
            Fact(_("Unit"), row.unit.label),
            Fact(_("Further units"), listed(_unit(each, row) for each in row.units.all())),
            Fact(_("Sales price"), f"{formats.money(row.sale_price)} ({_tax_mode(row)})"),
            Fact(_("Floor price"), formats.money(row.floor_price) if actor.may("masterdata.see_cost") else ""),
            Fact(_("Standard cost"), formats.money(row.standard_cost) if actor.may("masterdata.see_cost") else ""),
            Fact(_("Tax"), row.tax.label),
            Fact(_("Costing method"), row.get_costing_display()),
            Fact(_("When short"), row.get_shortage_display()),
            Fact(_("Note"), row.note),
        ],
        tabs=[*tabs_of(actor, row), *files_tab(actor, row)],
        record=row,
    )
    return record_page(request, page, {"product": row})


def _unit(each: object, product: Product) -> str:
    ratio = formats.quantity(each.numerator) if each.denominator == 1 else f"{each.numerator}/{each.denominator}"  # type: ignore[attr-defined]
    return f"{each.unit.label} = {ratio} {product.unit.label}"  # type: ignore[attr-defined]


def _tax_mode(product: Product) -> str:
    return _("with tax") if product.sale_price_includes_tax else _("without tax")


@door("masterdata.view_party")
def party(request: HttpRequest, pk: int) -> HttpResponse:
    """A party that is no customer: its file."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = get_object_or_404(Party.objects.visible_to(actor).select_related("region__parent__parent"), pk=pk)
    page = RecordPage(
        row.label,
        lead=row.code,
        badges=[badge for badge in (queries.archived(row),) if badge],
        acts=_edit_act(actor, "masterdata_party", "masterdata.change_party", pk),
        facts=facts_of_party(row, actor),
        tabs=[Tab("contacts", _("Contacts"), template="suite/masterdata/_contacts.html"), *files_tab(actor, row)],
        record=row,
    )
    return record_page(request, page, people_and_places(row))


def people_and_places(party: Party) -> dict[str, object]:
    """Contacts and addresses as their tab shows them."""
    return {
        "party": party,
        "contacts": party.contacts.filter(is_archived=False),
        "addresses": party.addresses.select_related("region__parent__parent").order_by("kind", "-is_default", "id"),
    }


def facts_of_party(party: Party, actor: Actor) -> list[Fact]:
    """The key facts of a party, for every page that shows one."""
    sees_bank = actor.may("masterdata.see_bank")
    return [
        Fact(_("Kind"), party.get_kind_display()),
        Fact(_("Phone"), formats.phone(party.phone), f"tel:{party.phone}" if party.phone else ""),
        Fact(_("E-mail"), party.email, f"mailto:{party.email}" if party.email else ""),
        Fact(_("Website"), party.website, party.website),
        Fact(_("Region"), party.region.path if party.region else ""),
        Fact(_("Industry"), party.industry),
        Fact(_("Unified social credit code"), party.credit_code),
        Fact(_("Legal representative"), party.legal_representative),
        Fact(_("Invoice title"), party.invoice_title),
        Fact(_("Bank of deposit"), party.bank_branch if sees_bank else ""),
        Fact(_("Bank account"), party.bank_account if sees_bank else ""),
        Fact(_("Note"), party.note),
    ]


def _edit_act(actor: Actor, model: str, permission: str, pk: int) -> list[PageAct]:
    """The way to the admin pages, for those who may enter them."""
    if not actor.may("core.use_admin"):
        return []
    return [edit_act(f"admin:{model}_change", pk, permission)]
