"""The setup centre: one place for all settings, what is still open, and what was changed, with a way back.

Areas put cards into it from apps.py; pages of the menu that stand among the settings are cards by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.functional import Promise

from suite.core.access import Actor
from suite.core.acts import plain
from suite.desk import navigation, search

Text = str | Promise
Todo = Callable[[Actor], bool]  # whether something is still to be done there


@dataclass(frozen=True)
class Card:
    """A place where something is set."""

    area: Text
    title: Text
    url: str
    icon: str
    text: Text = ""
    todo: Todo | None = None


@dataclass(frozen=True)
class _Registered:
    area: Text
    title: Text
    url_name: str
    args: Sequence[Any]
    text: Text
    icon: str
    permission: str
    todo: Todo | None
    order: int


@dataclass(frozen=True)
class Settings:
    """A kind of settings whose changes can be taken back: `change(actor, row, values)` sets fields by their names."""

    model: type[models.Model]
    permission: str
    change: Callable[[Actor, Any, Mapping[str, Any]], Any]
    present: Callable[[Any, Sequence[str]], Mapping[str, Any]]


_cards: list[_Registered] = []
_settings: dict[str, Settings] = {}


def register(
    area: Text, title: Text, url_name: str, *, permission: str, text: Text = "", icon: str = "settings",
    args: Sequence[Any] = (), todo: Todo | None = None, order: int = 50,
) -> None:  # fmt: skip
    """Put a card into the setup centre. `todo(actor)` tells whether something is still open there."""
    _cards.append(_Registered(area, title, url_name, args, text, icon, permission, todo, order))


def fields_of(row: Any, names: Sequence[str]) -> Mapping[str, Any]:
    """What stands in these fields, as the trail writes it."""
    return {name: plain(getattr(row, row._meta.get_field(name).attname)) for name in names}


def register_settings(
    model: type[models.Model],
    change: Callable[[Actor, Any, Mapping[str, Any]], Any],
    *,
    permission: str = "",
    present: Callable[[Any, Sequence[str]], Mapping[str, Any]] = fields_of,
) -> None:
    """Show changes of these settings in the setup centre, and let them be taken back."""
    meta = model._meta
    code = permission or f"{meta.app_label}.change_{meta.model_name}"
    _settings[meta.label_lower] = Settings(model, code, change, present)


def settings_of(kind: str) -> Settings | None:
    return _settings.get(kind)


def all_settings() -> list[Settings]:
    return list(_settings.values())


def cards(actor: Actor, q: str = "") -> list[Card]:
    """The cards of what the actor may set, those of the areas first; with words those that they find."""
    known = [each for each in sorted(_cards, key=lambda each: each.order) if actor.may(each.permission)]
    found = [
        Card(each.area, each.title, reverse(each.url_name, args=each.args), each.icon, each.text, each.todo)
        for each in known
    ]
    addresses = {card.url for card in found}
    found += [
        Card(entry.section, entry.label, entry.url, entry.icon)
        for entry in navigation.pages(actor)
        if entry.order >= navigation.SETTINGS and entry.url not in addresses and entry.url_name != "desk:setup"
    ]
    return [card for card in found if not q or search.is_found(f"{card.area} {card.title} {card.text}", q)]
