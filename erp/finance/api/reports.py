"""What the books say."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from erp.finance.models import Account, OpenItem
from erp.finance.services import reconciliation, reports
from suite.core import clock
from suite.core.api import DecimalField, ScopedRelatedField, ServiceView, StrictSerializer
from suite.masterdata.models import Party

LARGEST = 2**63 - 1


def amount() -> DecimalField:
    return DecimalField(max_digits=20, decimal_places=2)


class BalanceRow(serializers.Serializer):
    """Balances are debit less credit."""

    code = serializers.CharField(source="account.code")
    name = serializers.CharField(source="account.name")
    name_en = serializers.CharField(source="account.name_en")
    level = serializers.IntegerField()
    is_leaf = serializers.BooleanField(source="account.is_leaf")
    opening = amount()
    opening_debit = amount()
    opening_credit = amount()
    debit = amount()
    credit = amount()
    closing = amount()
    closing_debit = amount()
    closing_credit = amount()


class Totals(serializers.Serializer):
    opening = amount()
    debit = amount()
    credit = amount()
    closing = amount()


class Sides(serializers.Serializer):
    """The balances of the first level by their side."""

    opening_debit = amount()
    opening_credit = amount()
    closing_debit = amount()
    closing_credit = amount()


class TrialBalance(serializers.Serializer):
    from_period = serializers.CharField(source="from_period.code")
    to_period = serializers.CharField(source="to_period.code")
    rows = BalanceRow(many=True)
    total = Totals()
    sides = Sides()


class PeriodSpan(StrictSerializer):
    """Codes of periods, such as 2026-11; without them the current one."""

    from_period = serializers.CharField(max_length=7, required=False, default="")
    to_period = serializers.CharField(max_length=7, required=False, default="")


class TrialBalanceView(ServiceView):
    action_permissions = {"get": "erp_finance.view_voucher"}
    query_class = PeriodSpan
    serializer_class = TrialBalance

    def get(self, request: Request) -> Response:
        try:
            sheet = reports.trial_balance(self.actor, **self.query())
        except LookupError:
            raise ValidationError({"from_period": _("There is no such span of periods")}) from None
        return Response(TrialBalance(sheet).data)


class LedgerRow(serializers.Serializer):
    """A posted line; `source_kind` and `source_id` name the document behind its voucher."""

    id = serializers.IntegerField(source="line.pk")
    date = serializers.DateField(source="line.posting_date")
    voucher = serializers.IntegerField(source="line.voucher_id")
    number = serializers.CharField(source="line.voucher.number")
    summary = serializers.CharField(source="line.summary")
    party = serializers.IntegerField(source="line.party_id", allow_null=True)
    debit = DecimalField(max_digits=18, decimal_places=2, source="line.debit")
    credit = DecimalField(max_digits=18, decimal_places=2, source="line.credit")
    balance = amount()
    source_kind = serializers.CharField(source="line.voucher.source_kind")
    source_id = serializers.IntegerField(source="line.voucher.source_id", allow_null=True)


class LedgerSheet(serializers.Serializer):
    """`next`: pass it as `after` for the next page."""

    account = serializers.CharField(source="account.code")
    starts = serializers.DateField()
    ends = serializers.DateField()
    opening = amount()
    debit = amount()
    credit = amount()
    closing = amount()
    rows = LedgerRow(many=True)
    next = serializers.IntegerField(allow_null=True)


class LedgerQuery(StrictSerializer):
    account = ScopedRelatedField(Account)
    since = serializers.DateField(required=False, default=None, help_text=_("Default: the first day of this month"))
    until = serializers.DateField(required=False, default=None, help_text=_("Default: today"))
    party = ScopedRelatedField(Party, required=False, default=None)
    after = serializers.IntegerField(required=False, default=None, min_value=1, max_value=LARGEST)


class LedgerView(ServiceView):
    action_permissions = {"get": "erp_finance.view_voucher"}
    query_class = LedgerQuery
    serializer_class = LedgerSheet

    def get(self, request: Request) -> Response:
        asked = self.query()
        today = clock.today(self.actor.company)
        party: Any = asked["party"]
        try:
            sheet = reports.ledger(
                self.actor,
                asked["account"],
                asked["since"] or today.replace(day=1),
                asked["until"] or today,
                party_id=party.pk if party else None,
                after=asked["after"],
            )
        except LookupError:
            raise ValidationError({"after": _("There is no such line")}) from None
        return Response(LedgerSheet(sheet).data)


class AgeingRow(serializers.Serializer):
    """`buckets` by days past due, first what is not due; what is not delivered yet never ages."""

    party = serializers.IntegerField(source="party_id")
    name = serializers.CharField()
    buckets = serializers.ListField(child=amount())
    undelivered = amount()
    total = amount()


class Ageing(serializers.Serializer):
    """`limits` are the days at which the buckets end; the last one has no end. `ledger` is the control account."""

    side = serializers.CharField()
    as_of = serializers.DateField()
    limits = serializers.ListField(child=serializers.IntegerField(), default=list(reports.BUCKETS))
    rows = AgeingRow(many=True)
    total = AgeingRow()
    ledger = amount()


class AgeingQuery(StrictSerializer):
    side = serializers.ChoiceField(OpenItem.Side.choices, default=OpenItem.Side.RECEIVABLE)
    as_of = serializers.DateField(required=False, default=None)


class AgeingView(ServiceView):
    action_permissions = {"get": "erp_finance.view_openitem"}
    query_class = AgeingQuery
    serializer_class = Ageing

    def get(self, request: Request) -> Response:
        return Response(Ageing(reports.ageing(self.actor, **self.query())).data)


class DifferenceRow(serializers.Serializer):
    kind = serializers.CharField()
    id = serializers.IntegerField(allow_null=True)
    sub = amount()
    ledger = amount()


class Section(serializers.Serializer):
    """A sub-ledger beside its account; `differences` name the documents that do not agree."""

    name = serializers.CharField()
    title = serializers.CharField()
    sub = amount()
    ledger = amount()
    agrees = serializers.BooleanField()
    differences = DifferenceRow(many=True)


class ReconciliationView(ServiceView):
    action_permissions = {"get": "erp_finance.view_voucher"}
    serializer_class = Section(many=True)

    def get(self, request: Request) -> Response:
        return Response(Section(reconciliation.reconcile(self.actor), many=True).data)
