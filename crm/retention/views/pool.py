"""Pages of the public pool: who is in it, who is about to fall into it, and whose a customer is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.customers.models import Customer
from crm.retention import queries
from crm.retention.forms import AskForm
from crm.retention.models import PoolEntry, PoolWarning
from crm.retention.services import pool
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import documents, refusals
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    DateFilter,
    ListSpec,
    PickFilter,
    View,
    list_view,
)
from suite.desk.pages import render_page

CLAIM = "crm_retention.claim_poolentry"


def _claim(*, actor: Actor, pks: Collection[int]) -> pool.Outcome:
    return pool.claim(entries=pks, actor=actor)


class PoolList(ListSpec):
    """Customers whom nobody looks after: what is worth knowing before one claims them, and no way to reach them."""

    model = PoolEntry
    page = "retention:pool"
    title = gettext_lazy("Customer pool")
    icon = "users-group"
    columns = (
        Column("customer", gettext_lazy("Customer"), value="customer__party__label", card="title"),
        Column("region", gettext_lazy("Region"), value="customer__party__region__label"),
        Column("industry", gettext_lazy("Industry"), value="customer__party__industry"),
        Column("grade", gettext_lazy("Grade"), value="customer__grade", card="side"),
        Column("last_touch", gettext_lazy("Last contact"), "date", value="customer__last_touch_at"),
        Column("last_order", gettext_lazy("Last order"), "date", value="customer__last_order_on"),
        Column("entered_at", gettext_lazy("In the pool since"), "datetime", sort=True),
        Column("from_owner", gettext_lazy("Looked after before by"), shown=False),
        Column("claimed_by", gettext_lazy("Claimed by"), shown=False),
        Column("left_at", gettext_lazy("Left"), "datetime", shown=False),
    )
    filters = (
        BoolFilter("there", gettext_lazy("In the pool"), "left_at", condition=Q(left_at=None)),
        PickFilter("region", gettext_lazy("Region"), "customer__party__region", kind="region"),
        ChoiceFilter("grade", gettext_lazy("Grade"), "customer__grade", choices=Customer.Grade),
        DateFilter("entered", gettext_lazy("In the pool since"), "entered_at", quick=False),
    )
    views = (
        View("there", gettext_lazy("In the pool"), {"there": "yes"}),
        View("gone", pgettext_lazy("pool", "Claimed"), {"there": "no"}),
    )
    acts = (
        Act("claim", gettext_lazy("Claim"), CLAIM, _claim, icon="user-check", when=lambda row: row.left_at is None,
            in_row=True),
    )  # fmt: skip
    order = "-entered_at"
    related = ("customer__party__region", "from_owner", "claimed_by")
    search_fields = ("customer__party__name", "customer__party__name_en")
    empty = gettext_lazy("The pool is empty. Who is neglected falls into it at night.")

    def url(self, row: PoolEntry) -> str:
        return documents.url_of("crm_customers.customer", row.customer_id) if row.left_at else ""


@door("crm_retention.view_poolentry")
def pool_list(request: HttpRequest) -> HttpResponseBase:
    """The pool, and how many one may claim today."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET" and not request.GET:
        return redirect(f"{request.path}?view=there")
    context = {
        "left": pool.left_to_claim(actor),
        "policy": pool.policy_of(actor.company),
        "may_claim": actor.may(CLAIM),
    }
    return list_view(request, PoolList, context=context, template="crm/retention/pool.html")


class WarningList(ListSpec):
    """Customers and leads that fall to the pool, unless somebody is in touch before."""

    model = PoolWarning
    page = "retention:warnings"
    title = gettext_lazy("Falls to the pool soon")
    icon = "alarm"
    columns = (
        Column("what", gettext_lazy("Customer"), value=lambda row: queries.name_of(row), card="title"),
        Column("owner", gettext_lazy("Owner")),
        Column("falls_on", gettext_lazy("Falls on"), "date", card="side"),
        Column("warned_at", gettext_lazy("Warned"), "datetime"),
        Column("ending", gettext_lazy("Ending"), shown=False),
    )
    filters = (
        BoolFilter("open", pgettext_lazy("pool warning", "Open"), "ended_at", condition=Q(ended_at=None)),
        ChoiceFilter("ending", gettext_lazy("Ending"), choices=PoolWarning.Ending, quick=False),
    )
    views = (View("open", pgettext_lazy("pool warning", "Open"), {"open": "yes"}),)
    order = "-id"
    related = ("customer__party", "lead", "owner")
    searchable = False
    empty = gettext_lazy("Nobody is neglected.")

    def url(self, row: PoolWarning) -> str:
        if row.customer_id:
            return documents.url_of("crm_customers.customer", row.customer_id)
        return documents.url_of("crm_sales.lead", row.lead_id)


@door("crm_retention.view_poolwarning")
def warning_list(request: HttpRequest) -> HttpResponseBase:
    """What is about to fall."""
    return list_view(request, WarningList)


@door("crm_customers.view_customer")
def who(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose a customer is and when somebody was last in touch: for those who may not open it, but may ask for it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    mine = Customer.objects.visible_to(actor).filter(party=pk).first()
    if mine is not None:
        return redirect("customers:customer", mine.pk)
    customer = queries.anybodys(actor, pk)
    if customer is None:
        return render_page(request, "404.html", status=404)
    data = request.POST if request.method == "POST" else None
    form = AskForm(data, actor=actor)
    status = 200 if data is None else 400
    if data is not None and form.is_valid():
        status = 409
        try:
            pool.ask_for(customer=customer, reason=form.cleaned_data["reason"], actor=actor)
        except BusinessError as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("The manager was asked"))
            return redirect(request.path)
    context: dict[str, Any] = {
        "customer": customer, "form": form, "heading": customer.party.label,
        "crumbs": [(_("Customers"), reverse("customers:customers"))],
        "back": reverse("customers:customers"), "submit": _("Ask for it"),
    }  # fmt: skip
    return render_page(request, "crm/retention/who.html", context, status=status)
