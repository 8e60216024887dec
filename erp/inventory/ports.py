"""What inventory asks of and tells to the areas above it; they plug themselves in from apps.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from suite.core.access import Actor
from suite.masterdata.models import Product


@dataclass(frozen=True, slots=True)
class Incoming:
    """What is ordered and not here yet, in base units, and when the first of it is expected."""

    quantity: Decimal
    next_arrival: dt.date | None = None


def _nothing(company_id: int, product_ids: Collection[int]) -> Mapping[int, Incoming]:
    return {}


# Plugged by procurement; products with nothing on the way may be left out of the answer.
incoming: Callable[[int, Collection[int]], Mapping[int, Incoming]] = _nothing


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """Goods of an order that may come in now: so much is outstanding, at most so much is accepted; base units."""

    pk: int
    product: Product
    quantity: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class Expected:
    """An order of goods from somebody, with what of it is not here yet."""

    pk: int
    number: str
    party: str
    lines: Sequence[ExpectedLine]


class Arrivals(Protocol):
    """What the scanner asks of purchasing: the order behind a key or a code, and to book in what was counted."""

    def find(self, actor: Actor, *, pk: int | None = None, code: str = "") -> Expected | None: ...

    def book(self, quantities: Mapping[int, Decimal], actor: Actor) -> None: ...


arrivals: Arrivals | None = None  # plugged by procurement; without it nothing is received by scanning


class Follower(Protocol):
    """Told, in the same transaction, that goods received for orders went back; quantities by order line, base units.

    `mistake` when they never really came: the receipt was reversed.
    """

    def __call__(self, quantities: Mapping[int, Decimal], *, mistake: bool, actor: Actor) -> None: ...


_followers: dict[str, Follower] = {}


def follow_returns(order_kind: str, follower: Follower) -> None:
    """Have the area of these orders told when goods go back to where they came from."""
    _followers[order_kind] = follower


def gone_back(order_kind: str, quantities: Mapping[int, Decimal], *, mistake: bool, actor: Actor) -> None:
    if order_kind in _followers:
        _followers[order_kind](quantities, mistake=mistake, actor=actor)
