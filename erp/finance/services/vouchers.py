"""Vouchers that people write: drafted, reviewed, posted; corrected by a red-letter reversal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import AccountRole, OpenItem, Voucher, VoucherLine
from erp.finance.services import credit
from erp.finance.services.items import Settling, Side, open_item, settle
from erp.finance.services.ledger import VoucherDraft, post_at_last, wording, write_vouchers
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Stale
from suite.core.money import ZERO
from suite.desk import formats

Role = AccountRole.Role
Status = Voucher.Status

# A line by hand on these opens an item of the party, so that sub-ledger and ledger stay one.
ITEMS = {Role.RECEIVABLE: Side.RECEIVABLE, Role.PAYABLE: Side.PAYABLE}
# These are kept by documents (stock moves, orders, receipts, advances) and take nothing by hand.
KEPT = {Role.INVENTORY, Role.UNDELIVERED, Role.RECEIVED, Role.DEPOSIT, Role.PREPAID}


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line as somebody writes it: one of debit and credit."""

    account_id: int
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    summary: str = ""
    party_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewVoucher:
    """A voucher as somebody writes it; by default of today."""

    lines: Sequence[LineInput]
    posting_date: dt.date | None = None
    word: str = Voucher.Word.GENERAL
    summary: str = ""
    attachment_count: int = 0
    is_red: bool = False


@service
def create(
    *,
    lines: Sequence[LineInput],
    actor: Actor,
    posting_date: dt.date | None = None,
    word: str = Voucher.Word.GENERAL,
    summary: str = "",
    attachment_count: int = 0,
    is_red: bool = False,
    reason: str = "",
) -> Voucher:
    """Write a draft; unlike money and invoices it may carry a day still to come, as long as its period is open.

    Raises BusinessError when it does not balance, or an account cannot take a line by hand.
    """
    wanted = NewVoucher(lines, posting_date, word, summary, attachment_count, is_red)
    return create_many([wanted], actor=actor, reason=reason)[0]


@service
def create_many(drafts: Sequence[NewVoucher], *, actor: Actor, reason: str = "") -> list[Voucher]:
    """Write drafts as `create` does, in two statements for any number."""
    vouchers = write_vouchers([judged(each, actor) for each in drafts], actor=actor)
    for voucher in vouchers:
        current_act().audit(voucher, "created", {"total": (None, voucher.total)})
    return vouchers


def judged(each: NewVoucher, actor: Actor) -> VoucherDraft:
    """What `create` would write; no statement. Raises BusinessError as it does."""
    draft = VoucherDraft(
        actor.company_id,
        each.posting_date or clock.today(actor.company),
        each.summary or next((line.summary for line in each.lines if line.summary), ""),
        is_red=each.is_red,
        word=each.word,
        attachment_count=each.attachment_count,
    )
    queries.period_on(draft.company_id, draft.posting_date, field="posting_date")
    _enter(draft, each.lines)
    return draft


@service
def change(
    *,
    voucher_id: int,
    actor: Actor,
    lines: Sequence[LineInput] | None = None,
    expected_version: int | None = None,
    reason: str = "",
    **values: object,
) -> Voucher:
    """Rewrite a draft; `values` are word, posting_date, summary and attachment_count."""
    voucher = _locked([voucher_id], actor)[0]
    voucher.demand_version(expected_version)
    voucher.demand_status(Status.DRAFT)
    _demand_by_hand(voucher)
    for name, value in values.items():
        setattr(voucher, name, value)
    voucher.period_id = queries.period_on(actor.company_id, voucher.posting_date, field="posting_date").id
    if lines is None:
        VoucherLine.objects.filter(voucher=voucher).update(posting_date=voucher.posting_date)
    else:
        draft = VoucherDraft(actor.company_id, voucher.posting_date, voucher.summary, is_red=voucher.is_red)
        _enter(draft, lines)
        VoucherLine.objects.filter(voucher=voucher).delete()
        for line in draft.lines:
            line.voucher = voucher
        VoucherLine.objects.bulk_create(draft.lines)
        voucher.total = sum((line.debit for line in draft.lines), ZERO)
    voucher.version += 1
    voucher.updated_at = clock.now()
    voucher.save()
    current_act().audit(voucher, "changed", {name: (None, value) for name, value in values.items()})
    return voucher


@service
def review(*, voucher_ids: Collection[int], actor: Actor, reason: str = "") -> list[Voucher]:
    """Sign drafts off. Where the company says so, nobody reviews what they prepared."""
    vouchers = _locked(voucher_ids, actor)
    _demand_other_eyes(vouchers, actor)
    Voucher.move_to(vouchers, Status.REVIEWED, reviewed_by=actor.user)
    _audit(vouchers, "reviewed", Status.DRAFT, Status.REVIEWED)
    return vouchers


@service
def unreview(*, voucher_ids: Collection[int], actor: Actor, reason: str = "") -> list[Voucher]:
    """Make reviewed vouchers drafts again."""
    vouchers = _locked(voucher_ids, actor)
    Voucher.move_to(vouchers, Status.DRAFT, reviewed_by=None)
    _audit(vouchers, "unreviewed", Status.REVIEWED, Status.DRAFT)
    return vouchers


@service
def post(*, voucher_ids: Collection[int], actor: Actor, reason: str = "") -> list[Voucher]:
    """Number and post vouchers; lines by hand on receivables and payables open their items.

    Raises BusinessError when a review by somebody else is missing, or the ledger refuses.
    """
    vouchers = _locked(voucher_ids, actor)
    _post(vouchers, actor)
    return vouchers


def _post(vouchers: Sequence[Voucher], actor: Actor) -> None:
    for voucher in vouchers:
        voucher.demand_status(Status.DRAFT, Status.REVIEWED)
        if queries.policy(actor.company).reviewer_differs and voucher.status == Status.DRAFT:
            raise BusinessError(
                Refusal("not_reviewed", _("%(number)s must be reviewed first"), {"number": voucher.number})
            )
    _open_items([voucher for voucher in vouchers if not voucher.source_kind], actor)
    post_at_last(vouchers)


@service
def enter(*, actor: Actor, reason: str = "", **values: object) -> Voucher:
    """Write and post in one act."""
    voucher = create(actor=actor, **values)  # type: ignore[arg-type]
    _post([voucher], actor)
    return voucher


@service
def void(*, voucher_ids: Collection[int], actor: Actor, reason: str = "") -> list[Voucher]:
    """Give up vouchers that are not posted; they keep their lines and get no number."""
    vouchers = _locked(voucher_ids, actor)
    before = [voucher.status for voucher in vouchers]
    Voucher.move_to(vouchers, Status.VOID)
    for voucher, status in zip(vouchers, before, strict=True):
        current_act().audit(voucher, "voided", {"status": (status, Status.VOID)})
    return vouchers


@service
def reverse(*, voucher_id: int, actor: Actor, posting_date: dt.date | None = None, reason: str = "") -> Voucher:
    """Cancel a posted voucher by a red-letter one on the same sides; the items it opened are settled by it.

    What belongs to a closed period posts today and keeps its date as effective date. Raises BusinessError for vouchers
    of documents, which are reversed with their document, and when an item was settled meanwhile.
    """
    voucher = _locked([voucher_id], actor)[0]
    voucher.demand_status(Status.POSTED)
    _demand_by_hand(voucher)
    if Voucher.objects.filter(reverses=voucher).exists():
        raise BusinessError(Refusal("reversed", _("%(number)s is reversed already"), {"number": voucher.number}))
    summary = wording(_("Reversal of %(number)s"), number=f"{voucher.period.code} {voucher.number}")
    draft = VoucherDraft(
        actor.company_id,
        posting_date or clock.today(actor.company),
        summary,
        is_red=not voucher.is_red,
        word=voucher.word,
        effective_date=voucher.posting_date,
        reverses_id=voucher.pk,
    )
    for line in voucher.lines.order_by("position", "pk"):
        post_line = draft.debit if line.debit else draft.credit
        post_line(line.account_id, -(line.debit or line.credit), party_id=line.party_id, summary=summary)
    (red,) = write_vouchers([draft], actor=actor)
    _close_items(voucher, red, actor)
    current_act().link(voucher, red, "reversal")
    post_at_last([red])
    return red


def _enter(draft: VoucherDraft, lines: Sequence[LineInput]) -> None:
    roles = {account: role for role, account in queries.role_accounts(draft.company_id).items()}
    accounts = queries.accounts(draft.company_id)
    for index, line in enumerate(lines):
        account = accounts.get(line.account_id)
        refusal = None
        if account is None or not account.is_leaf or account.is_archived:
            refusal = Refusal("account", _("Only open accounts without subaccounts take postings"), field="account")
        elif roles.get(account.pk) in KEPT:
            refusal = Refusal(
                "kept_account",
                _("%(account)s is kept by documents: book the document"),
                {"account": account.code},
                field="account",
            )
        elif account.needs_party and not line.party_id:
            refusal = Refusal("needs_party", _("This account needs a party on every line"), field="party")
        elif bool(line.debit) == bool(line.credit):
            refusal = Refusal("one_side", _("Fill in either the debit or the credit"), field="debit")
        elif not draft.is_red and (line.debit < 0 or line.credit < 0):
            refusal = Refusal("negative", _("Negative amounts belong on a red-letter voucher"), field="debit")
        if refusal:
            raise BusinessError(Refusal(refusal.code, refusal.detail, refusal.params, index, refusal.field))
        enter_line = draft.debit if line.debit else draft.credit
        enter_line(line.account_id, line.debit or line.credit, party_id=line.party_id, summary=line.summary)
    difference = sum((line.debit - line.credit for line in lines), ZERO)
    if difference:
        sentence = _("Debit and credit differ by %(difference)s")
        raise BusinessError(Refusal("unbalanced", sentence, {"difference": formats.money(difference)}, field="lines"))
    if len(lines) < 2:
        raise BusinessError(Refusal("unbalanced", _("A voucher has at least two lines"), field="lines"))


def _locked(voucher_ids: Collection[int], actor: Actor) -> list[Voucher]:
    vouchers = list(Voucher.objects.of(actor.company_id).lock(voucher_ids).select_related("period"))
    if len(vouchers) != len(set(voucher_ids)):
        raise Stale(Refusal("not_found", _("The voucher does not exist any more")))
    return vouchers


def _demand_by_hand(voucher: Voucher) -> None:
    if voucher.source_kind:
        raise BusinessError(
            Refusal(
                "of_a_document",
                _("%(number)s belongs to a document: correct the document"),
                {"number": voucher.number},
            )
        )


def _demand_other_eyes(vouchers: Sequence[Voucher], actor: Actor) -> None:
    if not queries.policy(actor.company).reviewer_differs:
        return
    for voucher in vouchers:
        if voucher.prepared_by_id == actor.user_id:
            raise BusinessError(
                Refusal("own_voucher", _("%(number)s must be reviewed by somebody else"), {"number": voucher.number})
            )


def _audit(vouchers: Sequence[Voucher], action: str, before: str, after: str) -> None:
    for voucher in vouchers:
        current_act().audit(voucher, action, {"status": (before, after)})


def _open_items(vouchers: Sequence[Voucher], actor: Actor) -> None:
    """What people post by hand on control accounts is owed by or to somebody."""
    roles = queries.role_accounts(actor.company_id)
    side_of = {roles[role]: side for role, side in ITEMS.items() if role in roles}
    rows = VoucherLine.objects.filter(voucher__in=vouchers, account__in=side_of).order_by("pk")
    lines = list(rows) if vouchers else []
    by_voucher = {voucher.pk: voucher for voucher in vouchers}
    items, exposure = [], {}  # type: ignore[var-annotated]
    owing = {line.party_id or 0 for line in lines if side_of[line.account_id] == Side.RECEIVABLE}
    term_of = credit.terms_of(owing, actor=actor) if owing else {}
    for line in lines:
        voucher, side = by_voucher[line.voucher_id], side_of[line.account_id]
        amount = line.debit - line.credit if side == Side.RECEIVABLE else line.credit - line.debit
        term = term_of.get(line.party_id or 0) if side == Side.RECEIVABLE else None
        for due, part in queries.terms(actor.company_id).split(amount, voucher.posting_date, term):
            items.append(
                open_item(
                    company_id=actor.company_id,
                    side=side,
                    party_id=line.party_id or 0,
                    date=voucher.posting_date,
                    due_date=due if part > 0 else voucher.posting_date,
                    amount=part,
                    summary=line.summary,
                    voucher=voucher,
                    owner_id=actor.user_id,
                )
            )
        if side == Side.RECEIVABLE:
            exposure[line.party_id or 0] = exposure.get(line.party_id or 0, ZERO) + amount
    credit.move_exposure(exposure, actor=actor)
    OpenItem.objects.bulk_create(items)


def _close_items(voucher: Voucher, red: Voucher, actor: Actor) -> None:
    """Set off the items a voucher opened; refused when something else settled them."""
    rows = OpenItem.objects.of(actor.company_id).filter(voucher=voucher).order_by("pk")
    items = list(rows.select_for_update(of=("self",)))
    touched = [item for item in items if item.open_amount != item.amount]
    if touched:
        raise BusinessError(
            Refusal(
                "settled", _("%(number)s is settled in part: reverse the payment first"), {"number": touched[0].number}
            )
        )
    exposure: dict[int, Decimal] = {}
    for item in items:
        if item.side == Side.RECEIVABLE:
            exposure[item.party_id] = exposure.get(item.party_id, ZERO) - item.amount
    credit.move_exposure(exposure, actor=actor)
    counters = OpenItem.objects.bulk_create(
        open_item(
            company_id=actor.company_id,
            side=item.side,
            party_id=item.party_id,
            date=red.posting_date,
            due_date=red.posting_date,
            amount=-item.amount,
            settled=-item.amount,
            taken_back=-item.amount,
            summary=red.summary,
            voucher=red,
            owner_id=item.owner_id,
            team_id=item.team_id,
        )
        for item in items
    )
    pairs = list(zip(items, counters, strict=True))
    settle(
        [Settling(item, item.amount, red.posting_date, counter=counter) for item, counter in pairs],
        born=[Settling(counter, counter.amount, red.posting_date, counter=item) for item, counter in pairs],
    )
