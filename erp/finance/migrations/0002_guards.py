"""The ledger guards itself: what is posted is final, balanced, in an open period, and moves the account balances.

Every rule raises under a constraint name, so that services can explain it (`erp.finance.services.vouchers.EXPLAINED`).
"""

from django.db import migrations

# Raised for INSERT as posted, and for UPDATE and DELETE of what is posted; the WHEN of each trigger says which.
FINAL = """
CREATE FUNCTION erp_voucher_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A posted voucher is final, and only the flip posts: % refused', TG_OP
    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'erp_voucher_final';
END $$;

CREATE TRIGGER erp_voucher_not_born_posted BEFORE INSERT ON erp_finance_voucher
  FOR EACH ROW WHEN (NEW.status = 'posted') EXECUTE FUNCTION erp_voucher_final();
CREATE TRIGGER erp_voucher_final BEFORE UPDATE ON erp_finance_voucher
  FOR EACH ROW WHEN (OLD.status = 'posted' OR (OLD.status = 'void' AND NEW.status = 'posted'))
  EXECUTE FUNCTION erp_voucher_final();
CREATE TRIGGER erp_voucher_kept BEFORE DELETE ON erp_finance_voucher
  FOR EACH ROW WHEN (OLD.status = 'posted') EXECUTE FUNCTION erp_voucher_final();
CREATE TRIGGER erp_voucher_not_emptied BEFORE TRUNCATE ON erp_finance_voucher
  FOR EACH STATEMENT EXECUTE FUNCTION suite_append_only();
"""

# The voucher is read FOR SHARE: a flip under way is waited for, and a later flip sees these lines. Without the lock a
# balanced pair could slip into a voucher while it is being posted.
LINES = """
CREATE FUNCTION erp_voucher_lines_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM erp_finance_voucher WHERE id IN (SELECT voucher_id FROM touched) ORDER BY id FOR SHARE;
  IF EXISTS (SELECT FROM erp_finance_voucher v JOIN touched ON touched.voucher_id = v.id WHERE v.status = 'posted') THEN
    RAISE EXCEPTION 'The lines of a posted voucher are final: % refused', TG_OP
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'erp_voucher_final';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER erp_voucher_line_added AFTER INSERT ON erp_finance_voucherline
  REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION erp_voucher_lines_final();
CREATE TRIGGER erp_voucher_line_changed AFTER UPDATE ON erp_finance_voucherline
  REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION erp_voucher_lines_final();
CREATE TRIGGER erp_voucher_line_moved AFTER UPDATE ON erp_finance_voucherline
  REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION erp_voucher_lines_final();
CREATE TRIGGER erp_voucher_line_dropped AFTER DELETE ON erp_finance_voucherline
  REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION erp_voucher_lines_final();
CREATE TRIGGER erp_voucher_line_not_emptied BEFORE TRUNCATE ON erp_finance_voucherline
  FOR EACH STATEMENT EXECUTE FUNCTION suite_append_only();
"""

# A statement trigger, so that all vouchers of an act move the balances in one sorted upsert (no deadlocks between acts).
FLIP = """
CREATE FUNCTION erp_voucher_flip() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong record;
BEGIN
  IF NOT EXISTS (SELECT FROM after_rows WHERE status = 'posted') THEN
    RETURN NULL;
  END IF;

  -- A close under way is waited for; the next statement sees what it made of the period.
  PERFORM FROM erp_finance_period
    WHERE id IN (SELECT period_id FROM after_rows WHERE status = 'posted') ORDER BY id FOR SHARE;
  SELECT v.id, p.code INTO wrong FROM after_rows v JOIN erp_finance_period p ON p.id = v.period_id
    WHERE v.status = 'posted'
      AND (p.status <> 'open' OR p.company_id <> v.company_id OR v.posting_date NOT BETWEEN p.starts AND p.ends) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'Voucher % cannot be posted: period % is closed or not its own', wrong.id, wrong.code
      USING ERRCODE = 'check_violation', CONSTRAINT = 'erp_voucher_period_open';
  END IF;

  SELECT v.id,
         CASE WHEN count(l.id) < 2 OR sum(l.debit - l.credit) <> 0 THEN 'erp_voucher_balanced'
              WHEN bool_or(l.debit < 0 OR l.credit < 0) AND NOT v.is_red THEN 'erp_voucher_negative_only_red'
              WHEN bool_or(NOT a.is_leaf) THEN 'erp_voucher_leaf_accounts'
              WHEN bool_or(a.needs_party AND l.party_id IS NULL) THEN 'erp_voucher_needs_party'
              WHEN bool_or(a.company_id <> v.company_id OR l.company_id <> v.company_id) THEN 'erp_voucher_one_company'
              WHEN bool_or(l.posting_date <> v.posting_date) THEN 'erp_voucher_one_date'
         END AS rule
    INTO wrong
    FROM after_rows v
    LEFT JOIN erp_finance_voucherline l ON l.voucher_id = v.id
    LEFT JOIN erp_finance_account a ON a.id = l.account_id
    WHERE v.status = 'posted'
    GROUP BY v.id, v.is_red, v.company_id
    ORDER BY 2 NULLS LAST LIMIT 1;
  IF wrong.rule IS NOT NULL THEN
    RAISE EXCEPTION 'Voucher % cannot be posted: %', wrong.id, wrong.rule
      USING ERRCODE = 'check_violation', CONSTRAINT = wrong.rule;
  END IF;

  INSERT INTO erp_finance_accountbalance AS balance
      (company_id, account_id, period_id, debit, credit, closing_debit, closing_credit)
    SELECT v.company_id, l.account_id, v.period_id, sum(l.debit), sum(l.credit),
           coalesce(sum(l.debit) FILTER (WHERE v.is_closing), 0), coalesce(sum(l.credit) FILTER (WHERE v.is_closing), 0)
    FROM after_rows v JOIN erp_finance_voucherline l ON l.voucher_id = v.id
    WHERE v.status = 'posted'
    GROUP BY v.company_id, l.account_id, v.period_id
    ORDER BY l.account_id, v.period_id
    ON CONFLICT (account_id, period_id) DO UPDATE
      SET debit = balance.debit + EXCLUDED.debit,
          credit = balance.credit + EXCLUDED.credit,
          closing_debit = balance.closing_debit + EXCLUDED.closing_debit,
          closing_credit = balance.closing_credit + EXCLUDED.closing_credit;
  RETURN NULL;
END $$;

CREATE TRIGGER erp_voucher_flip AFTER UPDATE ON erp_finance_voucher
  REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION erp_voucher_flip();
"""

SETTLEMENTS = """
CREATE TRIGGER erp_settlement_final BEFORE UPDATE OR DELETE ON erp_finance_settlement
  FOR EACH ROW EXECUTE FUNCTION suite_append_only();
CREATE TRIGGER erp_settlement_kept BEFORE TRUNCATE ON erp_finance_settlement
  FOR EACH STATEMENT EXECUTE FUNCTION suite_append_only();
"""

# Posted lines on the accounts that play a part: what sub-ledgers are compared with.
# paper: the document behind the voucher; source: the paper behind the line (an order, a receipt of money).
LEDGER = """
CREATE VIEW erp_finance_ledger AS
SELECT l.company_id, r.role, v.id AS voucher_id, l.id AS line_id, v.posting_date, l.party_id,
       v.source_kind AS paper_kind, v.source_id AS paper_id, l.source_kind, l.source_id, l.debit - l.credit AS amount
FROM erp_finance_voucherline l
JOIN erp_finance_voucher v ON v.id = l.voucher_id AND v.status = 'posted'
JOIN erp_finance_accountrole r ON r.account_id = l.account_id
"""


class Migration(migrations.Migration):
    dependencies = [("erp_finance", "0001_initial")]

    operations = [
        migrations.RunSQL(FINAL, "DROP FUNCTION erp_voucher_final() CASCADE"),
        migrations.RunSQL(LINES, "DROP FUNCTION erp_voucher_lines_final() CASCADE"),
        migrations.RunSQL(FLIP, "DROP FUNCTION erp_voucher_flip() CASCADE"),
        migrations.RunSQL(
            SETTLEMENTS,
            "DROP TRIGGER erp_settlement_final ON erp_finance_settlement;"
            " DROP TRIGGER erp_settlement_kept ON erp_finance_settlement",
        ),
        migrations.RunSQL(LEDGER, "DROP VIEW erp_finance_ledger"),
    ]
