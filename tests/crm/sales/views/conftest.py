import pytest
from django.conf import settings
from django.test import Client

from suite.core.access import Actor
from tests.crm.sales.shop import Shop


def signed_in(actor: Actor) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(actor.user, settings.AUTHENTICATION_BACKENDS[-1])
    return client


@pytest.fixture
def mei(shop: Shop) -> Client:
    return signed_in(shop.rep)


@pytest.fixture
def bo(shop: Shop) -> Client:
    return signed_in(shop.manager)
