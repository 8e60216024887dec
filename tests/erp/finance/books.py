"""What the tests of the books need: orders as finance sees them, and what the ledger says."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from erp.finance import queries
from erp.finance.models import Account, OpenItem, Period, VoucherLine
from erp.finance.services.deliveries import Issue
from erp.inputs import DemandLine, DemandOrder, DemandSet, OrderChange, Source
from suite.core import clock
from suite.core.models import Company
from suite.core.money import line_amounts
from suite.masterdata.models import Party, Product

_ids = itertools.count(1000)
ORDER = "crm_sales.order"


def line(product: Product, quantity: int | str, price: str | Decimal, rate: int = 13) -> DemandLine:
    """A line at a price that includes tax."""
    quantity = Decimal(quantity)
    amounts = line_amounts(
        quantity=quantity, unit_price=Decimal(price), discount=Decimal(0), rate=Decimal(rate), included=True
    )
    return DemandLine(
        line_id=next(_ids),
        position=0,
        product_id=product.pk,
        is_stocked=product.is_stocked,
        refuse_when_short=False,
        quantity=quantity,
        net=amounts.net,
        tax=amounts.tax,
    )


def order(party: Party, *lines: DemandLine, date: dt.date | None = None) -> DemandOrder:
    pk = next(_ids)
    return DemandOrder(
        source=Source(ORDER, pk, f"SO{pk}"),
        party_id=party.pk,
        owner_id=None,
        team_id=None,
        date=date or clock.today(party.company),
        lines=lines,
    )


def demand(*orders: DemandOrder) -> DemandSet:
    return DemandSet(orders)


def shipped(order: DemandOrder, quantity: int | str, cost: int | str, at: int = 0) -> Issue:
    """A delivery of one line of an order."""
    pk = next(_ids)
    line = order.lines[at]
    return Issue(
        source=Source("erp_inventory.delivery", pk, f"DN{pk}"),
        order=order.source,
        party_id=order.party_id,
        line_id=line.line_id,
        product_id=line.product_id,
        quantity=Decimal(quantity),
        cost=Decimal(cost),
        is_service=not line.is_stocked,
    )


def given_up(order: DemandOrder, done: Sequence[int]) -> OrderChange:
    """The change that leaves of each line what was delivered."""
    before = {line.line_id: line for line in order.lines}
    after = {line.line_id: line.cut_to(Decimal(each)) for line, each in zip(order.lines, done, strict=True)}
    return OrderChange(order, before, after)


def balance(company: Company, code: str) -> Decimal:
    """Debit less credit of an account and what lies under it, from posted lines."""
    sums = VoucherLine.objects.filter(
        company=company, account__code__startswith=code, voucher__status="posted"
    ).aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return (sums["debit"] or Decimal(0)) - (sums["credit"] or Decimal(0))


def maintained(company: Company, code: str) -> Decimal:
    """The same from the maintained balances."""
    sums = Account.objects.filter(company=company, code__startswith=code).aggregate(
        debit=Sum("balances__debit"), credit=Sum("balances__credit")
    )
    return (sums["debit"] or Decimal(0)) - (sums["credit"] or Decimal(0))


def receivable(party: Party) -> Decimal:
    """What a party owes by its open items."""
    items = OpenItem.objects.filter(party=party, side="receivable")
    return items.aggregate(open=Sum("open_amount"))["open"] or Decimal(0)


def account(company: Company, code: str) -> Account:
    return Account.objects.get(company=company, code=code)


def entries(voucher: object) -> list[tuple[str, Decimal, Decimal]]:
    """(code, debit, credit) of a voucher's lines."""
    return list(voucher.lines.values_list("account__code", "debit", "credit"))  # type: ignore[attr-defined]


@contextmanager
def month_end(company: Company) -> Iterator[Period]:
    """The last day of this month, on which it can be closed."""
    month = Period.objects.get(company=company, code=f"{clock.today(company):%Y-%m}")
    with clock.at(dt.datetime.combine(month.ends, dt.time(4), dt.UTC)):
        yield month


def warm(company: Company) -> None:
    """Read the settled rows, as any process has after its first acts."""
    queries.policy(company)
    for rows in (queries.accounts, queries.role_accounts, queries.terms, queries.periods):
        rows(company.pk)


class unguarded:
    """Writes behind the back of every trigger, as a superuser could."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL session_replication_role = replica")

    def __exit__(self, *_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = origin")
