"""The lists of the warehouse."""

from erp.inventory.lists.common import SEE_COST
from erp.inventory.lists.papers import AdjustmentList, DeliveryList, ReceiptList
from erp.inventory.lists.stock import BalanceList, DemandList, MoveList, ProductStock, RuleList
from erp.inventory.lists.transfers import TransferList

__all__ = [
    "SEE_COST",
    "AdjustmentList",
    "BalanceList",
    "DeliveryList",
    "DemandList",
    "MoveList",
    "ProductStock",
    "ReceiptList",
    "RuleList",
    "TransferList",
]
