"""What quotations and orders decide alike before their lines are priced: whose they are, and under which terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.sales.services.pricing import LineInput, Terms
from suite.core import clock, money
from suite.core.access import Actor
from suite.core.errors import Refusal
from suite.core.models import Membership
from suite.masterdata.models import Contact, Currency, ExchangeRate, Party, TradeDocument
from suite.masterdata.services import rates

FIRST_DAY = dt.date(1970, 1, 1)
AHEAD = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A trade document as somebody wants it; what is None is filled from customer, company and calendar."""

    party_id: int
    lines: Sequence[LineInput]
    date: dt.date | None = None
    currency_id: str | None = None
    exchange_rate: Decimal | None = None
    prices_include_tax: bool = True
    owner_id: int | None = None
    team_id: int | None = None
    contact_id: int | None = None
    note: str = ""

    def contradiction(self, today: dt.date) -> Refusal | None:
        """What this kind of document says against itself; without a date of its own it is of `today`."""
        return None


class Basis:
    """What a set of documents is filled from: customers, teams, contacts, currencies and rates; a few statements."""

    def __init__(
        self,
        *,
        actor: Actor,
        party_ids: Collection[int],
        currencies: Collection[str | None] = (),
        contact_ids: Collection[int | None] = (),
    ) -> None:
        self.actor = actor
        self.today = clock.today(actor.company)
        parties = Party.objects.of(actor.company_id).filter(pk__in=set(party_ids)).select_related("customer")
        self.parties = {party.pk: party for party in parties}
        owners = {self._customer(pk).owner_id for pk in self.parties if self._customer(pk)} | {actor.user_id}
        members = Membership.objects.filter(company=actor.company_id, user__in=owners - {None})
        self.teams = dict(members.values_list("user_id", "team_id"))
        wanted = set(contact_ids) - {None}
        contacts = Contact.objects.of(actor.company_id).filter(pk__in=wanted)
        self.contacts = dict(contacts.values_list("pk", "party_id")) if wanted else {}
        foreign = set(currencies) - {None, actor.company.currency}
        self.foreign = set(Currency.objects.filter(pk__in=foreign).values_list("pk", flat=True)) if foreign else set()
        self.rates = _rates(actor.company_id, foreign) if foreign else []

    def _customer(self, party_id: int) -> Any:
        return getattr(self.parties.get(party_id), "customer", None)

    def unsellable(self, party_id: int, contact_id: int | None = None) -> Refusal | None:
        """Why nothing can be sold to this party, or not through this contact."""
        party = self.parties.get(party_id)
        if party is None:
            return Refusal("unknown_party", _("There is no such customer"), field="party")
        if party.is_archived:
            return Refusal("archived", _("%(party)s is archived"), {"party": party.label}, field="party")
        if contact_id and self.contacts.get(contact_id) != party_id:
            sentence = _("This is no contact of %(party)s")
            return Refusal("foreign_contact", sentence, {"party": party.label}, field="contact")
        return None

    def misdated(self, date: dt.date | None) -> Refusal | None:
        """A slip of the finger in the year would stand above all other documents, or beyond the calendar."""
        last = self.today + AHEAD
        if date is None or FIRST_DAY <= date <= last:
            return None
        sentence = _("The date lies between %(first)s and %(last)s")
        return Refusal("date", sentence, {"first": FIRST_DAY, "last": last}, field="date")

    def refusal(self, draft: Draft) -> Refusal | None:
        """Why this draft cannot stand, whatever its lines."""
        if refusal := self.unsellable(draft.party_id, draft.contact_id):
            return refusal
        if refusal := self.misdated(draft.date) or draft.contradiction(self.today):
            return refusal
        if draft.currency_id not in {None, self.actor.company.currency, *self.foreign}:
            sentence = _("There is no currency %(currency)s")
            return Refusal("unknown_currency", sentence, {"currency": draft.currency_id}, field="currency")
        if refusal := self.misrated(draft.currency_id, draft.date, draft.exchange_rate):
            return refusal
        return self.unrated(draft.currency_id, draft.date) if draft.exchange_rate is None else None

    def misrated(self, currency: str | None, date: dt.date | None, rate: Decimal | None) -> Refusal | None:
        """Why this rate cannot be given, or not by the actor."""
        return rates.misrated(self.actor, currency=currency, rate=rate, usual=self.exchange_rate(currency, date))

    def unrated(self, currency: str | None, date: dt.date | None) -> Refusal | None:
        """Why a paper of this day needs a rate to be given, where nobody knows one."""
        if self.exchange_rate(currency, date) is not None:
            return None
        sentence = _("There is no exchange rate for %(currency)s on %(date)s")
        return Refusal("no_rate", sentence, {"currency": currency, "date": date or self.today}, field="currency")

    def exchange_rate(self, currency: str | None, date: dt.date | None) -> Decimal | None:
        """What one unit of a currency is worth in the company's on a day; None where nobody knows."""
        if currency in (None, self.actor.company.currency):
            return Decimal(1)
        day = date or self.today
        return next((rate for code, since, rate in self.rates if code == currency and since <= day), None)

    def header(self, draft: Draft) -> dict[str, Any]:
        """The columns every trade document has; owner and team as given, else the customer's, else the actor's."""
        customer = self._customer(draft.party_id)
        owner = draft.owner_id or (customer.owner_id if customer else None) or self.actor.user_id
        team = draft.team_id or (customer.team_id if customer else None) or self.teams.get(owner or 0)
        return {
            "company": self.actor.company,
            "party": self.parties[draft.party_id],
            "owner_id": owner,
            "team_id": team,
            "date": draft.date or self.today,
            "currency_id": draft.currency_id or self.actor.company.currency,
            "exchange_rate": draft.exchange_rate or self.exchange_rate(draft.currency_id, draft.date),
            "prices_include_tax": draft.prices_include_tax,
            "contact_id": draft.contact_id,
            "note": draft.note,
        }

    def terms(self, document: TradeDocument) -> Terms:
        """The pricing terms of a document."""
        return self._terms(
            document.party_id,
            document.date,
            str(document.currency_id),
            document.prices_include_tax,
            document.exchange_rate,
        )

    def terms_of_draft(self, draft: Draft) -> Terms:
        """The pricing terms of a draft, complete or not."""
        return self._terms(
            draft.party_id,
            draft.date or self.today,
            draft.currency_id or self.actor.company.currency,
            draft.prices_include_tax,
            draft.exchange_rate or self.exchange_rate(draft.currency_id, draft.date) or Decimal(1),
        )

    def _terms(self, party_id: int, date: dt.date, currency: str, includes_tax: bool, rate: Decimal) -> Terms:
        customer = self._customer(party_id)
        tier = customer.tier if customer else ""
        return Terms(party_id, tier, date, currency, includes_tax, rate, money.places_of(currency))


def _rates(company_id: int, currencies: Collection[str | None]) -> list[tuple[str, dt.date, Decimal]]:
    rates = ExchangeRate.objects.of(company_id).filter(currency__in=currencies).order_by("-valid_from")
    return list(rates.values_list("currency_id", "valid_from", "rate"))
