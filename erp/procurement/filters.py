"""What lists of the API can be narrowed by."""

import django_filters as df

from erp.finance.models import Invoice
from erp.inventory.models import GoodsReceipt, Warehouse
from erp.procurement.models import LandedCost, PurchaseOrder, Requisition, Supplier, SupplierItem
from suite.core.api import FilterSet, ScopedChoiceFilter
from suite.masterdata.models import Party, Product


class RequisitionFilters(FilterSet):
    warehouse = ScopedChoiceFilter(Warehouse)
    product = ScopedChoiceFilter(Product, field_name="lines__product", distinct=True)
    supplier = ScopedChoiceFilter(Supplier, field_name="lines__supplier", distinct=True)
    order_number = df.CharFilter()

    class Meta:
        model = Requisition
        fields = ("status", "origin", "number", "order_id")


class PurchaseOrderFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    supplier = ScopedChoiceFilter(Supplier, field_name="party__supplier")
    warehouse = ScopedChoiceFilter(Warehouse)
    product = ScopedChoiceFilter(Product, field_name="lines__product", distinct=True)
    date = df.DateFromToRangeFilter()
    expected_date = df.DateFromToRangeFilter()

    class Meta:
        model = PurchaseOrder
        fields = ("status", "number", "supplier_reference")


class LandedCostFilters(FilterSet):
    receipt = ScopedChoiceFilter(GoodsReceipt, field_name="lines__receipt_line__receipt", distinct=True)
    date = df.DateFromToRangeFilter()

    class Meta:
        model = LandedCost
        fields = ("status", "number", "basis")


class SupplierInvoiceFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    date = df.DateFromToRangeFilter()

    class Meta:
        model = Invoice
        fields = ("status", "number", "tax_number", "order_id")


class SupplierFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    code = df.CharFilter("party__code")
    name = df.CharFilter("party__name")
    credit_code = df.CharFilter("party__credit_code")
    external_ref = df.CharFilter("party__external_ref")
    is_archived = df.BooleanFilter("party__is_archived")

    class Meta:
        model = Supplier
        fields = ("is_blocked",)


class SupplierItemFilters(FilterSet):
    supplier = ScopedChoiceFilter(Supplier)
    product = ScopedChoiceFilter(Product)

    class Meta:
        model = SupplierItem
        fields = ("supplier_code",)
