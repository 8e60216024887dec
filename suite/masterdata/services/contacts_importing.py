"""Contacts out of sheets, a batch at a time: each is looked for among those of its party."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act
from suite.desk import search
from suite.desk.imports import Batch, Saved
from suite.masterdata.models import Contact, Party
from suite.masterdata.services.importing import announce_parties, news, restored
from suite.masterdata.services.records import change_many, referred_to
from suite.masterdata.standards import check, standardised

Pair = tuple[int, str]


def save_contacts(*, actor: Actor, batch: Batch, key: str, update: bool) -> Saved:
    """Add contacts to their parties, and change those that `key` finds at the same party.

    A fixed number of statements for the batch. A blank cell of a contact who is here already leaves the value as it is;
    the first contact of a party becomes its primary one.
    """
    saved, company = Saved(), actor.company_id
    list(Party.objects.of(company).lock(set(batch.column("party"))))
    there = list(
        Contact.objects.of(company).filter(party__in=set(batch.column("party")), is_archived=False).order_by("pk")
    )
    mine = set(
        Contact.objects.visible_to(actor, "masterdata.change_contact")
        .filter(pk__in=[row.pk for row in there])
        .values_list("pk", flat=True)
    )
    led = {row.party_id for row in there if row.is_primary}
    found = _by_key(there, key)
    new: dict[int, Contact] = {}
    changes: dict[int, tuple[int, dict[str, Any]]] = {}
    seen: set[Pair] = set()
    for place, typed in enumerate(batch.dicts()):
        party = typed.pop("party")
        try:
            values = standardised(Contact, {name: value for name, value in typed.items() if value not in ("", None)})
            pair = (party, values.get(key, ""))
            row: Contact | None = found.get(pair) if pair[1] else None
            if pair[1] and pair in seen:
                saved.refused[place] = _("another line has the same key")
            elif pair[1] and pair in found and row is None:
                saved.refused[place] = _("several contacts have this key")
            elif row is None:
                draft = Contact(company_id=company, party_id=party, is_primary=party not in led, **values)
                new[place] = check(draft)
                led.add(party)
            elif not update:
                saved.refused[place] = _("is here already")
            elif row.pk not in mine:
                saved.refused[place] = _("is looked after by somebody else")
            else:
                given = news(row, values)
                check(Contact(company_id=company, party_id=party, **{"name": row.name, **given}))
                changes[row.pk] = place, given
            seen.add(pair)
        except ValidationError as error:
            saved.refused[place] = " ".join(error.messages)
    Contact.objects.bulk_create(new.values())
    for made in new.values():
        current_act().audit(made, "created")
    saved.made = [row.pk for row in new.values()]
    saved.placed = {place: row.pk for place, row in new.items()} | {
        place: pk for pk, (place, _given) in changes.items()
    }
    rows = {row.pk: row for row in there}
    before = change_many(rows, {pk: given for pk, (_place, given) in changes.items()})
    saved.changed = {pk: {**old, "version": rows[pk].version} for pk, old in before.items()}
    _touch({row.party_id for row in (*new.values(), *(rows[pk] for pk in before))})
    return saved


def _by_key(rows: Collection[Contact], key: str) -> dict[Pair, Contact | None]:
    """The contacts by party and key; None where several at a party have the same."""
    found: dict[Pair, Contact | None] = {}
    for row in rows if key else ():
        for name in {"name", "name_en"} if key == "name" else {key}:
            pair = (row.party_id, getattr(row, name))
            found[pair] = None if found.get(pair, row) is not row else row
    return found


def undo_contacts(*, actor: Actor, made: Collection[int], changed: Mapping[int, dict[str, Any]]) -> dict[int, str]:
    """Take an import back: new contacts that nothing speaks of leave, changed ones get their old values."""
    kept = {pk: _("is in use already") for pk in referred_to(Contact, made)}
    gone = Contact.objects.of(actor.company_id).filter(pk__in=set(made) - set(kept))
    back = Contact.objects.of(actor.company_id).lock(changed).in_bulk()
    of_them = {*gone.values_list("party", flat=True), *(row.party_id for row in back.values())}
    list(Party.objects.of(actor.company_id).lock(of_them))
    for row in gone:
        current_act().audit(row, "deleted")
    search.forget(Contact, [row.pk for row in gone])
    gone.delete()
    kept |= restored(back, changed)
    _touch(of_them)
    return kept


def _touch(parties: Collection[int]) -> None:
    """What parties hold has changed: old copies of their lists are past, and the search table follows."""
    Party.objects.filter(pk__in=parties).update(version=F("version") + 1, updated_at=clock.now())
    announce_parties(parties)
