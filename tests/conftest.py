"""What all tests share."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.test import TransactionTestCase
from django.utils import translation

from suite.boot.testing import TestDatabase
from suite.core import outgoing
from suite.core.access import Actor
from suite.core.models import Company, Team
from tests import browser as real
from tests import make

# A busy machine is no fault of the code under test.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """A copy of the migrated template with Acme in it; made anew after tests that commit: ledgers cannot be emptied."""
    database = TestDatabase()
    with django_db_blocker.unblock(), translation.override("en"):
        database.create(lambda: make.company("acme"))
    TransactionTestCase._fixture_teardown = lambda _case: database.renew()
    yield
    with django_db_blocker.unblock():
        database.drop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests of a process. Those that need it are skipped where the machine has none."""
    if real.chromium() is None:
        pytest.skip("No Chromium on this machine; on Debian: apt install chromium-headless-shell fonts-noto-cjk")
    with real.browser() as running:
        yield running


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Tests read the sentences of the source."""
    with translation.override("en"):
        yield


@pytest.fixture
def company(db: None) -> Company:
    return make.company("acme")


@pytest.fixture
def other_company(db: None) -> Company:
    """Somebody else's books, which nobody of `company` may reach."""
    return make.company("globex")


@pytest.fixture
def outsider(other_company: Company) -> Actor:
    """May do everything over there, and nothing here."""
    return make.actor(other_company, "administrator", username="outsider")


@pytest.fixture
def manager(company: Company) -> Actor:
    """Leads the team in which `rep` works."""
    return make.actor(company, "sales_manager", username="manager")


@pytest.fixture
def team(company: Company, manager: Actor) -> Team:
    return make.team(company, "East", manager=manager.user)


@pytest.fixture
def rep(company: Company, team: Team) -> Actor:
    return make.actor(company, "rep", username="rep", team=team)


@pytest.fixture
def accountant(company: Company) -> Actor:
    return make.actor(company, "accountant", username="accountant")


@pytest.fixture
def warehouse(company: Company) -> Actor:
    return make.actor(company, "warehouse", username="warehouse")


@pytest.fixture
def buyer(company: Company) -> Actor:
    return make.actor(company, "buyer", username="buyer")


@pytest.fixture
def admin(company: Company) -> Actor:
    return make.actor(company, "administrator", username="admin")


@pytest.fixture
def house(company: Company) -> Actor:
    """The company itself, as the clock acts for it."""
    return Actor.system(company)


@pytest.fixture
def open_house(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name means this machine, and this machine may be called: for receivers that tests set up."""
    monkeypatch.setattr(outgoing, "addresses", lambda host, port: ["127.0.0.1"])
    monkeypatch.setattr(outgoing, "is_public", lambda address: True)
