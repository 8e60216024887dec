"""Stock for other systems: what is there, what moved, what comes in and goes out."""

from erp.inventory.api.papers import AdjustmentViewSet, DeliveryViewSet, GoodsReceiptViewSet
from erp.inventory.api.stock import BalanceViewSet, DemandViewSet, MoveViewSet, RuleViewSet, WarehouseViewSet
from erp.inventory.api.transfers import TransferViewSet
from suite.core.api import Router

router = Router()
router.register("warehouses", WarehouseViewSet, basename="warehouse")
router.register("balances", BalanceViewSet, basename="balance")
router.register("moves", MoveViewSet, basename="move")
router.register("deliveries", DeliveryViewSet, basename="delivery")
router.register("goods-receipts", GoodsReceiptViewSet, basename="goodsreceipt")
router.register("adjustments", AdjustmentViewSet, basename="adjustment")
router.register("transfers", TransferViewSet, basename="stocktransfer")
router.register("demands", DemandViewSet, basename="demand")
router.register("stock-rules", RuleViewSet, basename="stockrule")
