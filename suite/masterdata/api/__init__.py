from suite.masterdata.api.duplicates import DuplicateViewSet, MergingViewSet
from suite.masterdata.api.records import FieldRules, PartySerializer, PartyViewSet, ProductViewSet, router

router.register("duplicates", DuplicateViewSet, basename="duplicate")
router.register("mergings", MergingViewSet, basename="merging")

__all__ = ["FieldRules", "PartySerializer", "PartyViewSet", "ProductViewSet", "router"]
