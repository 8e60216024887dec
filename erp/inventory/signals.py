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

reservations_lost = Signal()
"""Sent once per act, inside its transaction, when goods that orders held are not there: they were counted away, or the
receipt that brought them was a mistake. The stock is written, the demands wait again.

Arguments: `losses` (list of Loss: demand as it was before, quantity lost in base units), `actor`.
"""
