import pytest

from suite.core.access import Actor
from suite.core.models import Company
from tests.core import people


@pytest.fixture
def acme(db: None) -> Company:
    return people.company("acme")


@pytest.fixture
def ada(acme: Company) -> Actor:
    return people.member("ada", acme, "administrator")


@pytest.fixture
def mei(acme: Company) -> Actor:
    return people.member("mei", acme, "rep")


@pytest.fixture
def eve(db: None) -> Actor:
    return people.member("eve", people.company("other"), "administrator")
