"""Kinds of documents that can be approved: areas register theirs from apps.py; automation knows no area."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.text import capfirst

from suite.automation import subjects
from suite.automation.subjects import Subject
from suite.core.access import Actor
from suite.core.acts import plain

# Called in the act of the decision with the locked documents, `actor=` (who decided last) and `note=`.
Consequence = Callable[..., None]
# The service of an area that asks for the approval of drafts by their keys `pks=`; `actor=` asks.
Submission = Callable[..., Any]


def nothing(documents: Collection[Any], *, actor: Any, note: str = "") -> None:
    """Where nothing follows: whoever acts on the document next asks whether it is approved."""


@dataclass(frozen=True)
class Kind:
    """A kind of document that people agree to."""

    model: type[Model]
    amount: Callable[[Any], Decimal]
    on_approved: Consequence
    on_rejected: Consequence
    on_withdrawn: Consequence
    submit: Submission
    fields: tuple[str, ...]
    lines: Callable[[Sequence[Any]], Mapping[int, Sequence[str]]] | None
    say_lines: Callable[[int, Sequence[str]], Sequence[str]]
    stands_for: Callable[[Any], Model | None]

    @property
    def subject(self) -> Subject:
        """The documents as rules speak of them."""
        found = subjects.subject(self.model._meta.label_lower)
        assert found is not None, "What is approved is registered as a subject"
        return found

    def terms(self, documents: Sequence[Any]) -> dict[int, dict[str, Any]]:
        """What of each document is approved, by its key; one statement where lines belong to it."""
        lines = self.lines(documents) if self.lines else {}
        names = [(name, self.model._meta.get_field(name).attname) for name in self.fields]  # type: ignore[union-attr]
        return {
            document.pk: {name: _written(getattr(document, attname)) for name, attname in names}
            | ({"lines": list(lines.get(document.pk, ()))} if self.lines else {})
            for document in documents
        }


def hold(kept: Mapping[str, Any], present: Mapping[str, Any]) -> bool:
    """Whether what was submitted still stands; what was not kept then says nothing."""
    return bool(kept) and all(present.get(name) == value for name, value in kept.items())


def _written(value: Any) -> Any:
    """A value as it is kept; the same amount is written the same, whether it was just typed or read."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else plain(value)


_kinds: dict[str, Kind] = {}


def register(
    model: type[Model],
    *,
    amount: str | Callable[[Any], Decimal],
    submit: Submission,
    on_approved: Consequence = nothing,
    on_rejected: Consequence = nothing,
    on_withdrawn: Consequence = nothing,
    fields: Collection[str] = (),
    lines: Callable[[Sequence[Any]], Mapping[int, Sequence[str]]] | None = None,
    say_lines: Callable[[int, Sequence[str]], Sequence[str]] = lambda company_id, lines: lines,
    stands_for: Callable[[Any], Model | None] = lambda document: None,
) -> None:
    """Let documents of `model` be submitted for approval, by the amount in its field `amount` (or what that answers).

    `submit(actor=, pks=)` does it for flows; it raises BusinessError naming those that cannot be submitted.
    `on_approved(documents, actor=, note=)` and `on_rejected(...)` are called with the locked documents when the last
    step agreed, or when any refused, `on_withdrawn(...)` when the requester takes the question back on its page; they
    move the documents.
    `fields`, and the `lines` of documents in words, are what an approval is about: what differs later is shown, and is
    not approved; `say_lines(company_id, lines)` words kept lines for whoever reads them. What may be asked of them as
    `subjects` are the conditions of a rule.
    `stands_for(document)` is an earlier document whose approval holds for this one where it says the same.
    """
    read = amount if callable(amount) else lambda document: getattr(document, amount)
    _kinds[model._meta.label_lower] = Kind(
        model, read, on_approved, on_rejected, on_withdrawn, submit, tuple(fields), lines, say_lines, stands_for
    )


def is_known(name: str) -> bool:
    return name in _kinds


def kind(name: str) -> Kind:
    return _kinds[name]


def choices(actor: Actor | None = None) -> list[tuple[str, str]]:
    """Kinds for forms and filters; those of modules that are off at the actor's company are left out."""
    off = actor.company.modules_off if actor else ()
    kinds = {name: kind.model._meta for name, kind in _kinds.items()}
    return [(name, capfirst(str(meta.verbose_name))) for name, meta in kinds.items() if meta.app_label not in off]
