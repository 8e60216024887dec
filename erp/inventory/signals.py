"""What inventory announces at the edge of its wing. Only `integration` listens; one receiver per signal."""

from django.dispatch import Signal

goods_delivered = Signal()
"""Sent inside the transaction of `ship`, after stock, cost and revenue are written.

Arguments: `deliveries` (list of Delivery, shipped, each with `shipped_lines`, its DeliveryLines), `actor`.
Not sent for returns to suppliers. Receivers may refuse by raising BusinessError: then nothing is shipped.
"""

goods_returned = Signal()
"""Sent inside the transaction that takes goods back from customers, after everything is written.

Arguments: `receipts` (list of GoodsReceipt, each with `booked_lines`, its GoodsReceiptLines), `actor`.
"""

goods_received = Signal()
"""Sent inside the transaction of `receive`, after stock is written and waiting demands are filled.

Arguments: `receipts` (list of GoodsReceipt with `booked_lines`), `filled` (quantity by id of the demand that got
goods it waited for), `actor`. Not sent for customer returns.
"""

reservations_lost = Signal()
"""Sent once per act, inside its transaction, when goods that orders held are not there: they were counted away, or the
receipt that brought them was a mistake. The stock is written, the demands wait again.

Arguments: `losses` (list of Loss: demand as it was before, quantity lost in base units), `actor`.
"""

stock_low = Signal()
"""Sent once per act, inside its transaction, when the free stock of products with a stock rule fell below the reorder
point, or rose to it again.

Arguments: `crossings` (list of Crossing: rule_id, product_id, warehouse_id, is_low, free), `actor`.
Not sent again while the stock stays on the same side.
"""
