"""What lists of the API can be narrowed by."""

import django_filters as df

from erp.inventory.models import (
    Delivery,
    Demand,
    GoodsReceipt,
    StockAdjustment,
    StockBalance,
    StockMove,
    StockRule,
    StockTransfer,
    Warehouse,
)
from suite.core.api import FilterSet, ScopedChoiceFilter
from suite.masterdata.models import Party, Product


class WarehouseFilters(FilterSet):
    class Meta:
        model = Warehouse
        fields = ("code", "is_default", "is_archived", "is_transit")


class BalanceFilters(FilterSet):
    product = ScopedChoiceFilter(Product)
    warehouse = ScopedChoiceFilter(Warehouse)
    code = df.CharFilter("product__code")
    updated_since = df.IsoDateTimeFilter("updated_at", "gte")

    class Meta:
        model = StockBalance
        fields = ()


class MoveFilters(FilterSet):
    product = ScopedChoiceFilter(Product)
    warehouse = ScopedChoiceFilter(Warehouse)
    since = df.DateFilter("posting_date", "gte")
    until = df.DateFilter("posting_date", "lte")

    class Meta:
        model = StockMove
        fields = ("kind", "source_kind", "source_id")


class OfOrder(FilterSet):
    """Papers that belong to an order, by its kind and key, or by its number."""

    party = ScopedChoiceFilter(Party)
    warehouse = ScopedChoiceFilter(Warehouse)
    order_kind = df.CharFilter("order_kind")
    order_id = df.NumberFilter("order_id", min_value=0, max_value=2**63 - 1)
    order_number = df.CharFilter("order_number")


class DeliveryFilters(OfOrder):
    kind = df.ChoiceFilter("kind_of", choices=Delivery.Kind.choices)
    promised_until = df.DateFilter("promised_date", "lte")
    shipped_since = df.DateFilter("shipped_on", "gte")

    class Meta:
        model = Delivery
        fields = ("status", "number", "waits_for_payment")


class GoodsReceiptFilters(OfOrder):
    kind = df.ChoiceFilter("kind_of", choices=GoodsReceipt.Kind.choices)
    since = df.DateFilter("received_on", "gte")
    until = df.DateFilter("received_on", "lte")

    class Meta:
        model = GoodsReceipt
        fields = ("status", "number", "reference")


class AdjustmentFilters(FilterSet):
    warehouse = ScopedChoiceFilter(Warehouse)
    kind = df.ChoiceFilter("kind_of", choices=StockAdjustment.Kind.choices)
    since = df.DateFilter("date", "gte")
    until = df.DateFilter("date", "lte")

    class Meta:
        model = StockAdjustment
        fields = ("status", "number")


class TransferFilters(FilterSet):
    source = ScopedChoiceFilter(Warehouse)
    target = ScopedChoiceFilter(Warehouse)
    expected_until = df.DateFilter("expected_date", "lte")
    shipped_since = df.DateFilter("shipped_on", "gte")

    class Meta:
        model = StockTransfer
        fields = ("status", "number")


class DemandFilters(OfOrder):
    product = ScopedChoiceFilter(Product)
    line_id = df.NumberFilter("line_id", min_value=0, max_value=2**63 - 1)
    is_waiting = df.BooleanFilter("is_waiting")

    class Meta:
        model = Demand
        fields = ()


class RuleFilters(FilterSet):
    product = ScopedChoiceFilter(Product)
    warehouse = ScopedChoiceFilter(Warehouse)

    class Meta:
        model = StockRule
        fields = ("is_low",)
