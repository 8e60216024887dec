"""Real data sets with answers known from elsewhere, brought in through the services of the house."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.db.models.functions import ExtractYear

from crm.sales.models import Order
from erp.finance.models import Account
from erp.inventory.models import Delivery
from integration.loading import history
from integration.loading.loader import Loader
from suite.core import invariants
from suite.masterdata.standards import credit_code
from tests import shared

CENTS_OF_ROUNDING = Decimal("0.25")
RENAMED = {"营业税金及附加": "税金及附加"}  # since the turnover tax went in 2016


@pytest.mark.django_db
def test_northwind_is_sold_shipped_invoiced_and_collected_to_the_cent(company, house):
    folder, answers = shared.data("northwind")

    report = Loader(history.read(folder), house).run()

    assert (report.customers, report.products, report.rows) == (91, 77, answers["rows"]["orderdetail"])
    assert (report.sold.papers, report.sold.lines, report.skipped) == (answers["rows"]["order"], report.rows, [])
    assert report.exact == Decimal(str(answers["net_sales"]))
    assert report.net == report.ledger_net == report.exact + CENTS_OF_ROUNDING
    assert (report.open_receivables, report.waiting_events) == (0, 0)

    orders = Order.objects.of(company.pk)
    years = orders.annotate(year=ExtractYear("date")).values_list("year").annotate(Sum("net"))
    for year, net in years:
        assert abs(net - Decimal(str(answers["net_sales_by_year"][year]))) < CENTS_OF_ROUNDING
    assert not Delivery.objects.of(company.pk).exclude(status=Delivery.Status.SHIPPED).exists()
    assert [finding for finding in invariants.check() if not finding.holds] == []


def test_made_up_company_codes_are_told_from_damaged_ones():
    folder, answers = shared.data("china-uscc")

    def accepted(code: str) -> bool:
        try:
            return bool(credit_code(code))
        except ValidationError:
            return False

    rows = shared.rows(folder / "codes.csv.gz")
    wrong = [row for row in rows if accepted(row["code"]) != (row["valid"] == "True")]

    assert wrong == []
    assert Counter(row["valid"] for row in rows) == {"True": answers["valid"], "False": answers["invalid"]}


@pytest.mark.django_db
def test_a_company_begins_with_every_account_of_the_standard(company):
    folder, answers = shared.data("china-accounts")

    ours = {account.code: account for account in Account.objects.of(company.pk)}

    rows = shared.rows(folder / "accounts.csv")
    assert len(rows) == answers["accounts"]
    names = {row["code"]: RENAMED.get(row["name_zh"], row["name_zh"]) for row in rows}
    assert names == {code: ours[code].name for code in names if code in ours}
    wrong = [row for row in rows if row["normal_balance"] not in (ours[row["code"]].side, "either")]
    assert wrong == []
