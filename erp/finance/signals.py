"""What finance announces at the edge of its wing. Only `integration` listens; one receiver per signal."""

from django.dispatch import Signal

payment_received = Signal()
"""Sent inside the transaction in which money was booked, allocated or reversed, after the open items have moved.

Arguments: `receipts` (the money in, empty for a refund), `settled` and `still_open` (dicts of order Source to amount:
what this act settled of the order's receivables, negative for a reversal, and what of them is open now), `actor`.
Sent for customers' money only. Receivers must not refuse.
"""

invoice_issued = Signal()
"""Sent inside the transaction in which sales invoices or red invoices were issued; their serial follows at its end.

Arguments: `invoices` (list of Invoice), `quantities` (dict of order Source to {order line id: base quantity}, negative
for a red invoice), `actor`. Receivers must not refuse.
"""
