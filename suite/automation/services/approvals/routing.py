"""Who is asked about a document: the rule that holds, and the people its steps mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from suite.automation import approvals as kinds
from suite.automation import conditions
from suite.automation.models import ApprovalRule, ApprovalRuleStep
from suite.core import cached
from suite.core.access import Actor
from suite.core.models import Membership, User
from suite.core.said import Said, in_each, name_of, said

RULES = "automation.approval_rules"
Who = ApprovalRuleStep.Who


@dataclass(frozen=True, slots=True)
class Place:
    """A step of a rule as it is chosen."""

    position: int
    who: str
    role_id: int | None
    user_id: int | None
    hours: int | None
    then_role_id: int | None


@dataclass(frozen=True, slots=True)
class Route:
    """A rule as it is chosen: who decides about what."""

    rule_id: int
    above: Decimal
    conditions: Mapping[str, str]
    together: str
    places: tuple[Place, ...]

    def words(self, kind: kinds.Kind, actor: Actor) -> str:
        """The conditions as a sentence that everybody reads in their own language."""
        if not self.conditions:
            return ""
        return in_each(lambda: conditions.sentence(conditions.all_of(self.conditions), kind.subject, actor))

    def holding(self, pks: Collection[int], kind: kinds.Kind, actor: Actor) -> set[int]:
        """Which documents fulfil the conditions; of conditions that nobody understands any more: none."""
        try:
            return conditions.holding(conditions.all_of(self.conditions), kind.subject, actor, pks)
        except conditions.Misunderstood:
            return set()


def routes_of(company_id: int, name: str) -> list[Route]:
    """The rules of a company for a kind of document, the narrowest last; from the process's copy."""
    return cached.rows(company_id, RULES, _load_rules).get(name, [])


def routes_for(name: str, amounts: Mapping[int, Decimal], actor: Actor) -> dict[int, Route]:
    """The rule that holds for each document, by key; documents that no rule is for are missing.

    A rule with conditions that are fulfilled comes before one without, and of them the one with the highest limit that
    the amount exceeds. One statement for each rule with conditions that is tried, none without.
    """
    found: dict[int, Route] = {}
    for route in reversed(routes_of(actor.company_id, name)):
        fitting: Collection[int] = [
            pk for pk, amount in amounts.items() if pk not in found and (amount > route.above or not route.above)
        ]
        if route.conditions and fitting:
            fitting = route.holding(fitting, kinds.kind(name), actor)
        found |= dict.fromkeys(fitting, route)
    return found


def _load_rules(company_id: int) -> dict[str, list[Route]]:
    places: dict[int, list[Place]] = defaultdict(list)
    for step in ApprovalRuleStep.objects.of(company_id).order_by("position", "pk"):
        places[step.rule_id].append(
            Place(step.position, step.who, step.role_id, step.user_id, step.hours, step.then_role_id)
        )
    routes: dict[str, list[Route]] = defaultdict(list)
    for rule in sorted(
        ApprovalRule.objects.of(company_id), key=lambda rule: (bool(rule.conditions), rule.from_amount, -rule.pk)
    ):
        routes[rule.kind].append(
            Route(rule.pk, rule.from_amount, rule.conditions, rule.together, tuple(places[rule.pk]))
        )
    return dict(routes)


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it will be asked, and why of these people."""

    position: int
    role_id: int | None = None
    user_id: int | None = None
    because: str = ""
    hours: int | None = None
    then_role_id: int | None = None


@dataclass
class People:
    """Who works in a company, and who leads whom; read by one statement."""

    users: dict[int, User] = field(default_factory=dict)
    managers: dict[int, int | None] = field(default_factory=dict)

    @classmethod
    def of(cls, company_id: int) -> People:
        found = cls()
        for row in Membership.objects.filter(company=company_id).select_related("user", "team"):
            found.managers[row.user_id] = row.team.manager_id if row.team else None
            if row.user.is_active:
                found.users[row.user_id] = row.user
        return found

    def above(self, user_id: int | None) -> int | None:
        """The next in line who is here: the manager of somebody's team, of that manager's team and so on."""
        seen: set[int | None] = {user_id}
        while (user_id := self.managers.get(user_id or 0)) not in seen:
            if user_id in self.users:
                return user_id
            seen.add(user_id)
        return None


def steps_of(route: Route, asker_id: int | None, people: People | None) -> list[Step]:
    """The steps of a rule for what somebody asks: each manager is one further up the line, nobody is asked twice.

    Who asked, and who left, is replaced by the next in line, and where there is none by whoever decides everything.
    """
    steps: list[Step] = []
    boss, seen = asker_id, set[int]()
    for place in route.places:
        user_id, because = place.user_id, Said("")
        if people and place.who == Who.MANAGER:
            boss = user_id = people.above(boss)
            because = said(_("The requester's manager") if boss else _("Nobody leads the requester"))
        elif people and place.who == Who.PERSON and (user_id == asker_id or user_id not in people.users):
            because = instead_of(user_id, asker_id, people)
            user_id = people.above(user_id)
            user_id = None if user_id == asker_id else user_id
        if user_id in seen:
            continue
        seen |= {user_id} if user_id else set()
        steps.append(Step(place.position, place.role_id, user_id, because, place.hours, place.then_role_id))
    return steps


def instead_of(user_id: int | None, asker_id: int | None, people: People) -> Said:
    """Why somebody else is asked than the person whom the rule names."""
    if user_id == asker_id:
        return said(_("The next in line, because nobody decides about their own request"))
    return said(_("Instead of %(name)s, who has left"), {"name": name_of(User.objects.filter(pk=user_id).first())})


def needs_people(routes: Collection[Route]) -> bool:
    """Whether any step asks for more than a role."""
    return any(place.who != Who.ROLE for route in routes for place in route.places)


def as_row(step: Step, status: str, **more: Any) -> dict[str, Any]:
    """A step as its columns."""
    return {
        "position": step.position, "role_id": step.role_id, "user_id": step.user_id, "because": step.because,
        "hours": step.hours, "then_role_id": step.then_role_id, "status": status, **more,
    }  # fmt: skip
