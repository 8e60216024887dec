"""Kinds of documents that can be approved: areas register theirs from apps.py; automation knows no area."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model

from suite.core.access import Actor

# Called in the act of the decision with the locked documents, `actor=` (who decided last) and `note=`.
Consequence = Callable[..., None]


@dataclass(frozen=True)
class Kind:
    """A kind of document that people agree to."""

    model: type[Model]
    amount: Callable[[Any], Decimal]
    on_approved: Consequence
    on_rejected: Consequence


_kinds: dict[str, Kind] = {}


def register(
    model: type[Model],
    *,
    amount: str | Callable[[Any], Decimal],
    on_approved: Consequence,
    on_rejected: Consequence,
) -> None:
    """Let documents of `model` be submitted for approval, by the amount in its field `amount` (or what that answers).

    `on_approved(documents, actor=, note=)` and `on_rejected(...)` are called with the locked documents when the last
    step agreed, or when any refused; they move the documents.
    """
    read = amount if callable(amount) else lambda document: getattr(document, amount)
    _kinds[model._meta.label_lower] = Kind(model, read, on_approved, on_rejected)


def kind(name: str) -> Kind:
    return _kinds[name]


def choices(actor: Actor | None = None) -> list[tuple[str, str]]:
    """Kinds for forms and filters; those of modules that are off at the actor's company are left out."""
    off = actor.company.modules_off if actor else ()
    kinds = {name: kind.model._meta for name, kind in _kinds.items()}
    return [(name, str(meta.verbose_name)) for name, meta in kinds.items() if meta.app_label not in off]
