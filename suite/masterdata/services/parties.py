"""Parties with their contacts and addresses: one act makes or changes all of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import changes_between, current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.desk.own.values import write
from suite.masterdata.models import Address, Contact, Party
from suite.masterdata.services.records import announce, fresh, touch
from suite.masterdata.standards import check, standardised

Values = Mapping[str, Any]


@dataclass(frozen=True)
class PartyDraft:
    """A party to be: values of its fields, of its contacts (own fields under `own`), of its addresses, as typed."""

    values: Values
    contacts: Sequence[Values] = ()
    addresses: Sequence[Values] = ()

    def party(self, company_id: int) -> Party:
        """The party in its standard form, not yet saved. Raises ValidationError by field."""
        return check(Party(company_id=company_id, **standardised(Party, self.values)))  # type: ignore[return-value]


@service
def create_parties(*, drafts: Sequence[PartyDraft], actor: Actor, reason: str = "") -> list[Party]:
    """Make parties with contacts and addresses, in five statements for any number of them.

    Raises ValidationError for values that cannot be, BusinessError where a credit code or reference is taken.
    """
    parties = [draft.party(actor.company_id) for draft in drafts]
    refuse_taken(parties, actor.company_id)
    Party.objects.bulk_create(parties, batch_size=1000)
    for kind in (CONTACTS, ADDRESSES):
        given = [
            (party, values)
            for party, draft in zip(parties, drafts, strict=True)
            for values in kind.with_flags(getattr(draft, kind.name))
        ]
        own = [values.pop("own", None) for _party, values in given]
        kind.make([kind.new(party, values) for party, values in given], own, actor)
    for party in parties:
        current_act().audit(party, "created")
        announce(party, "created")
    return parties


@service
def create_party(
    *, actor: Actor, contacts: Sequence[Values] = (), addresses: Sequence[Values] = (), reason: str = "", **values: Any
) -> Party:
    """Make one party with its contacts and addresses; see `create_parties`."""
    return create_parties(drafts=[PartyDraft(values, contacts, addresses)], actor=actor, reason=reason)[0]


@service
def change_party(
    *,
    party: Party,
    actor: Actor,
    version: int | None = None,
    contacts: Sequence[Values] | None = None,
    addresses: Sequence[Values] | None = None,
    reason: str = "",
    **values: Any,
) -> Party:
    """Change a party; everything that shows it shows the new values at once, because nothing holds a copy.

    `contacts` and `addresses` are whole lists where given: an entry with `id` is kept and changed, one without is
    new, and what is missing leaves (contacts are archived, for the past speaks of them). Raises Stale when `version`
    is past.
    """
    party = fresh(party, actor=actor, version=version)
    values = standardised(Party, values)
    changed = changes_between(party, values)
    if changed:
        proposed = Party(pk=party.pk, company_id=party.company_id, name=party.name)
        for name in changed:
            setattr(proposed, name, values[name])
        check(proposed)
        refuse_taken([proposed], actor.company_id)
    saved = save_changes(party, values)
    children = [
        _replace(party, child, wanted, actor)
        for child, wanted in ((CONTACTS, contacts), (ADDRESSES, addresses))
        if wanted is not None
    ]
    if any(children) and not saved:
        touch(party)
    if saved or any(children):
        announce(party, "changed")
    return party


@service
def archive_parties(*, parties: Collection[int], actor: Actor, archived: bool = True, reason: str = "") -> list[Party]:
    """Take parties out of every list to choose from, or bring them back; their papers stay as they are."""
    rows = list(Party.objects.of(actor.company_id).lock(parties).exclude(is_archived=archived))
    Party.objects.filter(pk__in=[row.pk for row in rows]).update(
        is_archived=archived, version=F("version") + 1, updated_at=clock.now()
    )
    for row in rows:
        row.is_archived, row.version = archived, row.version + 1
        current_act().audit(row, "archived" if archived else "restored")
        announce(row, "changed")
    return rows


def archive_party(*, party: Party, actor: Actor, archived: bool = True, reason: str = "") -> None:
    """See `archive_parties`."""
    archive_parties(parties=[party.pk], actor=actor, archived=archived, reason=reason)


def refuse_taken(parties: Sequence[Party], company_id: int) -> None:
    """Refuse credit codes and references that another party has, in the company or in the same set (BusinessError)."""
    codes = {party.credit_code for party in parties} - {""}
    refs = {party.external_ref for party in parties} - {""}
    holders: dict[tuple[str, str], Party] = {}
    if codes or refs:
        taken = Party.objects.of(company_id).filter(Q(credit_code__in=codes) | Q(external_ref__in=refs))
        for other in taken.exclude(pk__in=[party.pk for party in parties if party.pk]):
            holders |= {("credit_code", other.credit_code): other, ("external_ref", other.external_ref): other}
    refusals = []
    for index, party in enumerate(parties):
        for name in ("credit_code", "external_ref"):
            key = (name, getattr(party, name))
            if key[1] and key in holders:
                refusals.append(_taken(key, holders[key], index))
            elif key[1]:
                holders[key] = party
    if refusals:
        raise BusinessError(*refusals)


def _taken(key: tuple[str, str], holder: Party, index: int) -> Refusal:
    return Refusal(
        f"{key[0]}_taken",
        _("%(value)s belongs to %(name)s already"),
        {"value": key[1], "name": holder.label},
        line=index,
        field=key[0],
    )


@dataclass(frozen=True)
class Child:
    """Contacts or addresses of a party, and the flag of the one that comes first (of each kind, for addresses)."""

    name: str
    model: Any
    flag: str
    kind: str = ""

    def new(self, party: Party, values: Values) -> Any:
        return check(self.model(party=party, company_id=party.company_id, **standardised(self.model, values)))

    def with_flags(self, rows: Sequence[Values]) -> list[dict[str, Any]]:
        """The entries with exactly one first of each kind: the last that says so, else the first."""
        kinds = [row.get(self.kind) or Address.Kind.SHIPPING for row in rows]
        first: dict[Any, int] = {}
        for index, (kind, row) in enumerate(zip(kinds, rows, strict=True)):
            if row.get(self.flag) or kind not in first:
                first[kind] = index
        return [
            {**row, self.flag: first[kind] == index} for index, (kind, row) in enumerate(zip(kinds, rows, strict=True))
        ]

    def make(self, rows: Sequence[Any], own: Sequence[Values | None], actor: Actor) -> None:
        """Write new rows, and the own fields of those that have any."""
        self.model.objects.bulk_create(rows, batch_size=1000)
        for row in rows:
            current_act().audit(row, "created")
            self.tell(row, "created")
        if self.model is Contact and rows:
            given = {row: values or {} for row, values in zip(rows, own, strict=True)}
            write(actor=actor, values=given, new=True, whole=False)

    def tell(self, row: Any, what: str) -> None:
        """A contact is a record of its own: it is found, and flows hear of it."""
        if self.model is Contact:
            announce(row, what)


CONTACTS = Child("contacts", Contact, "is_primary")
ADDRESSES = Child("addresses", Address, "is_default", kind="kind")


def _replace(party: Party, child: Child, wanted: Sequence[Values], actor: Actor) -> bool:
    """Bring the list of children to `wanted`; says whether anything changed."""
    act, there = current_act(), child.model.objects.filter(party=party)
    known = {row.pk: row for row in there}
    before = {row.pk: getattr(row, "own", None) for row in known.values()}
    if unknown := [row["id"] for row in wanted if row.get("id") and row["id"] not in known]:
        raise ValidationError({child.name: _("There is no entry %(ids)s here") % {"ids": unknown}})
    if child.kind:
        usual = Address.Kind.SHIPPING
        wanted = [{child.kind: getattr(known.get(row.get("id")), child.kind, usual), **row} for row in wanted]
    new, new_own, changed, own = [], [], [], {}
    for values in child.with_flags(wanted):
        row, filled = known.pop(values.pop("id", None), None), values.pop("own", None)
        if row is None:
            new.append(child.new(party, values))
            new_own.append(filled)
            continue
        if filled:
            own[row] = filled
        values = standardised(child.model, values)
        if changes := changes_between(row, values):
            for name in changes:
                setattr(row, name, values[name])
            changed.append((check(row), changes))
    gone = [row for row in known.values() if not getattr(row, "is_archived", False)]
    if not (new or changed or gone or own):
        return False
    leaving = there.filter(pk__in=[row.pk for row in gone])
    if child.model is Contact:
        leaving.update(is_archived=True, is_primary=False, version=F("version") + 1, updated_at=clock.now())
        for row, _changes in changed:
            row.version, row.updated_at = row.version + 1, clock.now()
    else:
        leaving.delete()
    # The flag leaves its old bearer before it reaches the new one: the index that keeps it unique looks at each row.
    losers = [row.pk for row, changes in changed if child.flag in changes and not getattr(row, child.flag)]
    there.filter(pk__in=losers).update(**{child.flag: False})
    if changed:
        names = {name.removesuffix("_id") for _row, changes in changed for name in changes}
        names |= {"version", "updated_at"} if child.model is Contact else set()
        child.model.objects.bulk_update([row for row, _changes in changed], names)
    for row, changes in changed:
        act.audit(row, "changed", changes)
        child.tell(row, "changed")
    for row in gone:
        act.audit(row, "removed")
    child.make(new, new_own, actor)
    if own:
        write(actor=actor, values=own, whole=False)
    return bool(new or changed or gone) or any(row.own != before[row.pk] for row in own)
