"""What inventory does. Areas above and the doors call what is named here."""

from erp.inventory.services.adjustments import Difference, adjust, book_count, opening_stock, reverse_adjustment
from erp.inventory.services.availability import Availability, availability, lacking, transfers_under_way
from erp.inventory.services.changes import change_orders
from erp.inventory.services.deliveries import change_delivery, drop_deliveries, open_deliveries, payment_arrived
from erp.inventory.services.receipts import ReceiptInput, ReceiptLine, receive, reverse_receipt, value_at
from erp.inventory.services.reservations import Reserved, reserve, shortage
from erp.inventory.services.returns import Unsold, return_goods, return_to_supplier, take_in
from erp.inventory.services.revaluation import Split, ValueChange, revalue
from erp.inventory.services.rules import drop_rule, set_rule
from erp.inventory.services.shipping import ship, ship_ready
from erp.inventory.services.transfers import (
    TransferDraft,
    TransferLine,
    cancel_transfers,
    change_transfer,
    check_transfers,
    create_transfers,
    receive_transfers,
    ship_transfers,
)
from erp.inventory.services.warehouses import default_warehouse_id, save_warehouse

__all__ = [
    "Availability",
    "Difference",
    "ReceiptInput",
    "ReceiptLine",
    "Reserved",
    "Split",
    "TransferDraft",
    "TransferLine",
    "Unsold",
    "ValueChange",
    "adjust",
    "availability",
    "book_count",
    "cancel_transfers",
    "change_delivery",
    "change_orders",
    "change_transfer",
    "check_transfers",
    "create_transfers",
    "default_warehouse_id",
    "drop_deliveries",
    "drop_rule",
    "lacking",
    "open_deliveries",
    "opening_stock",
    "payment_arrived",
    "receive",
    "receive_transfers",
    "reserve",
    "return_goods",
    "return_to_supplier",
    "revalue",
    "reverse_adjustment",
    "reverse_receipt",
    "save_warehouse",
    "set_rule",
    "ship",
    "ship_ready",
    "ship_transfers",
    "shortage",
    "take_in",
    "transfers_under_way",
    "value_at",
]
