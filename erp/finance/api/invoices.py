"""Tax invoices."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from erp.finance import filters
from erp.finance.models import Deferral, Invoice, InvoiceLine
from erp.finance.services import invoices
from erp.finance.services.invoice_lines import InvoiceLineInput
from suite.core.api import (
    Creating,
    DecimalField,
    Reason,
    ScopedRelatedField,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    Updating,
    action,
)
from suite.desk.papers.rest import Printing
from suite.masterdata.models import Party, Product, Tax

LARGEST = 2**63 - 1


class InvoiceLineSerializer(StrictModelSerializer):
    class Meta:
        model = InvoiceLine
        fields = (
            "id", "position", "product", "description", "unit", "quantity", "unit_price", "discount", "tax",
            "tax_rate", "net", "tax_amount", "gross", "source_line_id",
        )  # fmt: skip


class InvoiceSerializer(StrictModelSerializer):
    """`serial` has no gaps per company and year; `tax_number` is that of the tax platform."""

    kind = serializers.CharField(source="kind_of", read_only=True)
    lines = InvoiceLineSerializer(many=True, read_only=True)
    version = serializers.IntegerField(required=False, min_value=1, help_text=_("The version that was read"))

    class Meta:
        model = Invoice
        fields = (
            "id", "number", "direction", "kind", "status", "year", "serial", "tax_number", "party", "date", "due_date",
            "currency", "prices_include_tax", "net", "tax_amount", "gross", "is_red", "corrects", "order_kind",
            "order_id", "order_number", "note", "lines", "issued_at", "version", "created_at",
        )  # fmt: skip
        read_only_fields = tuple(name for name in fields if name not in ("tax_number", "note", "version"))


class LineOfOrder(StrictSerializer):
    """So much of a line of the order, in base units."""

    line = serializers.IntegerField(min_value=1, max_value=LARGEST)
    quantity = DecimalField(max_digits=18, decimal_places=6, min_value=Decimal(0))


class LineByHand(StrictSerializer):
    """Below zero a quantity is credited; an invoice whose total is below zero is a credit note."""

    product = ScopedRelatedField(Product)
    quantity = DecimalField(max_digits=18, decimal_places=6)
    unit_price = DecimalField(max_digits=18, decimal_places=6, min_value=Decimal(0))
    discount = DecimalField(
        max_digits=7, decimal_places=4, min_value=Decimal(0), max_value=Decimal(100), default=Decimal(0)
    )
    tax = ScopedRelatedField(Tax, required=False, default=None)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class InvoiceToDraft(StrictSerializer):
    """From an `order`: what is delivered and not invoiced (`of_ordered`: all that is ordered), less with `order_lines`.

    Or for a `party` with `lines` by hand.
    """

    order = serializers.IntegerField(required=False, default=None, min_value=1, max_value=LARGEST)
    of_ordered = serializers.BooleanField(required=False, default=False)
    order_lines = LineOfOrder(many=True, required=False, default=None, allow_null=True)
    party = ScopedRelatedField(Party, required=False, default=None)
    lines = LineByHand(many=True, required=False, default=list)
    prices_include_tax = serializers.BooleanField(required=False, default=True)
    date = serializers.DateField(required=False, default=None)
    kind = serializers.ChoiceField(
        Invoice.Kind.choices,
        default=None,
        help_text=_("By default a special one where the customer has a taxpayer number, else an ordinary one"),
    )
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        either = [_("Name an order, or a party with lines")]
        if (values["order"] is None) == (values["party"] is None):
            raise serializers.ValidationError({"order": either})
        strange = ("order_lines", "of_ordered") if values["order"] is None else ("lines",)
        if wrong := [name for name in strange if values[name]]:
            raise serializers.ValidationError(dict.fromkeys(wrong, either))
        return values


class RedInvoice(Reason):
    """Without `lines` the whole invoice; with them so much of each of its lines."""

    lines = LineOfOrder(many=True, required=False, default=None, allow_null=True)


class InvoiceViewSet(Printing, Creating, Updating, ServiceViewSet):
    model = Invoice
    serializer_class = InvoiceSerializer
    filterset_class = filters.InvoiceFilters
    ordering_fields = ("id", "date")
    prefetch = ("lines",)
    action_permissions = {
        "issue": "erp_finance.issue_invoice",
        "void": "erp_finance.change_invoice",
        "red": "erp_finance.reverse_invoice",
    }
    input_classes = {"create": InvoiceToDraft, "issue": Reason, "void": Reason, "red": RedInvoice}

    def add(self, values: dict[str, Any]) -> Invoice:
        common = {name: values[name] for name in ("date", "kind", "note")} | {"actor": self.actor}
        if values["order"] is None:
            return invoices.create(
                party=values["party"],
                lines=[InvoiceLineInput(**line) for line in values["lines"]],
                prices_include_tax=values["prices_include_tax"],
                **common,
            )
        if not Deferral.objects.visible_to(self.actor).filter(order_id=values["order"]).exists():
            raise ValidationError({"order": _("There is no such order")})
        (invoice,) = invoices.draft_for_orders(
            order_ids=[values["order"]],
            of_ordered=values["of_ordered"],
            quantities=quantities("order_lines", values),
            **common,
        )
        return invoice

    def change(self, row: Invoice, values: dict[str, Any]) -> None:
        invoices.annotate(invoice_id=row.pk, expected_version=values.pop("version", None), actor=self.actor, **values)

    @action(detail=True, methods=["post"])
    def issue(self, request: Request, pk: str) -> Response:
        invoices.issue(invoice_ids=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def void(self, request: Request, pk: str) -> Response:
        invoices.void(invoice_ids=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def red(self, request: Request, pk: str) -> Response:
        """Answers the red invoice."""
        values = self.input()
        note = invoices.red(
            invoice_id=self.get_object().pk,
            quantities=quantities("lines", values),
            reason=values["reason"],
            actor=self.actor,
        )
        return self.answer(note.pk)


def quantities(name: str, values: Mapping[str, Any]) -> dict[int, Decimal] | None:
    """Quantity by line of the input `name`; none where no lines were named."""
    if values[name] is None:
        return None
    wanted: dict[int, Decimal] = {}
    for index, row in enumerate(values[name]):
        if row["line"] in wanted:
            raise serializers.ValidationError({name: {index: {"line": [_("Name each line once")]}}})
        wanted[row["line"]] = row["quantity"]
    return wanted
