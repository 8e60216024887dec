import pytest

from tests.erp.inventory.make import Shop


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()
