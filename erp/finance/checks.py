"""What the books must satisfy at any time; registered for `manage.py check_invariants` from apps.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from erp.finance.services import reconciliation
from erp.finance.services.credit import EXPOSURE
from erp.finance.services.periods import SEAL
from suite.core import invariants

BALANCED = """
SELECT v.company_id, v.id AS voucher_id, count(l.id) AS lines, sum(l.debit - l.credit) AS difference
FROM erp_finance_voucher v LEFT JOIN erp_finance_voucherline l ON l.voucher_id = v.id
WHERE v.status = 'posted'
GROUP BY v.id HAVING count(l.id) < 2 OR coalesce(sum(l.debit - l.credit), 1) <> 0
  OR (NOT v.is_red AND bool_or(l.debit < 0 OR l.credit < 0))
"""

MAINTAINED = """
SELECT coalesce(b.company_id, raw.company_id) AS company_id, account_id, period_id, b.debit, b.credit,
       raw.debit AS raw_debit, raw.credit AS raw_credit
FROM erp_finance_accountbalance b
FULL JOIN (
  SELECT l.company_id, l.account_id, v.period_id, sum(l.debit) AS debit, sum(l.credit) AS credit,
         coalesce(sum(l.debit) FILTER (WHERE v.is_closing), 0) AS closing_debit,
         coalesce(sum(l.credit) FILTER (WHERE v.is_closing), 0) AS closing_credit
  FROM erp_finance_voucherline l JOIN erp_finance_voucher v ON v.id = l.voucher_id
  WHERE v.status = 'posted' GROUP BY 1, 2, 3
) raw USING (account_id, period_id)
WHERE (b.debit, b.credit, b.closing_debit, b.closing_credit)
  IS DISTINCT FROM (raw.debit, raw.credit, raw.closing_debit, raw.closing_credit)
"""

NUMBERS = """
SELECT company_id, period_id, word AS series, count(*) AS numbers, min(serial), max(serial)
FROM erp_finance_voucher WHERE serial IS NOT NULL GROUP BY 1, 2, 3
HAVING min(serial) <> 1 OR max(serial) <> count(*) OR count(*) <> count(DISTINCT serial)
UNION ALL
SELECT company_id, year, 'invoice', count(*), min(serial), max(serial)
FROM erp_finance_invoice WHERE serial IS NOT NULL GROUP BY 1, 2
HAVING min(serial) <> 1 OR max(serial) <> count(*) OR count(*) <> count(DISTINCT serial)
"""

SEALED = f"""
SELECT p.company_id, p.id AS period_id, p.code FROM erp_finance_period p
WHERE p.status = 'closed' AND p.seal IS DISTINCT FROM ({SEAL.format(period="p.id")})
"""

# Per order, under the rule frozen on it: what its receivables are worth, what was posted to receivables for it, what it
# should be worth; and the account of undelivered orders beside what is not delivered (less VAT invoiced ahead).
ORDERS = """
SELECT company_id, kind, id, sum(opened) AS opened, sum(posted) AS posted, sum(worth) AS worth,
       sum(undelivered) AS undelivered, sum(booked) AS booked
FROM (
  SELECT company_id, order_kind AS kind, order_id AS id, amount AS opened, 0 AS posted, 0 AS worth,
         0 AS undelivered, 0 AS booked
    FROM erp_finance_openitem WHERE side = 'receivable' AND order_id IS NOT NULL
  UNION ALL
  SELECT company_id, source_kind, source_id, 0, amount, 0, 0, 0 FROM erp_finance_ledger
    WHERE role = 'receivable' AND source_id IS NOT NULL
      AND source_kind NOT IN ('erp_finance.receipt', 'erp_finance.payment')
  UNION ALL
  SELECT company_id, order_kind, order_id, 0, 0,
         CASE WHEN posting = 'confirm' THEN net + tax ELSE recognised_net + recognised_tax END,
         CASE WHEN posting = 'confirm' THEN net - recognised_net + tax - tax_posted ELSE 0 END, 0
    FROM erp_finance_deferral
  UNION ALL
  SELECT company_id, 'erp_finance.invoice', coalesce(corrects_id, id), 0, 0, gross, 0, 0 FROM erp_finance_invoice
    WHERE direction = 'sales' AND status = 'issued' AND order_id IS NULL
  UNION ALL
  SELECT company_id, source_kind, source_id, 0, 0, 0, 0, -amount FROM erp_finance_ledger WHERE role = 'undelivered'
) parts
GROUP BY company_id, kind, id
HAVING sum(opened) <> sum(posted) OR sum(opened) <> sum(worth) OR sum(undelivered) <> sum(booked)
"""

SETTLED = """
SELECT i.company_id, i.id AS item_id, i.amount, i.open_amount, coalesce(s.amount, 0) AS settled
FROM erp_finance_openitem i
LEFT JOIN (
  SELECT item_id, sum(s.amount) AS amount, sum(s.amount) FILTER (WHERE counter_item_id IS NOT NULL) AS countered,
         sum(s.amount) FILTER (WHERE v.source_kind = 'erp_finance.receivable' AND v.source_id = s.item_id) AS lost
  FROM erp_finance_settlement s
  LEFT JOIN erp_finance_openitem counter ON counter.id = s.counter_item_id
  LEFT JOIN erp_finance_voucher v ON v.id = counter.voucher_id
  GROUP BY 1
) s ON s.item_id = i.id
WHERE sign(i.open_amount) * sign(i.amount) < 0 OR abs(i.open_amount) > abs(i.amount)
  OR i.amount - i.open_amount <> coalesce(s.amount, 0) OR abs(i.taken_back) > abs(coalesce(s.countered, 0))
  OR i.written_off <> coalesce(s.lost, 0)
UNION ALL
SELECT m.company_id, m.id, m.amount, m.unapplied, coalesce(s.used, 0)
FROM erp_finance_moneymovement m
LEFT JOIN (
  SELECT money_id, sum(amount) AS used FROM (
    SELECT s.money_id, CASE WHEN (i.side = 'receivable') = (m.direction = 'in') THEN s.amount ELSE -s.amount END
    FROM erp_finance_settlement s JOIN erp_finance_openitem i ON i.id = s.item_id
    JOIN erp_finance_moneymovement m ON m.id = s.money_id
    UNION ALL
    SELECT unnest(ARRAY[id, refunds_id]), amount FROM erp_finance_moneymovement
    WHERE refunds_id IS NOT NULL AND status = 'posted'
  ) uses (money_id, amount) GROUP BY 1
) s ON s.money_id = m.id
WHERE coalesce(s.used, 0) <> CASE WHEN m.status = 'posted' THEN m.amount - m.unapplied ELSE 0 END
"""

EXPOSED = f"""
SELECT c.company_id, c.party_id, c.exposure, counted.amount
FROM erp_finance_creditaccount c
CROSS JOIN LATERAL ({EXPOSURE.format(company="c.company_id", party="c.party_id")}) counted(amount)
WHERE c.exposure <> counted.amount
"""


def register() -> None:
    """Called once, from apps.py."""
    invariants.register("I1", _("Every posted voucher balances"), BALANCED)
    invariants.register("I1", _("Maintained balances equal the posted lines"), MAINTAINED)
    reconciliation.register("receivable", _("Receivables"), reconciliation.RECEIVABLE, invariant="I6")
    reconciliation.register("payable", _("Payables"), reconciliation.PAYABLE, invariant="I6")
    reconciliation.register("deposit", _("Customer deposits"), reconciliation.DEPOSIT, invariant="I6")
    reconciliation.register("prepaid", _("Prepayments to suppliers"), reconciliation.PREPAID, invariant="I6")
    invariants.register("I7", _("Legal numbers have no gaps"), NUMBERS)
    invariants.register("I8", _("Closed periods are as they were sealed"), SEALED)
    invariants.register("I9", _("Each order is worth what the books say"), ORDERS)
    invariants.register("I12", _("Settlements add up"), SETTLED)
    invariants.register("I12", _("Exposures are what customers owe"), EXPOSED)
