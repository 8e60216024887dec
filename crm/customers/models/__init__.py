from crm.customers.models.activities import Activity
from crm.customers.models.profiles import Customer, Tag

__all__ = ["Activity", "Customer", "Tag"]
