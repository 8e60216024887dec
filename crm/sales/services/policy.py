"""The company's sales settings."""

from __future__ import annotations

from typing import Any

from crm.sales.models import SalesPolicy
from suite.core.access import Actor
from suite.core.acts import save_changes, service
from suite.core.models import Company


def found(company: Company) -> None:
    """Give a new company its sales settings."""
    SalesPolicy.objects.create(company=company)


def policy_of(company_id: int) -> SalesPolicy:
    """The settings of a company."""
    return SalesPolicy.objects.of(company_id).get()


@service
def change_policy(*, actor: Actor, reason: str = "", **values: Any) -> SalesPolicy:
    """Change the company's sales settings."""
    policy = SalesPolicy.objects.of(actor.company_id).select_for_update().get()
    save_changes(policy, values)
    return policy
