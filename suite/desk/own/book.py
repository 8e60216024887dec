"""What own fields a company has: read once a process, under the version key by which rights are kept, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import get_language

from suite.core import cached
from suite.core.access import Actor
from suite.desk.models import OwnField

Type = OwnField.Type
PREFIX = "own."  # before the key, wherever a field is named outside: forms, addresses, the API, the trail


class Option(NamedTuple):
    """One of the values of a choice."""

    value: str
    name: str
    name_en: str

    @property
    def label(self) -> str:
        return _read(self.name, self.name_en)


class Section(NamedTuple):
    """A heading over fields."""

    pk: int
    name: str
    name_en: str

    @property
    def label(self) -> str:
        return _read(self.name, self.name_en)


@dataclass(frozen=True)
class Definition:
    """An own field as every request needs it; a value, not a row to be saved."""

    pk: int
    company_id: int
    kind: str
    key: str
    type: str
    title: str
    title_en: str
    help: str
    help_en: str
    section: Section | None
    required: bool
    listed: bool
    default: Any
    options: tuple[Option, ...]
    seen_by: frozenset[str]
    changed_by: frozenset[str]
    index: str
    is_archived: bool

    @property
    def name(self) -> str:
        """What forms, addresses, the API and the trail call it."""
        return PREFIX + self.key

    @property
    def path(self) -> str:
        """Where its value stands, as queries name it."""
        return f"own__{self.key}"

    @property
    def label(self) -> str:
        return _read(self.title, self.title_en)

    @property
    def hint(self) -> str:
        return _read(self.help, self.help_en)

    def known_to(self, actor: Actor | None) -> bool:
        """Whether the actor's roles may know of it, archived or not; the house knows everything."""
        return not self.seen_by or (actor is not None and _is(actor, self.seen_by))

    def seen(self, actor: Actor) -> bool:
        """Whether the actor sees it: nobody does once it is archived."""
        return not self.is_archived and self.known_to(actor)

    def writable(self, actor: Actor) -> bool:
        """Whether the actor's roles may fill it in."""
        return self.seen(actor) and (not self.changed_by or _is(actor, self.changed_by))

    @property
    def sorts(self) -> bool:
        """Whether lists may sort by it: its index is ready."""
        return self.index == OwnField.Index.READY and self.type != Type.CHOICES

    @property
    def filters(self) -> bool:
        """Whether lists may filter by it: it has an index, or gets one within the minute."""
        return self.index in (OwnField.Index.READY, OwnField.Index.WAITING)


def _is(actor: Actor, roles: frozenset[str]) -> bool:
    user = actor.user
    return user is None or user.is_superuser or bool(actor.grants.roles & roles)


def _read(name: str, name_en: str) -> str:
    return name_en if name_en and (get_language() or "").startswith("en") else name


def everything(company_id: int) -> dict[str, tuple[Definition, ...]]:
    """All fields of a company by kind, archived ones too, in the order in which forms have them."""
    return cached.rows(company_id, "desk.own", _load)


def _load(company_id: int) -> dict[str, tuple[Definition, ...]]:
    found: dict[str, list[Definition]] = {}
    rows = OwnField.objects.of(company_id).select_related("section")
    for row in sorted(rows, key=lambda row: (row.section.position + 1 if row.section else 0, row.position, row.pk)):
        found.setdefault(row.kind, []).append(definition(row))
    return {kind: tuple(fields) for kind, fields in found.items()}


def definition(row: OwnField) -> Definition:
    """A row as a value."""
    section = row.section
    return Definition(
        pk=row.pk,
        company_id=row.company_id,
        kind=row.kind,
        key=row.key,
        type=row.type,
        title=row.name,
        title_en=row.name_en,
        help=row.help,
        help_en=row.help_en,
        section=Section(section.pk, section.name, section.name_en) if section else None,
        required=row.required,
        listed=row.listed,
        default=row.default,
        options=tuple(Option(each["value"], each["name"], each.get("name_en", "")) for each in row.options),
        seen_by=frozenset(row.seen_by),
        changed_by=frozenset(row.changed_by),
        index=row.index,
        is_archived=row.is_archived,
    )


def of(kind: str, company_id: int) -> Sequence[Definition]:
    """The fields of a kind of record that are in use."""
    return [each for each in everything(company_id).get(kind, ()) if not each.is_archived]


def seen(kind: str, actor: Actor) -> list[Definition]:
    """Those the actor may see."""
    return [each for each in everything(actor.company_id).get(kind, ()) if each.seen(actor)]


def writable(kind: str, actor: Actor) -> list[Definition]:
    """Those the actor may fill in."""
    return [each for each in everything(actor.company_id).get(kind, ()) if each.writable(actor)]


def find(kind: str, name: str, company_id: int) -> Definition | None:
    """A field by what the trail or an address calls it, archived ones too."""
    key = name.removeprefix(PREFIX)
    return next((each for each in everything(company_id).get(kind, ()) if each.key == key), None)
