"""Parties as the matcher sees them: what of them is compared, and in which words its finding is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from suite.masterdata.matching.blocking import keys_of
from suite.masterdata.matching.kinds import KINDS, Kind
from suite.masterdata.matching.weighing import MISSING, Field, Pattern, Scale, compared
from suite.masterdata.models import Party

Forms = tuple[Any, ...]


def several(kind: Kind, **changes: Any) -> Kind:
    """A kind for fields with more than one value: two are as alike as the two values that are most alike."""

    def form(raws: Iterable[str]) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(found for raw in raws if raw and (found := kind.form(raw))))

    def level(one: Sequence[Any], other: Sequence[Any]) -> int:
        return min(kind.level(first, second) for first in one for second in other)

    def keys(found: Sequence[Any]) -> Iterable[str]:
        return chain.from_iterable(map(kind.keys, found))

    return replace(kind, form=form, keys=keys, level=level, mixes=False, **changes)


# Persons share names, and companies share houses, oftener than the people and streets of a file do.
PERSON = {"u": (0.06, 0.02, 0.02, 0.9)}
HOUSE = {"u": (0.012, 0.012, 0.02, 0.956)}
KINDS_OF = {
    "credit": several(KINDS["credit"]),
    "phone": several(KINDS["phone"]),
    "mail": several(KINDS["mail"]),
    "name": several(KINDS["organisation"]),
    "person": several(KINDS["name"], **PERSON),
    "address": several(KINDS["address"], **HOUSE),
}
FIELDS = tuple(Field(name, kind) for name, kind in KINDS_OF.items())
PLACE = {field.name: place for place, field in enumerate(FIELDS)}
# What each level of a field is called; levels that are not named say nothing for the two being one.
REASONS: dict[str, Sequence[str | Promise]] = {
    "credit": (_("same credit code"), _("credit codes differ in one character")),
    "phone": (_("same phone"), _("phones differ in one digit")),
    "mail": (_("same e-mail"), _("e-mail at the same house")),
    "name": (_("same name"), _("nearly the same name"), _("similar name")),
    "person": (_("same name"), _("nearly the same name"), _("similar name")),
    "address": (_("same address"), _("nearly the same address"), _("similar address")),
}
AGAINST = _("another credit code")


@dataclass(frozen=True)
class Known:
    """What is known of somebody who may be a party already."""

    names: Sequence[str] = ()
    kind: str = Party.Kind.ORGANISATION
    credit: str = ""
    phones: Sequence[str] = ()
    mails: Sequence[str] = ()
    addresses: Sequence[str] = ()

    @classmethod
    def of_values(
        cls, values: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]] = (), addresses: Sequence[Any] = ()
    ) -> Known:
        """What is known of a party that is about to be made, from the values of its fields."""
        rows = (values, *contacts)
        return cls(
            names=[str(values.get(name) or "") for name in ("name", "name_en")],
            kind=values.get("kind") or Party.Kind.ORGANISATION,
            credit=str(values.get("credit_code") or ""),
            phones=[str(row.get("phone") or "") for row in rows],
            mails=[str(row.get("email") or "") for row in rows],
            addresses=[str(row.get("detail") or "") for row in addresses],
        )

    @property
    def forms(self) -> Forms:
        person = self.kind == Party.Kind.PERSON
        raw: dict[str, Sequence[str]] = {
            "credit": (self.credit,),
            "phone": self.phones,
            "mail": self.mails,
            "name": () if person else self.names,
            "person": self.names if person else (),
            "address": self.addresses,
        }
        return tuple(field.kind.form(raw[field.name]) for field in FIELDS)


def known(party: Party) -> Known:
    """A party as it is compared; reads its contacts and addresses."""
    people = [contact for contact in party.contacts.all() if not contact.is_archived]
    return Known(
        names=(party.name, party.name_en),
        kind=party.kind,
        credit=party.credit_code,
        phones=(party.phone, *(each.phone for each in people)),
        mails=(party.email, *(each.email for each in people)),
        addresses=[address.detail for address in party.addresses.all()],
    )


def keys(party: Party) -> set[str]:
    """Under what the search table keeps a party for `sharing`."""
    return keys_of(FIELDS, known(party).forms)


@dataclass(frozen=True)
class Verdict:
    """How likely two are one (0 to 100), why, and whether a number, mail or company name is just the same."""

    score: int
    reasons: tuple[str | Promise, ...]
    exact: bool


def judge(scale: Scale, one: Forms, other: Forms) -> Verdict:
    """Compare two parties."""
    pattern = compared(scale.fields, one, other)
    return Verdict(round(100 * scale.chance(pattern)), reasons(pattern), is_exact(pattern))


def reasons(pattern: Pattern) -> tuple[str | Promise, ...]:
    """What speaks for two being one, and the one thing that speaks loudest against it."""
    told = [
        REASONS[field.name][level]
        for field, level in zip(FIELDS, pattern, strict=True)
        if MISSING < level < len(REASONS[field.name])
    ]
    return (*told, AGAINST) if pattern[PLACE["credit"]] == 2 else tuple(told)


def is_exact(pattern: Pattern) -> bool:
    """Whether a number, a mail or the name is just the same; two credit codes are two companies of one name."""
    names = ("credit", "phone", "mail") if pattern[PLACE["credit"]] == 2 else ("credit", "phone", "mail", "name")
    return any(pattern[PLACE[name]] == 0 for name in names)
