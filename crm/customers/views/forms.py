"""Entering and changing customers; who may be here already is shown while one types."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.customers.forms import CustomerForm, addresses_of, contacts_of, values_of
from crm.customers.models import Customer
from crm.customers.services import customers
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import refusals
from suite.desk.pages import render_page
from suite.masterdata.matching.parties import Known
from suite.masterdata.services import duplicates

TYPED = ("name", "name_en", "kind", "phone", "email", "credit_code", "address", "exclude")
GRIDS = {"contacts": contacts_of, "addresses": addresses_of}


@door("crm_customers.add_customer")
def new(request: HttpRequest) -> HttpResponse:
    """A new customer with contacts and addresses."""
    return _write(request, None, heading=_("New customer"), back=reverse("customers:customers"))


@door("crm_customers.change_customer")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a customer."""
    rows = Customer.objects.visible_to(request.actor, "crm_customers.change_customer")  # type: ignore[attr-defined]
    customer = get_object_or_404(rows.select_related("party__region", "owner"), pk=pk)
    return _write(request, customer, heading=customer.party.label, back=reverse("customers:customer", args=[pk]))


def _write(request: HttpRequest, customer: Customer | None, **context: Any) -> HttpResponse:
    """Show the form, or save what was typed; what is refused keeps every keystroke."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    form = CustomerForm(data, request.FILES or None, actor=actor, customer=customer)
    grids = {name: grid(actor, data, customer and customer.party) for name, grid in GRIDS.items()}
    if data is not None and all([form.is_valid(), *(grid.is_valid() for grid in grids.values())]):
        try:
            saved = form.keep(lambda: _save(form, grids, customer, actor), new=customer is None)
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("%(name)s was saved") % {"name": saved.party.label})
            return redirect("customers:customer", saved.pk)
    shown = {
        "form": form,
        **grids,
        "exclude": customer and customer.party_id,
        "crumbs": [(_("Customers"), reverse("customers:customers"))],
        **context,
    }
    return render_page(request, "crm/customers/customer_form.html", shown, status=200 if data is None else 409)


def _save(form: CustomerForm, grids: dict[str, Any], customer: Customer | None, actor: Actor) -> Customer:
    values = {name: value for name, value in form.cleaned_data.items() if name not in ("version", "allow_duplicate")}
    values |= {name: [values_of(line) for line in grid.filled] for name, grid in grids.items()}
    if customer is None and not values.get("owner"):
        values.pop("owner", None)  # nobody else was named: whoever enters a customer looks after it
    if customer:
        return customers.change_customer(customer=customer, version=form.cleaned_data["version"], actor=actor, **values)
    return customers.create_customer(allow_duplicate=form.cleaned_data["allow_duplicate"], actor=actor, **values)


@door("crm_customers.add_customer")
def alike(request: HttpRequest) -> HttpResponse:
    """Who may be the one that is being typed in."""
    typed = {name: request.GET.get(name, "")[:300] for name in TYPED}
    found = duplicates.candidates(
        Known.of_values(typed, [], [{"detail": typed["address"]}]),
        actor=request.actor,  # type: ignore[attr-defined]
        exclude=int(typed["exclude"]) if typed["exclude"].isdecimal() and len(typed["exclude"]) < 19 else None,
        also=("customer__owner",),
    )
    seen = Customer.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    mine = set(seen.filter(party__in=[each.party.pk for each in found]).values_list("party_id", flat=True))
    return render_page(request, "crm/customers/_alike.html", {"found": found, "mine": mine})
