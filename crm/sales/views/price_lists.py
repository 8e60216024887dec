"""Pages of price lists and of the sales settings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.sales.forms import PolicyForm, PriceListForm, Prices, plain
from crm.sales.lists import PriceListList
from crm.sales.models import PriceList
from crm.sales.services import price_lists
from crm.sales.services.policy import change_policy, policy_of
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import refusals
from suite.desk.lists import list_view
from suite.desk.pages import render_page

FIELDS = ("name", "name_en", "party", "tier", "valid_from", "valid_to", "includes_tax")


@door("crm_sales.view_pricelist")
def price_list_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, PriceListList)


@door("crm_sales.add_pricelist")
def price_list_new(request: HttpRequest) -> HttpResponse:
    return _sheet(request, None)


@door("crm_sales.view_pricelist")
def price_list_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A price list: read by sellers, changed by those who may."""
    rows = PriceList.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    price_list = get_object_or_404(rows.select_related("party"), pk=pk)
    if request.actor.may("crm_sales.change_pricelist"):  # type: ignore[attr-defined]
        return _sheet(request, price_list)
    context = {
        "price_list": price_list,
        "prices": price_list.items.select_related("product__unit"),
        "crumbs": _crumbs(),
    }
    return render_page(request, "crm/sales/price_list.html", context)


def _sheet(request: HttpRequest, price_list: PriceList | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    present = {name: getattr(price_list, name) for name in FIELDS} if price_list else None
    form = PriceListForm(data, actor=actor, initial=present, record=price_list)
    shown = _shown(price_list) if price_list and data is None else None
    lines = Prices(data, actor=actor, prefix="prices", initial=shown)
    status = 400 if data is not None else 200
    if data is not None and all([form.is_valid(), lines.is_valid()]):
        status = 409
        prices = [each.typed_price() for each in lines.filled_forms]
        try:
            saved = _save(price_list, prices, form.cleaned_data, actor)
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form, lines)
        else:
            messages.success(request, _("Price list %(name)s was saved") % {"name": saved.label})
            return redirect("sales:price_lists")
    context = {
        "form": form,
        "lines": lines,
        "lines_heading": _("Prices"),
        "heading": price_list.label if price_list else _("New price list"),
        "crumbs": _crumbs(),
        "back": reverse("sales:price_lists"),
    }
    return render_page(request, "suite/desk/form_page.html", context, status=status)


def _save(price_list: PriceList | None, prices: list[Any], values: dict[str, Any], actor: Actor) -> PriceList:
    if price_list is None:
        return price_lists.create_price_list(prices=prices, actor=actor, **values)
    return price_lists.change_price_list(price_list_id=price_list.pk, prices=prices, actor=actor, **values)


def _shown(price_list: PriceList) -> list[dict[str, Any]]:
    rows = price_list.items.order_by("product__code", "min_quantity")
    return [
        {"product": row.product_id, "min_quantity": plain(row.min_quantity) or "0", "price": plain(row.price)}
        for row in rows
    ]


def _crumbs() -> list[tuple[Any, str]]:
    return [(_("Price lists"), reverse("sales:price_lists"))]


@door("crm_sales.change_salespolicy")
def policy(request: HttpRequest) -> HttpResponse:
    """The sales settings of the company."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    present = policy_of(actor.company_id)
    data = request.POST if request.method == "POST" else None
    shown = {name: getattr(present, name) for name in PolicyForm.base_fields}
    form = PolicyForm(data, actor=actor, initial=shown | {"max_discount": plain(present.max_discount)}, record=present)
    if data is not None and form.is_valid():
        change_policy(actor=actor, **form.cleaned_data)
        messages.success(request, _("The sales settings were saved"))
        return redirect("sales:policy")
    context = {"form": form, "heading": _("Sales settings")}
    return render_page(request, "suite/desk/form_page.html", context, status=400 if data is not None else 200)
