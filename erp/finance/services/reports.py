"""What the books say: trial balance, account ledger, ageing. Read only; doors have asked for the permission."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Q, Sum

from erp.finance import queries
from erp.finance.models import Account, AccountBalance, OpenItem, Receivable, Voucher, VoucherLine
from suite.core import clock
from suite.core.access import Actor
from suite.core.money import ZERO
from suite.masterdata.models import Party

PAGE = 200
BUCKETS = (0, 30, 60, 90)  # days past due at which a bucket ends; the last one has no end


@dataclass(slots=True)
class BalanceRow:
    """An account with everything under it: balances as debit less credit, movements on both sides."""

    account: Account
    level: int
    opening: Decimal = ZERO
    debit: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit

    @property
    def opening_debit(self) -> Decimal:
        return max(self.opening, ZERO)

    @property
    def opening_credit(self) -> Decimal:
        return max(-self.opening, ZERO)

    @property
    def closing_debit(self) -> Decimal:
        return max(self.closing, ZERO)

    @property
    def closing_credit(self) -> Decimal:
        return max(-self.closing, ZERO)

    @property
    def is_blank(self) -> bool:
        return not (self.opening or self.debit or self.credit)


SIDES = ("opening_debit", "opening_credit", "closing_debit", "closing_credit")


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Rows by account code; the totals are those of the accounts that take postings, balances by side (`sides`) those
    of the accounts of the first level."""

    from_period: queries.Span
    to_period: queries.Span
    rows: list[BalanceRow]
    total: BalanceRow

    @property
    def sides(self) -> dict[str, Decimal]:
        """The balances of the first level by their side: as much in debit as in credit."""
        return {side: sum((getattr(row, side) for row in self.rows if not row.level), ZERO) for side in SIDES}


def trial_balance(actor: Actor, from_period: str = "", to_period: str = "") -> TrialBalance:
    """The balances of all accounts over a span of periods (codes such as 2026-11; default: the current one).

    From the maintained balances, so its time does not depend on the number of lines. One statement.
    """
    first, last = _span(actor, from_period, to_period)
    before, within = Q(period__starts__lt=first.starts), Q(period__starts__gte=first.starts)
    sums = (
        AccountBalance.objects.of(actor.company_id)
        .filter(period__starts__lte=last.starts)
        .values("account")
        .annotate(
            opening=Sum("debit", filter=before, default=ZERO) - Sum("credit", filter=before, default=ZERO),
            moved_debit=Sum("debit", filter=within, default=ZERO),
            moved_credit=Sum("credit", filter=within, default=ZERO),
        )
    )
    accounts = queries.accounts(actor.company_id)
    rows = {pk: BalanceRow(account, _level(account, accounts)) for pk, account in accounts.items()}
    total = BalanceRow(Account(), 0)
    for each in sums:
        above: int | None = each["account"]
        while above is not None:
            _add(rows[above], each)  # type: ignore[arg-type]
            above = accounts[above].parent_id
        _add(total, each)  # type: ignore[arg-type]
    shown = sorted((row for row in rows.values() if not row.is_blank), key=lambda row: row.account.code)
    return TrialBalance(first, last, shown, total)


def _add(row: BalanceRow, sums: dict[str, Any]) -> None:
    row.opening += sums["opening"]
    row.debit += sums["moved_debit"]
    row.credit += sums["moved_credit"]


def _level(account: Account, accounts: dict[int, Account]) -> int:
    level = 0
    while account.parent_id:
        account = accounts[account.parent_id]
        level += 1
    return level


def _span(actor: Actor, from_period: str, to_period: str) -> tuple[queries.Span, queries.Span]:
    """The two periods; raises LookupError for codes that do not exist."""
    spans = {span.code: span for span in queries.periods(actor.company_id)}
    today = clock.today(actor.company)
    current = next((span for span in spans.values() if span.starts <= today <= span.ends), None)
    first = spans[from_period] if from_period else spans[to_period] if to_period else current
    last = spans[to_period] if to_period else first
    if first is None or last is None or last.starts < first.starts:
        raise LookupError("no such span of periods")
    return first, last


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A posted line and the account's balance after it."""

    line: VoucherLine
    balance: Decimal


@dataclass(slots=True)
class Ledger:
    """An account's lines of some days; `next` is the line after which the next page begins."""

    account: Account
    starts: dt.date
    ends: dt.date
    opening: Decimal
    debit: Decimal
    credit: Decimal
    rows: list[LedgerRow] = field(default_factory=list)
    next: int | None = None

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit


def ledger(
    actor: Actor,
    account: Account,
    starts: dt.date,
    ends: dt.date,
    *,
    party_id: int | None = None,
    after: int | None = None,
    size: int = PAGE,
) -> Ledger:
    """The lines of an account (and of those under it) with a running balance, in pages; five statements at most.

    Each line leads to its voucher, and the voucher to the document it was made from. Raises LookupError when `after`
    is no line of the sheet.
    """
    leaves = _leaves(actor, account)
    lines = VoucherLine.objects.of(actor.company_id).filter(account__in=leaves, voucher__status=Voucher.Status.POSTED)
    if party_id:
        lines = lines.filter(party=party_id)
    opening = _balance_before(actor, leaves, starts, lines, whole=party_id is None)
    lines = lines.filter(posting_date__range=(starts, ends))
    moved = lines.aggregate(debit=Sum("debit", default=ZERO), credit=Sum("credit", default=ZERO))
    sheet = Ledger(account, starts, ends, opening, moved["debit"], moved["credit"])
    running = opening
    if after:
        last = lines.filter(pk=after).first()
        if last is None:
            raise LookupError("no such line")
        seen = Q(posting_date__lt=last.posting_date) | Q(posting_date=last.posting_date, pk__lte=last.pk)
        done = lines.filter(seen).aggregate(net=Sum("debit", default=ZERO) - Sum("credit", default=ZERO))
        running += done["net"]
        lines = lines.exclude(seen)
    page = list(lines.select_related("voucher", "party", "account").order_by("posting_date", "pk")[: size + 1])
    for line in page[:size]:
        running += line.debit - line.credit
        sheet.rows.append(LedgerRow(line, running))
    sheet.next = page[size - 1].pk if len(page) > size else None
    return sheet


def _leaves(actor: Actor, account: Account) -> list[int]:
    """The account, or what takes postings under it."""
    children: dict[int | None, list[Account]] = defaultdict(list)
    for each in queries.accounts(actor.company_id).values():
        children[each.parent_id].append(each)
    found, left = [], [account]
    while left:
        each = left.pop()
        found.append(each.pk)
        left += children[each.pk]
    return found


def _balance_before(actor: Actor, leaves: Sequence[int], day: dt.date, lines: Any, *, whole: bool) -> Decimal:
    """Maintained balances of the periods before, and the lines of the begun period."""
    net = Sum("debit", default=ZERO) - Sum("credit", default=ZERO)
    if not whole:
        return lines.filter(posting_date__lt=day).aggregate(net=net)["net"]
    ended = [span for span in queries.periods(actor.company_id) if span.ends < day]
    kept = AccountBalance.objects.of(actor.company_id).filter(
        account__in=leaves, period__in=[span.id for span in ended]
    )
    begun = lines.filter(posting_date__lt=day)
    if ended:
        begun = begun.filter(posting_date__gt=ended[-1].ends)
    return kept.aggregate(net=net)["net"] + begun.aggregate(net=net)["net"]


@dataclass(slots=True)
class AgeingRow:
    """What a party owes (or is owed): `buckets` by days past due, first what is not due; `undelivered` never ages."""

    party_id: int
    name: str
    buckets: list[Decimal] = field(default_factory=lambda: [ZERO] * (len(BUCKETS) + 1))
    undelivered: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return sum(self.buckets, self.undelivered)


@dataclass(frozen=True, slots=True)
class Ageing:
    """Open items of a side on a day, by party; `ledger` is the control account, which the total must equal."""

    side: str
    as_of: dt.date
    rows: list[AgeingRow]
    total: AgeingRow
    ledger: Decimal


def ageing(actor: Actor, side: str = OpenItem.Side.RECEIVABLE, as_of: dt.date | None = None) -> Ageing:
    """What is open on a day by party and days past due; what is not delivered yet stands apart and never ages.

    Buckets and undelivered together are the control account to the cent. Three statements.
    """
    day = as_of or clock.today(actor.company)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(amount), 0) FROM erp_finance_ledger"
            " WHERE company_id = %s AND role = %s AND posting_date <= %s",
            [actor.company_id, side, day],
        )
        control = Decimal(cursor.fetchone()[0])
    rows: dict[int, AgeingRow] = {}
    for (party_id, _kind, order_id), dues in groupby(_dues(actor, side, day), key=itemgetter(0, 1, 2)):
        row, rest = rows.setdefault(party_id, AgeingRow(party_id, "")), ZERO
        for _party, _order_kind, _order, due, stood, aged in dues:
            row.buckets[_bucket((day - due).days)] += aged
            rest += stood - aged
        if order_id is not None and rest > 0:
            row.undelivered += rest
        else:
            row.buckets[0] += rest  # a credit is never overdue
    rows = {party_id: row for party_id, row in rows.items() if row.undelivered or any(row.buckets)}
    _name(rows)
    total = AgeingRow(0, "")
    for row in rows.values():
        total.undelivered += row.undelivered
        total.buckets = [one + other for one, other in zip(total.buckets, row.buckets, strict=True)]
    ordered = sorted(rows.values(), key=lambda row: (-row.total, row.party_id))
    return Ageing(side, day, ordered, total, control if side == OpenItem.Side.RECEIVABLE else -control)


def _dues(actor: Actor, side: str, day: dt.date) -> Iterable[tuple[Any, ...]]:
    """Per order and due date what was open at the end of the day, and what of it ages."""
    at = queries.owed_on(day, actor.company)
    return (
        OpenItem.objects.of(actor.company_id)
        .filter(at.items, side=side)
        .annotate(stood=at.open, aged=queries.aged_part(at))
        .values_list("party", "order_kind", "order_id", "due_date")
        .annotate(Sum("stood"), Sum("aged"))
        .order_by("party", "order_kind", "order_id", "due_date")
    )


def _bucket(days: int) -> int:
    return next((index for index, most in enumerate(BUCKETS) if days <= most), len(BUCKETS))


def _name(rows: dict[int, AgeingRow]) -> None:
    for party in Party.objects.filter(pk__in=rows):
        rows[party.pk].name = party.label


class Overdue(NamedTuple):
    """What is overdue, and of how many open items."""

    amount: Decimal
    count: int  # type: ignore[assignment]


def overdue(actor: Actor, as_of: dt.date | None = None) -> Overdue:
    """What customers are late with, among the receivables the actor may see; one statement."""
    day = as_of or clock.today(actor.company)
    late = Receivable.objects.visible_to(actor).filter(queries.is_overdue(day))
    found = late.aggregate(amount=Sum(queries.overdue_part(day)), count=Count("pk"))
    return Overdue(found["amount"] or ZERO, found["count"])
