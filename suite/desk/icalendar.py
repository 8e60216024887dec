"""Calendars as programs read them: RFC 5545, with lines of at most 75 octets and all times in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LINE = 75  # octets without the line break (RFC 5545, 3.1)


@dataclass(frozen=True, slots=True)
class Event:
    """Something at a moment, or on a whole day; `uid` stays the same from fetch to fetch."""

    uid: str
    at: dt.datetime | dt.date
    title: str
    about: str = ""
    url: str = ""
    minutes: int = 30


def written(name: str, events: Iterable[Event], *, stamp: dt.datetime) -> bytes:
    """A calendar of this name, as a file."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Suite//Calendar//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]  # fmt: skip
    for event in events:
        lines += _event(event, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(event: Event, stamp: dt.datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(event.uid)}"
    yield f"DTSTAMP:{_moment(stamp)}"
    if isinstance(event.at, dt.datetime):
        yield f"DTSTART:{_moment(event.at)}"
        yield f"DTEND:{_moment(event.at + dt.timedelta(minutes=event.minutes))}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.at:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.at + dt.timedelta(days=1):%Y%m%d}"
        yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{_escaped(event.title)}"
    if event.about:
        yield f"DESCRIPTION:{_escaped(event.about)}"
    if event.url:
        yield f"URL:{event.url}"
    yield "END:VEVENT"


def _moment(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """A text as RFC 5545 wants it (3.3.11), without control characters."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    text = "\\n".join(text.splitlines())
    return "".join(letter for letter in text if letter >= " " and letter != "\x7f")


def _folded(line: str) -> bytes:
    """A line in pieces of at most 75 octets, none of which breaks a letter; those that follow begin with a blank."""
    pieces, piece = [], b""
    for letter in line:
        octets = letter.encode()
        if len(piece) + len(octets) > LINE:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
