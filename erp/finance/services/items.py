"""Open items: opened by documents, settled by money or by credits; set by set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from erp.finance.models import MoneyMovement, OpenItem, Settlement, Voucher
from erp.finance.models.open_items import ITEMS
from erp.inputs import Source
from suite.core import bulk, clock
from suite.core.acts import Act, current_act
from suite.core.money import ZERO

Side = OpenItem.Side


class Settling(NamedTuple):
    """So much of an item (with the item's sign) is settled on a day, by money or by another item.

    What another item settles is taken back, but where `owed` stands: a loss, or money's worth of another order. A
    `loss` is kept as written off; with the opposite sign it is open again.
    """

    item: OpenItem
    amount: Decimal
    date: dt.date
    money: MoneyMovement | None = None
    counter: OpenItem | None = None
    owed: bool = False
    loss: bool = False


def open_item(
    *,
    company_id: int,
    side: str,
    party_id: int,
    date: dt.date,
    due_date: dt.date,
    amount: Decimal,
    summary: str,
    voucher: Voucher | None,
    order: Source | None = None,
    owner_id: int | None = None,
    team_id: int | None = None,
    invoice_id: int | None = None,
    settled: Decimal = ZERO,
    taken_back: Decimal = ZERO,
) -> OpenItem:
    """An open item, not written yet; of what is `settled` at once by other items so much was `taken_back`."""
    item = ITEMS[side](
        company_id=company_id,
        side=side,
        party_id=party_id,
        date=date,
        due_date=due_date,
        amount=amount,
        open_amount=amount - settled,
        taken_back=taken_back,
        summary=summary,
        voucher=voucher,
        invoice_id=invoice_id,
        order_kind=order.kind if order else "",
        order_id=order.id if order else None,
        order_number=order.number if order else "",
        owner_id=owner_id,
        team_id=team_id,
    )
    item.status = item.state
    if is_claim(item):
        current_act().collect(tell_opened, item)
    return item


def is_claim(item: OpenItem) -> bool:
    """Whether a customer owes it: flows hear of these."""
    return item.side == Side.RECEIVABLE and item.amount > 0


def tell_opened(act: Act, items: list[OpenItem]) -> None:
    """Announce receivables that the act has written and left open."""
    for item in items:
        if item.status == OpenItem.Status.OPEN:
            act.announce("erp.finance.receivable.opened", item, told(item))


def told(item: OpenItem) -> dict[str, Any]:
    """What every event of a receivable says about it."""
    return {"number": item.number, "party": item.party_id, "due": item.due_date, "open": item.open_amount}


def settle(settlings: Sequence[Settling], *, born: Sequence[Settling] = ()) -> list[Settlement]:
    """Settle locked items; two statements. The constraints of the table refuse more than is open.

    `born` are settlements of items written just now, which carry their open amount already.
    """
    moved: dict[int, OpenItem] = {}
    moment = clock.now()
    for each in settlings:
        item = moved.setdefault(each.item.pk, each.item)
        item.open_amount -= each.amount
        if each.loss:
            item.written_off += each.amount
        elif each.counter and not each.owed:
            item.taken_back += each.amount
        item.status = item.state
        item.updated_at = moment
        item.version += 1
    for item in moved.values():
        if is_claim(item) and item.status == OpenItem.Status.SETTLED:
            current_act().announce("erp.finance.receivable.settled", item, told(item))
    bulk.update(list(moved.values()), "open_amount", "taken_back", "written_off", "status", "updated_at", "version")
    for each in settlings:
        if each.money and each.amount * each.item.amount > 0:
            current_act().link(each.item, each.money)
    return Settlement.objects.bulk_create(
        Settlement(
            company_id=each.item.company_id,
            item=each.item,
            amount=each.amount,
            money=each.money,
            counter_item=each.counter,
            posting_date=each.date,
        )
        for each in (*settlings, *born)
    )
