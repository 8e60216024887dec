"""What a text promises or asks for: sentences in Chinese or English become proposals, by rules alone.

Nothing here knows of the database: who calls brings the day the text was written and the names of its products.
"""

from crm.customers.reading.found import Found
from crm.customers.reading.names import Names
from crm.customers.reading.proposals import LONGEST, read

__all__ = ["LONGEST", "Found", "Names", "read"]
