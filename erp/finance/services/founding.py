"""The books of a new company: chart of accounts of 小企业会计准则, who plays which role, terms, settings, periods."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from erp.finance.models import Account, AccountRole, FinancePolicy, PaymentTerm, PaymentTermLine
from erp.finance.services.periods import open_around
from suite.core import cached, clock
from suite.core.models import Company
from suite.desk import search

CHART = Path(settings.BASE_DIR) / "suite" / "reference" / "chart_of_accounts_cn_small.csv"

Role = AccountRole.Role
ROLES = {
    Role.CASH: "1001",
    Role.BANK: "1002",
    Role.RECEIVABLE: "1122",
    Role.DEPOSIT: "220301",
    Role.UNDELIVERED: "220302",
    Role.PAYABLE: "220201",
    Role.RECEIVED: "220202",
    Role.PREPAID: "1123",
    Role.INVENTORY: "1405",
    Role.REVENUE: "500101",
    Role.SERVICE_REVENUE: "500102",
    Role.COST: "5401",
    Role.SERVICE_COST: "5402",
    Role.OUTPUT_VAT: "22210107",
    Role.INPUT_VAT: "22210101",
    Role.STOCK_GAIN: "530104",
    Role.STOCK_LOSS: "571101",
    Role.OPENING: "310405",
    Role.BANK_CHARGES: "560301",
    Role.BAD_DEBT: "571103",
    Role.BAD_DEBT_RECOVERED: "530106",
    Role.EXCHANGE_GAIN: "530105",
    Role.EXCHANGE_LOSS: "560303",
}
NEEDS_PARTY = {"1122", "1123", "220201", "220202", "220301", "220302"}
CASH = ("1001", "1002", "1012")

# code: (Chinese name, English name, paid before delivery, instalments as (percent, days, counted from the month's end))
TERMS: dict[str, tuple[str, str, bool, list[tuple[Decimal | None, int, bool]]]] = {
    "NET30": ("30天付款", "30 days", False, [(None, 30, False)]),
    "NET60": ("60天付款", "60 days", False, [(None, 60, False)]),
    "EOM30": ("月结30天", "30 days after the end of the month", False, [(None, 30, True)]),
    "COD": ("货到付款", "Payment on delivery", False, [(None, 0, False)]),
    "PREPAID": ("款到发货", "Paid before delivery", True, [(None, 0, False)]),
    "HALF": (
        "30天付50%,60天付清",
        "Half in 30 days, the rest in 60",
        False,
        [(Decimal(50), 30, False), (None, 60, False)],
    ),
}
DEFAULT_TERM = "NET30"


def set_up(company: Company) -> None:
    """Lay the books of a company that is being founded."""
    accounts = _lay_chart(company)
    AccountRole.objects.bulk_create(
        AccountRole(company=company, role=role, account=accounts[code]) for role, code in ROLES.items()
    )
    terms = PaymentTerm.objects.bulk_create(
        PaymentTerm(
            company=company, code=code, name=name, name_en=name_en, is_prepaid=prepaid, is_default=code == DEFAULT_TERM
        )
        for code, (name, name_en, prepaid, _lines) in TERMS.items()
    )
    PaymentTermLine.objects.bulk_create(
        PaymentTermLine(
            company=company, term=term, position=position, percent=percent, days=days, from_month_end=from_month_end
        )
        for term in terms
        for position, (percent, days, from_month_end) in enumerate(TERMS[term.code][3])
    )
    FinancePolicy.objects.create(company=company)
    search.index(accounts.values())
    open_around(company, clock.today(company))
    cached.forget(company.pk)


def _lay_chart(company: Company) -> dict[str, Account]:
    """Level by level, for a child points at its parent."""
    with CHART.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    parents = {row["parent"] for row in rows}
    accounts: dict[str, Account] = {}
    for length in sorted({len(row["code"]) for row in rows}):
        level = Account.objects.bulk_create(
            Account(
                company=company,
                code=row["code"],
                name=row["name_zh"],
                name_en=row["name_en"],
                kind=row["type"],
                side=row["normal_side"],
                parent=accounts.get(row["parent"]),
                is_leaf=row["code"] not in parents,
                is_cash=row["code"].startswith(CASH),
                needs_party=row["code"] in NEEDS_PARTY,
            )
            for row in rows
            if len(row["code"]) == length
        )
        accounts |= {account.code: account for account in level}
    return accounts
