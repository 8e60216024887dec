from crm.customers.models.activities import Activity
from crm.customers.models.commitments import Commitment
from crm.customers.models.profiles import Customer, Tag

__all__ = ["Activity", "Commitment", "Customer", "Tag"]
