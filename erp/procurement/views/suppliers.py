"""Suppliers: list, everything about one, form, terms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from erp.finance import queries as finance
from erp.finance.models import OpenItem, Payable
from erp.procurement.forms import ItemForm, SupplierForm
from erp.procurement.lists import AREA, PurchaseOrderList, SupplierItemList, SupplierList
from erp.procurement.models import Supplier, SupplierItem
from erp.procurement.services import suppliers
from erp.procurement.views.common import actor_of
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.core.money import ZERO
from suite.desk import documents, formats, refusals
from suite.desk.lists import list_view
from suite.desk.own import rules
from suite.desk.own.pages import facts as own_facts
from suite.desk.pages import render_page
from suite.desk.records import Fact, PageAct, RecordPage, Tab, edit_act, record_page
from suite.masterdata.models import Product
from suite.masterdata.views.records import facts_of_party, people_and_places


@door(f"{AREA}.view_supplier")
def supplier_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, SupplierList)


@door(f"{AREA}.view_supplieritem")
def item_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, SupplierItemList)


def _of(request: HttpRequest, pk: int, code: str = "") -> Supplier:
    rows = Supplier.objects.visible_to(actor_of(request), code)
    return get_object_or_404(rows.select_related("party__region__parent__parent", "term"), pk=pk)


@door(f"{AREA}.view_supplier")
@require_GET
def supplier_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Terms, what we owe, open orders, what they deliver."""
    actor = actor_of(request)
    supplier = rules.shown(_of(request, pk), actor)
    owed = _owed(supplier, actor) if actor.may("erp_finance.view_payable") else None
    new = f"{reverse('procurement:order_new')}?supplier={pk}"
    page = RecordPage(
        supplier.party.label,
        lead=supplier.party.code,
        record=supplier,
        crumbs=[(_("Suppliers"), reverse("procurement:suppliers"))],
        badges=[(_("Blocked"), "danger")] if supplier.is_blocked else [],
        acts=[
            PageAct(_("New order"), new, "shopping-cart", f"{AREA}.add_purchaseorder", method="get", primary=True),
            edit_act("procurement:supplier_edit", pk, f"{AREA}.change_supplier"),
        ],
        facts=[
            Fact(_("We owe"), formats.money(owed["open"]) if owed else ""),
            Fact(_("Of that overdue"), formats.money(owed["overdue"]) if owed and owed["overdue"] else ""),
            Fact(_("Payment term"), supplier.term),
            Fact(_("Currency"), supplier.currency_id),
            Fact(_("Lead time (days)"), supplier.lead_days),
            Fact(_("Note"), supplier.note),
            *own_facts(supplier.party, actor),
            *facts_of_party(supplier.party, actor),
        ],
        tabs=[
            Tab("orders", _("Orders"), reverse("procurement:supplier_orders", args=[pk])),
            Tab("items", _("Supply terms"), reverse("procurement:supplier_items", args=[pk])),
            Tab("contacts", _("Contacts"), template="suite/masterdata/_contacts.html"),
            *([Tab("owed", _("What we owe"), template="erp/procurement/_owed.html")] if owed else []),
        ],
    )  # fmt: skip
    context = {"supplier": supplier, "owed": owed, **people_and_places(supplier.party, actor)}
    return record_page(request, page, context)


def _owed(supplier: Supplier, actor: Actor) -> dict[str, Any]:
    """Open and overdue payables, and the next to fall due."""
    items = Payable.objects.visible_to(actor).filter(party=supplier.party_id, status=OpenItem.Status.OPEN)
    items = items.annotate(late=finance.overdue_part(clock.today(actor.company)))
    sums = items.aggregate(open=Sum("open_amount"), overdue=Sum("late"))
    rows = items.select_related("invoice").order_by("due_date", "id")[:50]
    return {"open": sums["open"] or ZERO, "overdue": sums["overdue"] or ZERO, "rows": rows}


@door(f"{AREA}.view_purchaseorder")
@require_GET
def supplier_orders(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The orders of a supplier, for the tab of its page."""
    where = Q(party=_of(request, pk).party_id)
    return list_view(
        request, PurchaseOrderList, where=where, template="suite/desk/_list.html", context={"embedded": True}
    )


@door(f"{AREA}.view_supplieritem")
@require_GET
def supplier_items(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What a supplier delivers, for the tab of its page."""
    where = Q(supplier=_of(request, pk))
    return list_view(
        request, SupplierItemList, where=where, template="suite/desk/_list.html", context={"embedded": True}
    )


@door(f"{AREA}.view_supplieritem")
@require_GET
def product_items(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who delivers a product and on which terms, for the tab of its page."""
    product = get_object_or_404(Product.objects.visible_to(request.actor), pk=pk)  # type: ignore[attr-defined]
    where = Q(product=product.pk)
    return list_view(
        request, SupplierItemList, where=where, template="suite/desk/_list.html", context={"embedded": True}
    )


@door(f"{AREA}.add_supplier")
def supplier_new(request: HttpRequest) -> HttpResponse:
    """Enter a supplier."""
    return _form(request, None, {"currency": actor_of(request).company.currency})


@door(f"{AREA}.change_supplier")
def supplier_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a supplier."""
    supplier = _of(request, pk, f"{AREA}.change_supplier")
    initial = {
        name: getattr(supplier if hasattr(Supplier, name) else supplier.party, name)
        for name in SupplierForm.base_fields
    }
    return _form(request, supplier, initial)


def _form(request: HttpRequest, supplier: Supplier | None, initial: dict[str, Any]) -> HttpResponse:
    actor = actor_of(request)
    form = SupplierForm(request.POST or None, request.FILES or None, actor=actor, initial=initial, record=supplier)
    status = 200 if request.method != "POST" else 400
    if request.method == "POST" and form.is_valid():
        status = 409
        values = dict(form.cleaned_data)
        version = values.pop("version")
        try:
            saved = form.keep(lambda: _save(supplier, values, version, actor), new=supplier is None)
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("%(name)s was saved") % {"name": values["name"]})
            return redirect("procurement:supplier", saved.pk)
    context = {
        "form": form,
        "heading": supplier.party.label if supplier else _("New supplier"),
        "crumbs": [(_("Suppliers"), reverse("procurement:suppliers"))],
        "back": reverse("procurement:supplier", args=[supplier.pk]) if supplier else reverse("procurement:suppliers"),
    }
    return render_page(request, "suite/desk/form_page.html", context, status=status)


def _save(supplier: Supplier | None, values: dict[str, Any], version: int | None, actor: Actor) -> Supplier:
    if supplier is None:
        return suppliers.create_supplier(actor=actor, **values)
    suppliers.change_supplier(supplier=supplier, version=version, actor=actor, **values)
    return supplier


@door(f"{AREA}.add_supplieritem")
def item_new(request: HttpRequest) -> HttpResponse:
    """Enter terms; for a product the supplier has terms for already, they are replaced."""
    return _item_form(request, {"supplier": request.GET.get("supplier") or None}, _("New supply terms"))


@door(f"{AREA}.change_supplieritem")
def item_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change terms."""
    rows = SupplierItem.objects.visible_to(actor_of(request), f"{AREA}.change_supplieritem")
    item = get_object_or_404(rows.select_related("product"), pk=pk)
    initial = {name: getattr(item, name) for name in ItemForm.base_fields}
    initial |= {"supplier": item.supplier_id, "product": item.product_id}
    return _item_form(request, initial, str(item.product), item)


def _item_form(
    request: HttpRequest, initial: dict[str, Any], heading: str, item: SupplierItem | None = None
) -> HttpResponse:
    actor = actor_of(request)
    form = ItemForm(request.POST or None, actor=actor, initial=initial, record=item)
    if request.method == "POST" and form.is_valid():
        supplier, product = form.cleaned_data["supplier"], form.cleaned_data["product"]
        suppliers.set_item(supplier=supplier, product=product, actor=actor, **form.values())
        messages.success(request, _("The terms were saved"))
        return redirect(f"{documents.url_of(supplier._meta.label_lower, supplier.pk)}?tab=items")
    context = {"form": form, "heading": heading, "back": reverse("procurement:items")}
    return render_page(request, "suite/desk/form_page.html", context, status=400 if form.is_bound else 200)
