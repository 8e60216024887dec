"""What the API of purchasing takes and answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from erp.finance.models import Invoice
from erp.inventory.models import GoodsReceipt, Warehouse
from erp.procurement.models import (
    LandedCost,
    LandedCostLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Requisition,
    RequisitionLine,
    Supplier,
    SupplierItem,
)
from erp.procurement.queries.arrivals import Bucket
from suite.core.api import (
    DecimalField,
    InItsCurrency,
    Reason,
    ScopedRelatedField,
    StrictModelSerializer,
    StrictSerializer,
)
from suite.core.money import ZERO
from suite.masterdata.api.profiles import NewProfile, ProfileSerializer
from suite.masterdata.models import Currency, Party, Product, Unit


def figure(**kwargs: Any) -> DecimalField:
    """A quantity or a price."""
    return DecimalField(max_digits=18, decimal_places=6, **kwargs)


class RequisitionLineSerializer(StrictModelSerializer):
    """What is wanted, in base units; supplier and price default to the offer asked first. `terms` are its figures."""

    quantity = figure(min_value=ZERO)
    price = figure(required=False, min_value=ZERO)

    class Meta:
        model = RequisitionLine
        fields = (
            "id", "product", "supplier", "quantity", "price", "needed", "needed_by", "ordered", "cancelled", "pending",
            "order_line_id", "terms",
        )  # fmt: skip
        read_only_fields = ("id", "needed", "ordered", "cancelled", "pending", "order_line_id", "terms")


class RequisitionSerializer(StrictModelSerializer):
    """A request to buy; made for a sales order it carries its number."""

    warehouse = ScopedRelatedField(Warehouse, required=False)
    lines = RequisitionLineSerializer(many=True)
    version = serializers.IntegerField(required=False, min_value=1, help_text=_("The version that was read"))

    class Meta:
        model = Requisition
        fields = (
            "id", "number", "status", "origin", "warehouse", "order_kind", "order_id", "order_number", "amount",
            "note", "created_by", "owner", "lines", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = (
            "number", "status", "origin", "order_kind", "order_id", "order_number", "amount", "created_by", "owner",
            "created_at", "updated_at",
        )  # fmt: skip


class PurchaseOrderLineSerializer(StrictModelSerializer):
    """Quantity in `unit` (negative: goods go back), price per that unit; progress in base units."""

    unit = ScopedRelatedField(Unit, required=False)
    unit_price = figure(required=False, min_value=ZERO)
    outstanding = figure(read_only=True)
    id = serializers.IntegerField(required=False, min_value=1)

    class Meta:
        model = PurchaseOrderLine
        fields = (
            "id", "product", "description", "quantity", "unit", "unit_price", "discount", "tax", "tax_rate", "net",
            "tax_amount", "gross", "base_quantity", "requested_date", "promised_date", "received", "returned",
            "invoiced", "outstanding", "requisition_line",
        )  # fmt: skip
        read_only_fields = (
            "tax_rate", "net", "tax_amount", "gross", "base_quantity", "received", "returned", "invoiced",
            "requisition_line",
        )  # fmt: skip
        extra_kwargs = {"tax": {"required": False}}


class PurchaseOrderSerializer(InItsCurrency, StrictModelSerializer):
    """An order to a supplier; prices are without tax unless it says otherwise."""

    supplier = ScopedRelatedField(Supplier, source="party.supplier")
    warehouse = ScopedRelatedField(Warehouse, required=False)
    currency = ScopedRelatedField(Currency, required=False)
    date = serializers.DateField(required=False)
    lines = PurchaseOrderLineSerializer(many=True)
    version = serializers.IntegerField(required=False, min_value=1, help_text=_("The version that was read"))

    class Meta:
        model = PurchaseOrder
        fields = (
            "id", "number", "status", "supplier", "party", "warehouse", "date", "expected_date", "supplier_reference",
            "currency", "exchange_rate", "prices_include_tax", "net", "tax_amount", "gross", "approved_amount", "note",
            "owner", "lines", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = (
            "number", "status", "party", "exchange_rate", "net", "tax_amount", "gross", "approved_amount", "owner",
            "created_at", "updated_at",
        )  # fmt: skip

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values = super().to_internal_value(data)
        if "party" in values:
            values["supplier"] = values.pop("party")["supplier"]
        return values


class Note(StrictSerializer):
    """A decision may say why."""

    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ChosenSupplier(StrictSerializer):
    """Who is to deliver; without `lines` those that have no supplier yet."""

    supplier = ScopedRelatedField(Supplier)
    lines = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, allow_empty=False, max_length=500
    )


class ReceivedLine(StrictSerializer):
    """So much of a line came, in base units; negative for what was sent back."""

    line = serializers.IntegerField(min_value=1)
    quantity = figure()


class Receiving(StrictSerializer):
    """What came; without `lines` everything outstanding."""

    lines = ReceivedLine(many=True, required=False, allow_empty=False)
    received_on = serializers.DateField(required=False)
    reference = serializers.CharField(max_length=60, required=False, allow_blank=True)


class Adopting(Reason):
    """A receipt that was booked without an order."""

    receipt = ScopedRelatedField(GoodsReceipt)


class ReturnedLine(StrictSerializer):
    line = serializers.IntegerField(min_value=1)
    quantity = figure()


class Returning(StrictSerializer):
    """What goes back to the supplier, in base units."""

    lines = ReturnedLine(many=True, allow_empty=False)
    reason = serializers.CharField(max_length=200)


class BilledLine(StrictSerializer):
    """A line of the supplier's invoice: quantity in the line's unit, price as the order counts it."""

    line = serializers.IntegerField(min_value=1)
    quantity = figure()
    unit_price = figure(required=False, min_value=ZERO)
    tax_amount = DecimalField(max_digits=18, decimal_places=2, required=False)


class Invoicing(StrictSerializer):
    """A supplier's invoice; `hold` only writes it down, `accept_difference` books prices beyond the tolerance."""

    lines = BilledLine(many=True, allow_empty=False)
    tax_number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    date = serializers.DateField(required=False)
    hold = serializers.BooleanField(default=False)
    accept_difference = serializers.BooleanField(default=False)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class BookedInvoice(StrictModelSerializer):
    """The supplier's invoice: a draft while it is held, issued when it is booked, void when that was taken back."""

    class Meta:
        model = Invoice
        fields = ("id", "number", "status", "tax_number", "date", "due_date", "net", "tax_amount", "gross", "order_id")
        read_only_fields = fields


class BookingHeld(StrictSerializer):
    """`accept_difference` books prices beyond the tolerance."""

    accept_difference = serializers.BooleanField(default=False)


class LandedCostLineSerializer(StrictModelSerializer):
    """What a line of a receipt bears; `to_stock` of it was put on goods that were still there."""

    receipt = serializers.IntegerField(source="receipt_line.receipt_id", read_only=True)
    product = serializers.IntegerField(source="receipt_line.product_id", read_only=True)

    class Meta:
        model = LandedCostLine
        fields = ("id", "position", "receipt", "receipt_line", "product", "amount", "to_stock")


class LandedCostSerializer(StrictModelSerializer):
    lines = LandedCostLineSerializer(many=True, read_only=True)

    class Meta:
        model = LandedCost
        fields = ("id", "number", "status", "date", "basis", "amount", "note", "lines", "version", "created_at")


class Charging(StrictSerializer):
    """So much (without tax) is put on what came with these receipts; with `products` on these of it only."""

    receipts = ScopedRelatedField(GoodsReceipt, many=True, allow_empty=False)
    products = ScopedRelatedField(Product, many=True, required=False, default=())
    amount = serializers.DecimalField(max_digits=18, decimal_places=2, min_value=Decimal("0.01"))
    basis = serializers.ChoiceField(choices=LandedCost.Basis.choices, default=LandedCost.Basis.VALUE)
    note = serializers.CharField(max_length=200)
    date = serializers.DateField(required=False, default=None, allow_null=True)


class TakingOff(Reason):
    """Why it is taken back, and on which day."""

    date = serializers.DateField(required=False, default=None, allow_null=True)


class SupplierSerializer(ProfileSerializer):
    """A supplier with its party, contacts and addresses in one piece; lists of contacts and addresses are whole."""

    currency = ScopedRelatedField(Currency, required=False)

    class Meta:
        model = Supplier
        fields = (
            "id", "party", "term", "currency", "lead_days", "is_blocked", "note", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("created_at", "updated_at")


class SupplierInput(NewProfile, SupplierSerializer):
    """A new supplier: give what is known of the party, or the `party` that is here already."""

    party = ScopedRelatedField(Party, required=False, source="existing")  # type: ignore[assignment]
    version = None  # type: ignore[assignment]

    class Meta(SupplierSerializer.Meta):
        fields = tuple(name for name in SupplierSerializer.Meta.fields if name != "version")  # type: ignore[assignment]


class SupplierItemSerializer(StrictModelSerializer):
    """What a supplier asks for a product: price without tax, minimum and pack in base units."""

    class Meta:
        model = SupplierItem
        fields = (
            "id", "supplier", "product", "supplier_code", "price", "minimum", "pack", "lead_days", "priority",
        )  # fmt: skip
        validators = ()  # posted again for the same product, the terms are changed


class SupplierItemChange(SupplierItemSerializer):
    class Meta(SupplierItemSerializer.Meta):
        read_only_fields = ("supplier", "product")


class WaitingSerializer(serializers.Serializer):
    """An order line that will get goods of an arrival."""

    order_kind = serializers.CharField()
    order_id = serializers.IntegerField()
    number = serializers.CharField()
    party = serializers.CharField(source="party.label")
    quantity = figure()
    promised_date = serializers.DateField(allow_null=True)
    comes_late = serializers.BooleanField()


class ArrivalSerializer(serializers.Serializer):
    """A line of a purchase order that is still to come, and who waits for it; base units."""

    line = serializers.IntegerField(source="line_id")
    purchase_order = serializers.IntegerField(source="order_id")
    number = serializers.CharField()
    supplier = serializers.CharField(source="supplier.label")
    product = serializers.IntegerField(source="product.pk")
    product_code = serializers.CharField(source="product.code")
    product_name = serializers.CharField(source="product.label")
    warehouse = serializers.IntegerField(source="warehouse_id")
    date = serializers.DateField()
    bucket = serializers.ChoiceField(choices=Bucket.choices)
    quantity = figure()
    free = figure()
    waiting = WaitingSerializer(many=True)


class ArrivalQuery(StrictSerializer):
    """Which arrivals."""

    bucket = serializers.ChoiceField(choices=Bucket.choices, required=False, default="")
    supplier = ScopedRelatedField(Supplier, required=False)
    product = ScopedRelatedField(Product, required=False)
