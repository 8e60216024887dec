"""Writing and posting vouchers, set by set: the one way into the books for every document of the house."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import Voucher, VoucherLine
from erp.inputs import Source
from suite.core import clock, sql
from suite.core.access import Actor
from suite.core.acts import Act, Paper, current_act, key_of
from suite.core.errors import BusinessError, Refusal, Stale
from suite.core.money import ZERO

# What the guards in the database mean, by the name of the constraint (migration 0003_guards has most of them).
EXPLAINED = {
    "erp_voucher_balanced": Refusal(
        "unbalanced", _("Debit and credit do not agree, or there are fewer than two lines")
    ),
    "erp_voucher_period_open": Refusal("period_closed", _("The period of this date is closed")),
    "erp_voucher_final": Refusal("final", _("A posted voucher is final: reverse it instead")),
    "erp_voucher_negative_only_red": Refusal("negative", _("Negative amounts belong on a red-letter voucher")),
    "erp_voucher_leaf_accounts": Refusal("not_a_leaf", _("Only accounts without subaccounts take postings")),
    "erp_voucher_needs_party": Refusal("needs_party", _("This account needs a party on every line")),
    "erp_voucher_one_company": Refusal("other_company", _("The voucher mixes companies")),
    "erp_invoice_supplier_number_once": Refusal(
        "booked_already", _("This supplier's invoice is booked already"), field="tax_number"
    ),
    "erp_voucher_one_date": Refusal("other_date", _("The lines carry another date than the voucher")),
}

# One round trip takes the numbers of all vouchers of an act, without gaps per company, period and word, and posts them.
# Counters are locked in the order of their series; the trigger on the flip then locks periods and balances by key.
FLIP = """
WITH ready AS (
  SELECT id, company_id, 'voucher:' || period_id || ':' || word AS series,
         row_number() OVER (PARTITION BY period_id, word ORDER BY id) AS nth
  FROM erp_finance_voucher WHERE id = ANY(%s) AND status IN ('draft', 'reviewed')
),
wanted AS (SELECT company_id, series, count(*) AS vouchers FROM ready GROUP BY company_id, series),
taken AS (
  INSERT INTO core_counter (company_id, series, value)
  SELECT company_id, series, vouchers FROM wanted ORDER BY company_id, series
  ON CONFLICT (company_id, series) DO UPDATE SET value = core_counter.value + EXCLUDED.value
  RETURNING company_id, series, value
)
UPDATE erp_finance_voucher AS voucher
SET status = 'posted', serial = taken.value - wanted.vouchers + ready.nth, posted_at = %s, updated_at = %s,
    version = version + 1
FROM ready JOIN wanted USING (company_id, series) JOIN taken USING (company_id, series)
WHERE voucher.id = ready.id AND voucher.status IN ('draft', 'reviewed')
RETURNING voucher.id, voucher.serial
"""


@dataclass(slots=True)
class VoucherDraft:
    """A voucher to be written. Amounts of zero make no line; negative ones belong on a red voucher.

    `source` is the document behind it. After `write_vouchers` its row is in `voucher`, None when there was no line.
    """

    company_id: int
    posting_date: dt.date
    summary: str
    source: Paper | Any = None
    is_red: bool = False
    word: str = Voucher.Word.GENERAL
    effective_date: dt.date | None = None
    reverses_id: int | None = None
    attachment_count: int = 0
    lines: list[VoucherLine] = field(default_factory=list)
    voucher: Voucher | None = None

    def debit(self, account: str | int, amount: Decimal, **more: Any) -> None:
        """Debit an account, given by its key or by its role."""
        self._line(account, amount, ZERO, **more)

    def credit(self, account: str | int, amount: Decimal, **more: Any) -> None:
        """Credit an account, given by its key or by its role."""
        self._line(account, ZERO, amount, **more)

    def move(self, account: str | int, amount: Decimal, **more: Any) -> None:
        """Debit what is above zero, credit what is below: for differences that may fall either way."""
        self._line(account, max(amount, ZERO), max(-amount, ZERO), **more)

    def _line(
        self,
        account: str | int,
        debit: Decimal,
        credit: Decimal,
        *,
        party_id: int | None = None,
        source: Source | None = None,
        summary: str = "",
        product_id: int | None = None,
        quantity: Decimal | None = None,
    ) -> None:
        if not debit and not credit:
            return
        self.lines.append(
            VoucherLine(
                company_id=self.company_id,
                position=len(self.lines),
                account_id=queries.account_of(self.company_id, account) if isinstance(account, str) else account,
                debit=debit,
                credit=credit,
                summary=summary or self.summary,
                party_id=party_id,
                product_id=product_id,
                quantity=quantity,
                source_kind=source.kind if source else "",
                source_id=source.id if source else None,
                posting_date=self.posting_date,
            )
        )


def wording(text: Any, **params: Any) -> str:
    """A summary in the language of the house, whoever acts: the books are kept in one language."""
    with translation.override(settings.LANGUAGE_CODE):
        return (str(text) % params)[:200]


def write_vouchers(drafts: Iterable[VoucherDraft], *, actor: Actor) -> list[Voucher]:
    """Write draft vouchers with their lines in two statements, whatever their number; those without lines are left out.

    Raises BusinessError when a date lies in no open period.
    """
    drafts = list(drafts)
    vouchers = _write_heads(drafts, actor)
    VoucherLine.objects.bulk_create([line for draft in drafts for line in draft.lines])
    return vouchers


def _write_heads(drafts: Iterable[VoucherDraft], actor: Actor) -> list[Voucher]:
    wanted = [draft for draft in drafts if draft.lines]
    for draft in wanted:
        kind, pk = key_of(draft.source) if draft.source else ("", None)
        draft.voucher = Voucher(
            company_id=draft.company_id,
            word=draft.word,
            period_id=queries.period_on(draft.company_id, draft.posting_date).id,
            posting_date=draft.posting_date,
            effective_date=draft.effective_date,
            summary=draft.summary,
            attachment_count=draft.attachment_count,
            is_red=draft.is_red,
            reverses_id=draft.reverses_id,
            source_kind=kind,
            source_id=pk,
            total=sum((line.debit for line in draft.lines), ZERO),
            prepared_by_id=actor.user_id,
        )
    vouchers = Voucher.objects.bulk_create([draft.voucher for draft in wanted if draft.voucher])
    for draft, voucher in zip(wanted, vouchers, strict=True):
        for line in draft.lines:
            line.voucher = voucher
    return vouchers


def book(drafts: Iterable[VoucherDraft], *, actor: Actor) -> list[Voucher]:
    """Write the vouchers of documents by one statement, and post them at the end of the act, when their lines follow.

    Each is linked to its document. Raises BusinessError when a date lies in no open period.
    """
    drafts = list(drafts)
    vouchers = _write_heads(drafts, actor)
    act = current_act()
    for draft in drafts:
        act.keep(*draft.lines)
        if draft.voucher and draft.source:
            act.link(draft.source, draft.voucher)
    post_at_last(vouchers)
    return vouchers


def post_at_last(vouchers: Sequence[Voucher]) -> None:
    """Have vouchers numbered and posted as the very last thing of the act, all of them by one statement."""
    act = current_act()
    for voucher in vouchers:
        act.audit(voucher, "posted", {"status": (voucher.status, Voucher.Status.POSTED)})
    act.at_last(_flip, *vouchers)


def _flip(act: Act, vouchers: list[Any]) -> None:
    if not vouchers:
        return
    moment = clock.now()
    try:
        serials = dict(sql.rows(FLIP, [[voucher.pk for voucher in vouchers], moment, moment]))
    except IntegrityError as error:
        raise explained(error) from error
    if len(serials) != len(vouchers):
        raise Stale(Refusal("illegal_move", _("The document is no longer in a state from which this can be done")))
    for voucher in vouchers:
        voucher.serial, voucher.status = serials[voucher.pk], Voucher.Status.POSTED
        voucher.posted_at = voucher.updated_at = moment
        voucher.version += 1


def explained(error: IntegrityError) -> Exception:
    """The refusal behind a guard of the database, or the error itself when it is none of ours."""
    rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return BusinessError(EXPLAINED[rule]) if rule in EXPLAINED else error
