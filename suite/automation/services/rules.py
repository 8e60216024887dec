"""Who approves what: the rules of a company."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from suite.automation import approvals as kinds
from suite.automation import conditions as spoken
from suite.automation.models import ApprovalRule, ApprovalRuleStep, Together
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
    _write_steps(
        {
            rule: [{"role": roles[code], "position": n} for n, code in enumerate(steps[rule.from_amount], start=1)]
            for rule in rules
        }
    )
    cached.forget(company.pk)


@service
def set_rule(
    *,
    kind: str,
    steps: Sequence[Mapping[str, Any]],
    actor: Actor,
    from_amount: Decimal = Decimal(0),
    conditions: Mapping[str, str] | None = None,
    together: str = Together.ALL,
    rule: ApprovalRule | None = None,
) -> ApprovalRule:
    """Say who agrees to documents of a kind above an amount, or that fulfil conditions; what is under way stays.

    A step names `position`, `who` (without it a role), `role` or `user`, and for the clock `hours` and `then_role`.
    Raises ValidationError when another rule is for the same, a condition is not understood, or a step names nobody. A
    rule without steps asks nobody.
    """
    rule = rule or ApprovalRule(company=actor.company)
    before = _told(rule) if rule.pk else {}
    if kind not in dict(kinds.choices()):
        raise ValidationError({"kind": _("This kind of document is not approved")})
    asked = {name: str(value) for name, value in (conditions or {}).items() if value not in (None, "")}
    if wrong := spoken.problems(spoken.all_of(asked), kinds.kind(kind).subject, actor):
        raise ValidationError({"conditions": wrong})
    if from_amount < 0:
        raise ValidationError({"from_amount": _("Not less than %(limit_value)s") % {"limit_value": 0}})
    rule.kind, rule.from_amount, rule.conditions, rule.together = kind, from_amount, asked, together
    rule.full_clean()
    is_new = not rule.pk
    rule.save()
    rule.steps.all().delete()
    _write_steps({rule: steps})
    after = _told(rule)
    changes = {name: (before.get(name), value) for name, value in after.items() if before.get(name) != value}
    current_act().audit(rule, "created" if is_new else "changed", changes)
    cached.forget(actor.company_id)
    return rule


@service
def remove_rules(*, rules: Collection[int], actor: Actor, reason: str = "") -> None:
    """Drop rules. Where none is left for a kind of document, it needs no approval any more."""
    rows = list(ApprovalRule.objects.of(actor.company_id).filter(pk__in=rules))
    for row in rows:
        current_act().audit(row, "deleted", {"kind": (row.kind, None), "above": (row.from_amount, None)})
    ApprovalRule.objects.filter(pk__in=[row.pk for row in rows]).delete()
    cached.forget(actor.company_id)


def _told(rule: ApprovalRule) -> dict[str, Any]:
    """A rule as its history tells it."""
    steps = ApprovalRuleStep.objects.filter(rule=rule).select_related("role", "user").order_by("position", "pk")
    return {
        "above": str(rule.from_amount), "conditions": rule.conditions, "together": rule.together,
        "steps": [f"{step.position} {step.role.code if step.role else step.user or step.who}" for step in steps],
    }  # fmt: skip


def _write_steps(steps: Mapping[ApprovalRule, Sequence[Mapping[str, Any]]]) -> None:
    rows = [
        ApprovalRuleStep(
            company_id=rule.company_id,
            rule=rule,
            position=each.get("position") or number,
            who=each.get("who") or ("person" if each.get("user") else "role"),
            role=each.get("role"),
            user=each.get("user"),
            hours=each.get("hours") or None,
            then_role=each.get("then_role"),
        )
        for rule, asked in steps.items()
        for number, each in enumerate(asked, start=1)
    ]
    named = [(row.rule_id, row.role_id, row.user_id) for row in rows if row.who != ApprovalRuleStep.Who.MANAGER]
    if len(set(named)) != len(named):
        raise ValidationError({"steps": _("Each role and person decides once")})
    for row in rows:
        is_named = (bool(row.role_id), bool(row.user_id))
        if is_named != (row.who == ApprovalRuleStep.Who.ROLE, row.who == ApprovalRuleStep.Who.PERSON):
            raise ValidationError({"steps": _("Step %(number)s: name the role or the person who is asked") % {
                "number": row.position,
            }})  # fmt: skip
    ApprovalRuleStep.objects.bulk_create(rows)
