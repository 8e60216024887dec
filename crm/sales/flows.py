"""What flows know of orders and quotations, and the flows of selling that come with the house."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.customers.facts import OneOf
from crm.customers.flows import profile
from crm.customers.services import tagging
from crm.sales.contract_lists import ContractList
from crm.sales.lead_lists import LeadList
from crm.sales.lists import OrderList, QuotationList
from crm.sales.models import Contract, Opportunity, Order, Quotation, QuotationLine
from crm.sales.opportunity_lists import OpportunityList
from suite.automation import subjects
from suite.automation.services.flows import ship
from suite.automation.subjects import Addressee, DateFact, Word
from suite.desk.lists import BoolFilter
from suite.masterdata.flows import CREATED, LOOKED_AFTER, addressees
from suite.masterdata.flows import words as paper_words

VISIT, QUOTE = "visit-after-deal", "quote-after-enquiry"


def connect() -> None:
    """Called once, when the project starts."""
    papers()
    leads()
    contracts()
    opportunities()
    customers()
    visit_after_the_deal()
    quotation_after_an_enquiry()


def papers() -> None:
    words = paper_words(_("Customer"), ("total", _("Total with tax"), "gross"))
    customer = {"customer": Word(_("Customer"), customer_of)}
    subjects.register(
        OrderList,
        announces=("crm.sales.order",),
        facts=(LOOKED_AFTER,),
        dates={
            "date": DateFact(_("Date"), "date"),
            "confirmed": DateFact(_("Confirmed"), "confirmed_at"),
            "requested": DateFact(_("Requested date"), "requested_date"),
            "promised": DateFact(_("Promised date"), "promised_date"),
        },
        words=words,
        links=customer,
        acts=("confirm",),
        related=("party__customer", "owner"),
        addressees=addressees,
    )
    subjects.register(
        QuotationList,
        announces=("crm.sales.quotation",),
        facts=(LOOKED_AFTER,),
        dates={
            "date": DateFact(_("Date"), "date"),
            "sent": DateFact(_("Sent"), "sent_at"),
            "valid": DateFact(_("Valid until"), "valid_until"),
        },
        words=words,
        links=customer,
        related=("party__customer", "owner"),
        addressees=addressees,
    )


def leads() -> None:
    subjects.register(
        LeadList,
        announces=("crm.sales.lead",),
        facts=(LOOKED_AFTER, BoolFilter("reachable", _("Has a mail address"), condition=~Q(email=""))),
        dates={
            "received": DateFact(pgettext_lazy("lead", "Received"), "received_at"),
            "due": DateFact(_("Answer due"), "due_at"),
            "responded": DateFact(_("First answer on"), "responded_at"),
            "closed": DateFact(_("Closed"), "closed_at"),
        },
        words={
            "number": Word(_("Number"), lambda lead: lead.number),
            "lead": Word(_("Lead"), lambda lead: lead.title),
            "source": Word(_("Source"), lambda lead: lead.source),
            "owner": Word(_("Owner"), lambda lead: lead.owner or ""),
        },
        acts=("contact", "qualify"),
        related=("owner", "region"),
        addressees=lambda rows: {row.pk: Addressee(row.title, row.email) for row in rows if row.email},
    )


def contracts() -> None:
    subjects.register(
        ContractList,
        announces=("crm.sales.contract",),
        facts=(LOOKED_AFTER,),
        dates={
            "date": DateFact(_("Date"), "date"),
            "begins": DateFact(_("Begins"), "starts_on"),
            "ends": DateFact(_("Ends"), "ends_on"),
            "signed": DateFact(_("Signed"), "signed_on"),
            "approved": DateFact(_("In force since"), "approved_at"),
        },
        words={
            **paper_words(_("Customer"), ("total", _("Total with tax"), "gross")),
            "name": Word(_("Name"), lambda contract: contract.name),
        },
        links={"customer": Word(_("Customer"), customer_of)},
        acts=("submit",),
        related=("party__customer", "owner"),
        addressees=addressees,
    )


def opportunities() -> None:
    subjects.register(
        OpportunityList,
        announces=("crm.sales.opportunity",),
        hears=("crm.sales.quotation.sent",),
        facts=(LOOKED_AFTER,),
        dates={
            "created": CREATED,
            "entered": DateFact(_("In this stage since"), "entered_at"),
            "close": DateFact(_("Expected close"), "expected_close"),
            "next_step": DateFact(_("Next step on"), "next_step_on"),
            "closed": DateFact(_("Closed"), "closed_at"),
        },
        words={
            **paper_words(_("Customer"), ("value", _("Value"), "value")),
            "name": Word(_("Name"), lambda deal: deal.name),
            "stage": Word(_("Stage"), lambda deal: deal.stage.label),
            "next_step": Word(_("Next step"), lambda deal: deal.next_step),
        },
        links={"customer": Word(_("Customer"), customer_of)},
        related=("party__customer", "owner", "stage"),
        addressees=addressees,
    )


def customers() -> None:
    """What is on its way with a customer, for rules; and the tags that follow from it."""
    quotations = Quotation.objects.filter(party=OuterRef("party"), status=Quotation.Status.SENT)
    deals = Opportunity.objects.filter(party=OuterRef("party"), status=Opportunity.Status.OPEN)
    bought = Order.objects.filter(party=OuterRef("party"), status=Order.Status.CONFIRMED)
    subjects.extend(
        "crm_customers.customer",
        facts=(
            OneOf("quoted", _("Quotation without answer"), "gross", rows=quotations),
            OneOf("dealing", _("Open opportunity"), "value", rows=deals),
            BoolFilter("bought", _("Has a confirmed order"), condition=Q(Exists(bought))),
        ),
    )
    tagging.ship(
        "high-intent",
        ("报价未答复 1 万以上、商机 5 万以上，或 30 天内询价",
         "A quotation above 10,000, an opportunity above 50,000, or an enquiry within 30 days"),
        ("高意向", "High intent", "success"),
        {"quoted_min": "10000"}, {"dealing_min": "50000"}, {"enquiry": "last_30_days"},
    )  # fmt: skip
    tagging.ship(
        "bought", ("有已确认的订单", "Has a confirmed order"), ("已成交", "Bought", "primary"), {"bought": "yes"}
    )


def customer_of(paper: Order | Quotation | Contract | Opportunity) -> Any:
    """The customer of a paper; a deal that has none yet speaks for itself."""
    return (profile(paper.party) or paper.party) if paper.party else paper


def visit_after_the_deal() -> None:
    """Thirty days after the deal its seller visits the customer; once, and not if the deal fell through."""
    ship(
        VISIT,
        _("30 days after the deal: visit the customer"),
        "crm_sales.order",
        {
            "id": "start",
            "kind": "start",
            "params": {"on": "date", "date": "date", "number": 30, "unit": "days", "side": "after", "again": "once"},
            "when": {
                "match": "all",
                "groups": [{"match": "all", "params": {"status": "confirmed", "looked_after": "yes"}}],
            },
        },
        {
            "id": "n1",
            "kind": "task",
            "params": {
                "who": "owner", "text": _("After-sales visit: {party}, order {number}"), "number": 9, "unit": "hours",
                "about": "customer",
            },
        },
    )  # fmt: skip


def quotation_after_an_enquiry() -> None:
    """An enquiry about a product is answered with a quotation within a day; the task closes when it is sent."""
    lines = QuotationLine.objects.filter(
        product=OuterRef("product"),
        quotation__party=OuterRef("party"),
        quotation__sent_at__gte=OuterRef("happened_at"),
    )
    subjects.extend(
        "crm_customers.activity",
        facts=(BoolFilter("quoted", _("Answered with a quotation"), condition=Q(Exists(lines))),),
        hears=("crm.sales.quotation.sent",),
    )
    ship(
        QUOTE,
        _("An enquiry about a product: send a quotation within a day"),
        "crm_customers.activity",
        {
            "id": "start",
            "kind": "start",
            "params": {"on": "event", "events": ["crm.customers.activity.logged"], "again": "once"},
            "when": {
                "match": "all",
                "groups": [{"match": "all", "params": {"kind": "enquiry", "about_product": "yes"}}],
            },
        },
        {
            "id": "n1",
            "kind": "task",
            "params": {
                "who": "owner", "text": _("Send a quotation for {product} to {party}"), "number": 24,
                "unit": "hours", "date": "happened",
            },
        },
        {
            "id": "n2",
            "kind": "until",
            "params": {"number": 60, "unit": "days"},
            "when": {"match": "all", "groups": [{"match": "all", "params": {"quoted": "yes"}}]},
        },
        {"id": "n3", "kind": "close", "params": {"how": "done"}},
        edges=(("start", "", "n1"), ("n1", "", "n2"), ("n2", "yes", "n3")),
    )  # fmt: skip
