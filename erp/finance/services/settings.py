"""The chart, payment terms and settings: settled rows, changed rarely and read everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from erp.finance.models import (
    Account,
    AccountBalance,
    AccountRole,
    FinancePolicy,
    PaymentTerm,
    PaymentTermLine,
    VoucherLine,
)
from suite.core import cached
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import HUNDRED, ZERO
from suite.desk import search


@service
def create_account(*, code: str, name: str, actor: Actor, parent: Account, reason: str = "", **values: Any) -> Account:
    """Add a subaccount; kind, side, cash and party rules come from the account above unless given.

    Raises BusinessError when the code does not continue that of its parent, or postings stand on the parent.
    """
    if not code.isdigit() or not code.startswith(parent.code) or len(code) != len(parent.code) + 2:
        raise BusinessError(
            Refusal("code", _("The code is %(parent)s and two more digits"), {"parent": parent.code}, field="code")
        )
    if Account.objects.of(actor.company_id).filter(code=code).exists():
        raise BusinessError(Refusal("code_taken", _("%(code)s is there already"), {"code": code}, field="code"))
    parent = Account.objects.of(actor.company_id).lock([parent.pk]).get()
    if parent.is_leaf and (parent.roles.exists() or VoucherLine.objects.filter(account=parent).exists()):
        raise BusinessError(
            Refusal("in_use", _("%(code)s takes postings itself already"), {"code": parent.code}, field="parent")
        )
    inherited = {"kind": parent.kind, "side": parent.side, "is_cash": parent.is_cash, "needs_party": parent.needs_party}
    account = Account.objects.create(
        company=actor.company, code=code, name=name, parent=parent, **{**inherited, **values}
    )
    if parent.is_leaf:
        save_changes(parent, {"is_leaf": False})
    current_act().audit(account, "created", {"code": (None, code)})
    search.index([account])
    cached.forget(actor.company_id)
    return account


@service
def change_account(*, account: Account, actor: Actor, reason: str = "", **values: Any) -> Account:
    """Change names and rules of an account, or archive it. Raises BusinessError when it still has a balance."""
    account = Account.objects.of(actor.company_id).lock([account.pk]).get()
    if values.get("is_archived") and (account.roles.exists() or balance_of(account)):
        raise BusinessError(
            Refusal("in_use", _("%(code)s has a balance or plays a role"), {"code": account.code}, field="is_archived")
        )
    save_changes(account, values)
    search.index(Account.objects.of(actor.company_id).filter(code__startswith=account.code))  # found by its name, too
    cached.forget(actor.company_id)
    return account


def balance_of(account: Account) -> Decimal:
    """Debit less credit of an account over all periods."""
    sums = AccountBalance.objects.filter(account=account).aggregate(
        debit=Sum("debit", default=ZERO), credit=Sum("credit", default=ZERO)
    )
    return sums["debit"] - sums["credit"]


@service
def assign_role(*, role: str, account: Account, actor: Actor, reason: str = "") -> AccountRole:
    """Let another account play a role. Raises BusinessError while the present one has a balance: it would be lost."""
    row = (
        AccountRole.objects.of(actor.company_id)
        .select_related("account")
        .select_for_update(of=("self",))
        .get(role=role)
    )
    if row.account_id != account.pk:
        if not account.is_leaf or account.is_archived:
            raise BusinessError(
                Refusal("account", _("Only open accounts without subaccounts take postings"), field="account")
            )
        if balance_of(row.account):
            raise BusinessError(
                Refusal("in_use", _("%(code)s still has a balance"), {"code": row.account.code}, field="account")
            )
    save_changes(row, {"account": account})
    cached.forget(actor.company_id)
    return row


@service
def create_term(
    *, code: str, name: str, lines: Sequence[Mapping[str, Any]], actor: Actor, reason: str = "", **values: Any
) -> PaymentTerm:
    """Add a payment term with its instalments (`percent`, `days`, `from_month_end`; the last one takes the rest)."""
    if PaymentTerm.objects.of(actor.company_id).filter(code=code).exists():
        raise BusinessError(Refusal("code_taken", _("%(code)s is there already"), {"code": code}, field="code"))
    _one_default(values, actor)
    term = PaymentTerm.objects.create(company=actor.company, code=code, name=name, **values)
    _write_lines(term, lines)
    current_act().audit(term, "created", {"code": (None, code)})
    cached.forget(actor.company_id)
    return term


@service
def change_term(
    *,
    term: PaymentTerm,
    actor: Actor,
    lines: Sequence[Mapping[str, Any]] | None = None,
    reason: str = "",
    **values: Any,
) -> PaymentTerm:
    """Change a payment term; what is open already keeps its due dates. `lines` are all instalments."""
    term = PaymentTerm.objects.of(actor.company_id).lock([term.pk]).get()
    _one_default(values, actor)
    save_changes(term, values)
    if lines is not None:
        before = [(line.percent, line.days, line.from_month_end) for line in term.lines.all()]
        term.lines.all().delete()
        written = _write_lines(term, lines)
        after = [(row.percent, row.days, row.from_month_end) for row in written]
        current_act().audit(term, "instalments", {"lines": (before, after)})
    cached.forget(actor.company_id)
    return term


def _one_default(values: Mapping[str, Any], actor: Actor) -> None:
    if values.get("is_default"):
        PaymentTerm.objects.of(actor.company_id).filter(is_default=True).update(is_default=False)


def _write_lines(term: PaymentTerm, lines: Sequence[Mapping[str, Any]]) -> list[PaymentTermLine]:
    percents = [line.get("percent") for line in lines]
    shares = [percent for percent in percents[:-1] if percent is not None]
    if not lines or len(shares) != len(percents) - 1 or sum(shares, ZERO) >= HUNDRED or percents[-1] is not None:
        raise BusinessError(
            Refusal("instalments", _("Give each instalment its percent; the last one takes the rest"), field="lines")
        )
    return PaymentTermLine.objects.bulk_create(
        PaymentTermLine(
            company_id=term.company_id,
            term=term,
            position=position,
            percent=line.get("percent"),
            days=line.get("days", 0),
            from_month_end=line.get("from_month_end", False),
        )
        for position, line in enumerate(lines)
    )


@service
def change_policy(*, actor: Actor, reason: str = "", **values: Any) -> FinancePolicy:
    """Change how the company keeps its books; orders keep the posting rule under which they were confirmed."""
    policy = FinancePolicy.objects.of(actor.company_id).select_for_update().get()
    save_changes(policy, values)
    cached.forget(actor.company_id)
    return policy
