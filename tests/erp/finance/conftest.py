import pytest

from suite.core.access import Actor
from suite.core.models import Company
from suite.masterdata.models import Party, Product
from tests import make


@pytest.fixture
def actor(company: Company) -> Actor:
    return Actor.system(company)


@pytest.fixture
def buyer(company: Company) -> Party:
    """A customer without a credit account, on the company's default term of 30 days."""
    return make.party(company, "Buyer")


@pytest.fixture
def lamp(company: Company) -> Product:
    return make.product(company, "LAMP", price=1130)
