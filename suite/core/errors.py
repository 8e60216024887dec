"""What the house says when it will not do something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one thing was refused: a stable code for programs, a sentence in the reader's language for people.

    `detail` may hold named placeholders that `params` fill; `line` counts from 0 and points at a line of the document.
    """

    code: str
    detail: str | Promise
    params: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        return str(self.detail) % self.params if self.params else str(self.detail)


Refusals = dict[Any, Refusal]


class BusinessError(Exception):
    """The rules of the trade forbid the act; nothing was written. Doors answer 409 or a red message."""

    def __init__(self, *refusals: Refusal, by_key: Refusals | None = None) -> None:
        self.by_key: Refusals = by_key or {}
        self.refusals = [*refusals, *self.by_key.values()]
        super().__init__(" ".join(dict.fromkeys(str(refusal) for refusal in self.refusals)))

    @property
    def code(self) -> str:
        return self.refusals[0].code


class Stale(BusinessError):
    """Somebody else changed the document since it was read."""
