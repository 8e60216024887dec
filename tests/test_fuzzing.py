"""Whatever a stranger sends, the API answers as it says it does: with a result or a clear refusal."""

from __future__ import annotations

import os
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest
import requests
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.test import APIClient

from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from suite.core.api.schema import Generator
from suite.core.models import Company
from tests import make

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", 2))  # of each operation, of each mode; the more, the longer
SHARES = 4  # so that several processes have their part
KEYS = 6  # below this lie the keys of the records that stand in the database


@pytest.fixture(scope="module")
def schema() -> Any:
    import schemathesis  # takes a second, and most processes never come here

    return schemathesis.openapi.from_dict(Generator().get_schema())


@pytest.fixture
def caller(company: Company) -> APIClient:
    """May do everything in a company in which something has happened."""
    boss = make.actor(company, "administrator", username="boss")
    goods = make.product(company)
    make.terms(make.supplier(company), goods, 40)
    make.stock(goods, 20)
    customer = make.customer(boss)
    for quantity in (3, 30, 5):
        wanted = [LineInput(product_id=goods.pk, quantity=Decimal(quantity))]
        order = create_order(party=customer.party, lines=wanted, actor=boss)
        if quantity != 5:
            confirm_orders(order_ids=[order.pk], actor=boss)
    caller = make.client(boss)
    caller.raise_request_exception = False
    return caller


def near(value: Any) -> Any:
    """The same input with keys that may exist: one in two numbers becomes a small one."""
    if isinstance(value, dict):
        return {name: near(each) for name, each in value.items()}
    if isinstance(value, list):
        return [near(each) for each in value]
    if isinstance(value, int) and not isinstance(value, bool) and value % 2:
        return value % KEYS
    return value


def send(caller: APIClient, case: Any) -> tuple[str, Any]:
    """Ask once; what it wrote is taken back."""
    address = case.path.format(**{name: near(value) for name, value in (case.path_parameters or {}).items()})
    body = case.body if isinstance(case.body, dict | list) else None
    with transaction.atomic():
        answer = caller.generic(
            case.method,
            address,
            data=caller._encode_data(near(body), format="json")[0] if body is not None else b"",
            content_type="application/json",
            query_params={name: value for name, value in (case.query or {}).items() if isinstance(name, str)},
        )
        transaction.set_rollback(True)
    return f"{case.method} {address} {case.query} {body}", answer


def unlike(operation: Any, answer: Any) -> str:
    """How an answer differs from what the description says of it."""
    from schemathesis.core.failures import Failure, FailureGroup
    from schemathesis.core.transport import Response

    declared = operation.definition.raw["responses"].get(str(answer.status_code))
    if declared is None:
        return "this status is not declared"
    if answer.content and answer.headers["Content-Type"] not in declared.get("content", ()):
        return f"{answer.headers['Content-Type']} is not declared"
    told = Response(
        status_code=answer.status_code,
        headers={name: [value] for name, value in answer.headers.items()},
        content=answer.content,
        request=requests.Request(operation.method, "http://testserver").prepare(),
        elapsed=0,
        verify=False,
    )
    try:
        operation.validate_response(told)
    except (Failure, FailureGroup) as difference:
        return str(getattr(difference, "exceptions", difference))
    return ""


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_every_answer_to_any_input_is_one_that_the_description_names(schema, caller, mode, share):
    from schemathesis import GenerationMode

    wrong = []

    for found in islice(schema.get_all_operations(), share, None, SHARES):
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=GenerationMode(mode)))
        def ask(case: Any) -> None:
            told, answer = send(caller, case)
            if difference := unlike(case.operation, answer):
                wrong.append(f"{answer.status_code} {told}: {difference} {answer.content[:200]!r}")

        ask()

    assert wrong == []
