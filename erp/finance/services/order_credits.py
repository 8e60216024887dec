"""What an order's customer gets back, set against what the order owes; set by set."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from erp.finance.models import OpenItem, Voucher
from erp.finance.services.items import Settling, Side, open_item, settle
from erp.finance.services.write_offs import Reopened, reopen
from erp.finance.signals import payment_received
from erp.inputs import Source
from suite.core.access import Actor
from suite.core.money import ZERO


class Credit(NamedTuple):
    """Something to be taken off what an order owes; `amount` is positive."""

    date: dt.date
    order: Source
    party_id: int
    amount: Decimal
    voucher: Voucher | None
    summary: str
    owner_id: int | None = None
    team_id: int | None = None


def credit_orders(credits: Sequence[Credit], *, actor: Actor) -> list[OpenItem]:
    """Open a negative item per credit and settle it against what the order still owes, the last due first.

    Then it takes back what was written off of the order, for nobody lost what was not sold in the end. What is left
    of a credit was paid and stays open for the customer. Four statements, eight more where a write-off is taken back.
    """
    credits = [given for given in credits if given.amount]
    if not credits:
        return []
    owed = _owed_by_orders(credits, actor)
    paid = {order: sum(map(_paid, items), ZERO) for order, items in owed.items()}
    free = {item.pk: item.open_amount for items in owed.values() for item in items}
    lost = {item.pk: item.written_off for items in owed.values() for item in items}
    notes, taken, reopened = [], [], []
    for given in credits:
        items = owed[given.order.kind, given.order.id]
        parts = _take(items, free, given.amount)
        left = given.amount - sum(part for _item, part in parts)
        again = _take(items, lost, left)
        reopened += [Reopened(item, part, given.date) for item, part in again]
        left -= sum(part for _item, part in again)
        parts += again
        notes.append(
            open_item(
                company_id=actor.company_id,
                side=Side.RECEIVABLE,
                party_id=given.party_id,
                date=given.date,
                due_date=given.date,
                amount=-given.amount,
                settled=left - given.amount,
                taken_back=left - given.amount,
                summary=given.summary,
                voucher=given.voucher,
                order=given.order,
                owner_id=given.owner_id,
                team_id=given.team_id,
            )
        )
        taken.append(parts)
    reopen(reopened, actor=actor)
    notes = OpenItem.objects.bulk_create(notes)
    pairs = [(note, item, part) for note, parts in zip(notes, taken, strict=True) for item, part in parts]
    settle(
        [Settling(item, part, note.date, counter=note) for note, item, part in pairs],
        born=[Settling(note, -part, note.date, counter=item) for note, item, part in pairs],
    )
    _tell(notes, paid, owed, actor)
    return notes


def _paid(item: OpenItem) -> Decimal:
    """What money settled of an item."""
    return item.amount - item.open_amount - item.taken_back - item.written_off


def _tell(
    notes: Sequence[OpenItem],
    paid: Mapping[tuple[str, int], Decimal],
    owed: Mapping[tuple[str, int], Sequence[OpenItem]],
    actor: Actor,
) -> None:
    """Tell of orders of which something is paid that they owe less now."""
    still_open: dict[Source, Decimal] = defaultdict(lambda: ZERO)
    for note in notes:
        key = (note.order_kind, note.order_id or 0)
        if paid.get(key):
            order = Source(*key, note.order_number)
            if order not in still_open:
                still_open[order] = sum((item.open_amount for item in owed[key]), ZERO)
            still_open[order] += note.open_amount
    tell_open(still_open, actor)


def tell_open(still_open: Mapping[Source, Decimal], actor: Actor) -> None:
    """Announce what orders owe now that it changed without money: they may be paid in full by it, or no longer."""
    if still_open:
        settled = dict.fromkeys(still_open, ZERO)
        payment_received.send(sender=OpenItem, receipts=[], settled=settled, still_open=dict(still_open), actor=actor)


def _take(items: Sequence[OpenItem], free: dict[int, Decimal], amount: Decimal) -> list[tuple[OpenItem, Decimal]]:
    """So much of the items, as far as they are free, in their order."""
    parts = []
    for item in items:
        if part := min(amount, free[item.pk]):
            parts.append((item, part))
            free[item.pk] -= part
            amount -= part
    return parts


def _owed_by_orders(credits: Sequence[Credit], actor: Actor) -> Mapping[tuple[str, int], list[OpenItem]]:
    """What the orders owe or owed, locked in key order, per order the last due first."""
    rows = (
        OpenItem.objects.of(actor.company_id)
        .filter(
            order_kind__in={each.order.kind for each in credits},
            order_id__in={each.order.id for each in credits},
            side=Side.RECEIVABLE,
            amount__gt=0,
        )
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    owed: dict[tuple[str, int], list[OpenItem]] = defaultdict(list)
    for item in rows:
        owed[item.order_kind, item.order_id or 0].append(item)
    for items in owed.values():
        items.sort(key=lambda item: (item.due_date, item.pk), reverse=True)
    return owed
