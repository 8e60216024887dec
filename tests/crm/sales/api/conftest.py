import pytest
from rest_framework.test import APIClient

from tests.crm.sales.shop import Shop
from tests.make import client


@pytest.fixture
def mei(shop: Shop) -> APIClient:
    """The rep, calling with a token."""
    return client(shop.rep)


@pytest.fixture
def bo(shop: Shop) -> APIClient:
    """The rep's manager, calling with a token."""
    return client(shop.manager)
