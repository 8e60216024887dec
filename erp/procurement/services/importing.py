"""Suppliers out of sheets, a batch at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from erp.finance.models import PaymentTerm
from erp.procurement.models import Supplier
from erp.procurement.services.suppliers import PROFILE, SupplierDraft, create_suppliers, make_profiles
from suite.core.access import Actor
from suite.core.acts import current_act
from suite.core.errors import BusinessError
from suite.desk import search
from suite.desk.imports import Batch, Saved
from suite.masterdata.models import Address, Contact, Currency, Party
from suite.masterdata.services.importing import matched, news, restored
from suite.masterdata.services.parties import PartyDraft
from suite.masterdata.services.records import change_many, referred_to
from suite.masterdata.standards import check, standardised

OF_CONTACT = {"contact_name": "name", "contact_phone": "phone", "contact_email": "email"}


def save_suppliers(*, actor: Actor, batch: Batch, key: str, update: bool) -> Saved:
    """Make new suppliers with their contact and address, and change those that `key` finds.

    A fixed number of statements for the batch. A blank cell of a supplier who is here already leaves the value as it
    is; a party that was only a customer becomes a supplier, too.
    """
    saved = Saved()
    rows = _typed(batch, actor, saved)
    keys = [row.get(key, "") for row in rows] if key else []
    found, several = matched(Party, key, keys, actor.company_id) if key else ({}, set())
    new: dict[int, dict[str, Any]] = {}
    there: dict[int, int] = {}
    for place, row in enumerate(rows):
        value = row.get(key, "") if key else ""
        if place in saved.refused:
            continue
        if value in several:
            saved.refused[place] = _("several suppliers have this key")
        elif value not in found:
            new[place] = row
        elif not update:
            saved.refused[place] = _("is here already")
        elif found[value] in there:
            saved.refused[place] = _("another line has the same key")
        else:
            there[found[value]] = place
    _create(new, actor, saved)
    _change({party: rows[place] for party, place in there.items()}, there, actor, saved)
    return saved


def _typed(batch: Batch, actor: Actor, saved: Saved) -> list[dict[str, Any]]:
    """The rows in their standard form, with terms and currencies found; what cannot be refuses its row."""
    by_name = {
        name: term for term in PaymentTerm.objects.of(actor.company_id) for name in (term.code, term.name, term.name_en)
    }
    currencies = {currency.code: currency for currency in Currency.objects.all()}
    rows = []
    for place, cells in enumerate(batch.dicts()):
        row = {name: value for name, value in cells.items() if value not in ("", None)}
        for name, known in (("term", by_name), ("currency", currencies)):
            if name in row:
                row[name] = known.get(str(row[name])) or saved.refused.setdefault(
                    place, _("“%(text)s” is not known") % {"text": str(row[name])[:40]}
                )
        try:
            of_party = {name: value for name, value in row.items() if _is_of_party(name)}
            row |= standardised(Party, of_party)
            check(Party(company_id=actor.company_id, **standardised(Party, of_party)))
        except ValidationError as error:
            saved.refused.setdefault(place, " ".join(error.messages))
        rows.append(row)
    return rows


def _is_of_party(name: str) -> bool:
    return name not in PROFILE and name not in OF_CONTACT and name != "address"


def _draft(row: Mapping[str, Any]) -> SupplierDraft:
    contact = {OF_CONTACT[name]: row[name] for name in OF_CONTACT if name in row}
    return SupplierDraft(
        PartyDraft(
            {name: value for name, value in row.items() if _is_of_party(name)},
            [contact] if "name" in contact else [],
            [{"detail": row["address"], "kind": Address.Kind.OFFICE}] if "address" in row else [],
        ),
        {name: value for name, value in row.items() if name in PROFILE},
    )


def _create(new: dict[int, dict[str, Any]], actor: Actor, saved: Saved) -> None:
    """Make the suppliers that can be made; the others are refused one by one."""
    left = {place: _draft(row) for place, row in new.items()}
    while left:
        try:
            made = create_suppliers(drafts=list(left.values()), actor=actor)
        except BusinessError as error:
            places = list(left)
            for refusal in error.refusals:
                saved.refused[places[refusal.line or 0]] = str(refusal)
                left.pop(places[refusal.line or 0], None)
        else:
            saved.made += [row.pk for row in made]
            saved.placed |= {place: row.pk for place, row in zip(left, made, strict=True)}
            break


def _change(rows: dict[int, dict[str, Any]], places: Mapping[int, int], actor: Actor, saved: Saved) -> None:
    """Change the parties and profiles that were found; a party without a profile becomes a supplier."""
    parties = Party.objects.of(actor.company_id).lock(rows).in_bulk()
    known = Supplier.objects.of(actor.company_id).filter(party__in=rows).order_by("pk").select_for_update()
    suppliers = {row.party_id: row for row in known}
    profiles = {pk: {name: value for name, value in row.items() if name in PROFILE} for pk, row in rows.items()}
    newcomers = [(parties[pk], profiles[pk]) for pk in rows if pk not in suppliers]
    made = make_profiles(newcomers, actor) if newcomers else []
    saved.made += [row.pk for row in made]
    saved.placed |= {places[row.party_id]: row.pk for row in (*made, *suppliers.values())}
    old = change_many(
        parties,
        {
            pk: news(parties[pk], {name: value for name, value in row.items() if _is_of_party(name)})
            for pk, row in rows.items()
        },
    )
    columns = {
        row.pk: {f"{name}_id" if name in ("term", "currency") else name: getattr(value, "pk", value)
                 for name, value in profiles[pk].items()}
        for pk, row in suppliers.items()
    }  # fmt: skip
    old_profiles = change_many({row.pk: row for row in suppliers.values()}, columns)
    for pk, row in suppliers.items():
        if pk in old or row.pk in old_profiles:
            saved.changed[row.pk] = {
                "party": {**old.get(pk, {}), "version": parties[pk].version},
                "profile": {**old_profiles.get(row.pk, {}), "version": row.version},
            }
    search.index([*suppliers.values()])


def undo_suppliers(*, actor: Actor, made: Collection[int], changed: Mapping[int, dict[str, Any]]) -> dict[int, str]:
    """Take an import back: new suppliers nothing refers to are deleted, changed ones get their old values."""
    rows = Supplier.objects.of(actor.company_id).select_related("party").lock(made).in_bulk()
    parties = {row.party_id: pk for pk, row in rows.items()}
    in_use = {parties[party] for party in referred_to(Party, parties, besides=[Contact, Address, Supplier])}
    in_use |= referred_to(Supplier, rows)
    gone = [row for pk, row in rows.items() if pk not in in_use]
    for row in gone:
        current_act().audit(row, "deleted")
        current_act().audit(row.party, "deleted")
    pks = [row.party_id for row in gone]
    search.forget(Supplier, [row.pk for row in gone])
    search.forget(Party, pks)
    Supplier.objects.filter(party__in=pks).delete()
    for model in (Contact, Address):
        model.objects.filter(party__in=pks).delete()
    Party.objects.filter(pk__in=pks).delete()
    return {pk: _("is in use already") for pk in in_use} | _restored(actor, changed)


def _restored(actor: Actor, changed: Mapping[int, dict[str, Any]]) -> dict[int, str]:
    suppliers = Supplier.objects.of(actor.company_id).lock(changed).in_bulk()
    of_party = {row.party_id: pk for pk, row in suppliers.items()}
    kept = restored(suppliers, {pk: old["profile"] for pk, old in changed.items()})
    parties = Party.objects.of(actor.company_id).lock(of_party).in_bulk()
    old_parties = {row.party_id: changed[pk]["party"] for pk, row in suppliers.items()}
    return kept | {of_party[party]: reason for party, reason in restored(parties, old_parties).items()}
