"""The events of the house by name: areas register what they announce, and whoever listens can offer them by label."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.said import Text
from suite.desk.audit_words import actions


class Event(NamedTuple):
    """What `<subject>.<word>` in the outbox is about; the word is one of the audit trail's."""

    noun: Text
    word: str


_events: dict[str, Event] = {}


def register(subject: str, noun: Text, *words: str) -> None:
    """Make the events `<subject>.<word>` known, for each word; `noun` is what people call the subject."""
    _events.update({f"{subject}.{word}": Event(noun, word) for word in words})


def is_known(name: str) -> bool:
    return name in _events


def label_of(name: str) -> str:
    """What people call an event; its name where nobody registered it."""
    event = _events.get(name)
    if event is None:
        return name
    return _("%(record)s: %(act)s") % {"record": event.noun, "act": actions().get(event.word, event.word)}


def of(subjects: Collection[str]) -> list[tuple[str, str]]:
    """The events of these subjects by name and label, in the order of their names."""
    return [(name, label_of(name)) for name in sorted(_events) if name.rpartition(".")[0] in subjects]


def choices(actor: Actor | None = None) -> list[tuple[str, str]]:
    """All events by name and label, in the order of their names; without those of modules that the actor has off."""
    off = actor.company.modules_off if actor else ()
    return [(name, label_of(name)) for name in sorted(_events) if "_".join(name.split(".")[:2]) not in off]
