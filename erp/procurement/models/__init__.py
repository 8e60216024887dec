from erp.procurement.models.charges import LandedCost, LandedCostLine
from erp.procurement.models.orders import PurchaseOrder, PurchaseOrderLine
from erp.procurement.models.requisitions import Requisition, RequisitionLine
from erp.procurement.models.suppliers import PurchasePolicy, Supplier, SupplierItem

__all__ = [
    "LandedCost",
    "LandedCostLine",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "PurchasePolicy",
    "Requisition",
    "RequisitionLine",
    "Supplier",
    "SupplierItem",
]
