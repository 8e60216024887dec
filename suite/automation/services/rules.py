"""Who approves what: the rules of a company."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from suite.automation.models import ApprovalRule, ApprovalRuleStep
from suite.core import cached
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.models import Company, Role


def lay_down(company: Company, kind: str, steps: Mapping[Decimal, Sequence[str]]) -> None:
    """Write the rules of a kind of document for a new company: above each amount, the codes of the roles in turn."""
    roles = {role.code: role for role in Role.objects.filter(company=company)}
    rules = ApprovalRule.objects.bulk_create(
        ApprovalRule(company=company, kind=kind, from_amount=amount) for amount in steps
    )
    _write_steps({rule: [roles[code] for code in steps[rule.from_amount]] for rule in rules})
    cached.forget(company.pk)


@service
def set_rule(
    *, kind: str, from_amount: Decimal, roles: Sequence[Role], actor: Actor, rule: ApprovalRule | None = None
) -> ApprovalRule:
    """Say who agrees, in turn, to documents of a kind above an amount; approvals under way keep the route they took.

    Raises ValidationError when another rule has the same limit. A rule without roles asks nobody.
    """
    rule = rule or ApprovalRule(company=actor.company)
    before = [step.role.code for step in rule.steps.select_related("role")] if rule.pk else []
    limit = rule.from_amount if rule.pk else None
    rule.kind, rule.from_amount = kind, from_amount
    rule.full_clean()
    rule.save()
    rule.steps.all().delete()
    _write_steps({rule: roles})
    changes = {"above": (limit, from_amount), "roles": (before, [role.code for role in roles])}
    current_act().audit(rule, "changed" if limit is not None else "created", changes)
    cached.forget(actor.company_id)
    return rule


@service
def remove_rules(*, rules: Collection[int], actor: Actor, reason: str = "") -> None:
    """Drop rules. Where none is left for a kind of document, it needs no approval any more."""
    rows = list(ApprovalRule.objects.of(actor.company_id).filter(pk__in=rules))
    for row in rows:
        current_act().audit(row, "deleted", {"kind": (row.kind, None), "above": (row.from_amount, None)})
        row.delete()
    cached.forget(actor.company_id)


def _write_steps(roles: Mapping[ApprovalRule, Sequence[Role]]) -> None:
    if any(len(set(each)) != len(each) for each in roles.values()):
        raise ValidationError({"roles": _("Each role decides once")})
    ApprovalRuleStep.objects.bulk_create(
        ApprovalRuleStep(company_id=rule.company_id, rule=rule, position=position, role=role)
        for rule, each in roles.items()
        for position, role in enumerate(each, start=1)
    )
