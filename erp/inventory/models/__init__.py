from erp.inventory.models.papers import (
    Delivery,
    DeliveryLine,
    GoodsReceipt,
    GoodsReceiptLine,
    StockAdjustment,
    StockAdjustmentLine,
)
from erp.inventory.models.stock import CostLayer, Demand, StockBalance, StockMove, StockRule, StockValue, Warehouse
from erp.inventory.models.transfers import StockTransfer, StockTransferLine

__all__ = [
    "CostLayer",
    "Delivery",
    "DeliveryLine",
    "Demand",
    "GoodsReceipt",
    "GoodsReceiptLine",
    "StockAdjustment",
    "StockAdjustmentLine",
    "StockBalance",
    "StockMove",
    "StockRule",
    "StockTransfer",
    "StockTransferLine",
    "StockValue",
    "Warehouse",
]
