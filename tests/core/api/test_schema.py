"""How the API describes itself."""

import functools
import re

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests import make


@functools.cache
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

    assert set(parameters) == {
        "cursor",
        "page_size",
        "ordering",
        "view",
        "name",
        "name__icontains",
        "id",
        "id__gte",
        "manager",
    }
    assert parameters["ordering"]["schema"]["enum"][:2] == ["id", "-id"]


def test_a_write_declares_its_key_its_input_and_its_refusals(small):
    shout = small["/api/v1/core/teams/{id}/shout/"]["post"]

    assert {"Idempotency-Key"} <= {each["name"] for each in shout["parameters"]}
    assert {"200", "400", "401", "403", "404", "406", "409", "413", "415", "422", "429"} == set(shout["responses"])
    assert "ReasonRequest" in str(shout["requestBody"])
    assert "Refused" in str(shout["responses"]["409"])


def test_every_call_takes_a_bearer_token(small):
    assert all({"bearer": []} in call["security"] for path in small.values() for call in path.values())


def test_a_report_declares_its_query_keys(small):
    names = {each["name"] for each in small["/api/v1/core/papers/"]["get"]["parameters"]}

    assert names == {"since"}


def test_what_some_may_not_see_is_not_required_in_answers():
    schema, _complaints = schema_of("suite.urls")
    line = schema["components"]["schemas"]["ErpInventoryDeliveryLine"]

    assert {"cost", "returned_cost"} <= set(line["properties"]) - set(line["required"])


@pytest.mark.parametrize(
    ("address", "method", "status", "kind"),
    [
        ("crm/sales/orders/{id}/chain/", "get", "200", "array"),
        ("crm/customers/customers/duplicates/", "get", "200", "array"),
        ("erp/finance/reports/reconciliation/", "get", "200", "array"),
        ("erp/finance/periods/open-year/", "post", "200", "array"),
        ("crm/sales/quotations/{id}/order/", "post", "201", None),
    ],
)
def test_only_lists_come_in_pages(address, method, status, kind):
    schema, _complaints = schema_of("suite.urls")
    answer = schema["paths"][f"/api/v1/{address}"][method]["responses"][status]

    assert answer["content"]["application/json"]["schema"].get("type") == kind


def test_the_most_lines_are_declared():
    schema, _complaints = schema_of("suite.urls")
    shapes = schema["components"]["schemas"]

    for name in ("CrmSalesOrderRequest", "CrmSalesQuotationRequest", "ErpProcurementPurchaseOrderRequest"):
        assert shapes[name]["properties"]["lines"]["maxItems"] == 500


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
