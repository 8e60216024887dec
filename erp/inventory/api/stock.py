"""Stock for other systems: where it lies, what is there, what moved, who wants it, when it is low."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound

from erp.inventory import filters, services
from erp.inventory.api.common import SEE_COST, quantity_field
from erp.inventory.models import Demand, StockBalance, StockMove, StockRule, Warehouse
from suite.core.acts import acting
from suite.core.api import Creating, Deleting, ServiceViewSet, StrictModelSerializer, Updating
from suite.masterdata.api import FieldRules


class WarehouseSerializer(StrictModelSerializer):
    class Meta:
        model = Warehouse
        fields = ("id", "code", "name", "name_en", "address", "address_en", "is_default", "is_archived", "is_transit")
        read_only_fields = ("is_transit",)


class WarehouseViewSet(Creating, Updating, ServiceViewSet):
    model = Warehouse
    serializer_class = WarehouseSerializer
    filterset_class = filters.WarehouseFilters

    def add(self, values: dict[str, Any]) -> Warehouse:
        return services.save_warehouse(values=values, actor=self.actor)

    def change(self, row: Warehouse, values: dict[str, Any]) -> None:
        services.save_warehouse(warehouse=row, values=values, actor=self.actor)


class BalanceSerializer(StrictModelSerializer):
    """On hand and reserved of a product in a warehouse; `free` is what can still be promised."""

    code = serializers.CharField(source="product.code", read_only=True)
    free = quantity_field(read_only=True)

    class Meta:
        model = StockBalance
        fields = ("id", "product", "code", "warehouse", "on_hand", "reserved", "free", "updated_at")


class BalanceViewSet(ServiceViewSet):
    model = StockBalance
    serializer_class = BalanceSerializer
    filterset_class = filters.BalanceFilters
    select = ("product",)


class MoveSerializer(FieldRules, StrictModelSerializer):
    """A row of the stock ledger; quantity and value are negative for what went out."""

    guarded = {SEE_COST: ("value",)}

    class Meta:
        model = StockMove
        fields = (
            "id", "product", "warehouse", "kind", "posting_date", "effective_date", "quantity", "value",
            "source_kind", "source_id", "source_line_id", "source_number", "reverses", "created_at",
        )  # fmt: skip


class MoveViewSet(ServiceViewSet):
    """The stock ledger: rows are never changed; a mistake is reversed by another."""

    model = StockMove
    serializer_class = MoveSerializer
    filterset_class = filters.MoveFilters
    ordering_fields = ("posting_date",)
    ordering = "-posting_date"


class DemandSerializer(StrictModelSerializer):
    """What an order line wants, holds, got and gave back, in base units; `waiting` is neither reserved nor shipped."""

    waiting = quantity_field(read_only=True)

    class Meta:
        model = Demand
        fields = (
            "id", "order_kind", "order_id", "order_number", "line_id", "party", "product", "warehouse", "wanted",
            "reserved", "shipped", "returned", "waiting", "requested_date", "promised_date",
        )  # fmt: skip


class DemandViewSet(ServiceViewSet):
    model = Demand
    serializer_class = DemandSerializer
    filterset_class = filters.DemandFilters


class RuleSerializer(StrictModelSerializer):
    """Below the reorder point a product is low, and filled up to the target."""

    class Meta:
        model = StockRule
        fields = ("id", "product", "warehouse", "reorder_point", "target", "safety_stock", "is_low")
        read_only_fields = ("is_low",)
        validators = ()  # posted again for the same product and warehouse, the rule is changed


class RuleViewSet(Creating, Updating, Deleting, ServiceViewSet):
    model = StockRule
    serializer_class = RuleSerializer
    filterset_class = filters.RuleFilters
    one_per = ("product", "warehouse")

    def add(self, values: dict[str, Any]) -> StockRule:
        return services.set_rule(actor=self.actor, **values)

    def change(self, row: StockRule, values: dict[str, Any]) -> None:
        """A rule stays with its product and warehouse."""
        known = {name: getattr(row, name) for name in RuleSerializer.Meta.fields if name not in ("id", "is_low")}
        fixed = {name: [_("This field cannot be set")] for name in ("product", "warehouse") if name in values}
        if any(values[name] != known[name] for name in fixed):
            raise serializers.ValidationError(fixed)
        with acting(self.actor):
            if services.set_rule(actor=self.actor, **{**known, **values}) != row:
                raise NotFound  # somebody removed it a moment ago; it is not made anew

    def remove(self, row: StockRule) -> None:
        services.drop_rule(row, actor=self.actor)
