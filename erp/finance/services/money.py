"""Money in and money out, and what it settles; set by set."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import AccountRole, MoneyMovement, OpenItem, Settlement, Voucher, VoucherLine
from erp.finance.models.cash import PAPERS
from erp.finance.services import credit, refunds
from erp.finance.services.allocation import OWN_SIDE, Wish, decide
from erp.finance.services.items import Settling, Side, settle
from erp.finance.services.ledger import VoucherDraft, book, wording
from erp.finance.signals import payment_received
from erp.inputs import Source
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO

Role = AccountRole.Role
Direction, Status, Method = MoneyMovement.Direction, MoneyMovement.Status, MoneyMovement.Method

# Where money waits that settles nothing yet, and where what it settles stands.
ADVANCE = {Direction.IN: Role.DEPOSIT, Direction.OUT: Role.PREPAID}
CONTROL = {Side.RECEIVABLE: Role.RECEIVABLE, Side.PAYABLE: Role.PAYABLE}


@dataclass(frozen=True, slots=True)
class MoneyInput:
    """Money that came in or went out.

    `amount` is what the party is credited with; `charges` of the bank come off a receipt and on top of a payment, and
    `exchange_gain` (a loss below zero) is what money in another currency brought more than that, or cost less.
    `allocations` says how much of which open item (by key, positive amounts); `oldest_first` spreads the money over
    what is open, an own order first, and uses up the party's credits before it. What is not allocated is an advance,
    unless it gives one back: `refunds` is the money of the other direction that waits, in whole or in part.
    `order` is the order a deposit belongs to.
    `date` is no day that is still to come.
    """

    party_id: int
    amount: Decimal
    date: dt.date | None = None
    account_id: int | None = None
    method: str = Method.BANK
    reference: str = ""
    note: str = ""
    order: Source | None = None
    charges: Decimal = ZERO
    exchange_gain: Decimal = ZERO
    refunds_id: int | None = None
    allocations: Mapping[int, Decimal] = field(default_factory=dict)
    oldest_first: bool = False


@service
def receive(moneys: Sequence[MoneyInput], *, actor: Actor, reason: str = "") -> list[MoneyMovement]:
    """Book money that customers paid (or suppliers paid back) and allocate it in the same act.

    Eight statements for any number of receipts and items. Raises BusinessError when more is allocated than there is, or
    for a day that is still to come.
    """
    return _book(moneys, Direction.IN, actor)


@service
def pay(moneys: Sequence[MoneyInput], *, actor: Actor, reason: str = "") -> list[MoneyMovement]:
    """Book money paid to suppliers (or back to customers: allocate it to their credits, or refund an advance);

    like `receive`.
    """
    return _book(moneys, Direction.OUT, actor)


@service
def allocate(
    *,
    money_id: int,
    actor: Actor,
    allocations: Mapping[int, Decimal] | None = None,
    posting_date: dt.date | None = None,
    reason: str = "",
) -> MoneyMovement:
    """Settle open items with an advance: those named, or without `allocations` the oldest first, after credits.

    Dr deposits / Cr receivable (payments: Dr payable / Cr prepayments).
    """
    money = _locked(money_id, actor)
    day = queries.happened_on(posting_date, company=actor.company, field="posting_date")
    wish = Wish(money, allocations or {}, not allocations, day)
    decide([wish], actor)
    if not wish.settlings:
        raise BusinessError(Refusal("nothing_open", _("There is nothing open that could be settled")))
    money.unapplied -= wish.used
    money.version += 1
    money.updated_at = clock.now()
    money.save(update_fields=["unapplied", "version", "updated_at"])
    summary = wording(_("Allocation of %(number)s"), number=money.number)
    draft = VoucherDraft(actor.company_id, day, summary, source=money)
    _on_side(draft, money, ADVANCE[Direction(money.direction)], wish.used, back=True)
    _settled_entries(draft, wish)
    book([draft], actor=actor)
    settle(wish.settlings)
    current_act().audit(money, "allocated", {"unapplied": (money.unapplied + wish.used, money.unapplied)})
    _tell([wish], [money], actor)
    return money


@service
def reverse_money(
    *, money_id: int, actor: Actor, posting_date: dt.date | None = None, reason: str = ""
) -> MoneyMovement:
    """Take a receipt or payment back: its entries in red, what it settled is open again.

    Raises BusinessError for an advance that was given back, in whole or in part.
    """
    money = _locked(money_id, actor)
    refunds.demand_kept(money)
    day = queries.happened_on(posting_date, company=actor.company, field="posting_date")
    settled = list(
        Settlement.objects.filter(money=money)
        .values("item")
        .annotate(total=Sum("amount"))
        .exclude(total=0)
        .order_by("item")
    )
    received = ZERO if money.direction == Direction.OUT else money.unapplied
    items = OpenItem.objects.of(actor.company_id).lock([row["item"] for row in settled]).in_bulk()
    settlings = [Settling(items[row["item"]], -row["total"], day, money) for row in settled]
    received -= sum((each.amount for each in settlings if each.item.side == Side.RECEIVABLE), ZERO)
    credit.move_exposure({money.party_id: received}, actor=actor)
    refunds.put_back(money, actor)
    MoneyMovement.move_to([money], Status.REVERSED, unapplied=ZERO)
    book([_mirror(money, day, actor)], actor=actor)
    settle(settlings)
    current_act().audit(money, "reversed", {"status": (Status.POSTED, Status.REVERSED)})
    wish = Wish(money, {}, oldest_first=False, day=day, settlings=settlings)
    _tell([wish], [money], actor)
    return money


def _book(inputs: Sequence[MoneyInput], direction: Direction, actor: Actor) -> list[MoneyMovement]:  # type: ignore[valid-type]
    for index, each in enumerate(inputs):
        judge(each, direction, actor, line=index if len(inputs) > 1 else None)
    if direction == Direction.IN:
        received: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for each in inputs:
            received[each.party_id] -= ZERO if each.refunds_id else each.amount
        credit.move_exposure(received, actor=actor)
    moneys = [_movement(each, direction, actor) for each in inputs]
    wishes = [
        Wish(money, each.allocations, each.oldest_first, money.date) for money, each in zip(moneys, inputs, strict=True)
    ]
    decide(wishes, actor)
    for wish in wishes:
        wish.money.unapplied -= wish.used
    refunds.draw(moneys, actor)
    _take_over_owners(wishes)
    MoneyMovement.objects.bulk_create(moneys)
    book([_voucher(wish, each, actor) for wish, each in zip(wishes, inputs, strict=True)], actor=actor)
    settle([each for wish in wishes for each in wish.settlings])
    _correct_exposure(wishes, actor)
    act = current_act()
    for money in moneys:
        act.audit(money, "booked", {"amount": (None, money.amount)})
        if money.refunds:
            act.link(money.refunds, money, "refund")
        act.announce(
            "erp.finance.receipt.booked" if direction == Direction.IN else "erp.finance.payment.booked",
            money,
            {"number": money.number, "party": money.party_id, "amount": money.amount},
        )
    _tell(wishes, moneys, actor)
    return moneys


def judge(each: MoneyInput, direction: Direction, actor: Actor, *, line: int | None = None) -> None:  # type: ignore[valid-type]
    """Raise BusinessError for what `receive` and `pay` do not book, whatever is open; no statement."""
    queries.happened_on(each.date, company=actor.company, line=line)
    account = queries.accounts(actor.company_id).get(each.account_id or 0)
    if each.amount <= 0:
        raise BusinessError(Refusal("amount", _("The amount must be above zero"), line=line, field="amount"))
    if each.charges < 0 or (direction == Direction.IN and each.charges > each.amount):
        raise BusinessError(
            Refusal("charges", _("Charges lie between zero and the amount"), line=line, field="charges")
        )
    if _moved(each, direction) < 0:
        sentence = _("A difference of exchange is less than the amount")
        raise BusinessError(Refusal("exchange_gain", sentence, line=line, field="exchange_gain"))
    if each.refunds_id and (each.allocations or each.oldest_first or each.exchange_gain):
        raise BusinessError(Refusal("refund", _("A refund settles nothing else"), line=line, field="refunds"))
    if each.account_id and (account is None or not account.is_cash or not account.is_leaf or account.is_archived):
        raise BusinessError(Refusal("account", _("Choose a cash or bank account"), line=line, field="account"))


def _moved(each: MoneyInput, direction: Direction) -> Decimal:  # type: ignore[valid-type]
    """What comes into our account, or leaves it."""
    more = each.exchange_gain - each.charges
    return each.amount + (more if direction == Direction.IN else -more)


def _movement(each: MoneyInput, direction: Direction, actor: Actor) -> MoneyMovement:  # type: ignore[valid-type]
    usual = Role.CASH if each.method == Method.CASH else Role.BANK
    return PAPERS[direction](
        company=actor.company,
        direction=direction,
        party_id=each.party_id,
        date=each.date or clock.today(actor.company),
        account_id=each.account_id or queries.account_of(actor.company_id, usual),
        method=each.method,
        amount=each.amount,
        unapplied=each.amount,
        reference=each.reference,
        note=each.note,
        order_kind=each.order.kind if each.order else "",
        order_id=each.order.id if each.order else None,
        refunds_id=each.refunds_id,
        owner_id=actor.user_id,
    )


def _take_over_owners(wishes: Sequence[Wish]) -> None:
    """A receipt belongs to whoever looks after what it pays, so that the rep sees it."""
    for wish in wishes:
        owned = next((each.item for each in wish.settlings if each.item.owner_id), None)
        if owned is not None:
            wish.money.owner_id, wish.money.team_id = owned.owner_id, owned.team_id


def _voucher(wish: Wish, each: MoneyInput, actor: Actor) -> VoucherDraft:
    money = wish.money
    text = _("Receipt %(number)s") if money.direction == Direction.IN else _("Payment %(number)s")
    summary = wording(text, number=money.number)
    draft = VoucherDraft(actor.company_id, money.date, summary, source=money)
    if money.direction == Direction.IN:
        draft.debit(money.account_id, _moved(each, Direction.IN))
        draft.debit(Role.BANK_CHARGES, each.charges)
    _settled_entries(draft, wish)
    _on_side(draft, money, ADVANCE[Direction(money.direction)], money.unapplied)
    if money.refunds:
        _on_side(draft, money, ADVANCE[Direction(money.refunds.direction)], money.amount, of=money.refunds)
    draft.debit(Role.EXCHANGE_LOSS, max(-each.exchange_gain, ZERO))
    if money.direction == Direction.OUT:
        draft.debit(Role.BANK_CHARGES, each.charges)
        draft.credit(money.account_id, _moved(each, Direction.OUT))
    draft.credit(Role.EXCHANGE_GAIN, max(each.exchange_gain, ZERO))
    return draft


def _settled_entries(draft: VoucherDraft, wish: Wish) -> None:
    """What was settled, on the control account of each side."""
    own = OWN_SIDE[Direction(wish.money.direction)]
    for side in Side:
        amount = sum((each.amount for each in wish.settlings if each.item.side == side), ZERO)
        _on_side(draft, wish.money, CONTROL[side], amount if side == own else -amount)


def _on_side(
    draft: VoucherDraft,
    money: MoneyMovement,
    role: str,
    amount: Decimal,
    *,
    back: bool = False,
    of: MoneyMovement | None = None,
) -> None:
    """Credit for money in, debit for money out; `back` the other way, for an advance that is used up.

    `of` is the money whose advance it is, where that is another.
    """
    post = draft.credit if (money.direction == Direction.IN) != back else draft.debit
    post(role, amount, party_id=money.party_id, source=_source(of or money))


def _source(money: MoneyMovement) -> Source:
    return Source(money.kind(), money.pk, money.number)


def _correct_exposure(wishes: Sequence[Wish], actor: Actor) -> None:
    """Money back to a customer raises what is owed; money from a supplier was no customer's."""
    moves: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for wish in wishes:
        for each in wish.settlings:
            if each.item.side != OWN_SIDE[Direction(wish.money.direction)]:
                moves[wish.money.party_id] -= each.amount
    credit.move_exposure(moves, actor=actor)


def _mirror(money: MoneyMovement, day: dt.date, actor: Actor) -> VoucherDraft:
    """All that was posted for a movement, in red."""
    draft = VoucherDraft(
        actor.company_id, day, wording(_("Reversal of %(number)s"), number=money.number), source=money, is_red=True
    )
    sums = (
        VoucherLine.objects.filter(
            company=actor.company_id,
            voucher__source_kind=money.kind(),
            voucher__source_id=money.pk,
            voucher__status=Voucher.Status.POSTED,
        )
        .values("account", "party", "source_kind", "source_id")
        .annotate(net=Sum("debit") - Sum("credit"))
        .order_by("account")
    )
    for row in sums:
        source = Source(row["source_kind"], row["source_id"], "") if row["source_id"] else None
        more = {"party_id": row["party"], "source": source}
        if row["net"] > 0:
            draft.debit(row["account"], -row["net"], **more)
        else:
            draft.credit(row["account"], row["net"], **more)
    return draft


def _locked(money_id: int, actor: Actor) -> MoneyMovement:
    money = MoneyMovement.objects.of(actor.company_id).lock([money_id]).get()
    money.demand_status(Status.POSTED)
    return money


def _tell(wishes: Sequence[Wish], moneys: Sequence[MoneyMovement], actor: Actor) -> None:
    """Announce what customers' money did to their orders."""
    settled: dict[Source, Decimal] = defaultdict(lambda: ZERO)
    for wish in wishes:
        for each in wish.settlings:
            item = each.item
            if item.side == Side.RECEIVABLE and item.order_id:
                settled[Source(item.order_kind, item.order_id, item.order_number)] += each.amount
    received = [money for money in moneys if money.direction == Direction.IN]
    if not settled and not received:
        return
    still_open = open_of_orders(settled, actor=actor) if settled else {}
    payment_received.send(
        sender=MoneyMovement, receipts=received, settled=dict(settled), still_open=still_open, actor=actor
    )


def open_of_orders(orders: Iterable[Source], *, actor: Actor) -> dict[Source, Decimal]:
    """What is still open of the receivables of orders; one statement."""
    orders = list(orders)
    rows = (
        OpenItem.objects.of(actor.company_id)
        .filter(
            side=Side.RECEIVABLE,
            order_kind__in={order.kind for order in orders},
            order_id__in={order.id for order in orders},
        )
        .values_list("order_kind", "order_id")
        .annotate(Sum("open_amount"))
    )
    sums = {(kind, pk): amount for kind, pk, amount in rows}
    return {order: sums.get(order[:2], ZERO) for order in orders}
