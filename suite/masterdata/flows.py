"""What flows know of parties and products, and what records of other areas that name a party have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.automation import subjects
from suite.automation.subjects import Addressee, DateFact, Word
from suite.core.said import Text
from suite.desk import formats
from suite.desk.lists import BoolFilter
from suite.masterdata.lists import ContactList, PartyList, ProductList
from suite.masterdata.models import Contact, Party

LOOKED_AFTER = BoolFilter("looked_after", _("Has an owner"), condition=Q(owner__isnull=False))
CREATED = DateFact(_("Created"), "created_at")


def connect() -> None:
    """Called once, when the project starts."""
    subjects.register(
        PartyList,
        announces=("masterdata.party",),
        facts=(BoolFilter("reachable", _("Has a mail address"), condition=~Q(email="")),),
        dates={"created": CREATED},
        words={
            "name": Word(_("Name"), lambda row: row.label),
            "code": Word(_("Code"), lambda row: row.code),
            "phone": Word(_("Phone"), lambda row: row.phone),
        },
        owner=nobody,
        team=nobody,
        addressees=lambda rows: addressees(rows, party=lambda row: row),
    )
    subjects.register(
        ContactList,
        announces=("masterdata.contact",),
        facts=(BoolFilter("reachable", _("Has a mail address"), condition=~Q(email="")),),
        dates={"created": CREATED},
        words={
            "name": Word(_("Name"), lambda row: row.label),
            "title": Word(_("Title"), lambda row: row.title),
            "phone": Word(_("Phone"), lambda row: row.phone),
            **party_of(_("Company")),
        },
        links={"party": Word(_("Company"), lambda row: row.party)},
        acts=("archive",),
        owner=nobody,
        team=nobody,
        related=("party",),
        addressees=lambda rows: {
            row.pk: Addressee(row.label, row.email) for row in rows if row.email and not row.is_archived
        },
    )
    subjects.register(
        ProductList,
        announces=("masterdata.product",),
        dates={"created": CREATED},
        words={
            "name": Word(_("Name"), lambda row: row.label),
            "code": Word(_("Code"), lambda row: row.code),
            "price": Word(_("Sales price"), lambda row: formats.money(row.sale_price)),
        },
        owner=nobody,
        team=nobody,
    )


def nobody(row: Any) -> None:
    """Nobody in particular looks after master data: its tasks go to a role or somebody by name."""


def words(party: Text, *amounts: tuple[str, Text, str]) -> dict[str, Word]:
    """The words of a paper: its number, party and owner, and amounts by name, label and field."""
    found = {
        "number": Word(_("Number"), str),
        "party": Word(party, lambda row: row.party or ""),
        "owner": Word(_("Owner"), lambda row: row.owner or ""),
    }
    return found | {name: Word(label, _amount(field)) for name, label, field in amounts}


def _amount(field: str) -> Callable[[Any], str]:
    def read(row: Any) -> str:
        currency = getattr(row, "currency_id", None)
        return formats.money(getattr(row, field), str(currency)) if currency else formats.money(getattr(row, field))

    return read


def party_of(label: Text) -> dict[str, Word]:
    """The party of a paper, as tasks and notices may speak of it."""
    return {"party": Word(label, lambda row: row.party or row)}


def addressees(
    rows: Collection[Any], *, party: Callable[[Any], Party | None] = lambda row: row.party
) -> dict[int, Addressee]:
    """Who gets the mail about each record: the contact it names, the primary contact of its party, or the party itself.

    The first of them with an address; who is archived gets nothing. One statement.
    """
    parties = {row.pk: about for row in rows if (about := party(row)) and not about.is_archived}
    people = Contact.objects.filter(party__in=set(parties.values()), is_archived=False).exclude(email="")
    known = {person.pk: person for person in people} if parties else {}
    primary = {person.party_id: person for person in known.values() if person.is_primary}
    found: dict[int, Addressee] = {}
    for row in rows:
        if its := parties.get(row.pk):
            who = known.get(getattr(row, "contact_id", None) or 0) or primary.get(its.pk) or its
            if who.email:
                found[row.pk] = Addressee(who.label, who.email)
    return found
