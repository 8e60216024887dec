import pytest

from suite.core.access import Actor
from suite.core.models import Company
from tests import make


@pytest.fixture
def planner(company: Company) -> Actor:
    return make.actor(company, "planner", username="planner")


@pytest.fixture
def boss(company: Company) -> Actor:
    return make.actor(company, "executive", username="boss")
