"""What inventory does. Areas above and the doors call what is named here."""

from erp.inventory.queries import Availability, availability
from erp.inventory.services.adjustments import Difference, adjust, book_count, opening_stock
from erp.inventory.services.deliveries import drop_deliveries, open_deliveries, payment_arrived
from erp.inventory.services.reservations import Reserved, reserve
from erp.inventory.services.warehouses import default_warehouse_id

__all__ = [
    "Availability",
    "Difference",
    "Reserved",
    "adjust",
    "availability",
    "book_count",
    "default_warehouse_id",
    "drop_deliveries",
    "open_deliveries",
    "opening_stock",
    "payment_arrived",
    "reserve",
]
