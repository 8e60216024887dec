"""The page of the data's quality."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.customers import quality
from suite.core.doors import door
from suite.desk.pages import render_page


@door("crm_customers.view_customer")
def quality_page(request: HttpRequest) -> HttpResponse:
    """The share of customers that pass each rule; a click lists those that do not."""
    context = {
        "shares": quality.shares(request.actor),  # type: ignore[attr-defined]
        "heading": _("Data quality"),
        "list": reverse("customers:customers"),
        "crumbs": [(_("Customers"), reverse("customers:customers"))],
    }
    return render_page(request, "crm/customers/quality.html", context)
