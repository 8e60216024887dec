from crm.customers.models.activities import Activity
from crm.customers.models.commitments import Commitment
from crm.customers.models.grading import GradePolicy, GradeTerm, Rating
from crm.customers.models.needs import Need
from crm.customers.models.profiles import Customer, Tag
from crm.customers.models.tagging import RuledTag, TagRule

__all__ = [
    "Activity",
    "Commitment",
    "Customer",
    "GradePolicy",
    "GradeTerm",
    "Need",
    "Rating",
    "RuledTag",
    "Tag",
    "TagRule",
]
