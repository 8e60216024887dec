"""What stands in the calendar besides tasks; areas register it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from suite.core import clock
from suite.core.access import Actor

MOST = 500  # entries of one kind on one page


@dataclass(frozen=True, slots=True)
class Planned:
    """Something at a time of day, or without a date, that leads to the record it stands on."""

    at: dt.datetime | None
    title: str
    about: str
    url: str
    icon: str

    @property
    def is_overdue(self) -> bool:
        return self.at is not None and self.at < clock.now()


# (actor, "me" or "team", from, to before): what is planned then, MOST at most; without a beginning all before the end,
# without an end what has no date.
Source = Callable[[Actor, str, dt.datetime | None, dt.datetime | None], Iterable[Planned]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Put what `source` finds into the calendar, in one statement of its own."""
    _sources.append(source)


def between(actor: Actor, whose: str, begin: dt.datetime | None, end: dt.datetime | None) -> list[Planned]:
    return [each for source in _sources for each in source(actor, whose, begin, end)]
