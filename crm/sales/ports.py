"""Questions that selling asks upwards; `integration` plugs the answers in when it starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from suite.automation.models import Delegation
from suite.core.access import Actor

if TYPE_CHECKING:
    from crm.sales.models import Order


@dataclass(frozen=True, slots=True)
class Availability:
    """Stock of a product in base units, as of now, where orders are served from; None where nobody can say.

    `elsewhere` is free in other warehouses: it must be brought here before it can leave.
    """

    on_hand: Decimal | None = None
    reserved: Decimal | None = None
    free: Decimal | None = None
    incoming: Decimal | None = None
    next_arrival: dt.date | None = None  # of goods that nobody waits for, and how many come on that day, and at all
    next_quantity: Decimal = Decimal(0)
    coming: Decimal = Decimal(0)
    elsewhere: Decimal = Decimal(0)
    is_bought: bool = True  # whether what is short is asked for


@dataclass(frozen=True, slots=True)
class Promise:
    """When a quantity can be there, and why: `terms` are (quantity, date, reason)."""

    date: dt.date | None = None
    terms: tuple[tuple[Decimal, dt.date, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """How far the back wing has come with an order; quantities in base units by order line."""

    reserved: Mapping[int, Decimal] = field(default_factory=dict)
    waiting: Mapping[int, Decimal] = field(default_factory=dict)
    shipped_on: dt.date | None = None
    due_on: dt.date | None = None
    open: Decimal | None = None
    overdue: Decimal = Decimal(0)
    is_bought: bool = True  # whether what waits was asked for


def _no_availability(actor: Actor, product_ids: Collection[int]) -> Mapping[int, Availability]:
    return {}


def _no_promise(actor: Actor, wanted: Mapping[int, Decimal]) -> Mapping[int, Promise]:
    return {}


def _no_limits(actor: Actor, party_ids: Collection[int]) -> Mapping[int, Decimal]:
    return {}


def _no_fulfilment(order: Order, actor: Actor) -> Fulfilment:
    return Fulfilment()


def _buys(actor: Actor) -> bool:
    return True


def _nothing_collected(actor: Actor, first: dt.date, last: dt.date) -> Mapping[Whose, Decimal] | None:
    return None


def _no_receipts(order: Order, actor: Actor) -> Sequence[Any]:
    return ()


Whose = tuple[int | None, int | None]  # the keys of a person and of a team

# Plugged by integration.apps; the defaults say "unknown".
# Money that settled receivables in a range of days, by whose they are, of those whose orders the actor sees.
collected: Callable[[Actor, dt.date, dt.date], Mapping[Whose, Decimal] | None] = _nothing_collected
availability: Callable[[Actor, Collection[int]], Mapping[int, Availability]] = _no_availability
promise: Callable[[Actor, Mapping[int, Decimal]], Mapping[int, Promise]] = _no_promise
# What is left of the credit of those customers who have a limit, below zero where it is exceeded.
credit: Callable[[Actor, Collection[int]], Mapping[int, Decimal]] = _no_limits
fulfilment: Callable[[Order, Actor], Fulfilment] = _no_fulfilment
# Whether the company buys: a supplier can deliver straight to the customer.
buys: Callable[[Actor], bool] = _buys
# What the acts on an order made, latest first: rows with `act`, `at` and `papers` (kind, label, id, number, state).
receipts: Callable[[Order, Actor], Sequence[Any]] = _no_receipts


def _delegating(company_id: int, users: Collection[int], day: dt.date) -> set[int]:
    """Who is away on a day: those in whose place somebody else decides."""
    rows = Delegation.objects.of(company_id).filter(user__in=users, first_day__lte=day, last_day__gte=day)
    return set(rows.values_list("user_id", flat=True))


# Who of these users is away on a day, and is given nothing new: (company, users, day) -> users. One statement.
away: Callable[[int, Collection[int], dt.date], set[int]] = _delegating
