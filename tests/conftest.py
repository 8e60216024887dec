"""What all tests share."""

from collections.abc import Iterator

import pytest
from django.test import TransactionTestCase

from suite.boot.testing import TestDatabase


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """A copy of the migrated template, made anew after tests that commit: ledgers refuse to be emptied."""
    database = TestDatabase()
    with django_db_blocker.unblock():
        database.create()
    TransactionTestCase._fixture_teardown = lambda case: database.copy()
    yield
    with django_db_blocker.unblock():
        database.drop()
