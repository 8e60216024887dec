"""The timeline of a party: what happened, whoever recorded it. Areas above register their kinds of rows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CharField, Q, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from suite.core.access import Actor

AT_ONCE = 30
WORDS = 5  # of a searched text


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
    line: Callable[[Any], Line] | None
    lines: Callable[[Actor, Sequence[Any]], Sequence[Line]] | None
    words: Sequence[str]
    permission: str

    def tell(self, actor: Actor, rows: Sequence[Any]) -> Sequence[Line]:
        """What is said of rows, in their order."""
        if self.lines:
            return self.lines(actor, rows)
        assert self.line is not None
        return [self.line(row) for row in rows]


_sources: dict[str, Source] = {}


def register(
    kind: str,
    label: str | Promise,
    *,
    rows: Callable[[Actor, int], QuerySet[Any]],
    line: Callable[[Any], Line] | None = None,
    lines: Callable[[Actor, Sequence[Any]], Sequence[Line]] | None = None,
    at: str = "created_at",
    icon: str = "circle-dot",
    words: Sequence[str] = (),
    permission: str = "",
) -> None:
    """Put a kind of rows on every timeline.

    `rows(actor, party_id)` are those of a party in the rights of the actor, with what `line` reads selected along, or
    `lines` where what is said of many rows is read at once; `at` names their moment, by which an index must order them;
    `words` are the paths in which a searched text is looked for (without any the kind is not found by text); who lacks
    `permission` does not see the kind at all.
    """
    _sources[kind] = Source(kind, label, icon, rows, at, line, lines, words, permission)


def sources(actor: Actor) -> list[Source]:
    """The kinds of rows the actor may see, which a timeline can be narrowed to."""
    return [source for source in _sources.values() if not source.permission or actor.may(source.permission)]


@dataclass(frozen=True)
class Page:
    """Some happenings, the latest first; `next` leads on to earlier ones, empty at the end."""

    rows: list[Happening]
    next: str = ""


def timeline_of(
    *,
    actor: Actor,
    party_id: int,
    kinds: Collection[str] = (),
    after: str = "",
    q: str = "",
    size: int = AT_ONCE,
) -> Page:
    """What happened with a party, with `q` what says these words.

    One statement for all kinds together, and one for each of those that are on the page.

    Raises ValidationError for an `after` that no page gave.
    """
    place, words = _read(after), q.split()[:WORDS]
    asked = {
        source.kind: source
        for source in sources(actor)
        if (not kinds or source.kind in kinds) and (source.words or not words)
    }
    keys = _latest([_keys(source, actor, party_id, place, words, size + 1) for source in asked.values()])
    shown: dict[str, list[int]] = defaultdict(list)
    for _at, kind, pk in keys[:size]:
        shown[kind].append(pk)
    found = [each for kind, pks in shown.items() for each in _told(asked[kind], actor, party_id, pks)]
    found.sort(key=lambda row: (row.at, row.kind, row.pk), reverse=True)
    last = found[-1] if len(keys) > size else None
    return Page(found, f"{last.at.isoformat()}~{last.kind}~{last.pk}" if last else "")


def _keys(
    source: Source, actor: Actor, party_id: int, place: tuple[dt.datetime, str, int] | None, words: Sequence[str],
    size: int,
) -> QuerySet[Any, Any]:  # fmt: skip
    """The moments and keys of the latest rows of a kind."""
    rows = source.rows(actor, party_id).exclude(**{source.at: None})
    for word in words:
        said = Q()
        for path in source.words:
            said |= Q(**{f"{path}__icontains": word})
        rows = rows.filter(said)
    if place:
        at, kind, pk = place
        earlier = Q(**{f"{source.at}__lt": at})
        if source.kind < kind:
            earlier |= Q(**{source.at: at})
        elif source.kind == kind:
            earlier |= Q(**{source.at: at}, pk__lt=pk)
        rows = rows.filter(earlier)
    told = rows.select_related(None).annotate(told_as=Value(source.kind, CharField()))
    return told.order_by(f"-{source.at}", "-pk").values_list(source.at, "told_as", "pk")[:size]


def _latest(parts: Sequence[QuerySet[Any, Any]]) -> list[tuple[dt.datetime, str, int]]:
    """The keys of all kinds, the latest first; one statement."""
    if not parts:
        return []
    keys = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return sorted(keys, reverse=True)


def _told(source: Source, actor: Actor, party_id: int, pks: Sequence[int]) -> Iterator[Happening]:
    rows = list(source.rows(actor, party_id).filter(pk__in=pks))
    for row, line in zip(rows, source.tell(actor, rows), strict=True):
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
