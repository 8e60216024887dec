"""How the API describes itself."""

import re

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests import make


def schema_of(urlconf):
    GENERATOR_STATS.reset()
    schema = SchemaGenerator(urlconf=urlconf).get_schema(request=None, public=True)
    return schema, [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]


@pytest.fixture
def small():
    schema, _complaints = schema_of("tests.core.api.teams")
    return schema["paths"]


@pytest.mark.parametrize("urlconf", ["tests.core.api.teams", "suite.urls"])
def test_the_schema_is_valid_and_raises_no_complaint(urlconf):
    schema, complaints = schema_of(urlconf)

    validate_schema(schema)
    assert complaints == []


def test_a_list_declares_its_filters_and_orderings(small):
    parameters = {each["name"]: each for each in small["/api/v1/core/teams/"]["get"]["parameters"]}

    assert set(parameters) == {"cursor", "page_size", "ordering", "name", "name__icontains", "id", "id__gte", "manager"}
    assert parameters["ordering"]["schema"]["enum"][:2] == ["id", "-id"]


def test_a_write_declares_its_key_its_input_and_its_refusals(small):
    shout = small["/api/v1/core/teams/{id}/shout/"]["post"]

    assert {"Idempotency-Key"} <= {each["name"] for each in shout["parameters"]}
    assert {"200", "400", "401", "403", "404", "409", "422", "429"} == set(shout["responses"])
    assert "ReasonRequest" in str(shout["requestBody"])
    assert "Refused" in str(shout["responses"]["409"])


def test_every_call_takes_a_bearer_token(small):
    assert all({"bearer": []} in call["security"] for path in small.values() for call in path.values())


def test_a_report_declares_its_query_keys(small):
    names = {each["name"] for each in small["/api/v1/core/papers/"]["get"]["parameters"]}

    assert names == {"since"}


@pytest.mark.django_db
def test_the_documentation_runs_under_our_content_security_policy():
    page = Client().get("/api/docs/")
    script = Client().get("/api/docs/?script=")

    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page.content.decode()))
    assert "http://" not in page.content.decode().replace("http://testserver", "")
    assert script["Content-Type"].startswith("application/javascript")


@pytest.mark.django_db
def test_strangers_may_read_the_schema_and_the_start_page(company):
    assert Client().get("/api/schema/?format=json").status_code == 200
    assert Client().get("/api/").status_code == 200
    assert make.client(make.actor(company, "integrator")).get("/api/").status_code == 200
