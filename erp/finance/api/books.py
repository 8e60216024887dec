"""Accounts, periods and vouchers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from erp.finance import filters
from erp.finance.models import Account, Period, Voucher, VoucherLine
from erp.finance.services import periods, settings, vouchers
from erp.finance.services.vouchers import LineInput
from suite.core.api import (
    Creating,
    Reason,
    ScopedRelatedField,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    Updating,
    action,
)
from suite.desk.papers.rest import Printing


class AccountSerializer(StrictModelSerializer):
    """A row of the chart; subaccounts take kind, side and rules from the account above unless given."""

    class Meta:
        model = Account
        fields = (
            "id", "code", "name", "name_en", "kind", "side", "parent", "is_leaf", "is_cash", "needs_party",
            "is_archived",
        )  # fmt: skip
        read_only_fields = ("is_leaf",)
        extra_kwargs = {"kind": {"required": False}, "side": {"required": False}}


class NewAccount(AccountSerializer):
    parent = ScopedRelatedField(Account)


class AccountChanges(StrictModelSerializer):
    class Meta:
        model = Account
        fields = ("name", "name_en", "is_cash", "needs_party", "is_archived")


class AccountViewSet(Creating, Updating, ServiceViewSet):
    model = Account
    serializer_class = AccountSerializer
    input_classes = {"create": NewAccount, "partial_update": AccountChanges}
    filterset_class = filters.AccountFilters
    ordering_fields = ("id", "code")
    ordering = "code"

    def add(self, values: dict[str, Any]) -> Account:
        return settings.create_account(actor=self.actor, **values)

    def change(self, row: Account, values: dict[str, Any]) -> None:
        settings.change_account(account=row, actor=self.actor, **values)


class PeriodSerializer(StrictModelSerializer):
    class Meta:
        model = Period
        fields = ("id", "code", "starts", "ends", "status", "closed_at")


class Year(StrictSerializer):
    year = serializers.IntegerField(min_value=1950, max_value=2150)


class PeriodViewSet(ServiceViewSet):
    """Months of the books; closed, they take no posting by any path."""

    model = Period
    serializer_class = PeriodSerializer
    filterset_class = filters.PeriodFilters
    ordering_fields = ("id", "starts")
    ordering = "-starts"
    action_permissions = {
        "close": "erp_finance.close_period",
        "reopen": "erp_finance.reopen_period",
        "open_year": "erp_finance.add_period",
    }
    input_classes = {"close": Reason, "reopen": Reason, "open_year": Year}
    output_classes = {"open_year": PeriodSerializer(many=True)}

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        periods.close(period_ids=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        periods.reopen(period_id=self.get_object().pk, actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=False, methods=["post"], url_path="open-year")
    def open_year(self, request: Request) -> Response:
        opened = periods.open_year(actor=self.actor, **self.input())
        return Response(self.get_serializer(opened, many=True).data)


class VoucherLineSerializer(StrictModelSerializer):
    """One side of an entry: exactly one of debit and credit."""

    class Meta:
        model = VoucherLine
        fields = (
            "id", "position", "account", "debit", "credit", "summary", "party", "source_kind", "source_id",
            "product_id", "quantity",
        )  # fmt: skip
        read_only_fields = ("id", "position", "source_kind", "source_id", "product_id", "quantity")


class VoucherSerializer(StrictModelSerializer):
    """A journal entry. Drafts have no serial; posted ones are final and corrected by `reverse`."""

    number = serializers.CharField(read_only=True)
    period = serializers.CharField(source="period.code", read_only=True)
    lines = VoucherLineSerializer(many=True)
    posting_date = serializers.DateField(required=False)
    version = serializers.IntegerField(required=False, min_value=1, help_text=_("The version that was read"))

    class Meta:
        model = Voucher
        fields = (
            "id", "number", "word", "serial", "period", "posting_date", "effective_date", "summary",
            "attachment_count", "is_red", "status", "total", "source_kind", "source_id", "reverses", "prepared_by",
            "reviewed_by", "posted_at", "lines", "version", "created_at",
        )  # fmt: skip
        read_only_fields = (
            "serial", "effective_date", "status", "total", "source_kind", "source_id", "reverses", "prepared_by",
            "reviewed_by", "posted_at", "created_at",
        )  # fmt: skip


class VoucherChanges(VoucherSerializer):
    class Meta(VoucherSerializer.Meta):
        read_only_fields = (*VoucherSerializer.Meta.read_only_fields, "is_red")


class Reversal(Reason):
    posting_date = serializers.DateField(required=False, default=None)


class VoucherViewSet(Printing, Creating, Updating, ServiceViewSet):
    model = Voucher
    serializer_class = VoucherSerializer
    filterset_class = filters.VoucherFilters
    ordering_fields = ("id", "posting_date")
    select = ("period",)
    prefetch = ("lines",)
    action_permissions = {
        "post_voucher": "erp_finance.post_voucher",
        "review": "erp_finance.review_voucher",
        "unreview": "erp_finance.review_voucher",
        "reverse": "erp_finance.reverse_voucher",
        "void": "erp_finance.change_voucher",
    }
    input_classes = {
        "partial_update": VoucherChanges,
        "post_voucher": Reason,
        "review": Reason,
        "unreview": Reason,
        "reverse": Reversal,
        "void": Reason,
    }

    def add(self, values: dict[str, Any]) -> Voucher:
        values.pop("version", None)
        return vouchers.create(lines=line_inputs(values.pop("lines")), actor=self.actor, **values)

    def change(self, row: Voucher, values: dict[str, Any]) -> None:
        lines = line_inputs(values.pop("lines")) if "lines" in values else None
        version = values.pop("version", None)
        vouchers.change(voucher_id=row.pk, lines=lines, expected_version=version, actor=self.actor, **values)

    @action(detail=True, methods=["post"], url_path="post")
    def post_voucher(self, request: Request, pk: str) -> Response:
        return self._do(vouchers.post, pk)

    @action(detail=True, methods=["post"])
    def review(self, request: Request, pk: str) -> Response:
        return self._do(vouchers.review, pk)

    @action(detail=True, methods=["post"])
    def unreview(self, request: Request, pk: str) -> Response:
        return self._do(vouchers.unreview, pk)

    @action(detail=True, methods=["post"])
    def void(self, request: Request, pk: str) -> Response:
        return self._do(vouchers.void, pk)

    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        """Answers the red-letter voucher."""
        red = vouchers.reverse(voucher_id=self.get_object().pk, actor=self.actor, **self.input())
        return self.answer(red.pk)

    def _do(self, service: Any, pk: str) -> Response:
        service(voucher_ids=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)


def line_inputs(lines: list[dict[str, Any]]) -> list[LineInput]:
    """Lines as the service takes them."""
    return [
        LineInput(
            account_id=line["account"].pk,
            debit=line.get("debit", 0),
            credit=line.get("credit", 0),
            summary=line.get("summary", ""),
            party_id=line["party"].pk if line.get("party") else None,
        )
        for line in lines
    ]
