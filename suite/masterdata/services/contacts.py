"""Contacts one by one, beside the whole lists that come with their party."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import changes_between, current_act, save_changes, service
from suite.core.models import CompanyRow
from suite.masterdata.models import Contact, Party
from suite.masterdata.services.records import announce, fresh, touch
from suite.masterdata.standards import check, standardised


@service
def create_contact(*, party: Party, actor: Actor, reason: str = "", **values: Any) -> Contact:
    """Make a contact of a party; the first one is its primary contact, and so is one that says so.

    Raises ValidationError by field.
    """
    party = fresh(party, actor=actor)
    row = check(Contact(party=party, company_id=party.company_id, **standardised(Contact, values)))
    assert isinstance(row, Contact)
    if row.is_primary:
        _demote(party)
    elif not party.contacts.filter(is_primary=True).exists():
        row.is_primary = True
    row.save()
    current_act().audit(row, "created")
    announce(row, "created")
    _of_party(party)
    return row


@service
def change_contact(
    *, contact: Contact, actor: Actor, version: int | None = None, reason: str = "", **values: Any
) -> Contact:
    """Change a contact. Who is to be the primary one takes the place of the other.

    Raises ValidationError by field, Stale when `version` is past.
    """
    party = fresh(contact.party, actor=actor)
    row = fresh(contact, actor=actor, version=version)
    values = standardised(Contact, values)
    changed = changes_between(row, values)
    if not changed:
        return row
    if changed.get("is_primary") == (True, False):
        raise ValidationError({"is_primary": _("Say of another contact that it is the primary one")})
    proposed = Contact(pk=row.pk, company_id=row.company_id, party=party, name=row.name)
    for name in changed:
        setattr(proposed, name, values[name])
    check(proposed)
    if "is_primary" in changed:
        _demote(party)
    save_changes(row, values)
    announce(row, "changed")
    _of_party(party)
    return row


@service
def archive_contacts(
    *, contacts: Collection[int], actor: Actor, archived: bool = True, reason: str = ""
) -> list[Contact]:
    """Take contacts out of every list to choose from, or bring them back; what speaks of them stays as it is.

    The longest known of those who stay becomes the primary contact. A fixed number of statements.
    """
    asked = Contact.objects.of(actor.company_id).filter(pk__in=contacts)
    parties = list(Party.objects.of(actor.company_id).lock(asked.values_list("party", flat=True)))
    rows = list(Contact.objects.of(actor.company_id).lock(contacts).exclude(is_archived=archived))
    moment, act = clock.now(), current_act()
    for row in rows:
        row.is_archived, row.version, row.updated_at = archived, row.version + 1, moment
        row.is_primary = row.is_primary and not archived
        act.audit(row, "archived" if archived else "restored")
        announce(row, "changed")
    Contact.objects.bulk_update(rows, ["is_archived", "is_primary", "version", "updated_at"])
    of_them = Contact.objects.filter(party__in={row.party_id for row in rows}, is_archived=False)
    led = of_them.filter(is_primary=True).values("party")
    heirs = list(of_them.exclude(party__in=led).order_by("party", "pk").distinct("party"))
    _lead(heirs, True)
    there = {row.party_id for row in rows}
    touched = [party for party in parties if party.pk in there]
    Party.objects.filter(pk__in=there).update(version=F("version") + 1, updated_at=moment)
    for party in touched:
        party.version += 1
        announce(party, "changed")
    return rows


def _demote(party: Party) -> None:
    """Take the first place from whoever has it, before another gets it."""
    _lead(list(party.contacts.filter(is_primary=True)), False)


def _lead(rows: list[Contact], leads: bool) -> None:
    Contact.objects.filter(pk__in=[row.pk for row in rows]).update(
        is_primary=leads, version=F("version") + 1, updated_at=clock.now()
    )
    for row in rows:
        current_act().audit(row, "changed", {"is_primary": (not leads, leads)})


def _of_party(party: CompanyRow) -> None:
    """Whoever holds the list of contacts of before is told so, and the party is found by the new words."""
    touch(party)
    announce(party, "changed")
