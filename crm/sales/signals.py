"""What selling announces at the edge of its wing. Only `integration` listens; one receiver per signal."""

from django.dispatch import Signal

orders_confirmed = Signal()
"""Sent inside the transaction of `confirm_orders`, before the status changes, after the orders are locked and checked.

Arguments: `orders` (list of Order, locked, each with `confirmed_lines`, its lines with products read along), `actor`.
Not sent for orders that were refused by the checks of the wing itself, nor for an empty set.
Receivers may refuse: they return `{order id: Refusal}`; what they wrote for a refused order they take back themselves.
"""

orders_amended = Signal()
"""Sent inside the transaction of `amend_order`, after the new lines are written.

Arguments: `order` (locked, with `confirmed_lines`, its lines as they are now), `before` (its lines as they were),
`amendment`, `actor`. Receivers may refuse by raising BusinessError: then nothing changes.
"""

orders_cancelled = Signal()
"""Sent inside the transaction that cancels orders or undoes their confirmation, before the status changes.

Arguments: `orders` (locked, with `confirmed_lines`), `actor`, `reason`, `undo` (True: the order becomes a draft again,
which is only allowed while nothing has left the house). Receivers return `{order id: Refusal}` for what blocks it;
they note on an order what is `owed_back` to its customer and which draft invoices were `voided` with it.
"""

contracts_ordered = Signal()
"""Sent inside the transaction in which contracts in force get their order, after its draft is written: at the approval,
and again where another draft takes the place of one that was cancelled.

Arguments: `orders` (list of draft Order, locked, each with its `contract` and with `confirmed_lines`), `actor`.
Receivers draft what goes with it and post nothing. They must not refuse.
"""

drafts_dropped = Signal()
"""Sent inside the transaction in which draft orders of contracts are cancelled.

Arguments: `orders` (list of draft Order, locked), `actor`. Receivers take back the drafts that they made for them.
"""
