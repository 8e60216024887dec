"""Customers out of sheets: judged column by column, found by key, copied straight into the tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import connection
from django.utils.translation import gettext as _

from crm.customers.models import Customer, Rating, RuledTag
from crm.customers.services.customers import make_profiles
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act
from suite.core.models import Membership, User
from suite.desk import search
from suite.desk.imports import Batch, Saved
from suite.desk.imports.staging import into
from suite.masterdata.models import Address, Contact, Party
from suite.masterdata.services.importing import announce_parties, matched, news, restored
from suite.masterdata.services.records import change_many, referred_to
from suite.masterdata.standards import credit_code, phone

PARTY = (
    "name", "name_en", "kind", "credit_code", "phone", "phone_raw", "email", "website", "region", "industry",
    "legal_representative", "invoice_title", "bank_branch", "bank_account", "external_ref", "note",
)  # fmt: skip
PROFILE = ("owner", "grade", "tier", "source", "next_step", "next_step_at")
CONTACTS = ("contact", "contact2")
DETAILS = ("title", "phone", "email", "wechat", "preferences")
PLAIN_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
web_address = URLValidator(("http", "https"))


def save_customers(*, actor: Actor, batch: Batch, key: str, update: bool) -> Saved:
    """Make new customers with their contact and address, and change those that `key` finds.

    A fixed number of statements for the batch, whatever its rows. A blank cell of a customer who is here already leaves
    the value as it is. Joins the act that is open; the search table follows within seconds of the commit.
    """
    arrivals = _Arrivals(actor, batch)
    arrivals.judge()
    new, there = arrivals.split(key, update)
    arrivals.doubt(new)
    made = arrivals.create(new)
    arrivals.change(there)
    announce_parties([*made, *arrivals.changed_parties])
    return arrivals.saved


class _Arrivals:
    """A batch by columns. A refused row keeps its place and is left out of everything that follows."""

    def __init__(self, actor: Actor, batch: Batch) -> None:
        self.actor, self.size = actor, len(batch.rows)
        columns = map(list, zip(*batch.rows, strict=True)) if batch.rows else [[] for _name in batch.names]
        self.columns: dict[str, list[Any]] = dict(zip(batch.names, columns, strict=True))
        self.saved = Saved()
        self.changed_parties: list[int] = []

    def at(self, name: str, place: int, default: Any = "") -> Any:
        """The value of a column in a row; `default` where the column is not mapped or the cell is blank."""
        value = self.columns[name][place] if name in self.columns else None
        return default if value is None or value == "" else value

    # Judging

    def judge(self) -> None:
        """Bring phones, codes and addresses into their one form; what has none refuses its row."""
        if "phone" in self.columns:
            self.columns["phone_raw"] = [str(raw)[:60] for raw in self.columns["phone"]]
        for name, standard in self._standards():
            if name in self.columns:
                self._bring(self.columns[name], standard)

    def _standards(self) -> Iterable[tuple[str, Callable[[str], str]]]:
        yield "credit_code", credit_code
        yield "website", _checked(web_address)
        for name in ("phone", *(f"{contact}_phone" for contact in CONTACTS), "address_phone"):
            yield name, phone
        for name in ("email", *(f"{contact}_email" for contact in CONTACTS)):
            yield name, _email

    def _bring(self, column: list[Any], standard: Callable[[str], str]) -> None:
        for place, raw in enumerate(column):
            if raw:
                try:
                    column[place] = standard(raw)
                except ValidationError as error:
                    before = [self.saved.refused[place]] if place in self.saved.refused else []
                    self.saved.refused[place] = _("; ").join([*before, f"{raw[:40]}: {error.messages[0]}"])

    # Finding

    def split(self, key: str, update: bool) -> tuple[list[int], dict[int, int]]:
        """The places of new customers, and the party of each of the others."""
        company_id, refused = self.actor.company_id, self.saved.refused
        found: dict[str, int] = {}
        if key:
            found, several = matched(Party, key, self.columns[key], company_id)
            first: dict[str, int] = {}
            for place, value in enumerate(self.columns[key]):
                if value and first.setdefault(value, place) != place:
                    refused.setdefault(place, _("another line has the same key"))
                elif value in several:
                    refused.setdefault(place, _("several customers have this key"))
                elif value in found and not update:
                    refused.setdefault(place, _("is here already"))
        keys = self.columns.get(key, ())
        there = {place: found[value] for place, value in enumerate(keys) if value in found and place not in refused}
        self._refuse_taken(there)
        new = [place for place in range(self.size) if place not in there and place not in refused]
        return new, {place: party for place, party in there.items() if place not in refused}

    def _refuse_taken(self, there: Mapping[int, int]) -> None:
        """What is unique in a company is neither another party's nor on an earlier line."""
        for name in ("credit_code", "external_ref"):
            if name not in self.columns:
                continue
            holders, _several = matched(Party, name, self.columns[name], self.actor.company_id)
            seen: dict[str, int] = {}
            for place, value in enumerate(self.columns[name]):
                if not value or place in self.saved.refused:
                    continue
                if holders.get(value) not in (None, there.get(place)) or seen.setdefault(value, place) != place:
                    self.saved.refused[place] = _("%(value)s belongs to somebody else already") % {"value": value}

    def doubt(self, places: list[int]) -> None:
        """Two customers may have one name or phone; who brings in the second one is told."""
        told = {
            "name": _("somebody is named “%(value)s” already"),
            "phone": _("somebody has the phone %(value)s already"),
        }
        for column, sentence in told.items():
            values = {place: value for place in places if (value := self.at(column, place))}
            known, _several = matched(Party, column, values.values(), self.actor.company_id)
            for place, value in values.items():
                if value in known:
                    before = [self.saved.doubtful[place]] if place in self.saved.doubtful else []
                    doubt = sentence % {"value": value[:60]}
                    self.saved.doubtful[place] = _("; ").join([*before, doubt])
                known[value] = 0

    # Making

    def create(self, places: list[int]) -> list[int]:
        """Copy new customers into their tables; the keys of their parties."""
        if not places:
            return []
        parties, customers = _keys(Party, len(places)), _keys(Customer, len(places))
        company, moment = self.actor.company_id, clock.now()
        owners, teams = self._owners(places)
        blank = [""] * self.size
        texts = [self.columns.get(name, blank) for name in PARTY]
        texts[PARTY.index("kind")] = [value or Party.Kind.ORGANISATION for value in self.columns.get("kind", blank)]
        texts[PARTY.index("region")] = [value or None for value in self.columns.get("region", blank)]
        into(
            Party._meta.db_table,
            [
                "id", "company_id", *_column_names(Party, PARTY), "is_archived", "version", "own", "created_at",
                "updated_at",
            ],
            (
                (pk, company, *(column[place] for column in texts), False, 1, "{}", moment, moment)
                for pk, place in zip(parties, places, strict=True)
            ),
        )  # fmt: skip
        into(
            Customer._meta.db_table,
            [
                "id", "company_id", "party_id", "owner_id", "team_id", "stage", "grade", "tier", "source", "next_step",
                "next_step_at", "version", "own", "created_at", "updated_at",
            ],
            (
                (
                    pk, company, party, owner, teams.get(owner), Customer.Stage.PROSPECT, self.at("grade", place),
                    self.at("tier", place), self.at("source", place), self.at("next_step", place),
                    self.at("next_step_at", place, None), 1, "{}", moment, moment,
                )
                for pk, party, owner, place in zip(customers, parties, owners, places, strict=True)
            ),
        )  # fmt: skip
        pairs = list(zip(parties, places, strict=True))
        self._contacts(pairs, set())
        self._addresses(pairs, set())
        self._trail(parties, customers)
        self.saved.made += customers
        self.saved.placed |= dict(zip(places, customers, strict=True))
        return parties

    def _owners(self, places: Iterable[int]) -> tuple[list[int | None], dict[int | None, int | None]]:
        """Who looks after each new customer, and the team of everybody named."""
        usual = self.actor.user_id
        owners = [self.at("owner", place, usual) for place in places]
        return owners, self._teams(owners)

    def _teams(self, owners: Iterable[int | None]) -> dict[int | None, int | None]:
        members = Membership.objects.filter(company=self.actor.company_id, user__in=set(owners) - {None})
        return dict(members.values_list("user_id", "team_id"))

    def _contacts(self, pairs: Iterable[tuple[int, int]], known: Collection[int]) -> None:
        """Copy the contacts of the rows; the first becomes the primary one where a party has none."""
        rows = []
        for party, place in pairs:
            first = party not in known
            for contact in CONTACTS:
                if name := self.at(f"{contact}_name", place):
                    values = (self.at(f"{contact}_{what}", place) for what in DETAILS)
                    rows.append((self.actor.company_id, party, name, *values, first))
                    first = False
        if rows:
            names = ["company_id", "party_id", "name", *DETAILS, "is_primary"]
            names += ["name_en", "phone_raw", "is_decision_maker", "is_archived", "version", "own"]
            names += ["created_at", "updated_at"]
            constant = ("", "", False, False, 1, "{}", moment := clock.now(), moment)
            into(Contact._meta.db_table, names, ((*row, *constant) for row in rows))

    def _addresses(self, pairs: Iterable[tuple[int, int]], known: Collection[int]) -> None:
        rows = [
            (
                self.actor.company_id, party, self.at("address", place), self.at("postcode", place),
                self.at("address_contact", place), self.at("address_phone", place), self.at("country", place),
                self.at("region", place, None), party not in known, Address.Kind.SHIPPING, self.at("address_en", place),
            )
            for party, place in pairs
            if self.at("address", place)
        ]  # fmt: skip
        names = [
            "company_id", "party_id", "detail", "postcode", "contact_name", "contact_phone", "country", "region_id",
            "is_default", "kind", "detail_en",
        ]  # fmt: skip
        if rows:
            into(Address._meta.db_table, names, rows)

    def _trail(self, parties: Iterable[int], customers: Iterable[int]) -> None:
        """The audit rows of new customers, as the act would write them, by COPY."""
        act = current_act()
        names = ["company_id", "actor_id", "kind", "object_id", "action", "reason"]
        constant = (self.actor.company_id, self.actor.user_id)
        into(
            "core_audit",
            names,
            (
                (*constant, model._meta.label_lower, pk, "created", act.reason)
                for model, pks in ((Party, parties), (Customer, customers))
                for pk in pks
            ),
        )

    # Changing

    def change(self, there: Mapping[int, int]) -> None:
        """Change the parties and profiles that were found; a party without a profile becomes a customer."""
        places = {party: place for place, party in there.items()}
        parties = Party.objects.of(self.actor.company_id).lock(places).in_bulk()
        rows = Customer.objects.of(self.actor.company_id).filter(party__in=places).order_by("pk").select_for_update()
        customers = {row.party_id: row for row in rows}
        mine = Customer.objects.visible_to(self.actor, "crm_customers.change_customer")
        allowed = set(mine.filter(party__in=places).values_list("party_id", flat=True))
        for party in customers.keys() - allowed:
            self.saved.refused[places.pop(party)] = _("is looked after by somebody else")
        self._make_profiles([(parties[party], place) for party, place in places.items() if party not in customers])
        given = {party: news(parties[party], self._given(PARTY, place)) for party, place in places.items()}
        old = change_many(parties, given)
        profiles = {customers[party].pk: place for party, place in places.items() if party in customers}
        old_profiles = change_many(
            {row.pk: row for row in customers.values()},
            self._given_profiles(profiles),
        )
        self.saved.placed |= {place: customers[party].pk for party, place in places.items() if party in customers}
        for party, row in customers.items():
            if party in old or row.pk in old_profiles:
                self.saved.changed[row.pk] = {
                    "party": {**old.get(party, {}), "version": parties[party].version},
                    "profile": {**old_profiles.get(row.pk, {}), "version": row.version},
                }
        self._add_people_and_places(places)
        self.changed_parties = list(places)

    def _given(self, names: Iterable[str], place: int) -> dict[str, Any]:
        """The cells that say something, under the names of their columns in the database."""
        values = {name: self.at(name, place, None) for name in names}
        refs = {"region": "region_id", "owner": "owner_id"}
        return {refs.get(name, name): value for name, value in values.items() if value is not None}

    def _given_profiles(self, profiles: Mapping[int, int]) -> dict[int, dict[str, Any]]:
        """What the rows say of profiles; whoever gets a customer brings the team along."""
        given = {pk: self._given(PROFILE, place) for pk, place in profiles.items()}
        teams = self._teams(values.get("owner_id") for values in given.values())
        for values in given.values():
            if "owner_id" in values:
                values["team_id"] = teams.get(values["owner_id"])
        return given

    def _make_profiles(self, pairs: list[tuple[Party, int]]) -> None:
        """Make customers of parties that were something else before."""
        users = User.objects.in_bulk({self.at("owner", place, None) for _party, place in pairs} - {None})
        drafts = []
        for party, place in pairs:
            given = {name: value for name in PROFILE if (value := self.at(name, place, None)) is not None}
            drafts.append((party, {**given, "owner": users.get(given.get("owner"), self.actor.user)}))
        made = [row.pk for row in make_profiles(drafts, self.actor)]
        self.saved.made += made
        self.saved.placed |= {place: pk for (_party, place), pk in zip(pairs, made, strict=True)}

    def _add_people_and_places(self, places: Mapping[int, int]) -> None:
        """Add contacts and addresses that a party does not have yet; those it has stay as they are."""
        people = set(Contact.objects.filter(party__in=places).values_list("party_id", "name"))
        with_primary = set(Contact.objects.filter(party__in=places, is_primary=True).values_list("party_id", flat=True))
        for contact in CONTACTS:
            for party, place in places.items():
                if (party, self.at(f"{contact}_name", place)) in people:
                    self.columns[f"{contact}_name"][place] = ""
        self._contacts([(party, place) for party, place in places.items()], with_primary)
        spots = Address.objects.filter(party__in=places).values_list("party_id", "detail", "is_default", "kind")
        known = {(party, detail) for party, detail, _default, _kind in spots}
        usual = {party for party, _detail, default, kind in spots if default and kind == Address.Kind.SHIPPING}
        new = [(party, place) for party, place in places.items() if (party, self.at("address", place)) not in known]
        self._addresses(new, usual)


def _column_names(model: Any, names: Iterable[str]) -> list[str]:
    return [model._meta.get_field(name).column for name in names]


def _keys(model: Any, count: int) -> list[int]:
    """Keys out of the table's own sequence, so that rows of several tables can be copied without asking back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _email(raw: str) -> str:
    address = raw.lower()
    if not PLAIN_EMAIL.fullmatch(address):
        validate_email(address)
    return address


def _checked(validate: Callable[[str], None]) -> Callable[[str], str]:
    def standard(raw: str) -> str:
        validate(raw)
        return raw

    return standard


def undo_customers(*, actor: Actor, made: Collection[int], changed: Mapping[int, dict[str, Any]]) -> dict[int, str]:
    """Take an import back: new customers nothing refers to are deleted, changed ones get their old values."""
    rows = Customer.objects.of(actor.company_id).select_related("party").lock(made).in_bulk()
    parties = {row.party_id: pk for pk, row in rows.items()}
    in_use = {parties[party] for party in referred_to(Party, parties, besides=[Contact, Address, Customer])}
    in_use |= referred_to(Customer, rows, besides=[Customer.tags.through, RuledTag, Rating])
    gone = [row for pk, row in rows.items() if pk not in in_use]
    for row in gone:
        current_act().audit(row, "deleted")
        current_act().audit(row.party, "deleted")
    pks = [row.party_id for row in gone]
    search.forget(Party, pks)
    Customer.objects.filter(party__in=pks).delete()
    for model in (Contact, Address):
        model.objects.filter(party__in=pks).delete()
    Party.objects.filter(pk__in=pks).delete()
    return {pk: _("is in use already") for pk in in_use} | _restored(actor, changed)


def _restored(actor: Actor, changed: Mapping[int, dict[str, Any]]) -> dict[int, str]:
    customers = Customer.objects.of(actor.company_id).lock(changed).in_bulk()
    of_party = {row.party_id: pk for pk, row in customers.items()}
    kept = restored(customers, {pk: old["profile"] for pk, old in changed.items()})
    parties = Party.objects.of(actor.company_id).lock(of_party).in_bulk()
    old_parties = {row.party_id: changed[pk]["party"] for pk, row in customers.items()}
    return kept | {of_party[party]: reason for party, reason in restored(parties, old_parties).items()}
