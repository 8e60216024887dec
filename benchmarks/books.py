"""Posting vouchers (G6), and a trial balance that does not care how many lines there are (G7)."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import Any

from benchmarks import common, floor, world
from erp.finance import queries
from erp.finance.models import Account
from erp.finance.services import ledger, reports, vouchers
from erp.finance.services.vouchers import LineInput
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.models import Company
from suite.core.money import ZERO

SINGLE, BATCH = 40, 1000
A_LOT = 10_000_000  # takes some minutes to load: BENCH_LINES=10000000
SIZES = (200_000, int(os.environ.get("BENCH_LINES", "1000000")))
A_VOUCHER = 1000  # lines of a loaded voucher

# Written as drafts and flipped like any voucher: the trigger of the books keeps the balances.
LOAD = """
WITH made AS (
  INSERT INTO erp_finance_voucher (company_id, period_id, posting_date, status, word, summary, attachment_count, is_red,
    is_closing, source_kind, total, version, own, created_at, updated_at)
  SELECT %(company)s, span.period, span.starts, 'draft', '转', 'loaded', 0, false, false, '', 0, 1, '{}', now(), now()
  FROM generate_series(1, %(vouchers)s) g
  JOIN unnest(%(periods)s::bigint[], %(starts)s::date[]) WITH ORDINALITY span(period, starts, nth)
    ON nth = 1 + g %% cardinality(%(periods)s::bigint[])
  RETURNING id, posting_date
)
INSERT INTO erp_finance_voucherline
  (company_id, voucher_id, position, account_id, debit, credit, summary, source_kind, posting_date)
SELECT %(company)s, made.id, g,
       (%(accounts)s::bigint[])[1 + (made.id + g * 7919) %% cardinality(%(accounts)s::bigint[])],
       CASE g %% 2 WHEN 0 THEN 100.25 ELSE 0 END, CASE g %% 2 WHEN 1 THEN 100.25 ELSE 0 END, '', '', made.posting_date
FROM made, generate_series(1, %(lines)s) g
"""

FLIP = """
UPDATE erp_finance_voucher v SET status = 'posted', serial = 100000 + v.id, posted_at = now()
WHERE company_id = %s AND status = 'draft'
"""

RAW = """
SELECT account_id, sum(debit) FILTER (WHERE posting_date >= %s), sum(credit) FILTER (WHERE posting_date >= %s),
       sum(debit - credit) FILTER (WHERE posting_date < %s)
FROM erp_finance_voucherline WHERE company_id = %s AND posting_date <= %s GROUP BY account_id
"""


def run() -> None:
    place = world.make(products=1, parties=1)
    accounts = list(
        Account.objects.of(place.company.pk)
        .filter(is_leaf=True, is_archived=False, needs_party=False, roles__isnull=True)
        .order_by("code")
        .values_list("pk", flat=True)
    )
    _vouchers(place, accounts)
    _balance(place, accounts)


def _three(accounts: list[int]) -> list[LineInput]:
    debit, first, second = accounts[:3]
    return [
        LineInput(debit, debit=Decimal("100.25")),
        LineInput(first, credit=Decimal("60.25")),
        LineInput(second, credit=Decimal(40)),
    ]


def _vouchers(place: world.World, accounts: list[int]) -> None:
    connection = floor.connect()
    floor.prepare(connection, products=1, hot=0, lines=1, orders=1)
    lines = _three(accounts)

    def enter() -> Any:
        return vouchers.enter(lines=lines, summary="bench", actor=place.actor)

    @service
    def batch(*, actor: Actor) -> Any:
        """Many in one act, as the documents of a set are booked."""
        drafts = [ledger.VoucherDraft(actor.company_id, clock.today(actor.company), "bench") for _n in range(BATCH)]
        for draft in drafts:
            for line in lines:
                (draft.debit if line.debit else draft.credit)(line.account_id, line.debit or line.credit)
        return ledger.book(drafts, actor=actor)

    enter()
    count = common.statements(enter)
    common.row("G6", "statements of a 3-line voucher", count, None, "", "<= 7", count <= 7)
    rates = common.interleaved({
        "ours": lambda: SINGLE / common.timed(lambda: [enter() for _voucher in range(SINGLE)]),
        "batch": lambda: BATCH / common.timed(lambda: batch(actor=place.actor)),
        "floor": lambda: SINGLE / common.timed(lambda: [floor.voucher(connection) for _voucher in range(SINGLE)]),
    })  # fmt: skip
    ours = rates["ours"]
    common.row("G6", "3-line voucher, one commit each; SQL floor", ours, rates["floor"], "1/s", "")
    common.row("G6", "the same against Odoo's 10.6", ours, 10.6, "1/s", ">= 10", ours >= 106)
    common.row("G6", "the same against Tryton's 15.8", ours, 15.8, "1/s", ">= 7", ours >= 7 * 15.8)
    common.row("G6", f"{BATCH} in one act against Odoo's 47", rates["batch"], 47, "1/s", ">= 50",
               rates["batch"] >= 50 * 47)  # fmt: skip


def _balance(place: world.World, accounts: list[int]) -> None:
    """The same report over few and over many lines, beside the sum of the lines."""
    times: list[float] = []
    loaded = 0
    for size in SIZES:
        _load(place.company, accounts, size - loaded)
        loaded = size
        world.analyze(("erp_finance_voucherline", "erp_finance_voucher", "erp_finance_accountbalance"))
        ours = common.interleaved({"balance": lambda: 1000 * common.timed(lambda: reports.trial_balance(place.actor))},
                                  rounds=15)["balance"]  # fmt: skip
        raw = common.interleaved({"raw": lambda: 1000 * common.timed(lambda: _raw(place))})["raw"]
        times.append(ours)
        common.row("G7", f"trial balance over {size:,} lines, sum of the lines", ours, raw, "ms", "")
        if size == SIZES[0]:
            common.row("G7", "the same against Odoo's 66 ms", ours, 66, "ms", "<= 0.5", ours <= 33)
            common.row("G7", "the same against Tryton's 320 ms", ours, 320, "ms", "<= 0.1", ours <= 32)
        else:
            ok = raw / ours >= 50 if size >= A_LOT else None
            common.row("G7", "faster than the sum of the lines", raw / ours, None, "times", ">= 50 at 10,000,000", ok)
    ok = times[1] <= 2 * times[0]
    common.row("G7", f"{SIZES[1]:,} against {SIZES[0]:,} lines", times[1], times[0], "ms", "<= 2", ok)
    kept = {row.account.pk: (row.debit, row.credit, row.opening) for row in reports.trial_balance(place.actor).rows}
    same = all(kept[pk] == sums for pk, sums in _raw(place).items())
    common.row("G7", "equal to the sum of the lines, to the cent", float(same), None, "", "1", same)


def _load(company: Company, accounts: list[int], lines: int) -> None:
    from django.db import connection, transaction

    spans = [span for span in queries.periods(company.pk) if span.is_open]
    for start in range(0, lines, 100 * A_VOUCHER):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(
                LOAD,
                {
                    "company": company.pk,
                    "vouchers": min(100 * A_VOUCHER, lines - start) // A_VOUCHER,
                    "lines": A_VOUCHER,
                    "periods": [span.id for span in spans],
                    "starts": [span.starts for span in spans],
                    "accounts": accounts,
                },
            )
            cursor.execute(FLIP, [company.pk])


def _raw(place: world.World) -> dict[int, tuple[Decimal, ...]]:
    from django.db import connection

    span = queries.period_on(place.company.pk, clock.today(place.company))
    with connection.cursor() as cursor:
        cursor.execute(RAW, [span.starts, span.starts, span.starts, place.company.pk, span.ends])
        return {pk: tuple(each or ZERO for each in sums) for pk, *sums in cursor.fetchall()}
