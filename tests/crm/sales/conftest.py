import pytest

from suite.masterdata.models import Product
from tests.crm.sales.shop import Shop


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


@pytest.fixture
def lamp(shop: Shop) -> Product:
    return shop.add_product("LAMP")
