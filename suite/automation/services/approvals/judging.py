"""Who may decide a step: those who are asked, those whom they asked to stand in, and who decides everything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from suite.automation.models import Approval, ApprovalStep, Delegation
from suite.core import clock
from suite.core.access import Actor, Scope
from suite.core.errors import Refusal
from suite.core.models import Grant, Membership, Role, User
from suite.core.roles import INTEGRATOR
from suite.core.said import listed

DECIDE = "automation.decide_approval"
DECIDED = (ApprovalStep.Status.APPROVED, ApprovalStep.Status.REJECTED)


class Judge:
    """Somebody who wants to decide; what was read to judge one approval serves the others."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._alone: dict[tuple[str, int | None, int | None], bool] = {}

    @cached_property
    def decides_everything(self) -> bool:
        return self.actor.scope(DECIDE) == Scope.ALL

    @cached_property
    def absent(self) -> list[tuple[User, set[str]]]:
        """Those for whom the actor stands in today, with their roles."""
        rows = in_force(self.actor).filter(to=self.actor.user_id).select_related("user")
        users = {row.user_id: row.user for row in rows}
        roles: dict[int, set[str]] = {pk: set() for pk in users}
        held = Membership.objects.filter(company=self.actor.company, user__in=users) if users else None
        for user_id, code in held.values_list("user_id", "roles__code") if held is not None else ():
            roles[user_id].add(code)
        return [(user, roles[pk]) for pk, user in users.items()]

    def is_asked(self, step: ApprovalStep) -> bool:
        return bool(step.user_id == self.actor.user_id or (step.role and step.role.code in self.actor.grants.roles))

    def in_place_of(self, step: ApprovalStep) -> User | None:
        """The absent person for whom the actor answers this step."""
        for user, roles in self.absent:
            if step.user_id == user.pk or (step.role and step.role.code in roles):
                return user
        return None

    def step_of(self, steps: Iterable[ApprovalStep]) -> tuple[ApprovalStep | None, User | None]:
        """The waiting step that the actor would decide, and in whose place."""
        waiting = [step for step in steps if step.status == ApprovalStep.Status.WAITING]
        if self.actor.user is None:
            return None, None
        for step in waiting:
            if self.is_asked(step):
                return step, None
        for step in waiting:
            if absent := self.in_place_of(step):
                return step, absent
        return (waiting[0] if waiting and self.decides_everything else None), None

    def refusal(self, approval: Approval, steps: Sequence[ApprovalStep]) -> Refusal | None:
        """Why the actor cannot decide now; None when they can.

        Nobody decides what they asked for themselves, nor two steps of one document, and the only one who can answer a
        later step leaves the earlier ones to others; all that unless nobody else may decide.
        """
        names = {"number": approval.number, "role": listed(s.label for s in steps if s.status == s.Status.WAITING)}
        if approval.status == Approval.Status.RETURNED:
            names["who"] = str(approval.requested_by or "–")
            return Refusal("asked_back", _("%(number)s waits for an answer of %(who)s"), names)
        if approval.status != Approval.Status.WAITING:
            return Refusal("already_decided", _("%(number)s is decided already"), names)
        step, _absent = self.step_of(steps)
        if step is None:
            return Refusal("not_your_step", _("%(number)s waits for %(role)s"), names)
        names["role"] = step.label
        parties = {approval.requested_by_id} | {each.decided_by_id for each in steps if each.status in DECIDED}
        is_party = self.actor.user_id in parties
        if not is_party and (self.is_asked(step) or not self._is_needed_later(steps)):
            return None
        if self._alone_with(step):
            return None
        if not is_party:
            return Refusal("later_turn", _("%(number)s waits for %(role)s first; your turn comes after"), names)
        return Refusal(
            "own_request" if self.actor.user_id == approval.requested_by_id else "four_eyes",
            _("%(number)s needs somebody else's agreement: another %(role)s, or who decides everything"),
            names,
        )

    def _is_needed_later(self, steps: Sequence[ApprovalStep]) -> bool:
        """Whether a later step has nobody but the actor."""
        later = [step for step in steps if step.status == ApprovalStep.Status.LATER and self.is_asked(step)]
        return any(step.user_id or self._known("holds", step, self._others_hold) for step in later)

    def _alone_with(self, step: ApprovalStep) -> bool:
        return self._known("decides", step, self._others_decide)

    def _known(self, what: str, step: ApprovalStep, others: Callable[[ApprovalStep], Q]) -> bool:
        key = (what, step.role_id, step.user_id)
        if key not in self._alone:
            people = Membership.objects.filter(others(step), company=self.actor.company, user__is_active=True)
            self._alone[key] = not people.exclude(user=self.actor.user_id).exists()
        return self._alone[key]

    def _others_hold(self, step: ApprovalStep) -> Q:
        return Q(roles=step.role_id)

    def _others_decide(self, step: ApprovalStep) -> Q:
        """Whoever may decide the step, programs apart."""
        may = _holding(self.actor, DECIDE, scope=Scope.ALL)
        return may | (Q(roles=step.role_id) if step.role_id else Q()) | (Q(user=step.user_id) if step.user_id else Q())


def others_may(actor: Actor, *codes: str, apart_from: Collection[int | None] = ()) -> bool:
    """Whether somebody else in the company, apart from these people too, holds all of the permissions `codes`.

    Who has a hand in something does not agree to it alone, unless nobody else may: then nobody is stuck. One statement.
    """
    people = Membership.objects.filter(company=actor.company, user__is_active=True)
    for code in codes:
        people = people.filter(_holding(actor, code))
    return people.exclude(user__in={actor.user_id, *apart_from} - {None}).exists()


def _holding(actor: Actor, code: str, **how_far: str) -> Q:
    """Whoever holds a permission, programs apart."""
    grants = Grant.objects.filter(role__company=actor.company, code=code, **how_far).exclude(scope=Scope.NONE)
    return Q(roles__in=grants.exclude(role__code=INTEGRATOR).values("role"))


def in_force(actor: Actor) -> QuerySet[Delegation]:
    """The delegations of the company that hold today."""
    today = clock.today(actor.company)
    return Delegation.objects.of(actor.company_id).filter(first_day__lte=today, last_day__gte=today)


def asks(actor: Actor) -> Q:
    """The condition for steps that ask the actor, or somebody for whom the actor stands in today."""
    absent = in_force(actor).filter(to=actor.user_id).values("user")
    theirs = Role.objects.filter(
        pk__in=Membership.objects.filter(company=actor.company_id, user__in=absent).values("roles")
    )
    mine = Q(role__code__in=actor.grants.roles) | Q(user=actor.user_id) | Q(user__in=absent)
    mine |= Q(role__in=theirs.values("pk"))
    return mine | Q(role=None, user=None) if actor.scope(DECIDE) == Scope.ALL else mine
