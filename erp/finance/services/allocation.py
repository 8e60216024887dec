"""Which open items a movement of money settles, and by how much: those named, or the oldest after the credits."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from erp.finance.models import MoneyMovement, OpenItem
from erp.finance.services.items import Settling, Side
from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO
from suite.desk import formats

Direction = MoneyMovement.Direction

# Whose items a movement settles in the normal case.
OWN_SIDE = {Direction.IN: Side.RECEIVABLE, Direction.OUT: Side.PAYABLE}


@dataclass(slots=True)
class Wish:
    """What is to be settled with one movement."""

    money: MoneyMovement
    allocations: Mapping[int, Decimal]
    oldest_first: bool
    day: dt.date
    settlings: list[Settling] = field(default_factory=list)

    @property
    def used(self) -> Decimal:
        """How much of the money the settlements take; a credit note gives some back."""
        own = OWN_SIDE[Direction(self.money.direction)]
        return sum((each.amount if each.item.side == own else -each.amount for each in self.settlings), ZERO)


def suggest(money: MoneyMovement, items: Sequence[OpenItem], *, day: dt.date) -> dict[int, Decimal]:
    """What `allocate` would settle with an advance: above zero, by item. `items` are of its party, the oldest first."""
    wish = Wish(money, {}, oldest_first=True, day=day)
    _take_oldest(wish, items, {item.pk: item.open_amount for item in items})
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for each in wish.settlings:
        found[each.item.pk] += abs(each.amount)
    return found


def decide(wishes: Sequence[Wish], actor: Actor) -> None:
    """Say which item each movement settles by how much, over locked rows; one statement."""
    named = {pk for wish in wishes for pk in wish.allocations}
    spread = Q()
    for direction in Direction:
        parties = {wish.money.party_id for wish in wishes if wish.oldest_first and wish.money.direction == direction}
        if parties:
            spread |= Q(party__in=parties, side=OWN_SIDE[direction], status=OpenItem.Status.OPEN)
    if not named and not spread:
        return
    rows = OpenItem.objects.of(actor.company_id).filter(spread | Q(pk__in=named) if spread else Q(pk__in=named))
    items = {item.pk: item for item in rows.order_by("pk").select_for_update(of=("self",))}
    free = {pk: item.open_amount for pk, item in items.items()}
    of_party: dict[tuple[int, str], list[OpenItem]] = defaultdict(list)
    for item in sorted(items.values(), key=lambda item: (item.due_date, item.pk)):
        of_party[item.party_id, item.side].append(item)
    for wish in wishes:
        _take_named(wish, items, free)
        if wish.oldest_first:
            _take_oldest(wish, of_party[wish.money.party_id, OWN_SIDE[Direction(wish.money.direction)]], free)


def _take_named(wish: Wish, items: Mapping[int, OpenItem], free: dict[int, Decimal]) -> None:
    for index, (pk, amount) in enumerate(wish.allocations.items()):
        item = items.get(pk)
        if item is None or item.party_id != wish.money.party_id:
            raise BusinessError(
                Refusal("not_found", _("This is no open item of the party"), line=index, field="allocations")
            )
        if not 0 < amount <= abs(free[pk]):
            raise BusinessError(
                Refusal(
                    "more_than_open",
                    _("%(number)s has %(open)s open"),
                    {"number": item.number, "open": formats.money(abs(free[pk]))},
                    line=index,
                    field="allocations",
                )
            )
        part = amount if free[pk] > 0 else -amount
        free[pk] -= part
        wish.settlings.append(Settling(item, part, wish.day, wish.money))
    if wish.used > wish.money.unapplied or wish.used < 0:
        raise BusinessError(
            Refusal(
                "more_than_money",
                _("%(used)s would be allocated of %(amount)s"),
                {"used": formats.money(wish.used), "amount": formats.money(wish.money.unapplied)},
                field="allocations",
            )
        )


def _take_oldest(wish: Wish, items: Sequence[OpenItem], free: dict[int, Decimal]) -> None:
    """The money's own order first, then by due date, as the items come, with the credits of the party before the money.

    A credit is used as far as there is something to set it off against; what is due later than the day stays.
    """
    money = wish.money
    own = (money.order_kind, money.order_id) if money.order_id else None
    mine = [item for item in items if free[item.pk] > 0]
    first = [item for item in mine if (item.order_kind, item.order_id) == own]
    _spread(wish, first, free, money.unapplied - wish.used)
    owed = sum((free[item.pk] for item in mine), ZERO)
    credits = [item for item in items if free[item.pk] < 0 and item.due_date <= wish.day]
    _spread(wish, credits, free, -owed)
    _spread(wish, mine, free, money.unapplied - wish.used)


def _spread(wish: Wish, items: Iterable[OpenItem], free: dict[int, Decimal], amount: Decimal) -> None:
    """An amount over items of its sign, as they come."""
    for item in items:
        part = min(amount, free[item.pk], key=abs)
        if part:
            wish.settlings.append(Settling(item, part, wish.day, wish.money))
            free[item.pk] -= part
            amount -= part
