"""What flows know of customers and of what happens with them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.customers import facts
from crm.customers.models import Activity, Customer
from crm.customers.services import tagging
from crm.customers.views.lists import CustomerList
from crm.customers.views.needs import NeedList
from suite.automation import subjects
from suite.automation.subjects import DateFact, Word
from suite.desk.lists import BoolFilter, ChoiceFilter, DateFilter, ListSpec, OwnerFilter, PickFilter
from suite.masterdata.flows import CREATED, LOOKED_AFTER, addressees
from suite.masterdata.models import Party


class ActivityList(ListSpec):
    """Calls, visits, enquiries: what may be asked of them. They are read in the timeline of their customer."""

    model = Activity
    filters = (
        ChoiceFilter("kind", _("Kind"), choices=Activity.Kind),
        OwnerFilter(),
        PickFilter("product", _("Product"), kind="product"),
        BoolFilter("about_product", _("About a product"), condition=Q(product__isnull=False)),
        DateFilter("happened", _("When"), field="happened_at"),
    )


def connect() -> None:
    """Called once, when the project starts."""
    subjects.register(
        CustomerList,
        announces=("crm.customers.customer",),
        facts=(LOOKED_AFTER, *facts.FACTS),
        dates={
            "next_step": DateFact(_("Next follow-up time"), "next_step_at"),
            "last_contact": DateFact(_("Last contact"), "last_touch_at"),
            "last_order": DateFact(_("Last order"), "last_order_on"),
            "created": CREATED,
        },
        words={
            "party": Word(_("Customer"), lambda row: row.party),
            "owner": Word(_("Owner"), lambda row: row.owner or ""),
            "next_step": Word(_("Next step"), lambda row: row.next_step),
        },
        acts=("transfer", "tag", "set"),
        related=("party", "owner"),
        addressees=addressees,
    )
    subjects.register(
        ActivityList,
        announces=("crm.customers.activity",),
        dates={"happened": DateFact(_("When"), "happened_at")},
        words={
            "party": Word(_("Customer"), lambda row: row.party),
            "product": Word(_("Product"), lambda row: row.product or ""),
            "title": Word(_("Title"), lambda row: row.title),
            "owner": Word(_("Owner"), lambda row: row.owner or ""),
        },
        owner=lambda row: (profile(row.party) and profile(row.party).owner_id) or row.owner_id,
        team=lambda row: profile(row.party).team_id if profile(row.party) else row.team_id,
        links={"customer": Word(_("Customer"), lambda row: profile(row.party) or row.party)},
        related=("party__customer", "product", "owner"),
        addressees=addressees,
    )
    subjects.register(
        NeedList,
        announces=("crm.customers.need",),
        facts=(LOOKED_AFTER,),
        dates={"heard": DateFact(_("Heard on"), "heard_on"), "created": CREATED},
        words={
            "what": Word(_("Need"), lambda row: row.what),
            "party": Word(_("Customer"), lambda row: row.party),
            "product": Word(_("Product"), lambda row: row.product or ""),
            "owner": Word(_("Heard by"), lambda row: row.owner or ""),
        },
        acts=("meet", "drop"),
        links={"customer": Word(_("Customer"), lambda row: profile(row.party) or row.party)},
        related=("party__customer", "product", "owner"),
        addressees=addressees,
    )
    subjects.extend(
        "masterdata.party", facts=(BoolFilter("customer", _("Is a customer"), condition=Q(customer__isnull=False)),)
    )
    tagging.ship(
        "to-follow-up", ("有到期任务或 30 天未联系", "A task is due, or no contact for 30 days"),
        ("待跟进", "To follow up", "warning"),
        {"task_due": "yes"}, {"next_step": "before_today"}, {"quiet_min": "30", "stage": "prospect,active"},
    )  # fmt: skip


def profile(party: Party) -> Any:
    """The customer that a party is, if it is one."""
    customer: Customer | None = getattr(party, "customer", None)
    return customer
