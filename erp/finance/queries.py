"""What every posting reads: settings, the chart, terms and periods, from the process's copy (`suite.core.cached`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from erp.finance.models import Account, AccountRole, FinancePolicy, PaymentTerm, Period
from suite.core import cached
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Company
from suite.core.money import HUNDRED, ZERO, round_money


class Span(NamedTuple):
    """A period as posting needs it."""

    id: int
    code: str
    starts: dt.date
    ends: dt.date
    is_open: bool


class Instalment(NamedTuple):
    """A part of a total: percent of it (None: the rest), so many days after the document."""

    percent: Decimal | None
    days: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The payment terms of a company."""

    default: int | None
    prepaid: frozenset[int]
    instalments: Mapping[int, Sequence[Instalment]]
    rows: Mapping[int, PaymentTerm]

    def split(self, amount: Decimal, day: dt.date, term_id: int | None) -> list[tuple[dt.date, Decimal]]:
        """Due dates and amounts of a total; the parts are rounded and the last takes the rest."""
        parts = self.instalments.get(term_id or self.default or 0) or [Instalment(None, 0)]
        left, due = amount, []
        for part in parts[:-1]:
            share = left if part.percent is None else round_money(amount * part.percent / HUNDRED)
            due.append((day + dt.timedelta(days=part.days), share))
            left -= share
        due.append((day + dt.timedelta(days=parts[-1].days), left))
        return [(date, share) for date, share in due if share]


def policy(company: Company) -> FinancePolicy:
    """How the company keeps its books."""
    return cached.rows(company.pk, "finance.policy", lambda pk: FinancePolicy.objects.of(pk).get())


def accounts(company_id: int) -> dict[int, Account]:
    """The chart, by key."""
    return cached.rows(company_id, "finance.accounts", lambda pk: Account.objects.of(pk).in_bulk())


def role_accounts(company_id: int) -> dict[str, int]:
    """The account that plays each role."""
    return cached.rows(
        company_id, "finance.roles", lambda pk: dict(AccountRole.objects.of(pk).values_list("role", "account_id"))
    )


def account_of(company_id: int, role: str) -> int:
    """The account for a role; raises BusinessError when nobody has said which."""
    try:
        return role_accounts(company_id)[role]
    except KeyError:
        name = AccountRole.Role(role).label
        refusal = Refusal("no_account_role", _("No account is set for the role %(role)s"), {"role": name})
        raise BusinessError(refusal) from None


def terms(company_id: int) -> Terms:
    """The payment terms with their instalments."""
    return cached.rows(company_id, "finance.terms", _load_terms)


def _load_terms(company_id: int) -> Terms:
    rows = list(PaymentTerm.objects.of(company_id).prefetch_related("lines"))
    return Terms(
        default=next((row.pk for row in rows if row.is_default), None),
        prepaid=frozenset(row.pk for row in rows if row.is_prepaid),
        instalments={row.pk: [Instalment(line.percent, line.days) for line in row.lines.all()] for row in rows},
        rows={row.pk: row for row in rows},
    )


def periods(company_id: int) -> list[Span]:
    """All periods, oldest first."""
    return cached.rows(
        company_id,
        "finance.periods",
        lambda pk: [
            Span(row.pk, row.code, row.starts, row.ends, row.status == Period.Status.OPEN)
            for row in Period.objects.of(pk).order_by("starts")
        ],
    )


def period_on(company_id: int, day: dt.date) -> Span:
    """The open period of a day; raises BusinessError when there is none. The trigger that posts looks again."""
    for span in periods(company_id):
        if span.starts <= day <= span.ends:
            if not span.is_open:
                raise BusinessError(
                    Refusal("period_closed", _("Period %(period)s is closed"), {"period": span.code}, field="date")
                )
            return span
    raise BusinessError(Refusal("no_period", _("There is no period for %(day)s"), {"day": day}, field="date"))


def never_negative(amount: Decimal) -> Decimal:
    """Zero for what would fall below it."""
    return max(amount, ZERO)
