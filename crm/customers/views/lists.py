"""The list of customers."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from crm.customers import quality, queries
from crm.customers.forms import ProfileForm, TagForm, TransferForm
from crm.customers.models import Customer, Tag
from crm.customers.quality import FailingFilter
from crm.customers.services.customers import change_customer, change_profiles, transfer_customers
from crm.customers.services.putting_back import held, put_back
from crm.customers.services.tags import tag_customers
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.models import User
from suite.core.said import listed
from suite.desk import search
from suite.desk.forms import PickerField
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    Create,
    DateFilter,
    Edit,
    ListSpec,
    Memory,
    OwnerFilter,
    PickFilter,
    TextFilter,
    View,
    list_view,
)


def next_step(customer: Customer) -> Any:
    """What comes next, red when its time has passed."""
    return (
        customer.next_step
        if not customer.is_late
        else format_html('<span class="negative">{}</span>', customer.next_step)
    )


def tags_of(customer: Customer) -> str:
    """The tags in one cell."""
    return listed(sorted(tag.label for tag in customer.tags.all()))


def _transfer(*, actor: Actor, pks: Collection[int], owner: User, reason: str = "") -> int:
    return len(transfer_customers(customers=pks, owner=owner, actor=actor, reason=reason))


def _set(*, actor: Actor, pks: Collection[int], **values: str) -> int:
    return change_profiles(customers=pks, actor=actor, **{name: value for name, value in values.items() if value})


def _tag(*, actor: Actor, pks: Collection[int], tags: Collection[Tag]) -> int:
    return tag_customers(customers=pks, tags=tags, actor=actor)


GRADES = [("", "—"), *Customer.Grade.choices]


def _change(name: str, *, row: Customer, value: Any, actor: Actor) -> None:
    change_customer(customer=row, actor=actor, **{name: value})


def _edit(name: str, field: forms.Field, **more: Any) -> Edit:
    """A cell that changes one field of the customer."""
    return Edit("crm_customers.change_customer", field, partial(_change, name), **more)


MEMORY = Memory(held, put_back)


class CustomerList(ListSpec):
    """Customers: whose they are, how they stand, what comes next."""

    model = Customer
    page = "customers:customers"
    title = _("Customers")
    icon = "users"
    columns = (
        Column("name", _("Name"), value="party__label", card="title"),
        Column("stage", _("Lifecycle"), "badge", card="side", colours=lambda row: queries.STAGES[row.stage]),
        Column(
            "grade",
            _("Grade"),
            sort=True,
            card="side",
            edit=_edit("grade", forms.ChoiceField(choices=GRADES, required=False)),
        ),
        Column(
            "owner",
            _("Owner"),
            edit=Edit("crm_customers.transfer_customer", PickerField("user"), partial(_change, "owner")),
        ),
        Column("phone", _("Phone"), "phone", value="party__phone", url=lambda row: f"tel:{row.party.phone}"),
        Column("tags", _("Tags"), value=tags_of, shown=False, card="hide"),
        Column("last_touch_at", _("Last contact"), "date", sort=True),
        Column(
            "next_step",
            _("Next step"),
            value=next_step,
            edit=_edit("next_step", forms.CharField(max_length=200, required=False), path="next_step"),
        ),
        Column(
            "next_step_at",
            _("Next follow-up time"),
            "datetime",
            sort=True,
            card="hide",
            edit=_edit("next_step_at", forms.DateTimeField(required=False, widget=forms.DateTimeInput)),
        ),
        Column("last_order_on", _("Last order"), "date", module="crm_sales"),
        Column("region", _("Region"), value="party__region__label", shown=False),
        Column("industry", _("Industry"), value="party__industry", shown=False),
        Column("email", _("E-mail"), value="party__email", shown=False),
        Column("code", _("Code"), value="party__code", shown=False),
        Column("external_ref", _("Reference elsewhere"), value="party__external_ref", shown=False),
        Column("credit_code", _("Unified social credit code"), value="party__credit_code", shown=False),
        Column("source", _("Source"), shown=False),
        Column("tier", _("Price tier"), shown=False),
        Column("updated_at", _("Changed"), "datetime", sort=True, shown=False),
    )
    filters = (
        OwnerFilter(),
        ChoiceFilter("stage", _("Lifecycle"), choices=Customer.Stage),
        ChoiceFilter("grade", _("Grade"), choices=Customer.Grade),
        PickFilter("tag", _("Tag"), field="tags", kind="tag"),
        DateFilter("last_contact", _("Last contact"), field="last_touch_at"),
        DateFilter("next_step", _("Next follow-up time"), field="next_step_at", undated=queries.UNDATED),
        DateFilter("last_order", _("Last order"), field="last_order_on", quick=False),
        TextFilter("industry", _("Industry"), field="party__industry", quick=False),
        TextFilter("source", _("Source"), quick=False),
        DateFilter("created", _("Created"), field="created_at", quick=False),
        PickFilter("region", _("Region"), field="party__region", kind="region", quick=False),
        BoolFilter("archived", _("Archived"), field="party__is_archived", quick=False),
        FailingFilter("failing", _("Data quality, not passed"), choices=quality.choices, quick=False),
    )
    views = (
        View("mine", _("Mine"), {"owner": "me", "archived": "no"}),
        View("team", _("My team"), {"owner": "team", "archived": "no"}),
        View("due", _("To follow up"), {"owner": "me", "next_step": "before_today"}),
        View("undated", _("Next step without a date"), {"owner": "me", "next_step": "none"}),
        View("dormant", _("Dormant"), {"stage": "dormant"}),
    )
    acts = (
        Act(
            "transfer",
            _("Hand over"),
            "crm_customers.transfer_customer",
            _transfer,
            icon="arrows-exchange",
            form=TransferForm,
            memory=MEMORY,
        ),
        Act("tag", _("Tag"), "crm_customers.change_customer", _tag, icon="tag", form=TagForm, memory=MEMORY),
        Act(
            "set",
            _("Change fields"),
            "crm_customers.change_customer",
            _set,
            icon="pencil",
            form=ProfileForm,
            memory=MEMORY,
        ),
    )
    boards = ("stage", "grade")
    calendars = ("next_step", "last_contact", "last_order")
    pivots = True
    order = "-updated_at"
    related = ("party__region", "owner")
    prefetch = ("tags",)
    create = Create(_("New customer"), "customers:new", "crm_customers.add_customer")
    empty = _("No customers yet. Enter the first one, or import a file.")
    importer = "customers"

    def search(self, q: str, actor: Actor) -> Q:
        """The words find parties; their profiles are listed."""
        return search.matching(actor, "masterdata.party", q, "party")

    def url(self, row: Customer) -> str:
        return reverse("customers:customer", args=[row.pk])

    @property
    def has_search(self) -> bool:
        return True


@door("crm_customers.view_customer")
def customer_list(request: HttpRequest) -> HttpResponseBase:
    """Customers the reader may see."""
    return list_view(request, CustomerList)
