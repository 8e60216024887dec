"""Who approves what: the rules of a company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from suite.automation.models import ApprovalRule, ApprovalRuleStep
from suite.core import cached
from suite.core.models import Company, Role


def lay_down(company: Company, kind: str, steps: Mapping[Decimal, Sequence[str]]) -> None:
    """Write the rules of a kind of document for a new company: above each amount, the codes of the roles in turn."""
    roles = {role.code: role for role in Role.objects.filter(company=company)}
    rules = ApprovalRule.objects.bulk_create(
        ApprovalRule(company=company, kind=kind, from_amount=amount) for amount in steps
    )
    ApprovalRuleStep.objects.bulk_create(
        ApprovalRuleStep(company=company, rule=rule, position=position, role=roles[code])
        for rule in rules
        for position, code in enumerate(steps[rule.from_amount], start=1)
    )
    cached.forget(company.pk)
