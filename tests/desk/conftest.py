import pytest
from django.test import Client

from suite.core.access import Actor


@pytest.fixture
def browse(rep: Actor) -> Client:
    """The pages as the rep sees them."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(rep.user, "suite.core.auth.CompanyBackend")
    return client
