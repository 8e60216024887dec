"""Kinds of records that rules and flows speak of: areas register theirs from apps.py; automation knows no area.

What a record is asked, people know from its list: the filters of the list are the conditions of rules, and the acts of
the list that are named here are what flows may do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet
from django.utils.dateparse import parse_date
from django.utils.text import capfirst

from suite.core.access import Actor
from suite.core.said import Text
from suite.desk import documents, events
from suite.desk.lists import Act, Filter, ListSpec
from suite.desk.own import book, types
from suite.desk.own.book import Definition, Type


@dataclass(frozen=True)
class DateFact:
    """A day or instant of a record, counted from which a flow may start or wait."""

    label: Text
    path: str

    def read(self, row: Any) -> Any:
        """The day or instant of a record; None where it has none."""
        value = row
        for name in self.path.split("__"):
            value = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
        return parse_date(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Word:
    """What may stand between braces in a text: `{party}`."""

    label: Text
    read: Callable[[Any], Any]


class Addressee(NamedTuple):
    """Somebody outside who is written to about a record."""

    name: str
    address: str


Addressees = Callable[[Collection[Any]], Mapping[int, Addressee]]


@dataclass(frozen=True)
class Subject:
    """A kind of record as flows see it."""

    spec: type[ListSpec]
    announces: tuple[str, ...]
    hears: tuple[str, ...]
    facts: tuple[Filter, ...]
    dates: Mapping[str, DateFact]
    words: Mapping[str, Word]
    links: Mapping[str, Word]
    does: tuple[str, ...]
    owner: Callable[[Any], int | None]
    team: Callable[[Any], int | None]
    related: tuple[str, ...]
    addressees: Addressees | None = None
    more_acts: tuple[Act, ...] = ()
    own: tuple[Definition, ...] = ()

    @property
    def model(self) -> type[Model]:
        return self.spec.model

    @property
    def name(self) -> str:
        return self.model._meta.label_lower

    @property
    def label(self) -> str:
        return capfirst(documents.label_of(self.name))

    def of(self, company_id: int) -> Subject:
        """As a company sees it: with the fields that it has added, but for those that only some roles see."""
        own = tuple(field for field in book.of(self.name, company_id) if not field.seen_by)
        if not own:
            return self
        dates = {field.name: DateFact(field.label, field.path) for field in own if field.type == Type.DATE}
        words = {field.name: Word(field.label, _reading(field)) for field in own if field.type not in types.REFS}
        return replace(self, own=own, dates={**self.dates, **dates}, words={**self.words, **words})

    def filters_for(self, actor: Actor) -> list[Filter]:
        """What may be asked of a record: the filters of its list, and what only flows ask."""
        return [*self.spec().filters_for(actor), *self.facts]

    @cached_property
    def acts(self) -> dict[str, Act]:
        """What may be done to it."""
        return {act.name: act for act in (*self.spec.acts, *self.more_acts) if act.name in self.does}

    def events(self) -> list[tuple[str, str]]:
        """What may happen to it, by name and label."""
        return events.of(self.announces)

    def rows(self, actor: Actor) -> QuerySet[Any]:
        """All records of the company."""
        return self.model._default_manager.of(actor.company_id)  # type: ignore[attr-defined]

    def about(self, row: Any, link: str) -> Model:
        """The record of which a task or notice speaks."""
        if not link and self.links and documents.kind(self.name) is None:
            link = next(iter(self.links))
        found: Model = self.links[link].read(row) if link in self.links else row
        return found

    def load(self, actor: Actor, pks: Collection[int]) -> dict[int, Any]:
        """The records with what their texts and owners read, by key."""
        rows = self.rows(actor).filter(pk__in=pks)
        return {row.pk: row for row in (rows.select_related(*self.related) if self.related else rows)}


_subjects: dict[str, Subject] = {}


def register(
    spec: type[ListSpec],
    *,
    announces: Collection[str],
    hears: Collection[str] = (),
    facts: Collection[Filter] = (),
    dates: Mapping[str, DateFact] | None = None,
    words: Mapping[str, Word] | None = None,
    links: Mapping[str, Word] | None = None,
    acts: Collection[str | Act] = (),
    owner: Callable[[Any], int | None] = lambda row: row.owner_id,
    team: Callable[[Any], int | None] = lambda row: row.team_id,
    related: Collection[str] = (),
    addressees: Addressees | None = None,
) -> None:
    """Let flows speak of the records of a list.

    `announces` are the subjects of their events (`crm.sales.order`), `hears` the events of other records after which
    waiting runs are looked at again; `facts` are conditions beside the filters of the list, `acts` those of the list
    (by name) or others that a flow may do; `links` are other records that tasks and notices may speak of, the first by
    default where the record has no page; `related` are the relations that `words`, `links` and `owner` read;
    `addressees(rows)` answers, by the keys of records, who outside gets the mail about them.
    """
    more = tuple(act for act in acts if isinstance(act, Act))
    names = tuple(act.name if isinstance(act, Act) else act for act in acts)
    subject = Subject(
        spec, tuple(announces), tuple(hears), tuple(facts), dates or {}, words or {}, links or {}, names, owner,
        team, tuple(related), addressees, more,
    )  # fmt: skip
    _subjects[subject.name] = subject


def extend(name: str, *, facts: Collection[Filter] = (), hears: Collection[str] = ()) -> None:
    """Let an area that lies above ask more of the records, and say after which events of its own to look again."""
    known = _subjects[name]
    _subjects[name] = replace(known, facts=(*known.facts, *facts), hears=(*known.hears, *hears))


def subject(name: str, company_id: int | None = None) -> Subject | None:
    """What is known of a kind of record; of a company also its own fields."""
    found = _subjects.get(name)
    return found.of(company_id) if found and company_id else found


def _reading(field: Definition) -> Callable[[Any], str]:
    return lambda row: types.said(field, row.own.get(field.key))


def choices() -> list[tuple[str, str]]:
    """Kinds of records for forms and filters, by label."""
    return sorted(((name, each.label) for name, each in _subjects.items()), key=lambda pair: pair[1])


def hearing(event: str) -> list[Subject]:
    """Those whose waiting runs an event of another record concerns."""
    return [each for each in _subjects.values() if event in each.hears]
