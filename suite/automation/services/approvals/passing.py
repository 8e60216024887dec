"""Passing a decision on: to somebody else, to one more signer, and by the clock when nobody answers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from suite.automation.models import Approval, ApprovalStep
from suite.automation.services.approvals.asking import UNDECIDED, announce, later, lock
from suite.automation.services.approvals.deciding import SIGNED, Case, Step, sign, steps_of, take
from suite.automation.services.approvals.judging import DECIDE, DECIDED
from suite.automation.services.approvals.routing import People
from suite.core import bulk, clock
from suite.core.access import Actor, grants_of
from suite.core.acts import acting, service
from suite.core.models import Company, Membership, User
from suite.core.said import Said, name_of, said

BATCH = 200


@service
def hand_over(*, approvals: Collection[int], to: User, actor: Actor, note: str = "") -> list[Approval]:
    """Let somebody else decide in one's place. Raises ValidationError for who cannot, BusinessError for what is not
    the actor's to decide."""
    _documents, locked = lock(approvals, actor)
    cases = take(locked, actor)
    demand_signer(to, cases, actor)
    why = said(_("Handed over by %(name)s"), {"name": name_of(actor.user)})
    for case in cases:
        sign(case, Step.PASSED, actor, note)
    bulk.update([case.mine for case in cases], *SIGNED)
    _ask([_follow(case.mine, why, user=to) for case in cases], {case.approval.pk: case.approval for case in cases})
    return locked


@service
def add_signer(*, approvals: Collection[int], to: User, before: bool, actor: Actor, note: str = "") -> list[Approval]:
    """Have one more person agree, before the actor decides or right after. Raises as `hand_over`."""
    _documents, locked = lock(approvals, actor)
    cases = take(locked, actor)
    demand_signer(to, cases, actor)
    by = {"name": name_of(actor.user), "note": note[:200]}
    why = said(_("Added by %(name)s: %(note)s") if note else _("Added by %(name)s"), by)
    bulk.update([step for case in cases for step in _make_room(case, before)], "position", "status", "next_at")
    new = [_follow(case.mine, why, user=to) for case in cases]
    for case, step in zip(cases, new, strict=True):
        step.position = case.mine.position - 1 if before else case.mine.position + 1
        if not before:
            step.status, step.next_at = Step.LATER, None
    _ask(new, {case.approval.pk: case.approval for case in cases})
    return locked


def _make_room(case: Case, before: bool) -> list[ApprovalStep]:
    """Move those who come after the new signer one place back; says whom."""
    first = case.mine.position + (not before)
    moved = [step for step in case.steps if step.position >= first and step.status in UNDECIDED]
    for step in moved:
        step.position += 1
        if before:
            step.status, step.next_at = Step.LATER, None
    return moved


def demand_signer(user: User, cases: Collection[Case], actor: Actor) -> None:
    """Refuse who does not work here, may not decide, asked for it themselves, or answers another step of it already.

    Nobody decides two steps of one document: theirs would wait for ever, and one that they alone can answer for a role
    would fall to whoever decides everything. Raises ValidationError.
    """
    works_here = Membership.objects.filter(company=actor.company, user=user, user__is_active=True).exists()
    if not works_here:
        raise ValidationError({"to": _("This person does not work here")})
    if DECIDE not in grants_of(user.pk, actor.company_id).scopes:
        raise ValidationError({"to": _("%(name)s may not decide approvals") % {"name": user}})
    if user.pk == actor.user_id:
        raise ValidationError({"to": _("Choose somebody else")})
    if any(case.approval.requested_by_id == user.pk for case in cases):
        raise ValidationError({"to": _("%(name)s asked for it and cannot decide it") % {"name": user}})
    theirs = ApprovalStep.objects.filter(approval__in=[case.approval for case in cases])
    asked = Q(user=user, status__in=UNDECIDED) | Q(decided_by=user, status__in=DECIDED)
    if cases and theirs.filter(asked).exists():
        raise ValidationError({"to": _("%(name)s decides or decided another step of it") % {"name": user}})
    holders = _holders(actor.company_id, [step for case in cases for step in case.steps])
    for case in cases:
        if step := _theirs_alone(user.pk, case.approval, case.steps, case.mine, holders):
            sentence = _("%(name)s alone can answer another step of it, as %(role)s: choose somebody else")
            raise ValidationError({"to": sentence % {"name": user, "role": step.role}})


def _holders(company_id: int, steps: Collection[ApprovalStep]) -> dict[int, set[int]]:
    """Who has each role that is still to answer a step; one statement where there is any."""
    holders: dict[int, set[int]] = {step.role_id: set() for step in steps if step.role_id and step.status in UNDECIDED}
    if holders:
        people = Membership.objects.filter(company=company_id, user__is_active=True, roles__in=holders)
        for role, user in people.values_list("roles", "user"):
            holders.setdefault(role, set()).add(user)
    return holders


def _theirs_alone(
    user_id: int, approval: Approval, steps: Collection[ApprovalStep], mine: ApprovalStep, holders: dict[int, set[int]]
) -> ApprovalStep | None:
    """A step beside `mine` that nobody but this person can answer for its role."""
    parties = {approval.requested_by_id} | {step.decided_by_id for step in steps if step.status in DECIDED}
    waiting = [step for step in steps if step is not mine and step.status in UNDECIDED]
    return next((step for step in waiting if step.role_id and holders[step.role_id] - parties == {user_id}), None)


def _follow(step: ApprovalStep, why: Said, **who: Any) -> ApprovalStep:
    """A new step in the place of another."""
    return ApprovalStep(
        company_id=step.company_id, approval_id=step.approval_id, position=step.position, hours=step.hours,
        because=why, status=Step.WAITING, next_at=later(clock.now(), step.hours), from_rule=False,
        **{f"{name}_id": getattr(value, "pk", value) for name, value in who.items()},
    )  # fmt: skip


def _ask(steps: list[ApprovalStep], approvals: dict[int, Approval]) -> None:
    ApprovalStep.objects.bulk_create(steps)
    for step in steps:
        if step.status == Step.WAITING:
            approval = approvals[step.approval_id]
            announce(approval, "requested", key=f"s{step.pk}")


def chase(limit: int = BATCH) -> int:
    """Remind those who let an approval wait, and pass on what waits for longer, or for somebody who left.

    Says how many steps were moved on. A portion of approvals is locked, reminded or passed on in one transaction: a
    worker that dies leaves all of it or nothing, two workers share the work, and nothing is done twice.
    """
    moved = 0
    while True:
        done = _chase_portion(limit)
        moved += done
        if not done:
            return moved


def _chase_portion(limit: int) -> int:
    with transaction.atomic():
        moment = clock.now()
        here = Membership.objects.filter(user=OuterRef("user"), company=OuterRef("company"), user__is_active=True)
        left = Q(user__isnull=False) & ~Exists(here)
        late = ApprovalStep.objects.filter(
            Q(next_at__lte=moment) | left, status=Step.WAITING, approval__status=Approval.Status.WAITING
        )
        rows = Approval.objects.filter(pk__in=late.values("approval"))
        approvals = {row.pk: row for row in rows.order_by("pk").select_for_update(skip_locked=True)[:limit]}
        found = steps_of(list(approvals.values())) if approvals else {}
        companies = Company.objects.in_bulk({approval.company_id for approval in approvals.values()})
        moved = 0
        for company_id, group in groupby(
            sorted(approvals.values(), key=lambda row: row.company_id), key=lambda row: row.company_id
        ):
            with acting(Actor.system(companies[company_id])):
                people = People.of(company_id)
                moved += _chase_company([(each, found[each.pk]) for each in group], people, approvals)
    return moved


def _chase_company(
    cases: list[tuple[Approval, list[ApprovalStep]]], people: People, approvals: dict[int, Approval]
) -> int:
    from suite.automation.services.notices import remind

    moment, touched, new = clock.now(), [], []
    holders = _holders(cases[0][0].company_id, [step for _approval, steps in cases for step in steps])
    for approval, steps in cases:
        for step in (each for each in steps if each.status == Step.WAITING):
            gone = step.user_id is not None and step.user_id not in people.users
            if not gone and (step.next_at is None or step.next_at > moment):
                continue
            touched.append(step)
            if not gone and not step.reminded:
                step.reminded, step.next_at = True, later(moment, step.hours)
                remind(approval, step)
                continue
            is_needed = partial(_theirs_alone, approval=approval, steps=steps, mine=step, holders=holders)
            follower = _follower(approval, step, people, gone, is_needed)
            step.next_at = None
            if follower:
                step.status, step.decided_at = Step.PASSED, moment
                new.append(follower)
    bulk.update(touched, "status", "decided_at", "reminded", "next_at")
    _ask(new, approvals)
    return len(touched)


def _follower(
    approval: Approval, step: ApprovalStep, people: People, gone: bool, is_needed: Callable[..., Any]
) -> ApprovalStep | None:
    """Who is asked instead: the role that the rule names, else the next in line, else whoever decides everything."""
    if gone:
        why = said(_("Instead of %(name)s, who has left"), {"name": name_of(step.user)})
    else:
        why = said(_("No answer of %(name)s in %(hours)s hours"), {
            "name": name_of(step.user) or name_of(step.role), "hours": 2 * (step.hours or 0),
        })  # fmt: skip
    if step.then_role_id and not gone:
        return _follow(step, why, role=step.then_role_id)
    above, passed_over, seen = step.user_id or approval.requested_by_id, None, set[int]()
    while (above := people.above(above)) is not None and above not in seen:
        seen.add(above)
        if above == approval.requested_by_id:
            continue
        if not is_needed(above):
            break
        passed_over = people.users[above]
    else:
        above = None
    if above is None and step.user_id is None and step.role_id is None:
        return None
    if passed_over:
        sentence = _("%(why)s; %(name)s alone can answer another step")
        why = said(sentence, {"why": why, "name": name_of(passed_over)})
    return _follow(step, why, user=above)
