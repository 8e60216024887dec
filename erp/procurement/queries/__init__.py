from erp.procurement.queries.arrivals import Arrival, Bucket, arrivals, expected, incoming, next_arrivals
from erp.procurement.queries.supply import lead_days

__all__ = ["Arrival", "Bucket", "arrivals", "expected", "incoming", "lead_days", "next_arrivals"]
