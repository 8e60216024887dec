"""What lists of the API can be narrowed by."""

import django_filters as df

from erp.finance.models import (
    Account,
    CreditAccount,
    Invoice,
    MoneyMovement,
    OpenItem,
    PaymentTerm,
    Period,
    Voucher,
)
from suite.core.api import FilterSet, ScopedChoiceFilter
from suite.masterdata.models import Party

LARGEST = 2**63 - 1


class AccountFilters(FilterSet):
    parent = ScopedChoiceFilter(Account)
    code_starts = df.CharFilter("code", "startswith", max_length=20)

    class Meta:
        model = Account
        fields = ("code", "kind", "is_leaf", "is_cash", "is_archived")


class PeriodFilters(FilterSet):
    class Meta:
        model = Period
        fields = ("code", "status")


class VoucherFilters(FilterSet):
    period = df.CharFilter("period__code", max_length=7)
    since = df.DateFilter("posting_date", "gte")
    until = df.DateFilter("posting_date", "lte")
    source_id = df.NumberFilter("source_id", min_value=0, max_value=LARGEST)

    class Meta:
        model = Voucher
        fields = ("status", "word", "serial", "is_red", "source_kind")


class OpenItemFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    order_kind = df.CharFilter("order_kind")
    order_id = df.NumberFilter("order_id", min_value=0, max_value=LARGEST)
    due_since = df.DateFilter("due_date", "gte")
    due_until = df.DateFilter("due_date", "lte")

    class Meta:
        model = OpenItem
        fields = ("status", "number", "order_number", "invoice")


class MoneyFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    since = df.DateFilter("date", "gte")
    until = df.DateFilter("date", "lte")
    has_advance = df.BooleanFilter("unapplied", "gt", method="with_advance")

    class Meta:
        model = MoneyMovement
        fields = ("status", "number", "method", "reference")

    def with_advance(self, rows, name, value):  # type: ignore[no-untyped-def]
        return rows.filter(unapplied__gt=0) if value else rows.filter(unapplied=0)


class InvoiceFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    kind = df.ChoiceFilter("kind_of", choices=Invoice.Kind.choices)
    order_kind = df.CharFilter("order_kind")
    order_id = df.NumberFilter("order_id", min_value=0, max_value=LARGEST)
    since = df.DateFilter("date", "gte")
    until = df.DateFilter("date", "lte")

    class Meta:
        model = Invoice
        fields = ("direction", "status", "number", "year", "serial", "tax_number", "is_red", "order_number")


class CreditFilters(FilterSet):
    party = ScopedChoiceFilter(Party)

    class Meta:
        model = CreditAccount
        fields = ("is_blocked",)


class TermFilters(FilterSet):
    class Meta:
        model = PaymentTerm
        fields = ("code", "is_prepaid", "is_default")
