"""Customers, what was done with them, what was promised, and their tags, for other systems."""

from crm.customers.api.commitments import CommitmentViewSet
from crm.customers.api.customers import ActivityViewSet, CustomerViewSet
from crm.customers.api.needs import NeedViewSet
from crm.customers.api.tagging import TagRuleViewSet, TagViewSet
from suite.core.api import Router

router = Router()
router.register("commitments", CommitmentViewSet, basename="commitment")
router.register("customers", CustomerViewSet, basename="customer")
router.register("activities", ActivityViewSet, basename="activity")
router.register("needs", NeedViewSet, basename="need")
router.register("tags", TagViewSet, basename="tag")
router.register("tag-rules", TagRuleViewSet, basename="tagrule")
