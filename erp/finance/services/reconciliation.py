"""Sub-ledgers beside the ledger: each must equal its account, or name the documents that differ."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils.functional import Promise

from suite.core import invariants
from suite.core.access import Actor

SHOWN = 100

# Items against what their vouchers posted, settlements against what their money posted. `sign` turns credit accounts.
_ITEMS = """
SELECT company_id, 'erp_finance.voucher' AS kind, voucher_id AS id, sum(sub) AS sub, sum(ledger) AS ledger FROM (
  SELECT company_id, voucher_id, amount AS sub, 0 AS ledger FROM erp_finance_openitem WHERE side = '{role}'
  UNION ALL
  SELECT company_id, voucher_id, 0, {sign} amount FROM erp_finance_ledger
    WHERE role = '{role}' AND source_kind NOT IN ('erp_finance.receipt', 'erp_finance.payment')
) opened GROUP BY company_id, voucher_id
UNION ALL
SELECT company_id, kind, id, sum(sub), sum(ledger) FROM (
  SELECT s.company_id, CASE m.direction WHEN 'in' THEN 'erp_finance.receipt' ELSE 'erp_finance.payment' END AS kind,
         m.id, -s.amount AS sub, 0 AS ledger
    FROM erp_finance_settlement s JOIN erp_finance_openitem i ON i.id = s.item_id
    JOIN erp_finance_moneymovement m ON m.id = s.money_id WHERE i.side = '{role}'
  UNION ALL
  SELECT company_id, source_kind, source_id, 0, {sign} amount FROM erp_finance_ledger
    WHERE role = '{role}' AND source_kind IN ('erp_finance.receipt', 'erp_finance.payment')
) settled GROUP BY company_id, kind, id
"""
_ADVANCES = """
SELECT company_id, '{kind}' AS kind, money_id AS id, sum(sub) AS sub, sum(ledger) AS ledger FROM (
  SELECT company_id, id AS money_id, unapplied AS sub, 0 AS ledger FROM erp_finance_moneymovement
    WHERE direction = '{direction}'
  UNION ALL
  SELECT company_id, source_id, 0, {sign} amount FROM erp_finance_ledger WHERE role = '{role}'
) advances GROUP BY company_id, money_id
"""
RECEIVABLE = _ITEMS.format(role="receivable", sign="")
PAYABLE = _ITEMS.format(role="payable", sign="-")
DEPOSIT = _ADVANCES.format(role="deposit", kind="erp_finance.receipt", direction="in", sign="-")
PREPAID = _ADVANCES.format(role="prepaid", kind="erp_finance.payment", direction="out", sign="")


@dataclass(frozen=True, slots=True)
class Difference:
    """A document whose sub-ledger and ledger do not agree."""

    kind: str
    id: int | None
    sub: Decimal
    ledger: Decimal


@dataclass(frozen=True, slots=True)
class Section:
    """One sub-ledger beside its account; `differences` are the first documents that do not agree."""

    name: str
    title: str | Promise
    sub: Decimal
    ledger: Decimal
    differences: list[Difference]

    @property
    def agrees(self) -> bool:
        return not self.differences


_queries: dict[str, tuple[str | Promise, str]] = {}


def register(name: str, title: str | Promise, sql: str, *, invariant: str = "") -> None:
    """Put a sub-ledger on the check page, and its differences among the invariants.

    `sql` selects, for all companies, `company_id, kind, id, sub, ledger`: per document what the sub-ledger and what the
    ledger say (the view `erp_finance_ledger` has the posted lines of accounts with a role, debit less credit).
    """
    _queries[name] = title, sql
    if invariant:
        invariants.register(invariant, title, f"SELECT * FROM ({sql}) documents WHERE sub <> ledger")


def reconcile(actor: Actor) -> list[Section]:
    """All sub-ledgers of the actor's company; one statement each, over one moment when the caller reads in one."""
    return [_section(name, actor.company_id) for name in _queries]


def _section(name: str, company_id: int) -> Section:
    title, sql = _queries[name]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH documents AS (SELECT * FROM ({sql}) every WHERE company_id = %s)"
            " SELECT '', NULL, coalesce(sum(sub), 0), coalesce(sum(ledger), 0) FROM documents"
            " UNION ALL (SELECT kind, id, sub, ledger FROM documents WHERE sub <> ledger ORDER BY id LIMIT %s)",
            [company_id, SHOWN],
        )
        (_kind, _id, sub, ledger), *rows = cursor.fetchall()
    return Section(name, title, sub, ledger, [Difference(*row) for row in rows])
