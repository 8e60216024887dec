from erp.procurement.models import Requisition
from erp.procurement.tasks import reorder
from tests.erp.inventory.make import Shop
from tests.erp.procurement.services.test_reordering import rule


def test_the_nightly_run_proposes_once(shop: Shop) -> None:
    rule(shop, shop.product("BOLT"), 5, 30)

    runs = [reorder(), reorder()]

    assert runs == [1, 0]
    assert Requisition.objects.count() == 1
