"""What quotations and orders have in common at the API: their lines, their header, how input becomes lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.response import Response

from crm.sales.models import OrderLine, QuotationLine
from crm.sales.services import approving
from crm.sales.services.lines import inputs_of
from crm.sales.services.pricing import LineInput
from suite.core.api import DecimalField, InItsCurrency, ServiceViewSet, StrictModelSerializer
from suite.core.errors import Refusal
from suite.desk.chain import chain_of
from suite.desk.papers.rest import Printing
from suite.masterdata.models import TradeDocument
from suite.masterdata.queries import is_currency

SMALLEST = Decimal("0.000001")
LINE_FIELDS = (
    "id", "position", "product", "product_code", "product_name", "description", "unit", "quantity", "base_quantity",
    "unit_price", "discount", "tax", "tax_rate", "net", "tax_amount", "gross", "requested_date", "is_direct",
    "promotion", "promoted",
)  # fmt: skip
DECIDED = ("position", "base_quantity", "tax_rate", "net", "tax_amount", "gross", "promotion", "promoted")
HEADER_FIELDS = (
    "id", "number", "status", "party", "party_name", "contact", "owner", "team", "date", "currency", "exchange_rate",
    "prices_include_tax", "net", "tax_amount", "gross", "note", "doubts", "revision", "version", "created_at",
    "updated_at",
)  # fmt: skip
GIVEN_BY_US = ("number", "status", "owner", "team", "revision", "version", "created_at", "updated_at")


class CurrencyField(serializers.RegexField):
    """The code of a currency."""

    default_error_messages = {"unknown": _("There is no currency %(currency)s")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("^[A-Z]{3}$", **kwargs)

    def run_validators(self, value: str) -> None:
        super().run_validators(value)
        if not is_currency(value):
            raise serializers.ValidationError(self.error_messages["unknown"] % {"currency": value}, code="unknown")


class TradeLineSerializer(StrictModelSerializer):
    """A line. Without `unit_price` it is priced from the price lists and promotions, without `tax` and `unit` as the
    product says. `promoted` names the promotions: name, English name, percent."""

    id = serializers.IntegerField(required=False, help_text=_("Names the line that is changed and keeps its id"))
    product_code = serializers.CharField(source="product.code", read_only=True)
    product_name = serializers.CharField(source="product.label", read_only=True)
    unit = serializers.CharField(source="unit_id", max_length=12, required=False)
    quantity = DecimalField(max_digits=18, decimal_places=6, min_value=SMALLEST)
    unit_price = DecimalField(max_digits=18, decimal_places=6, min_value=Decimal(0), required=False)
    discount = DecimalField(
        max_digits=7, decimal_places=4, min_value=Decimal(0), max_value=Decimal(100), required=False
    )

    class Meta:
        fields = LINE_FIELDS
        read_only_fields = DECIDED
        extra_kwargs = {"tax": {"required": False}}


class Doubt(serializers.Serializer):
    """What a draft gives away beyond the caller's limits: it is saved, and refused where it would be promised."""

    line = serializers.IntegerField()
    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField(source="*")


class TradeSerializer(InItsCurrency, StrictModelSerializer):
    """The header of a quotation or an order."""

    party_name = serializers.CharField(source="party.label", read_only=True)
    currency = CurrencyField(source="currency_id", required=False)
    exchange_rate = DecimalField(max_digits=18, decimal_places=8, min_value=SMALLEST, required=False)
    doubts = Doubt(many=True, read_only=True)

    class Meta:
        fields = HEADER_FIELDS
        read_only_fields = GIVEN_BY_US
        extra_kwargs = {"date": {"required": False}}

    @cached_property
    def _doubts(self) -> dict[int, list[Refusal]]:
        """Of all papers that are answered together, as many statements for a page of them as for one."""
        many = isinstance(self.parent, serializers.ListSerializer)
        return approving.doubts(self.parent.instance if many else [self.instance], self.context["request"].actor)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        instance.doubts = self._doubts.get(instance.pk, ())
        return super().to_representation(instance)


class LinkedPaper(serializers.Serializer):
    """A paper in the chain."""

    kind = serializers.CharField()
    id = serializers.IntegerField(source="pk")
    number = serializers.CharField(source="title")
    state = serializers.CharField()
    current = serializers.BooleanField()


class Step(serializers.Serializer):
    """The papers of one kind in a chain, from the earliest step to the latest."""

    label = serializers.CharField()
    papers = LinkedPaper(source="boxes", many=True)


def line_inputs(rows: Iterable[Mapping[str, Any]], known: Sequence[OrderLine | QuotationLine] = ()) -> list[LineInput]:
    """Checked lines as the services take them; what is left out of a line that is known stays as it was."""
    before = {line.id: line for line in inputs_of(known)}
    return [_line_input(row, before.get(row.get("id") or 0), index) for index, row in enumerate(rows)]


def _line_input(row: Mapping[str, Any], before: LineInput | None, index: int) -> LineInput:
    values = {name: row[name] for name in ("id", "quantity", "unit_price", "discount", "unit_id", "description",
                                           "requested_date", "is_direct") if name in row}  # fmt: skip
    if "product" in row:
        values["product_id"] = row["product"].pk
    if "tax" in row:
        values["tax_id"] = row["tax"].pk
    if before is None:
        missing = {"product_id": "product", "quantity": "quantity"}.items()
        if wrong := [name for column, name in missing if column not in values]:
            required = serializers.Field.default_error_messages["required"]
            unknown = {"id": [_("There is no such line in this document")]}
            errors = unknown if row.get("id") else {name: [required] for name in wrong}
            raise serializers.ValidationError({"lines": {index: errors}})
        return LineInput(**values)
    if values.get("product_id", before.product_id) != before.product_id:
        return LineInput(**{"quantity": before.quantity, **values})  # another product has its own price, unit and tax
    if values.get("unit_id", before.unit_id) != before.unit_id and "unit_price" not in values:
        values["unit_price"] = None
    return replace(before, **values)


class TradeViewSet(Printing, ServiceViewSet):
    """Acts of both: the record is looked for without its lines, which the answer reads again anyway."""

    def key(self, pk: str) -> int:
        """The key of the record, if the caller may do this to it; else there is no such record."""
        if not self.model._default_manager.shows(int(pk), self.actor, self.permission_code(self.action)):  # type: ignore[attr-defined]
            raise Http404
        return int(pk)

    def chain_answer(self, document: TradeDocument) -> Response:
        return Response(Step(chain_of(self.actor, document), many=True).data)
