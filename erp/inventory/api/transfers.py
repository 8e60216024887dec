"""Transfers between warehouses for other systems."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from erp.inventory import filters, services
from erp.inventory.api.common import SEE_COST, quantity_field
from erp.inventory.api.papers import LineQuantity, by_line
from erp.inventory.models import StockTransfer, StockTransferLine, Warehouse
from erp.inventory.services import TransferDraft, TransferLine
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
from suite.masterdata.api import FieldRules
from suite.masterdata.models import Product


class TransferLineSerializer(FieldRules, StrictModelSerializer):
    """`under_way` has left and not arrived; `value` is what all of the line was worth when it left."""

    guarded = {SEE_COST: ("value",)}

    class Meta:
        model = StockTransferLine
        fields = ("id", "position", "product", "quantity", "under_way", "received", "lost", "value")


class TransferSerializer(StrictModelSerializer):
    lines = TransferLineSerializer(many=True, read_only=True)

    class Meta:
        model = StockTransfer
        fields = (
            "id", "number", "status", "source", "target", "expected_date", "shipped_on", "received_on", "note", "lines",
            "version", "created_at", "updated_at",
        )  # fmt: skip


class WantedLine(StrictSerializer):
    """So much of a product, in base units."""

    product = ScopedRelatedField(Product)
    quantity = quantity_field(min_value=Decimal("0.000001"))


class Writing(StrictSerializer):
    """A draft: from where, to where, what."""

    source = ScopedRelatedField(Warehouse)
    target = ScopedRelatedField(Warehouse)
    expected_date = serializers.DateField(required=False, default=None, allow_null=True)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    lines = WantedLine(many=True, allow_empty=False)
    version = serializers.IntegerField(required=False, min_value=1)


class Shipping(Reason):
    """With `at_once` the goods arrive in the same act."""

    posting_date = serializers.DateField(required=False, default=None)
    at_once = serializers.BooleanField(required=False, default=False)


class Arriving(Reason):
    """Without `lines` everything arrives; with them so much. `rest_is_lost`: what is then still missing never comes."""

    lines = LineQuantity(many=True, required=False)
    rest_is_lost = serializers.BooleanField(required=False, default=False)
    posting_date = serializers.DateField(required=False, default=None)


class TransferViewSet(Printing, Creating, Updating, ServiceViewSet):
    model = StockTransfer
    serializer_class = TransferSerializer
    filterset_class = filters.TransferFilters
    prefetch = ("lines",)
    input_classes = {
        "create": Writing,
        "partial_update": Writing,
        "ship": Shipping,
        "receive": Arriving,
        "cancel": Reason,
    }
    action_permissions = {
        "ship": "erp_inventory.ship_stocktransfer",
        "receive": "erp_inventory.receive_stocktransfer",
        "cancel": "erp_inventory.change_stocktransfer",
    }

    def add(self, values: dict[str, Any]) -> StockTransfer:
        values.pop("version", None)
        return services.create_transfers([TransferDraft(**_plain(values))], actor=self.actor)[0]

    def change(self, row: StockTransfer, values: dict[str, Any]) -> None:
        services.change_transfer(row, actor=self.actor, **_plain(values))

    @action(detail=True, methods=["post"])
    def ship(self, request: Request, pk: str) -> Response:
        services.ship_transfers([self.get_object()], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def receive(self, request: Request, pk: str) -> Response:
        transfer, values = self.get_object(), self.input()
        lines = values.pop("lines", None)
        quantities = None if lines is None else by_line(transfer, lines)
        services.receive_transfers([transfer], quantities=quantities, actor=self.actor, **values)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Give a draft up."""
        services.cancel_transfers([self.get_object()], actor=self.actor, **self.input())
        return self.answer(pk)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, as the services take it."""
    found = {f"{name}_id": values[name].pk for name in ("source", "target") if name in values}
    found |= {name: values[name] for name in ("expected_date", "note", "version") if name in values}
    if "lines" in values:
        found["lines"] = [TransferLine(line["product"].pk, line["quantity"]) for line in values["lines"]]
    return found
