"""What deliveries and returns do to the books: revenue, VAT and cost by quantity, cumulative, so that parts add up."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import AccountRole, Deferral, FinancePolicy, OpenItem, Voucher
from erp.finance.services import credit
from erp.finance.services.credit_notes import Returned, propose_red
from erp.finance.services.items import Side, open_item
from erp.finance.services.ledger import VoucherDraft, book, wording
from erp.finance.services.order_credits import Credit, credit_orders
from erp.inputs import Source
from suite.core import bulk
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.money import ZERO, next_part, round_money

Role = AccountRole.Role
Posting = FinancePolicy.Posting
DEFERRAL_FIELDS = ("quantity", "net", "tax", "delivered", "recognised_net", "recognised_tax", "tax_posted", "cost")


@dataclass(frozen=True, slots=True)
class Issue:
    """One line that left the house, or came back: its delivery (or return), its order, base quantity and cost.

    `order` and `line_id` are None for what belongs to no order. `date` is given where a set spans several days.
    """

    source: Source
    order: Source | None
    party_id: int
    line_id: int | None
    product_id: int
    quantity: Decimal
    cost: Decimal
    is_service: bool = False
    date: dt.date | None = None
    is_direct: bool = False  # the supplier delivered it: its cost was booked with the receipt


@dataclass(slots=True)
class Part:
    """What one line brings to the income statement; `tax` is the VAT still to be posted, `gross` what is due."""

    issue: Issue
    deferral: Deferral
    net: Decimal
    tax: Decimal
    gross: Decimal

    @property
    def order(self) -> Source:
        return Source(self.deferral.order_kind, self.deferral.order_id, self.deferral.order_number)


@service
def recognise_deliveries(issues: Sequence[Issue], *, posting_date: dt.date, actor: Actor) -> list[Voucher]:
    """Book what was delivered, one voucher per delivery, posted at the end of the act.

    Rule "receivable at confirmation": Dr undelivered / Cr revenue and output VAT. The other rules: Dr receivable, which
    is opened now. Always Dr cost of sales / Cr inventory. VAT that an earlier invoice posted is not posted again.
    Three statements (two more where receivables are opened).
    """
    deferrals = _locked(issues, actor)
    parts = [_deliver(issue, deferrals[key]) for issue in issues if (key := _key(issue))]
    bulk.update([part.deferral for part in parts], *DEFERRAL_FIELDS)
    drafts: dict[Source, VoucherDraft] = {}
    for source, (group, of_paper) in _by_source(issues, parts).items():
        summary = wording(_("Delivery %(number)s"), number=source.number)
        draft = drafts[source] = VoucherDraft(actor.company_id, group[0].date or posting_date, summary, source=source)
        _entries(draft, of_paper, is_return=False)
        _cost(draft, group)
    vouchers = book(drafts.values(), actor=actor)
    _open_receivables(parts, drafts, actor)
    return vouchers


@service
def take_back(issues: Sequence[Issue], *, posting_date: dt.date, actor: Actor) -> list[Voucher]:
    """Book goods that customers sent back: revenue, VAT and cost in red, and a credit against what the order owes.

    `quantity` and `cost` of the issues are positive. The order is worth that much less; it is not delivered again.
    What of it was invoiced comes back as drafts of red invoices. Call `hold_credit` before stock is locked. Nine
    statements, five more where something was invoiced.
    """
    deferrals = _locked(issues, actor)
    parts = [_return(issue, deferrals[key]) for issue in issues if (key := _key(issue))]
    owed: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for part in parts:
        owed[part.issue.party_id] -= part.gross
    credit.move_exposure(owed, actor=actor)
    bulk.update([part.deferral for part in parts], *DEFERRAL_FIELDS)
    drafts: dict[Source, VoucherDraft] = {}
    for source, (group, of_paper) in _by_source(issues, parts).items():
        summary = wording(_("Return %(number)s"), number=source.number)
        draft = drafts[source] = VoucherDraft(
            actor.company_id, group[0].date or posting_date, summary, source=source, is_red=True
        )
        _entries(draft, of_paper, is_return=True)
        _cost(draft, group, sign=-1)
    vouchers = book(drafts.values(), actor=actor)
    credit_orders(_credits(parts, drafts), actor=actor)
    returned = [
        Returned(part.issue.source, drafts[part.issue.source].posting_date, part.deferral, part.issue.quantity)
        for part in parts
    ]
    propose_red(returned, actor=actor)
    return vouchers


def _key(issue: Issue) -> tuple[str, int] | None:
    """Under which its deferral is found; what belongs to no order has none."""
    return (issue.order.kind, issue.line_id) if issue.order and issue.line_id else None


def _locked(issues: Sequence[Issue], actor: Actor) -> dict[tuple[str, int], Deferral]:
    keys = {key for issue in issues if (key := _key(issue))}
    rows = queries.DEFERRALS(
        company=actor.company_id, kinds={kind for kind, _line in keys}, lines={line for _kind, line in keys}
    )
    return {(row.order_kind, row.line_id): row for row in rows}


def _deliver(issue: Issue, deferral: Deferral) -> Part:
    """Move a deferral by a delivered quantity."""
    done = deferral.delivered + issue.quantity
    net = next_part(deferral.net, deferral.recognised_net, deferral.delivered, done, deferral.quantity)
    tax = next_part(deferral.tax, deferral.recognised_tax, deferral.delivered, done, deferral.quantity)
    deferral.delivered = done
    deferral.recognised_net += net
    deferral.recognised_tax += tax
    deferral.cost += issue.cost
    to_post = queries.never_negative(deferral.recognised_tax - deferral.tax_posted)
    deferral.tax_posted += to_post
    return Part(issue, deferral, net, to_post, net + tax)


def _return(issue: Issue, deferral: Deferral) -> Part:
    """Move a deferral by a returned quantity: less is delivered, and less was ordered."""
    left = deferral.delivered - issue.quantity
    net = deferral.recognised_net - round_money(deferral.recognised_net * left / deferral.delivered)
    tax = deferral.recognised_tax - round_money(deferral.recognised_tax * left / deferral.delivered)
    deferral.delivered = left
    deferral.quantity -= issue.quantity
    deferral.net -= net
    deferral.tax -= tax
    deferral.recognised_net -= net
    deferral.recognised_tax -= tax
    deferral.tax_posted -= tax
    deferral.cost -= issue.cost
    return Part(issue, deferral, net, tax, net + tax)


def _by_source(issues: Sequence[Issue], parts: Sequence[Part]) -> dict[Source, tuple[list[Issue], list[Part]]]:
    """The papers in the order given, each with its lines and parts; a paper without order lines has no parts."""
    groups: dict[Source, tuple[list[Issue], list[Part]]] = {}
    for issue in issues:
        groups.setdefault(issue.source, ([], []))[0].append(issue)
    for part in parts:
        groups[part.issue.source][1].append(part)
    return groups


def _entries(draft: VoucherDraft, parts: Sequence[Part], *, is_return: bool) -> None:
    """Revenue and VAT against what the orders are worth."""
    sign = -1 if is_return else 1
    owed: dict[tuple[str, int, Source], Decimal] = defaultdict(lambda: ZERO)
    revenue: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for part in parts:
        from_undelivered = part.deferral.posting == Posting.CONFIRM and not is_return
        against = Role.UNDELIVERED if from_undelivered else Role.RECEIVABLE
        owed[against, part.issue.party_id, part.order] += part.net + part.tax
        revenue[Role.SERVICE_REVENUE if part.deferral.is_service else Role.REVENUE] += part.net
    for (against, party_id, order), amount in owed.items():  # type: ignore[assignment]
        draft.debit(against, sign * amount, party_id=party_id, source=order)
    for role, amount in revenue.items():
        draft.credit(role, sign * amount)
    draft.credit(Role.OUTPUT_VAT, sign * sum((part.tax for part in parts), ZERO))


def _cost(draft: VoucherDraft, issues: Sequence[Issue], sign: int = 1) -> None:
    cost = sign * sum((issue.cost for issue in issues if not issue.is_direct), ZERO)
    draft.debit(Role.COST, cost)
    draft.credit(Role.INVENTORY, cost)


def _open_receivables(parts: Sequence[Part], drafts: dict[Source, VoucherDraft], actor: Actor) -> None:
    """Under the rules that post at delivery the receivable begins now; the exposure has counted it from the start."""
    due: dict[tuple[Source, Source], list[Part]] = defaultdict(list)
    for part in parts:
        if part.deferral.posting != Posting.CONFIRM:
            due[part.issue.source, part.order].append(part)
    if not due:
        return
    term_of = credit.terms_of({group[0].issue.party_id for group in due.values()}, actor=actor)
    act, items = current_act(), []
    for (source, order), group in due.items():
        first, amount, draft = group[0], sum((part.gross for part in group), ZERO), drafts[source]
        items += [
            open_item(
                company_id=actor.company_id,
                side=Side.RECEIVABLE,
                party_id=first.issue.party_id,
                date=draft.posting_date,
                due_date=due_date,
                amount=part,
                summary=draft.summary,
                voucher=draft.voucher,
                order=order,
                owner_id=first.deferral.owner_id,
                team_id=first.deferral.team_id,
            )
            for due_date, part in queries.terms(actor.company_id).split(
                amount, draft.posting_date, term_of[first.issue.party_id]
            )
        ]
    for item in OpenItem.objects.bulk_create(items):
        act.link(Source(item.order_kind, item.order_id or 0, item.order_number), item)


def _credits(parts: Sequence[Part], drafts: dict[Source, VoucherDraft]) -> list[Credit]:
    sums: dict[tuple[Source, Source], list[Part]] = defaultdict(list)
    for part in parts:
        sums[part.issue.source, part.order].append(part)
    return [
        Credit(
            drafts[source].posting_date,
            order,
            group[0].issue.party_id,
            sum((part.gross for part in group), ZERO),
            drafts[source].voucher,
            drafts[source].summary,
            group[0].deferral.owner_id,
            group[0].deferral.team_id,
        )
        for (source, order), group in sums.items()
    ]
