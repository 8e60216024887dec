"""Grades by rule: reckoned for sets of customers, told with their terms, and never over a grade given by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.customers import grading
from crm.customers.models import Customer, GradePolicy, GradeTerm, Rating
from crm.customers.services.tagging import AT_ONCE, proposed, slices
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.models import Company
from suite.masterdata.services.records import announce

# What a new company may switch on: (fact, at least, points).
START = (
    ("revenue", 10_000, 20), ("revenue", 100_000, 40), ("revenue", 1_000_000, 60),
    ("orders", 3, 10), ("orders", 12, 20), ("margin", 20, 10),
    ("paid_late", 1, -10), ("paid_late", 3, -30), ("overdue", 1, -10), ("complaints", 1, -10),
)  # fmt: skip


def found(company: Company) -> None:
    """Give a company a rating rule, switched off; one that has it keeps it."""
    policy, is_new = GradePolicy.objects.get_or_create(company=company)
    if is_new:
        GradeTerm.objects.bulk_create(
            GradeTerm(company=company, policy=policy, fact=fact, at_least=least, points=points)
            for fact, least, points in START
        )


@service
def change_policy(
    *, actor: Actor, terms: Sequence[Mapping[str, Any]] | None = None, reason: str = "", **values: Any
) -> GradePolicy:
    """Say how customers are graded; up to a few thousand are graded anew at once, more within the hour.

    `terms` are whole: mappings of `fact`, `at_least` and `points`. Raises ValidationError.
    """
    policy = GradePolicy.objects.select_for_update().get(company=actor.company_id)
    before = _told(policy)
    proposed(policy, values).full_clean()
    save_changes(policy, {**values, "looked_on": None})
    if terms is not None:
        known = dict(grading.choices())
        if unknown := [term["fact"] for term in terms if term["fact"] not in known]:
            raise ValidationError({"terms": _("There is no fact %(name)s") % {"name": unknown[0]}})
        keys = [(term["fact"], term["at_least"]) for term in terms]
        if len(set(keys)) != len(keys):
            raise ValidationError({"terms": _("The same value stands there twice")})
        policy.terms.all().delete()
        GradeTerm.objects.bulk_create(GradeTerm(company_id=actor.company_id, policy=policy, **term) for term in terms)
        if before != (after := _told(policy)):
            current_act().audit(policy, "changed", {"terms": (before, after)})
    few = Customer.objects.of(actor.company_id).order_by("pk").values_list("pk", flat=True)[: AT_ONCE + 1]
    if policy.is_on and len(few) <= AT_ONCE:
        go_through(actor=actor)
    return policy


def _told(policy: GradePolicy) -> list[str]:
    return [
        f"{term.fact} >= {term.at_least:.2f}: {term.points:+d}" for term in policy.terms.order_by("fact", "at_least")
    ]


@service
def grade_customers(*, customers: Collection[int], actor: Actor, reason: str = "") -> int:
    """Reckon the grades of customers; returns how many carry another one now.

    One statement for each fact, and five for the rest, whatever their number. A customer whose grade somebody changed
    by hand keeps it; what the rule says of it is kept beside it.
    """
    policy = GradePolicy.objects.filter(company=actor.company_id, is_on=True).first()
    if policy is None:
        return 0
    terms = list(policy.terms.order_by("fact", "at_least"))
    rows = list(Customer.objects.of(actor.company_id).lock(customers))
    parties = [row.party_id for row in rows]
    facts = {name: known for name in {term.fact for term in terms} if (known := grading.fact(name))}
    values = {name: known.values(actor, parties) for name, known in facts.items()}
    said = dict(Rating.objects.filter(customer__in=rows).values_list("customer", "grade"))
    moment, ratings, changed = clock.now(), [], []
    for row in rows:
        reached = grading.points_of(terms, values, row.party_id)
        points = sum(term["points"] for term in reached)
        grade = grade_for(points, policy)
        ratings.append(
            Rating(company_id=actor.company_id, customer=row, grade=grade, points=points, terms=reached, at=moment)
        )
        if row.grade != grade and row.grade in ("", said.get(row.pk)):
            current_act().audit(row, "changed", {"grade": (row.grade, grade)})
            row.grade, row.version, row.updated_at = grade, row.version + 1, moment
            announce(row, "changed")
            changed.append(row)
    Rating.objects.bulk_create(
        ratings, update_conflicts=True, unique_fields=["customer"], update_fields=["grade", "points", "terms", "at"]
    )
    bulk.update(changed, "grade", "version", "updated_at")
    return len(changed)


def grade_for(points: int, policy: GradePolicy) -> str:
    """The grade for so many points."""
    steps = ((policy.a_from, "A"), (policy.b_from, "B"), (policy.c_from, "C"))
    return next((grade for least, grade in steps if points >= least), "D")


def go_through(*, actor: Actor) -> int:
    """Grade every customer of the company, an act for each few thousand."""
    changed = sum(grade_customers(customers=pks, actor=actor) for pks in slices(actor.company_id))
    GradePolicy.objects.filter(company=actor.company_id).update(looked_on=clock.today(actor.company))
    return changed


def go_through_when_due(*, actor: Actor) -> int:
    """Once a day, and soon after the rule was changed."""
    due = GradePolicy.objects.filter(company=actor.company_id, is_on=True)
    due = due.exclude(looked_on__gte=clock.today(actor.company))
    return go_through(actor=actor) if due.exists() else 0
