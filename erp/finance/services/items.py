"""Open items: opened by documents, settled by money or by credits; set by set."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import AccountRole, MoneyMovement, OpenItem, Settlement, Voucher
from erp.finance.models.open_items import ITEMS
from erp.finance.services import credit
from erp.finance.services.ledger import VoucherDraft, book, wording
from erp.inputs import Source
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO

Side = OpenItem.Side


class Settling(NamedTuple):
    """So much of an item (with the item's sign) is settled on a day, by money or by another item.

    What another item settles is taken back, but where `owed` stands: a loss, or money's worth of another order.
    """

    item: OpenItem
    amount: Decimal
    date: dt.date
    money: MoneyMovement | None = None
    counter: OpenItem | None = None
    owed: bool = False


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
    return item


def settle(settlings: Sequence[Settling], *, born: Sequence[Settling] = ()) -> list[Settlement]:
    """Settle locked items; two statements. The constraints of the table refuse more than is open.

    `born` are settlements of items written just now, which carry their open amount already.
    """
    moved: dict[int, OpenItem] = {}
    moment = clock.now()
    for each in settlings:
        item = moved.setdefault(each.item.pk, each.item)
        item.open_amount -= each.amount
        if each.counter and not each.owed:
            item.taken_back += each.amount
        item.status = item.state
        item.updated_at = moment
        item.version += 1
    bulk.update(list(moved.values()), "open_amount", "taken_back", "status", "updated_at", "version")
    for each in settlings:
        if each.money and each.amount > 0:
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


def credit_orders(credits: Sequence[Credit], *, actor: Actor) -> list[OpenItem]:
    """Open a negative item per credit and settle it against what the order still owes, the last due first.

    What is left of a credit (the order was paid already) stays open for the customer. Four statements.
    """
    credits = [given for given in credits if given.amount]
    if not credits:
        return []
    owed = _owed_by_orders(credits, actor)
    free = {item.pk: item.open_amount for items in owed.values() for item in items}
    notes, taken = [], []
    for given in credits:
        left, parts = given.amount, []
        for item in owed[given.order.kind, given.order.id]:
            part = min(left, free[item.pk])
            if part:
                parts.append((item, part))
                free[item.pk] -= part
                left -= part
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
    notes = OpenItem.objects.bulk_create(notes)
    pairs = [(note, item, part) for note, parts in zip(notes, taken, strict=True) for item, part in parts]
    settle(
        [Settling(item, part, note.date, counter=note) for note, item, part in pairs],
        born=[Settling(note, -part, note.date, counter=item) for note, item, part in pairs],
    )
    return notes


@service
def write_off(*, item_id: int, actor: Actor, amount: Decimal | None = None, reason: str) -> OpenItem:
    """Give up what a customer will not pay: Dr bad debt / Cr receivable, and a credit that settles the item.

    `amount` of it, or all that is owed. Raises BusinessError without a reason, or for more than is owed: what is not
    delivered is no loss, its order can be cancelled.
    """
    item = OpenItem.objects.of(actor.company_id).filter(side=Side.RECEIVABLE).lock([item_id]).get()
    if not reason.strip():
        raise BusinessError(Refusal("reason_needed", _("Say why it is written off"), field="reason"))
    ages = queries.overdue_part(dt.date.max)
    owed = OpenItem.objects.filter(pk=item.pk).annotate(owed=ages).values_list("owed", flat=True).get()
    amount = owed if amount is None else amount
    if not 0 < amount <= owed:
        sentence = _("%(number)s has %(open)s open")
        if owed != item.open_amount:
            sentence = _("Only %(owed)s of %(number)s is owed for what was delivered: cancel the rest of the order")
        figures = {"number": item.number, "open": f"{item.open_amount:,.2f}", "owed": f"{owed:,.2f}"}
        raise BusinessError(Refusal("more_than_open", sentence, figures, field="amount"))
    day = clock.today(actor.company)
    credit.move_exposure({item.party_id: -amount}, actor=actor)
    draft = VoucherDraft(actor.company_id, day, wording(_("%(number)s written off"), number=item.number), source=item)
    draft.debit(AccountRole.Role.BAD_DEBT, amount)
    draft.credit(AccountRole.Role.RECEIVABLE, amount, party_id=item.party_id)
    book([draft], actor=actor)
    # Without an order: the order is worth what it was, the money is just not coming.
    note = open_item(
        company_id=actor.company_id,
        side=Side.RECEIVABLE,
        party_id=item.party_id,
        date=day,
        due_date=day,
        amount=-amount,
        settled=-amount,
        summary=draft.summary,
        voucher=draft.voucher,
        owner_id=item.owner_id,
        team_id=item.team_id,
    )
    note.save(force_insert=True)
    settle([Settling(item, amount, day, counter=note, owed=True)], born=[Settling(note, -amount, day, counter=item)])
    current_act().audit(item, "written off", {"open_amount": (item.open_amount + amount, item.open_amount)})
    return item


def _owed_by_orders(credits: Sequence[Credit], actor: Actor) -> Mapping[tuple[str, int], list[OpenItem]]:
    """The open items of the orders, locked in key order, per order the last due first."""
    rows = (
        OpenItem.objects.of(actor.company_id)
        .filter(
            order_kind__in={each.order.kind for each in credits},
            order_id__in={each.order.id for each in credits},
            side=Side.RECEIVABLE,
            open_amount__gt=0,
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
