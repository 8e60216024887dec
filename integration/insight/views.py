"""Pages over both wings."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.customers.models import Customer
from erp.finance.admin.items import ReceivableList
from erp.finance.admin.money import ReceiptList
from erp.inventory.lists import DeliveryList
from integration.insight import panels
from integration.insight.brief import brief_of
from suite.core.doors import door
from suite.desk.lists import ListSpec, list_view
from suite.desk.own import rules
from suite.desk.pages import render_page
from suite.masterdata.models import Party


def _rows(spec: type[ListSpec], permission: str) -> Any:
    """A list of the back wing for those who do not work in the admin pages; the others are led on to it there."""

    @door(permission)
    def rows(request: HttpRequest) -> HttpResponseBase:
        if request.actor.may("core.use_admin"):  # type: ignore[attr-defined]
            meta = spec.model._meta
            page = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
            return redirect(f"{page}?{request.GET.urlencode()}")
        return list_view(request, spec)

    return rows


receivables = _rows(ReceivableList, "erp_finance.view_receivable")
receipts = _rows(ReceiptList, "erp_finance.view_receipt")
deliveries = _rows(DeliveryList, "erp_inventory.view_delivery")


@require_GET
@door("crm_customers.view_customer")
def visit_brief(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be known before a visit, on one page of a phone, or of paper."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = Customer.objects.visible_to(actor).select_related("party", "owner")
    customer = rules.shown(get_object_or_404(rows, pk=pk), actor)
    context = {
        "customer": customer,
        "brief": brief_of(customer, actor),
        "crumbs": [
            (_("Customers"), reverse("customers:customers")),
            (customer.party.label, reverse("customers:customer", args=[pk])),
        ],
    }
    return render_page(request, "integration/insight/brief.html", context)


def _panel(name: str) -> Any:
    @require_GET
    @door("masterdata.view_party")
    def panel(request: HttpRequest, party_id: int) -> HttpResponse:
        """A part of the customer page, loaded when it is looked at."""
        actor = request.actor  # type: ignore[attr-defined]
        party = get_object_or_404(Party.objects.visible_to(actor), pk=party_id)
        if name == "money":
            rows = {part: getattr(panels, part)(actor, party.pk) for part in ("receivables", "invoices", "receipts")}
        else:
            rows = {"rows": getattr(panels, name)(actor, party.pk)}
        if name == "balance":
            if rows["rows"] is None:
                raise Http404
            limit = rows["rows"].limit
            rows["free"] = None if limit is None else limit - rows["rows"].exposure
        context = {"party": party, **rows}
        return render_page(request, f"integration/insight/_{name}.html", context)

    panel.__name__ = f"party_{name}"
    return panel


party_balance = _panel("balance")
party_orders = _panel("orders")
party_deliveries = _panel("deliveries")
party_money = _panel("money")
