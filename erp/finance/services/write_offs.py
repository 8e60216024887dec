"""Debts that are given up, and what becomes of a loss that was none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, cast

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import AccountRole, OpenItem, Receivable, Settlement, Voucher
from erp.finance.services import credit
from erp.finance.services.items import Settling, Side, open_item, settle
from erp.finance.services.ledger import VoucherDraft, book, wording
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO
from suite.desk import formats

Role = AccountRole.Role


class Reopened(NamedTuple):
    """So much of what was written off of a locked item is owed again from a day on."""

    item: OpenItem
    amount: Decimal
    date: dt.date


@service
def write_off(*, item_id: int, actor: Actor, amount: Decimal | None = None, reason: str) -> OpenItem:
    """Give up what a customer will not pay: Dr bad debt / Cr receivable, and a credit that settles the item.

    `amount` of it, or all that is owed. Raises BusinessError without a reason, or for more than is owed: what is not
    delivered is no loss, its order can be cancelled.
    """
    item = OpenItem.objects.of(actor.company_id).filter(side=Side.RECEIVABLE).lock([item_id]).get()
    if not reason.strip():
        raise BusinessError(Refusal("reason_needed", _("Say why it is written off"), field="reason"))
    ages = queries.aged_part(queries.now_owed())
    owed = OpenItem.objects.filter(pk=item.pk).annotate(owed=ages).values_list("owed", flat=True).get()
    amount = owed if amount is None else amount
    if not 0 < amount <= owed:
        sentence = _("%(number)s has %(open)s open")
        if owed != item.open_amount:
            sentence = _("Only %(owed)s of %(number)s is owed for what was delivered: cancel the rest of the order")
        figures = {"number": item.number, "open": formats.money(item.open_amount), "owed": formats.money(owed)}
        raise BusinessError(Refusal("more_than_open", sentence, figures, field="amount"))
    day = clock.today(actor.company)
    credit.move_exposure({item.party_id: -amount}, actor=actor)
    draft = VoucherDraft(actor.company_id, day, wording(_("%(number)s written off"), number=item.number), source=item)
    draft.debit(Role.BAD_DEBT, amount)
    draft.credit(Role.RECEIVABLE, amount, party_id=item.party_id)
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
    settle([Settling(item, amount, day, counter=note, loss=True)], born=[Settling(note, -amount, day, counter=item)])
    current_act().audit(item, "written off", {"open_amount": (item.open_amount + amount, item.open_amount)})
    return item


@service
def undo_write_off(*, item_id: int, actor: Actor, reason: str = "") -> OpenItem:
    """Have all that was written off of a receivable owed again, because the customer pays after all or it was a slip.

    The item is open with the dates it had. Posts today; raises BusinessError where nothing is written off.
    """
    item = OpenItem.objects.of(actor.company_id).filter(side=Side.RECEIVABLE).lock([item_id]).get()
    if not item.written_off:
        raise BusinessError(
            Refusal("not_written_off", _("Nothing of %(number)s is written off"), {"number": item.number})
        )
    reopen([Reopened(item, item.written_off, clock.today(actor.company))], actor=actor)
    return item


def reopen(reopened: Sequence[Reopened], *, actor: Actor) -> None:
    """Take back write-offs, the latest first, each with a counter-voucher; what they settled is open again.

    Within the year the loss is taken back in red. The loss of an earlier year stands: what comes back of it is income
    of this one (小企业会计准则: 已作坏账损失处理后又收回的应收款项). Eight statements.
    """
    if not reopened:
        return
    undone = _match(reopened, _standing(reopened))
    moves: dict[int, Decimal] = {}
    for item, _note, amount, _day in undone:
        moves[item.party_id] = moves.get(item.party_id, ZERO) + amount
    credit.move_exposure(moves, actor=actor)
    drafts = [_counter_voucher(*each) for each in undone]
    book(drafts, actor=actor)
    counters = OpenItem.objects.bulk_create(
        open_item(
            company_id=item.company_id,
            side=Side.RECEIVABLE,
            party_id=item.party_id,
            date=day,
            due_date=day,
            amount=amount,
            settled=amount,
            taken_back=amount,
            summary=draft.summary,
            voucher=draft.voucher,
            owner_id=item.owner_id,
            team_id=item.team_id,
        )
        for (item, _note, amount, day), draft in zip(undone, drafts, strict=True)
    )
    settlings, born, act = [], [], current_act()
    for (item, note, amount, day), draft, counter in zip(undone, drafts, counters, strict=True):
        settlings += [
            Settling(item, -amount, day, counter=note, loss=True),
            Settling(note, amount, day, counter=item, owed=True),
            Settling(note, -amount, day, counter=counter),
        ]
        born.append(Settling(counter, amount, day, counter=note))
        act.link(cast(Voucher, note.voucher), cast(Voucher, draft.voucher), "reversal")
        act.audit(item, "write-off undone", {"written_off": (item.written_off, item.written_off - amount)})
    settle(settlings, born=born)


def _standing(reopened: Sequence[Reopened]) -> dict[int, list[tuple[OpenItem, Decimal]]]:
    """Per item its write-offs with what stands of each, the latest first; locked."""
    found = list(
        Settlement.objects.filter(
            item__in=[each.item for each in reopened],
            counter_item__voucher__source_kind=Receivable.kind(),
            counter_item__voucher__source_id=F("item"),
        )
        .values_list("item", "counter_item")
        .annotate(left=Sum("amount"))
        .filter(left__gt=0)
        .order_by("-counter_item")
    )
    rows = OpenItem.objects.filter(pk__in=[note for _item, note, _left in found]).order_by("pk")
    notes = {row.pk: row for row in rows.select_related("voucher").select_for_update(of=("self",))}
    standing: dict[int, list[tuple[OpenItem, Decimal]]] = {}
    for item, note, left in found:
        standing.setdefault(item, []).append((notes[note], left))
    return standing


def _match(
    reopened: Sequence[Reopened], standing: dict[int, list[tuple[OpenItem, Decimal]]]
) -> list[tuple[OpenItem, OpenItem, Decimal, dt.date]]:
    """Which write-off is taken back for which item, by how much and on which day: not before it was made."""
    undone = []
    for item, amount, day in reopened:
        for index, (note, left) in enumerate(standing[item.pk]):
            if part := min(amount, left):
                undone.append((item, note, part, max(day, note.date)))
                standing[item.pk][index] = note, left - part
                amount -= part
    return undone


def _counter_voucher(item: OpenItem, note: OpenItem, amount: Decimal, day: dt.date) -> VoucherDraft:
    same_year = day.year == note.date.year
    summary = wording(_("Write-off of %(number)s taken back"), number=item.number)
    draft = VoucherDraft(
        item.company_id, day, summary, source=item, is_red=same_year, effective_date=note.date if same_year else None
    )
    if same_year:
        draft.debit(Role.BAD_DEBT, -amount)
        draft.credit(Role.RECEIVABLE, -amount, party_id=item.party_id)
    else:
        draft.debit(Role.RECEIVABLE, amount, party_id=item.party_id)
        draft.credit(Role.BAD_DEBT_RECOVERED, amount)
    return draft
