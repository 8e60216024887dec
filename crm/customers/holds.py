"""What keeps a customer with whoever looks after it: areas above register theirs, and nobody has to know them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from suite.core.said import Text


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason for which a customer is never taken from its owner: which parties it holds for."""

    name: str
    label: Text
    parties: Callable[[int], QuerySet[Any]]


_holds: dict[str, Hold] = {}


def register(name: str, label: Text, parties: Callable[[int], QuerySet[Any]]) -> None:
    """Keep customers for a reason; `parties(company_id)` are the papers that say so, narrowed to what is live.

    They are asked by their column `party`.
    """
    _holds[name] = Hold(name, label, parties)


def all_holds() -> list[Hold]:
    """Every reason that is registered."""
    return list(_holds.values())


def held(company_id: int, path: str = "party") -> Q:
    """The condition for rows whose party, at `path`, is held for any reason."""
    either = Q(pk=None)
    for hold in _holds.values():
        parties = hold.parties(company_id).filter(party__isnull=False)
        either |= Q(**{f"{path}__in": parties.values("party")})
    return either
