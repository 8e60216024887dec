import pytest

from erp.procurement.models import Supplier
from suite.core.access import Actor
from suite.core.models import Company
from tests import make
from tests.erp.inventory.make import Shop


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


@pytest.fixture
def company(shop: Shop) -> Company:
    return shop.company


@pytest.fixture
def planner(company: Company) -> Actor:
    return make.actor(company, "planner", username="planner")


@pytest.fixture
def boss(company: Company) -> Actor:
    return make.actor(company, "executive", username="boss")


@pytest.fixture
def supplier(company: Company) -> Supplier:
    return make.supplier(company, "周记五金")
