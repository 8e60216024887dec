"""Credit: who may still buy, and what they owe.

exposure = open receivables + confirmed orders not yet receivable - unapplied advances. It is moved in the act that
causes it, on the locked row; a party without a credit account has no limit, but is stopped when overdue like everybody.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import AccountRole, CreditAccount, MoneyMovement, PaymentTerm
from erp.inputs import DemandSet
from suite.core import clock, sql
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import Refusal, Refusals
from suite.core.models import Company
from suite.core.money import ZERO
from suite.desk import formats
from suite.masterdata.models import Party

TERMS_READ = "finance.terms_of_parties"

# Adds what is asked where all that a party asks for fits; who does not pass comes back with what decides about parts.
# Rows are locked in key order, so that two acts over the same customers queue up.
ADMIT = """
WITH asked AS (SELECT * FROM unnest(%(parties)s::bigint[], %(amounts)s::numeric[]) AS t(party_id, amount)),
held AS MATERIALIZED (
  SELECT id, party_id, exposure, "limit", is_blocked, term_id FROM erp_finance_creditaccount
  WHERE company_id = %(company)s AND party_id = ANY(%(parties)s) ORDER BY id FOR UPDATE
),
late AS ({overdue}),
passed AS (
  UPDATE erp_finance_creditaccount account SET exposure = account.exposure + asked.amount
  FROM held JOIN asked USING (party_id) LEFT JOIN late USING (party_id)
  WHERE account.id = held.id AND NOT held.is_blocked
    AND (coalesce(held.term_id, %(default)s) = ANY(%(prepaid)s)
         OR coalesce(late.amount, 0) = 0 AND (held."limit" IS NULL OR held.exposure + asked.amount <= held."limit"))
  RETURNING account.party_id
)
SELECT asked.party_id, held.id IS NOT NULL, held.exposure, held."limit", coalesce(held.is_blocked, false),
       coalesce(held.term_id, %(default)s), late.amount, passed.party_id IS NOT NULL
FROM asked LEFT JOIN held USING (party_id) LEFT JOIN late USING (party_id) LEFT JOIN passed USING (party_id)
"""

MOVE = """
WITH asked AS (SELECT * FROM unnest(%s::bigint[], %s::numeric[]) AS t(party_id, amount)),
held AS MATERIALIZED (
  SELECT id, party_id FROM erp_finance_creditaccount
  WHERE company_id = %s AND party_id = ANY(%s) ORDER BY id FOR UPDATE
)
UPDATE erp_finance_creditaccount account SET exposure = account.exposure + asked.amount
FROM held JOIN asked USING (party_id) WHERE account.id = held.id
"""


class Asked(NamedTuple):
    """Something that would raise what a party owes."""

    key: int
    party_id: int
    amount: Decimal


class Standing(NamedTuple):
    """How a customer stands; what is not delivered is owed by nobody, and what is paid of it is an advance.

    `owes` is what is delivered and not paid, due or not; `overdue` what of it is late. `credits` are what is to be paid
    back or used up. `advance` is money without an item, and what is paid of orders beyond what of them is delivered.
    """

    owes: Decimal
    overdue: Decimal
    credits: Decimal
    advance: Decimal
    exposure: Decimal
    limit: Decimal | None
    is_blocked: bool
    term: str

    @property
    def undelivered(self) -> Decimal:
        """What is ordered and not delivered: the rest of the exposure."""
        return self.exposure - self.owes + self.credits + self.advance


class _Account(NamedTuple):
    party_id: int
    exists: bool
    exposure: Decimal | None
    limit: Decimal | None
    is_blocked: bool
    term_id: int | None
    overdue: Decimal | None
    passed: bool


def refuse_credit(orders: DemandSet, *, actor: Actor) -> Refusals:
    """Add the orders to their customers' exposure, in the order given, as far as the limits reach; name those refused.

    Refused: over the limit, blocked, or overdue for longer than the company bears. Prepaid terms pass.
    One statement; a second one only when some orders of a refused customer still fit.
    """
    return admit([Asked(order.id, order.party_id, order.gross) for order in orders], actor=actor)


def admit(asked: Collection[Asked], *, actor: Actor) -> Refusals:
    """Like `refuse_credit`, for amounts of any kind under keys of the caller."""
    if not asked:
        return {}
    totals: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for each in asked:
        totals[each.party_id] += each.amount
    terms, policy = queries.terms(actor.company_id), queries.policy(actor.company)
    before = None
    if policy.overdue_days is not None:
        before = clock.today(actor.company) - dt.timedelta(days=policy.overdue_days)
    found = sql.rows(
        _admission(),
        {
            "company": actor.company_id,
            "parties": list(totals),
            "amounts": list(totals.values()),
            "before": before,
            "default": terms.default,
            "prepaid": list(terms.prepaid),
        },
    )
    accounts = {row[0]: _Account(*row) for row in found}
    read = current_act().notes.setdefault(TERMS_READ, {})
    read.update({party: account.term_id for party, account in accounts.items()})
    return _decide_each(asked, accounts, terms.prepaid, actor)


@cache
def _admission() -> str:
    return ADMIT.format(overdue=queries.OVERDUE.text)


def _decide_each(
    asked: Iterable[Asked], accounts: Mapping[int, _Account], prepaid: Collection[int], actor: Actor
) -> Refusals:
    """One by one where a customer's orders do not all fit: a refused order leaves its room to the next."""
    refused: Refusals = {}
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for each in asked:
        account = accounts[each.party_id]
        if account.passed:
            continue
        refusal = _refusal(account, taken[each.party_id] + each.amount, account.term_id in prepaid)
        if refusal:
            refused[each.key] = refusal
        elif account.exists:
            taken[each.party_id] += each.amount
    move_exposure(taken, actor=actor)
    return refused


def _refusal(account: _Account, amount: Decimal, is_prepaid: bool) -> Refusal | None:
    if account.is_blocked:
        return Refusal("credit_blocked", _("The customer is blocked"))
    if is_prepaid:
        return None
    if account.overdue:
        return Refusal("overdue", _("%(amount)s is overdue"), {"amount": formats.money(account.overdue)})
    over = amount + (account.exposure or ZERO) - account.limit if account.limit is not None else ZERO
    if over > 0:
        return Refusal(
            "over_limit",
            _("The credit limit of %(limit)s would be exceeded: %(over)s over"),
            {"limit": formats.money(account.limit), "over": formats.money(over)},
        )
    return None


def release_credit(amounts: Mapping[int, Decimal], *, actor: Actor) -> None:
    """Take amounts off what parties owe (the opposite of what `refuse_credit` added)."""
    move_exposure({party: -amount for party, amount in amounts.items()}, actor=actor)


def move_exposure(amounts: Mapping[int, Decimal], *, actor: Actor) -> None:
    """Add signed amounts to the exposure of parties that have a credit account; one statement."""
    moves = {party: amount for party, amount in amounts.items() if amount}
    if moves:
        sql.touched(MOVE, [list(moves), list(moves.values()), actor.company_id, list(moves)])


def hold_credit(party_ids: Iterable[int], *, actor: Actor) -> None:
    """Lock credit accounts ahead of stock, for acts that learn only afterwards by how much the exposure moves."""
    list(
        CreditAccount.objects.of(actor.company_id)
        .filter(party__in=set(party_ids))
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("pk")
    )


def terms_of(party_ids: Collection[int], *, actor: Actor) -> dict[int, int | None]:
    """The payment term of each party; no statement when the act has read them already."""
    known: dict[int, int | None] = current_act().notes.setdefault(TERMS_READ, {})
    unknown = set(party_ids) - known.keys()
    if unknown:
        default = queries.terms(actor.company_id).default
        own = CreditAccount.objects.of(actor.company_id).filter(party__in=unknown, term__isnull=False)
        known.update(dict.fromkeys(unknown, default) | dict(own.values_list("party_id", "term_id")))
    return {party: known[party] for party in party_ids}


def prepaid(orders: DemandSet, *, actor: Actor) -> set[int]:
    """The orders that must be paid before they are shipped; no statement within the act that asked for credit."""
    term_of = terms_of({order.party_id for order in orders}, actor=actor)
    return {order.id for order in orders if term_of[order.party_id] in queries.terms(actor.company_id).prepaid}


def refuse_unpaid(orders: DemandSet, *, actor: Actor) -> Refusals:
    """Orders that must be paid before their goods leave and are not: neither by deposits for them nor by free advances.

    An advance pays the orders in the sequence given. At most two statements.
    """
    paid_first = prepaid(orders, actor=actor)
    if not paid_first:
        return {}
    rows = (
        MoneyMovement.objects.of(actor.company_id)
        .filter(
            Q(order_id=None) | Q(order_kind__in={order.source.kind for order in orders}, order_id__in=paid_first),
            direction=MoneyMovement.Direction.IN,
            status=MoneyMovement.Status.POSTED,
            party__in={order.party_id for order in orders},
            unapplied__gt=0,
        )
        .values_list("party", "order_id")
        .annotate(left=Sum("unapplied"))
    )
    left: dict[tuple[int, int | None], Decimal] = {(party, order): amount for party, order, amount in rows}
    refused: Refusals = {}
    for order in orders:
        if order.id in paid_first:
            beyond = max(order.gross - left.get((order.party_id, order.id), ZERO), ZERO)
            free = left.get((order.party_id, None), ZERO)
            if beyond > free:
                sentence = _("%(number)s leaves at once, and this customer pays before: first receive %(missing)s more")
                params = {"number": order.source.number, "missing": beyond - free}
                refused[order.id] = Refusal("waits_for_payment", sentence, params)
            else:
                left[order.party_id, None] = free - beyond
    return refused


@service
def set_credit(
    *,
    party: Party,
    actor: Actor,
    limit: Decimal | None = None,
    term: PaymentTerm | None = None,
    is_blocked: bool = False,
    reason: str = "",
) -> CreditAccount:
    """Give a party a limit (None: none), a payment term and a stop; what it owes already is counted at first."""
    account = CreditAccount.objects.of(actor.company_id).filter(party=party).select_for_update().first()
    if account is not None:
        save_changes(account, {"limit": limit, "term": term, "is_blocked": is_blocked})
        return account
    account = CreditAccount.objects.create(
        company=actor.company,
        party=party,
        limit=limit,
        term=term,
        is_blocked=is_blocked,
        exposure=exposure_of(party.pk, actor.company_id),
    )
    current_act().audit(account, "created", {"limit": (None, limit)})
    return account


# What the exposure of a party must be; `check_invariants` compares it with what was maintained.
EXPOSURE = """
SELECT coalesce((SELECT sum(open_amount) FROM erp_finance_openitem i
                 WHERE i.company_id = {company} AND i.party_id = {party} AND side = 'receivable'), 0)
     + coalesce((SELECT sum(net + tax - recognised_net - recognised_tax) FROM erp_finance_deferral d
                 WHERE d.company_id = {company} AND d.party_id = {party} AND d.posting <> 'confirm'), 0)
     - coalesce((SELECT sum(unapplied) FROM erp_finance_moneymovement m
                 WHERE m.company_id = {company} AND m.party_id = {party} AND direction = 'in'), 0)
"""


def count_exposures(actor: Actor, party_ids: Collection[int]) -> None:
    """Count the exposure of parties anew from the rows, after rows came or went; one statement."""
    counted = EXPOSURE.format(company="a.company_id", party="a.party_id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE erp_finance_creditaccount a SET exposure = ({counted})"
            " WHERE company_id = %s AND party_id = ANY(%s)",
            [actor.company_id, list(party_ids)],
        )


def exposure_of(party_id: int, company_id: int) -> Decimal:
    """What a party owes, counted from the rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            EXPOSURE.format(company="%(company)s", party="%(party)s"), {"company": company_id, "party": party_id}
        )
        return Decimal(cursor.fetchone()[0])


# Per order: what is open of it, and what of it is not delivered, which the order may have paid in full. The books know
# which orders those are by the party; by how much, the deferrals.
STANDING = """
WITH open AS (
  SELECT order_kind AS kind, order_id AS id, sum(open_amount) AS amount FROM erp_finance_openitem
  WHERE company_id = %(company)s AND party_id = %(party)s AND side = 'receivable' AND status = 'open' GROUP BY 1, 2
), begun AS (
  SELECT l.source_kind AS kind, l.source_id AS id FROM erp_finance_voucherline l
  WHERE l.company_id = %(company)s AND l.party_id = %(party)s AND l.account_id = %(undelivered)s
  GROUP BY 1, 2 HAVING sum(l.credit - l.debit) <> 0
), undelivered AS (
  SELECT kind, id, (
    SELECT coalesce(sum(net + tax - recognised_net - recognised_tax), 0) FROM erp_finance_deferral
    WHERE company_id = %(company)s AND order_kind = kind AND order_id = asked.id AND posting = 'confirm'
  ) AS amount
  FROM (SELECT kind, id FROM open UNION SELECT kind, id FROM begun) asked
), orders AS (
  SELECT coalesce(open.amount, 0) AS open, coalesce(undelivered.amount, 0) AS undelivered,
         greatest(least(coalesce(open.amount, 0), coalesce(undelivered.amount, 0)), 0) AS to_come
  FROM open FULL JOIN undelivered USING (kind, id)
), sums AS (
  SELECT sum(open) AS open, sum(greatest(open - to_come, 0)) AS owes, sum(greatest(to_come - open, 0)) AS credits,
         sum(undelivered - to_come) AS paid_ahead
  FROM orders
)
"""


def standing(party_id: int, *, company: Company) -> Standing:
    """What a customer owes and may still buy for; one statement. Ageing and credit check say the same."""
    values: dict[str, Any] = {
        "company": company.pk,
        "party": party_id,
        "parties": [party_id],
        "before": clock.today(company),
        "undelivered": queries.role_accounts(company.pk).get(AccountRole.Role.UNDELIVERED),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            {STANDING}
            SELECT coalesce(sums.open, 0), coalesce(sums.owes, 0), coalesce(sums.credits, 0),
                   coalesce((SELECT amount FROM ({queries.OVERDUE.text}) late), 0),
                   coalesce(sums.paid_ahead, 0),
                   (SELECT coalesce(sum(unapplied), 0) FROM erp_finance_moneymovement
                    WHERE company_id = %(company)s AND party_id = %(party)s AND direction = 'in'),
                   account.exposure, account."limit", coalesce(account.is_blocked, false), account.term_id
            FROM sums LEFT JOIN erp_finance_creditaccount account
              ON account.company_id = %(company)s AND account.party_id = %(party)s
            """,
            values,
        )
        open_amount, owes, credits, late, paid_ahead, unapplied, exposure, *rest = cursor.fetchone()
    limit, blocked, term_id = rest
    exposure = open_amount - unapplied if exposure is None else exposure
    terms = queries.terms(company.pk)
    term = terms.rows.get(term_id or terms.default or 0)
    advance = unapplied + paid_ahead
    return Standing(owes, late, credits, advance, exposure, limit, blocked, term.label if term else "")
