"""Papers of the warehouse for other systems: what goes out, what comes in, what is corrected."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from erp.inventory import filters, services
from erp.inventory.api.common import SEE_COST, quantity_field
from erp.inventory.models import (
    Delivery,
    DeliveryLine,
    GoodsReceipt,
    GoodsReceiptLine,
    StockAdjustment,
    StockAdjustmentLine,
    StockTransfer,
    Warehouse,
)
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
from suite.core.money import ZERO
from suite.desk.papers.rest import Printing
from suite.masterdata.api import FieldRules
from suite.masterdata.models import Party, Product

RELEASE = _("Orders that hold these goods may lose them; without it, they are named in the refusal `reserved`")


class Reversing(Reason):
    """Why a paper is taken back."""

    release = serializers.BooleanField(default=False, help_text=RELEASE)


class DeliveryLineSerializer(FieldRules, StrictModelSerializer):
    guarded = {SEE_COST: ("cost", "returned_cost")}

    class Meta:
        model = DeliveryLine
        fields = ("id", "position", "product", "order_line_id", "quantity", "returned", "cost", "returned_cost")


class DeliverySerializer(StrictModelSerializer):
    kind = serializers.CharField(source="kind_of", read_only=True)
    lines = DeliveryLineSerializer(many=True, read_only=True)

    class Meta:
        model = Delivery
        fields = (
            "id", "number", "kind", "status", "party", "warehouse", "order_kind", "order_id", "order_number",
            "promised_date", "shipped_on", "waits_for_payment", "backorder_of", "address", "carrier",
            "tracking_number", "note", "lines", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = tuple(
            name for name in fields if name not in ("promised_date", "address", "carrier", "tracking_number", "note")
        )


class LineQuantity(StrictSerializer):
    """So much of a line of the delivery, in base units."""

    line = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    quantity = quantity_field(min_value=ZERO)


class Shipment(StrictSerializer):
    """Without `lines` everything is shipped; with them only so much, and the rest goes on in a backorder."""

    lines = LineQuantity(many=True, required=False)
    posting_date = serializers.DateField(required=False, default=None)
    backorder_date = serializers.DateField(required=False, default=None)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class TakingBack(StrictSerializer):
    """What comes back, and why."""

    lines = LineQuantity(many=True, allow_empty=False)
    warehouse = ScopedRelatedField(Warehouse, required=False, default=None)
    posting_date = serializers.DateField(required=False, default=None)
    reason = serializers.CharField(max_length=200)


class DeliveryViewSet(Printing, Updating, ServiceViewSet):
    model = Delivery
    serializer_class = DeliverySerializer
    filterset_class = filters.DeliveryFilters
    prefetch = ("lines",)
    input_classes = {"ship": Shipment, "take_back": TakingBack}
    action_permissions = {"ship": "erp_inventory.ship_delivery", "take_back": "erp_inventory.return_delivery"}

    def change(self, row: Delivery, values: dict[str, Any]) -> None:
        services.change_delivery(delivery=row, values=values, actor=self.actor)

    @action(detail=True, methods=["post"])
    def ship(self, request: Request, pk: str) -> Response:
        delivery, values = self.get_object(), self.input()
        lines = values.pop("lines", None)
        quantities = None if lines is None else by_line(delivery, lines)
        services.ship([delivery], quantities=quantities, actor=self.actor, **values)
        return self.answer(pk)

    @action(detail=True, methods=["post"], url_path="return")
    def take_back(self, request: Request, pk: str) -> Response:
        delivery, values = self.get_object(), self.input()
        warehouse = values.pop("warehouse")
        services.return_goods(
            by_line(delivery, values.pop("lines")),
            warehouse_id=warehouse and warehouse.pk,
            actor=self.actor,
            **values,
        )
        return self.answer(pk)


def by_line(paper: Delivery | GoodsReceipt | StockTransfer, lines: list[Mapping[str, Any]]) -> dict[int, Decimal]:
    """Quantities by line; a line of another paper does not exist here, and nobody means a line twice."""
    known = {line.pk: line.quantity for line in paper.lines.all()}
    found: dict[int, Decimal] = {}
    wrong: dict[int, dict[str, Any]] = {}
    for index, each in enumerate(lines):
        pk, quantity = each["line"], each["quantity"]
        if pk not in known:
            wrong[index] = {"line": [_("There is no such line")]}
        elif pk in found:
            wrong[index] = {"line": [_("Name each line once")]}
        elif quantity > known[pk]:
            wrong[index] = {"quantity": [_("Between 0 and what is on the line")]}
        found[pk] = quantity
    if wrong:
        raise serializers.ValidationError({"lines": wrong})
    return found


class GoodsReceiptLineSerializer(FieldRules, StrictModelSerializer):
    guarded = {SEE_COST: ("value", "returned_value")}

    class Meta:
        model = GoodsReceiptLine
        fields = (
            "id", "position", "product", "order_line_id", "delivery_line", "quantity", "value", "returned",
            "returned_value", "invoiced",
        )  # fmt: skip


class GoodsReceiptSerializer(StrictModelSerializer):
    kind = serializers.CharField(source="kind_of", read_only=True)
    lines = GoodsReceiptLineSerializer(many=True, read_only=True)

    class Meta:
        model = GoodsReceipt
        fields = (
            "id", "number", "kind", "status", "party", "warehouse", "order_kind", "order_id", "order_number",
            "received_on", "reference", "reason", "note", "lines", "version", "created_at",
        )  # fmt: skip


class ReceivedLine(StrictSerializer):
    """What came in, in base units; without a `unit_cost` (before tax) the product's standard cost counts."""

    product = ScopedRelatedField(Product)
    quantity = quantity_field(min_value=Decimal("0.000001"))
    unit_cost = quantity_field(min_value=ZERO, required=False, default=None, allow_null=True)


class Receiving(StrictSerializer):
    """Goods without a purchase order. With a `party` they are owed to that supplier, without one they are a gain."""

    warehouse = ScopedRelatedField(Warehouse)
    party = ScopedRelatedField(Party, required=False, default=None, allow_null=True)
    received_on = serializers.DateField(required=False, default=None)
    reference = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    lines = ReceivedLine(many=True, allow_empty=False)


class SendingBack(StrictSerializer):
    """What goes back to the supplier, and why."""

    lines = LineQuantity(many=True, allow_empty=False)
    posting_date = serializers.DateField(required=False, default=None)
    reason = serializers.CharField(max_length=200)


class GoodsReceiptViewSet(Printing, Creating, ServiceViewSet):
    model = GoodsReceipt
    serializer_class = GoodsReceiptSerializer
    filterset_class = filters.GoodsReceiptFilters
    prefetch = ("lines",)
    input_classes = {"create": Receiving, "reverse": Reversing, "send_back": SendingBack}
    action_permissions = {
        "reverse": "erp_inventory.reverse_goodsreceipt",
        "send_back": "erp_inventory.reverse_goodsreceipt",
    }

    def add(self, values: dict[str, Any]) -> GoodsReceipt:
        lines = [
            services.ReceiptLine(line["product"].pk, line["quantity"], services.value_at(**line))
            for line in values["lines"]
        ]
        receipt = services.ReceiptInput(
            warehouse_id=values["warehouse"].pk,
            lines=lines,
            party_id=values["party"] and values["party"].pk,
            reference=values["reference"],
            reason=values["reason"],
        )
        return services.receive([receipt], received_on=values["received_on"], actor=self.actor)[0]

    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        services.reverse_receipt(self.get_object(), actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, pk: str) -> Response:
        receipt, values = self.get_object(), self.input()
        services.return_to_supplier(by_line(receipt, values.pop("lines")), actor=self.actor, **values)
        return self.answer(pk)


class AdjustmentLineSerializer(FieldRules, StrictModelSerializer):
    guarded = {SEE_COST: ("unit_cost", "value")}

    class Meta:
        model = StockAdjustmentLine
        fields = ("id", "position", "product", "book_quantity", "difference", "unit_cost", "value")


class AdjustmentSerializer(StrictModelSerializer):
    kind = serializers.CharField(source="kind_of", read_only=True)
    lines = AdjustmentLineSerializer(many=True, read_only=True)

    class Meta:
        model = StockAdjustment
        fields = ("id", "number", "kind", "status", "warehouse", "date", "reason", "lines", "version", "created_at")


class AdjustedLine(StrictSerializer):
    """So much more than the book says is there, or less when negative."""

    product = ScopedRelatedField(Product)
    difference = quantity_field()
    unit_cost = quantity_field(min_value=ZERO, required=False, default=None, allow_null=True)


class Adjusting(StrictSerializer):
    """A correction with its reason, or (`kind` opening) the stock a company starts with."""

    kind = serializers.ChoiceField(
        choices=[StockAdjustment.Kind.COUNT, StockAdjustment.Kind.OPENING], default=StockAdjustment.Kind.COUNT
    )
    warehouse = ScopedRelatedField(Warehouse)
    date = serializers.DateField(required=False, default=None)
    reason = serializers.CharField(max_length=200)
    release = serializers.BooleanField(default=False, help_text=RELEASE)
    lines = AdjustedLine(many=True, allow_empty=False)


class AdjustmentViewSet(Printing, Creating, ServiceViewSet):
    model = StockAdjustment
    serializer_class = AdjustmentSerializer
    filterset_class = filters.AdjustmentFilters
    prefetch = ("lines",)
    input_classes = {"create": Adjusting, "reverse": Reversing}
    action_permissions = {"reverse": "erp_inventory.reverse_stockadjustment"}

    def add(self, values: dict[str, Any]) -> StockAdjustment:
        book = services.opening_stock if values["kind"] == StockAdjustment.Kind.OPENING else services.adjust
        return book(
            [
                services.Difference(line["product"].pk, line["difference"], line["unit_cost"])
                for line in values["lines"]
            ],
            warehouse_id=values["warehouse"].pk,
            date=values["date"],
            reason=values["reason"],
            release=values["release"],
            actor=self.actor,
        )

    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        services.reverse_adjustment(self.get_object(), actor=self.actor, **self.input())
        return self.answer(pk)
