"""What goods that come in, and corrections of stock, do to the books."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from erp.finance.models import AccountRole, Voucher
from erp.finance.services.ledger import VoucherDraft, book, wording
from erp.inputs import Source
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.money import ZERO

Role = AccountRole.Role


@dataclass(frozen=True, slots=True)
class Accrual:
    """One line of a goods receipt that the supplier has not billed yet; negative for goods that go back."""

    source: Source
    party_id: int
    value: Decimal
    is_service: bool = False
    is_direct: bool = False  # went straight to the customer: cost of sales at once

    @property
    def role(self) -> str:
        if self.is_direct and not self.is_service:
            return Role.COST
        return Role.SERVICE_COST if self.is_service else Role.INVENTORY


@dataclass(frozen=True, slots=True)
class StockPosting:
    """A change of stock value without a trading partner, against a role: OPENING, STOCK_GAIN, STOCK_LOSS, COST.

    `is_red` for the reversal of an earlier posting: both sides are posted in red instead of being swapped.
    """

    source: Source
    role: str
    value: Decimal
    is_red: bool = False
    summary: str = ""


@service
def accrue_receipts(accruals: Sequence[Accrual], *, posting_date: dt.date, actor: Actor) -> list[Voucher]:
    """Dr inventory (purchased services, cost of sales) / Cr goods received not invoiced, one voucher per receipt.

    One statement. What goes back to the supplier is posted in red.
    """
    drafts: dict[tuple[Source, bool], VoucherDraft] = {}
    sums: dict[tuple[Source, bool], dict[tuple[int, str], Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for accrual in accruals:
        sums[accrual.source, accrual.value < 0][accrual.party_id, accrual.role] += accrual.value
    for (source, is_red), amounts in sums.items():
        summary = wording(_("Goods receipt %(number)s"), number=source.number)
        draft = drafts[source, is_red] = VoucherDraft(
            actor.company_id, posting_date, summary, source=source, is_red=is_red
        )
        parties: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for (party_id, role), value in amounts.items():  # type: ignore[assignment]
            draft.debit(role, value)
            parties[party_id] += value
        for party_id, value in parties.items():
            draft.credit(Role.RECEIVED, value, party_id=party_id, source=source)
    return book(drafts.values(), actor=actor)


@service
def post_stock(postings: Sequence[StockPosting], *, posting_date: dt.date, actor: Actor) -> list[Voucher]:
    """Dr inventory / Cr role for value that is added, the other way round for value that is lost; one statement.

    One voucher per document and colour.
    """
    drafts: dict[tuple[Source, bool], VoucherDraft] = {}
    sums: dict[tuple[Source, bool, str], Decimal] = defaultdict(lambda: ZERO)
    for posting in postings:
        key = posting.source, posting.is_red
        if key not in drafts:
            summary = posting.summary or wording(_("Stock document %(number)s"), number=posting.source.number)
            drafts[key] = VoucherDraft(
                actor.company_id, posting_date, summary, source=posting.source, is_red=posting.is_red
            )
        sums[posting.source, posting.is_red, posting.role] += posting.value
    for (source, is_red, role), value in sums.items():
        draft = drafts[source, is_red]
        # A loss swaps the sides; the red reversal of a gain keeps them, with negative amounts.
        swapped = (value < 0) != is_red
        debit, credit = (role, Role.INVENTORY) if swapped else (Role.INVENTORY, role)
        amount = -value if swapped else value
        draft.debit(debit, amount)
        draft.credit(credit, amount)
    return book(drafts.values(), actor=actor)
