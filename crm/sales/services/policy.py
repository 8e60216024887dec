"""The company's sales settings."""

from __future__ import annotations

from typing import Any

from crm.sales.models import SalesPolicy
from suite.core import cached
from suite.core.access import Actor
from suite.core.acts import save_changes, service
from suite.core.models import Company


def found(company: Company) -> None:
    """Give a new company its sales settings."""
    SalesPolicy.objects.create(company=company)


def policy_of(company_id: int) -> SalesPolicy:
    """The settings of a company, to be read only."""
    return cached.rows(company_id, "sales.policy", lambda pk: SalesPolicy.objects.of(pk).get())


@service
def change_policy(*, actor: Actor, reason: str = "", **values: Any) -> SalesPolicy:
    """Change the company's sales settings."""
    policy = SalesPolicy.objects.of(actor.company_id).select_for_update().get()
    if save_changes(policy, values):
        cached.forget(actor.company_id)
    return policy
