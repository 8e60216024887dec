"""Own fields: an administrator adds a typed field to a registered kind of record, and it is there at once.

    own.register(Order, change="crm_sales.change_order", list_url="sales:orders")

is all an area says. Lists take `columns` and `filters`, pages `facts`, the API `rest`, sheets `importing`, the search
table `search_words`; an `ActorForm` whose class names the `model` asks for them, and `values.write` alone writes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse

from suite.desk import documents


def always(row: Any) -> bool:
    return True


@dataclass(frozen=True)
class Registered:
    """A kind of record that takes own fields."""

    model: type[models.Model]
    change: str
    list_url: str
    is_open: Callable[[Any], bool]
    found_as: str

    @property
    def name(self) -> str:
        return self.model._meta.label_lower

    @property
    def label(self) -> str:
        return documents.label_of(self.name)

    @property
    def list_address(self) -> str:
        return reverse(self.list_url)


_kinds: dict[str, Registered] = {}


def register(
    model: type[models.Model],
    *,
    list_url: str,
    change: str = "",
    is_open: Callable[[Any], bool] = always,
    found_as: str = "",
) -> None:
    """Let a company add fields to records of a model that has a column `own`; called from apps.py.

    `change` is the permission to fill them in (default: to change the record), `list_url` the name of the list of the
    records; `is_open(row)` says whether a record may still be written, `found_as` names the relation to the record
    whose search entry carries the words of this one.
    """
    meta = model._meta
    code = change or f"{meta.app_label}.change_{meta.model_name}"
    _kinds[meta.label_lower] = Registered(model, code, list_url, is_open, found_as)


def kind(name: str) -> Registered | None:
    """The kind with this name (`app.model`), if it takes own fields."""
    return _kinds.get(name)


def kind_of(model: type[models.Model] | models.Model) -> Registered | None:
    return _kinds.get(model._meta.label_lower)


def kinds() -> list[Registered]:
    return list(_kinds.values())
