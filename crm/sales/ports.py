"""Questions that selling asks upwards; `integration` plugs the answers in when it starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from suite.core.access import Actor


@dataclass(frozen=True, slots=True)
class Availability:
    """Stock of a product in base units, as of now; None where nobody can say."""

    on_hand: Decimal | None = None
    reserved: Decimal | None = None
    free: Decimal | None = None
    incoming: Decimal | None = None
    next_arrival: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """When a quantity can be there, and why: `terms` are (quantity, date, reason)."""

    date: dt.date | None = None
    terms: tuple[tuple[Decimal, dt.date, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What a customer owes and may still buy for."""

    open: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    exposure: Decimal = Decimal(0)
    limit: Decimal | None = None
    advance: Decimal = Decimal(0)


def _no_availability(actor: Actor, product_ids: Collection[int]) -> Mapping[int, Availability]:
    return {}


def _no_promise(actor: Actor, wanted: Mapping[int, Decimal]) -> Mapping[int, Promise]:
    return {}


def _no_standing(actor: Actor, party_id: int) -> Standing | None:
    return None


# Plugged by integration.apps; the defaults say "unknown".
availability: Callable[[Actor, Collection[int]], Mapping[int, Availability]] = _no_availability
promise: Callable[[Actor, Mapping[int, Decimal]], Mapping[int, Promise]] = _no_promise
standing: Callable[[Actor, int], Standing | None] = _no_standing
