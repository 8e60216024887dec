"""Settings of purchasing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from erp.procurement.models import PurchaseOrder, PurchasePolicy, Requisition
from suite.automation.services import rules
from suite.core import cached
from suite.core.access import Actor
from suite.core.acts import save_changes, service
from suite.core.models import Company

# Up to this amount a buyer decides alone, above it the executive too; a row that the company may change.
SECOND_APPROVAL_ABOVE = Decimal(10000)


def policy_of(company_id: int) -> PurchasePolicy:
    """The company's purchase settings, from the process's copy."""
    return cached.rows(company_id, "procurement.policy", lambda pk: PurchasePolicy.objects.of(pk).get())


@service
def change_policy(*, actor: Actor, reason: str = "", **values: Any) -> PurchasePolicy:
    """Change the company's purchase settings."""
    policy = PurchasePolicy.objects.of(actor.company_id).select_for_update().get()
    save_changes(policy, values)
    cached.forget(actor.company_id)
    return policy


def set_up(company: Company) -> None:
    """Give a new company its settings and its rules of approval."""
    PurchasePolicy.objects.create(company=company)
    for model in (Requisition, PurchaseOrder):
        rules.lay_down(company, model.kind(), {Decimal(0): ["buyer"], SECOND_APPROVAL_ABOVE: ["buyer", "executive"]})
