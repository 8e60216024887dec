"""The timeline of a party: what happened, whoever recorded it. Areas above register their kinds of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from suite.core.access import Actor

AT_ONCE = 30


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a source says about one of its rows; `icon` is one of the sprite, the source's own when blank."""

    title: str
    text: str = ""
    who: str = ""
    url: str = ""
    icon: str = ""


@dataclass(frozen=True, kw_only=True)
class Happening(Line):
    """A row of the timeline: a line, of which record, and when."""

    kind: str
    pk: int
    at: dt.datetime


@dataclass(frozen=True)
class Source:
    """A kind of rows: which of them belong to a party, when each happened, and what is said of it."""

    kind: str
    label: str | Promise
    icon: str
    rows: Callable[[Actor, int], QuerySet[Any]]
    at: str
    line: Callable[[Any], Line]
    permission: str


_sources: dict[str, Source] = {}


def register(
    kind: str,
    label: str | Promise,
    *,
    rows: Callable[[Actor, int], QuerySet[Any]],
    line: Callable[[Any], Line],
    at: str = "created_at",
    icon: str = "circle-dot",
    permission: str = "",
) -> None:
    """Put a kind of rows on every timeline.

    `rows(actor, party_id)` are those of a party in the rights of the actor, with what `line` reads selected along; `at`
    names their moment, by which an index must order them; who lacks `permission` does not see the kind at all.
    """
    _sources[kind] = Source(kind, label, icon, rows, at, line, permission)


def sources(actor: Actor) -> list[Source]:
    """The kinds of rows the actor may see, which a timeline can be narrowed to."""
    return [source for source in _sources.values() if not source.permission or actor.may(source.permission)]


@dataclass(frozen=True)
class Page:
    """Some happenings, the latest first; `next` leads on to earlier ones, empty at the end."""

    rows: list[Happening]
    next: str = ""


def timeline_of(
    *, actor: Actor, party_id: int, kinds: Collection[str] = (), after: str = "", size: int = AT_ONCE
) -> Page:
    """What happened with a party, one statement per kind whatever the number of rows.

    Raises ValidationError for an `after` that no page gave.
    """
    place = _read(after)
    found: list[Happening] = []
    for source in sources(actor):
        if not kinds or source.kind in kinds:
            found += _latest(source, actor, party_id, place, size + 1)
    found.sort(key=lambda row: (row.at, row.kind, row.pk), reverse=True)
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], f"{last.at.isoformat()}~{last.kind}~{last.pk}" if last else "")


def _latest(
    source: Source, actor: Actor, party_id: int, place: tuple[dt.datetime, str, int] | None, size: int
) -> Iterator[Happening]:
    rows = source.rows(actor, party_id).exclude(**{source.at: None})
    if place:
        at, kind, pk = place
        earlier = Q(**{f"{source.at}__lt": at})
        if source.kind < kind:
            earlier |= Q(**{source.at: at})
        elif source.kind == kind:
            earlier |= Q(**{source.at: at}, pk__lt=pk)
        rows = rows.filter(earlier)
    for row in rows.order_by(f"-{source.at}", "-pk")[:size]:
        line = source.line(row)
        words = {**vars(line), "icon": line.icon or source.icon}
        yield Happening(kind=source.kind, pk=row.pk, at=getattr(row, source.at), **words)


def _read(after: str) -> tuple[dt.datetime, str, int] | None:
    if not after:
        return None
    try:
        at, kind, pk = after.split("~")
        moment = dt.datetime.fromisoformat(at)
        if moment.tzinfo is None or not 0 <= int(pk) < 2**63:
            raise ValueError(after)
        return moment, kind, int(pk)
    except ValueError as error:
        raise ValidationError(_("This page address is not valid here; start from the first page"), "cursor") from error
