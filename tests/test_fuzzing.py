"""Whatever a stranger sends, the API answers with a result or a clear refusal, never with a fault of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.test import APIClient
from schemathesis import GenerationMode

from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from suite.core.api.schema import Generator
from suite.core.models import Company
from tests import make

EXAMPLES = 4  # of each operation, of each mode
KEYS = 6  # below this lie the keys of the records that stand in the database


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


def send(caller: APIClient, case: Any) -> tuple[str, int, bytes]:
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
    return f"{case.method} {address} {case.query} {body}", answer.status_code, answer.content


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_input_makes_the_api_stumble(caller, mode):
    schema = schemathesis.openapi.from_dict(Generator().get_schema())
    stumbled = []

    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            told, status, content = send(caller, case)
            if status >= 500:
                stumbled.append(f"{status} {told}: {content[:200]!r}")

        ask()

    assert stumbled == []
