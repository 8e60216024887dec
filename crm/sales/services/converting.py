"""What a lead becomes: a customer, somebody to talk to there, and a deal, in one act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.customers.models import Customer
from crm.customers.services import customers
from crm.sales.models import Lead, LeadActivity, Opportunity
from crm.sales.services.opportunities import Product, create_opportunity
from crm.sales.services.responding import answered
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Membership, User
from suite.desk import search
from suite.masterdata.matching.parties import KINDS_OF
from suite.masterdata.models import Contact, Party
from suite.masterdata.services.contacts import create_contact

Status = Lead.Status


@dataclass(frozen=True, slots=True)
class Converted:
    """What a lead became."""

    lead: Lead
    customer: Customer
    contact: Contact | None
    opportunity: Opportunity | None


@service
def convert_lead(
    *,
    lead_id: int,
    actor: Actor,
    party: Party | None = None,
    with_opportunity: bool = True,
    name: str = "",
    amount: Decimal | None = None,
    stage_id: int | None = None,
    allow_duplicate: bool = False,
    reason: str = "",
) -> Converted:
    """Make of a lead a customer, or a deal of the `party` that is here already; it closes with links to all of it.

    The lead keeps its history, and the customer shows it on its timeline. Whoever looks after the lead looks after
    what it becomes, or else the actor; of a customer that is here its owner. Raises BusinessError `converted` for a
    lead that has become something already, `wrong_state` for one that was closed, `duplicate` where a new customer is
    here already (unless `allow_duplicate`), and as `create_opportunity` does.
    """
    lead = Lead.objects.of(actor.company_id).select_related("company", "region", "party", "owner").lock([lead_id]).get()
    if lead.status == Status.CONVERTED:
        sentence = _("%(lead)s became %(customer)s already")
        params = {"lead": lead, "customer": lead.party.label if lead.party else ""}
        raise BusinessError(Refusal("converted", sentence, params))
    lead.demand_status(*Lead.OPEN)
    customer = _customer(lead, party, allow_duplicate, actor)
    contact = _contact(lead, customer.party, is_new=party is None, actor=actor)
    deal = _deal(lead, customer, contact, name, amount, stage_id, actor) if with_opportunity else None
    before, moment = lead.status, clock.now()
    answered([lead])
    Lead.move_to(
        [lead], Status.CONVERTED, party=customer.party, contact=contact, opportunity=deal, closed_at=moment,
        responded_at=lead.responded_at,
    )  # fmt: skip
    _touch(lead, customer)
    act = current_act()
    act.link(lead, customer, "converted")
    if deal:
        act.link(lead, deal, "converted")
    act.audit(lead, "converted", {"status": (before, lead.status), "party": (None, customer.party)})
    act.announce("crm.sales.lead.converted", lead, {"number": lead.number, "party": customer.party_id})
    search.index([lead])
    return Converted(lead, customer, contact, deal)


def _customer(lead: Lead, party: Party | None, allow_duplicate: bool, actor: Actor) -> Customer:
    if party is not None:
        known = Customer.objects.of(actor.company_id).filter(party=party).select_related("party").first()
        return known or customers.create_customer(party=party, owner=_owner(lead, actor), actor=actor)
    person = {"name": lead.name, "phone": lead.phone_raw or lead.phone, "email": lead.email}
    values: dict[str, Any] = {"region": lead.region, "source": lead.source, "owner": _owner(lead, actor)}
    if lead.organisation:
        values |= {"name": lead.organisation, "kind": Party.Kind.ORGANISATION}
        contacts: list[Mapping[str, Any]] = [person] if lead.name else []
        if not contacts:
            values |= {"phone": person["phone"], "email": person["email"]}
    else:
        values |= {**person, "kind": Party.Kind.PERSON}
        contacts = []
    return customers.create_customer(actor=actor, contacts=contacts, allow_duplicate=allow_duplicate, **values)


def _owner(lead: Lead, actor: Actor) -> User | None:
    """Who looks after the lead, as long as they work here; else whoever converts it."""
    here = Membership.objects.filter(company=actor.company_id, user=lead.owner_id).exists() if lead.owner_id else False
    return lead.owner if here else actor.user


def _contact(lead: Lead, party: Party, *, is_new: bool, actor: Actor) -> Contact | None:
    """The person of the lead at the customer: known there by phone or mail, or by name, else new."""
    if is_new or not lead.name:
        return party.contacts.filter(is_archived=False).order_by("pk").first() if is_new else None
    phones, mails = KINDS_OF["phone"], KINDS_OF["mail"]
    for person in party.contacts.filter(is_archived=False).order_by("pk"):
        same_phone = lead.phone and phones.form([lead.phone]) == phones.form([person.phone])
        same_mail = lead.email and mails.form([lead.email]) == mails.form([person.email])
        if same_phone or same_mail or person.name == lead.name:
            return person
    if party.kind == Party.Kind.PERSON and party.name == lead.name:
        return None
    return create_contact(
        party=party, name=lead.name, phone=lead.phone_raw or lead.phone, email=lead.email, actor=actor
    )


def _deal(
    lead: Lead, customer: Customer, contact: Contact | None, name: str, amount: Decimal | None, stage_id: int | None,
    actor: Actor,
) -> Opportunity:  # fmt: skip
    products = list(lead.products.order_by("pk"))
    what = name or " · ".join([customer.party.label, *(product.label for product in products[:2])])
    return create_opportunity(
        name=what[:200], party_id=customer.party_id, contact_id=contact.pk if contact else None, stage_id=stage_id,
        amount=amount, lines=[Product(product.pk) for product in products], source=lead.source, note=lead.text[:5000],
        actor=actor,
    )  # fmt: skip


def _touch(lead: Lead, customer: Customer) -> None:
    """What was said with the lead was said with the customer: its last contact is no earlier."""
    talks = LeadActivity.objects.filter(lead=lead, kind__in=LeadActivity.ANSWERS)
    latest = talks.order_by("-happened_at").values_list("happened_at", flat=True).first()
    if latest and (customer.last_touch_at is None or customer.last_touch_at < latest):
        Customer.objects.filter(pk=customer.pk).update(last_touch_at=latest)
