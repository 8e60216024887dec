"""Asking for approval, deciding, taking the question back."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from suite.automation import approvals as kinds
from suite.automation.models import Approval, ApprovalRule, ApprovalRuleStep, ApprovalStep
from suite.core import cached, clock
from suite.core.access import Actor, Scope
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Grant, Membership
from suite.core.roles import INTEGRATOR
from suite.core.trail import Exact

RULES = "automation.approval_rules"
DECIDE = "automation.decide_approval"
HOLDERS, DECIDERS = "holders", "deciders"  # of a role: who has it, and with them those who decide everything
Alone = dict[tuple[int, str], bool]  # whether the actor is the only one of them

# One statement for any number of documents: the confirm of an order submits what it asks to buy.
WRITE = """
WITH asked AS (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
    object_id bigint, number text, amount numeric, status text, rule_id bigint, above numeric,
    decided_at timestamptz, roles bigint[])
), made AS (
  INSERT INTO automation_approval (company_id, kind, object_id, number, amount, status, rule_id, above,
                                   requested_by_id, requested_at, decided_at)
  SELECT %(company)s, %(kind)s, object_id, number, amount, status, rule_id, above, %(user)s, %(now)s, decided_at
  FROM asked
  RETURNING id, object_id
), steps AS (
  INSERT INTO automation_approvalstep (company_id, approval_id, position, role_id, status, note)
  SELECT %(company)s, made.id, turn.position, turn.role_id,
         CASE turn.position WHEN 1 THEN 'waiting' ELSE 'later' END, ''
  FROM made JOIN asked USING (object_id), unnest(asked.roles) WITH ORDINALITY AS turn(role_id, position)
)
SELECT id, object_id FROM made
"""


@dataclass(frozen=True, slots=True)
class Route:
    """A rule as it is chosen: who decides above which amount."""

    rule_id: int
    above: Decimal
    roles: tuple[int, ...]


def route_for(company_id: int, kind: str, amount: Decimal) -> Route | None:
    """The rule with the highest limit that the amount exceeds; the lowest rule also takes what exceeds none."""
    routes = cached.rows(company_id, RULES, _load_rules).get(kind, ())
    return next((route for route in reversed(routes) if amount > route.above), routes[0] if routes else None)


def _load_rules(company_id: int) -> dict[str, list[Route]]:
    roles: dict[int, list[int]] = defaultdict(list)
    for step in ApprovalRuleStep.objects.of(company_id).order_by("position"):
        roles[step.rule_id].append(step.role_id)
    routes: dict[str, list[Route]] = defaultdict(list)
    for rule in ApprovalRule.objects.of(company_id).order_by("from_amount"):
        routes[rule.kind].append(Route(rule.pk, rule.from_amount, tuple(roles[rule.pk])))
    return dict(routes)


@service
def submit(*, documents: Sequence[Model], actor: Actor) -> list[Approval]:
    """Ask for the approval of documents of one kind; one statement for any number of them.

    Where no rule of the company asks for an approval, the documents count as approved at once, and that is kept too.
    The documents must be saved, numbered, and in the state in which they wait; their kind must be registered.
    """
    if not documents:
        return []
    name = documents[0]._meta.label_lower
    kind = kinds.kind(name)
    asked = [_asked(document, kind, name, actor) for document in documents]
    _write(name, asked, actor)
    waiting = [approval for approval in asked if approval.status == Approval.Status.WAITING]
    for approval in waiting:
        current_act().announce("automation.approval.requested", approval, {"number": approval.number}, key="1")
    free = {approval.object_id for approval in asked} - {approval.object_id for approval in waiting}
    if free:
        kind.on_approved([document for document in documents if document.pk in free], actor=actor, note="")
    return asked


def _asked(document: Any, kind: kinds.Kind, name: str, actor: Actor) -> Approval:
    amount = kind.amount(document)
    route = route_for(actor.company_id, name, amount)
    free = route is None or not route.roles
    approval: Any = Approval(
        company_id=actor.company_id,
        kind=name,
        object_id=document.pk,
        number=str(document),
        amount=amount,
        status=Approval.Status.APPROVED if free else Approval.Status.WAITING,
        rule_id=route.rule_id if route else None,
        above=route.above if route else None,
        requested_by=actor.user,
        requested_at=clock.now(),
        decided_at=clock.now() if free else None,
    )
    approval.roles = route.roles if route else ()
    return approval  # type: ignore[no-any-return]


def _write(name: str, asked: list[Approval], actor: Actor) -> None:
    columns = ("object_id", "number", "amount", "status", "rule_id", "above", "decided_at", "roles")
    rows = [{column: getattr(approval, column) for column in columns} for approval in asked]
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            {
                "rows": json.dumps(rows, cls=Exact), "company": actor.company_id, "kind": name,
                "user": actor.user_id, "now": clock.now(),
            },
        )  # fmt: skip
        made = {object_id: pk for pk, object_id in cursor.fetchall()}
    for approval in asked:
        approval.pk = made[approval.object_id]


@service
def decide(*, approvals: Collection[int], approve: bool, actor: Actor, note: str = "") -> list[Approval]:
    """Agree to, or refuse, the step that is due of each approval; any refusal ends the approval.

    Who may: holders of the role of the step, and those whose right to decide reaches everything; but the only holder
    of the role of a later step leaves the earlier ones to others. Nobody decides what they asked for themselves, nor
    two steps of one document, unless nobody else may decide the step.
    Raises BusinessError naming every approval that the actor cannot decide; then nothing is decided.
    """
    found = Approval.objects.of(actor.company_id).filter(pk__in=approvals)
    documents = _lock_documents(found.values_list("kind", "object_id"), actor)
    locked = list(Approval.objects.of(actor.company_id).lock(approvals))
    steps = _steps_of(locked)
    _refuse(locked, steps, actor)
    _write_decision(locked, steps, approve, actor, note)
    _carry_out(locked, documents, approve, actor, note)
    return locked


def decide_documents(*, documents: Iterable[Model], approve: bool, actor: Actor, note: str = "") -> list[Approval]:
    """`decide` for whoever stands before the documents. Raises BusinessError for one that waits for nobody."""
    documents = list(documents)
    waiting = waiting_for(documents)
    missing = [_not_waiting(document) for document in documents if document.pk not in waiting]
    if missing:
        raise BusinessError(*missing)
    pks = [approval.pk for approval in waiting.values()]
    return decide(approvals=pks, approve=approve, actor=actor, note=note)


def _not_waiting(document: Model) -> Refusal:
    return Refusal("not_waiting", _("%(number)s does not wait for an approval"), {"number": document})


@service
def withdraw(*, documents: Collection[Model], actor: Actor) -> None:
    """Take the question back, for documents that changed or are not wanted any more; two statements."""
    waiting = waiting_for(documents)
    if waiting:
        pks = [approval.pk for approval in waiting.values()]
        ApprovalStep.objects.filter(approval__in=pks, status__in=_UNDECIDED).update(status=ApprovalStep.Status.DROPPED)
        Approval.objects.filter(pk__in=pks).update(status=Approval.Status.WITHDRAWN, decided_at=clock.now())


def waiting_for(documents: Collection[Model]) -> dict[int, Approval]:
    """The approvals that documents of one kind wait for, by the document's key."""
    if not documents:
        return {}
    name = next(iter(documents))._meta.label_lower
    rows = Approval.objects.filter(
        kind=name, object_id__in=[document.pk for document in documents], status=Approval.Status.WAITING
    )
    return {approval.object_id: approval for approval in rows}


_UNDECIDED = (ApprovalStep.Status.WAITING, ApprovalStep.Status.LATER)


def _lock_documents(keys: Iterable[tuple[str, int]], actor: Actor) -> dict[tuple[str, int], Model]:
    """Documents come before approvals in the order of locks, as in the acts that start from a document."""
    pks: dict[str, list[int]] = defaultdict(list)
    for name, pk in keys:
        pks[name].append(pk)
    return {
        (name, document.pk): document
        for name in sorted(pks)
        for document in kinds.kind(name).model._default_manager.of(actor.company_id).lock(pks[name])  # type: ignore[attr-defined]
    }


def _steps_of(approvals: list[Approval]) -> dict[int, list[ApprovalStep]]:
    steps: dict[int, list[ApprovalStep]] = defaultdict(list)
    for step in ApprovalStep.objects.filter(approval__in=approvals).select_related("role").order_by("position"):
        steps[step.approval_id].append(step)
    return steps


def _due(steps: Sequence[ApprovalStep]) -> ApprovalStep:
    return next(step for step in steps if step.status == ApprovalStep.Status.WAITING)


def _refuse(approvals: list[Approval], steps: dict[int, list[ApprovalStep]], actor: Actor) -> None:
    alone: Alone = {}
    refused = {
        approval.pk: refusal
        for approval in approvals
        if (refusal := _refusal(approval, steps[approval.pk], actor, alone))
    }
    if refused:
        raise BusinessError(by_key=refused)


def undecidable(documents: Collection[Model], actor: Actor) -> dict[int, Refusal]:
    """Why the actor cannot decide now about documents of one kind, by key; those left out wait for this actor.

    Two statements for any number, one more for each role whose step the actor asked for.
    """
    waiting = waiting_for(documents)
    steps = _steps_of(list(waiting.values())) if waiting else {}
    alone: Alone = {}
    found = {
        document.pk: _refusal(waiting[document.pk], steps[waiting[document.pk].pk], actor, alone)
        if document.pk in waiting
        else _not_waiting(document)
        for document in documents
    }
    return {pk: refusal for pk, refusal in found.items() if refusal}


def not_mine(approval: Approval, actor: Actor) -> str:
    """Why who asked, decided a step or is asked later must leave a waiting step to others; blank if not so."""
    refusal = _refusal(approval, _steps_of([approval])[approval.pk], actor, {})
    return str(refusal) if refusal and refusal.code in ("own_request", "four_eyes", "later_turn") else ""


def _refusal(approval: Approval, steps: Sequence[ApprovalStep], actor: Actor, alone: Alone) -> Refusal | None:
    """Why the actor cannot decide; `alone` remembers for which roles there is nobody else."""
    names = {"number": approval.number}
    if approval.status != Approval.Status.WAITING:
        return Refusal("already_decided", _("%(number)s is decided already"), names)
    step = _due(steps)
    names["role"] = step.role.label
    if actor.user is None or (actor.scope(DECIDE) != Scope.ALL and step.role.code not in actor.grants.roles):
        return Refusal("not_your_step", _("%(number)s waits for %(role)s"), names)
    is_party = actor.user_id in {approval.requested_by_id} | {each.decided_by_id for each in steps}
    if not is_party and (step.role.code in actor.grants.roles or not _is_needed_later(steps, actor, alone)):
        return None
    if (step.role_id, DECIDERS) not in alone:
        alone[step.role_id, DECIDERS] = not _others(step.role_id, actor)
    if alone[step.role_id, DECIDERS]:
        return None
    if not is_party:
        return Refusal("later_turn", _("%(number)s waits for %(role)s first; your turn comes after"), names)
    return Refusal(
        "own_request" if actor.user_id == approval.requested_by_id else "four_eyes",
        _("%(number)s needs somebody else's agreement: another %(role)s, or who decides everything"),
        names,
    )


def _is_needed_later(steps: Sequence[ApprovalStep], actor: Actor, alone: Alone) -> bool:
    """Whether the actor is the only holder of the role of a later step."""
    later = [step.role for step in steps if step.status == ApprovalStep.Status.LATER]
    for role in later:
        if role.code in actor.grants.roles and (role.pk, HOLDERS) not in alone:
            holders = Membership.objects.filter(roles=role.pk, company=actor.company, user__is_active=True)
            alone[role.pk, HOLDERS] = not holders.exclude(user=actor.user_id).exists()
    return any(alone.get((role.pk, HOLDERS), False) for role in later)


def _others(role_id: int, actor: Actor) -> bool:
    """Whether any other person may decide for the role: another holder, or who may decide everything."""
    everything = Grant.objects.filter(role__company=actor.company, code=DECIDE, scope=Scope.ALL)
    everything = everything.exclude(role__code=INTEGRATOR)
    may = Q(roles=role_id) | Q(roles__in=everything.values("role"))
    people = Membership.objects.filter(may, company=actor.company, user__is_active=True)
    return people.exclude(user=actor.user_id).exists()


def _write_decision(
    approvals: list[Approval], steps: dict[int, list[ApprovalStep]], approve: bool, actor: Actor, note: str
) -> None:
    """Write the decision on the due steps, turn to the next ones, end what has no next."""
    moment, status = clock.now(), ApprovalStep.Status.APPROVED if approve else ApprovalStep.Status.REJECTED
    due = [_due(steps[approval.pk]) for approval in approvals]
    ApprovalStep.objects.filter(pk__in=[step.pk for step in due]).update(
        status=status, decided_by=actor.user, decided_at=moment, note=note[:500]
    )
    upcoming, ended = [], []
    for approval, step in zip(approvals, due, strict=True):
        later = [each for each in steps[approval.pk] if each.status == ApprovalStep.Status.LATER]
        if approve and later:
            upcoming.append(later[0].pk)
            current_act().announce(
                "automation.approval.requested", approval, {"number": approval.number}, key=str(step.position + 1)
            )
        else:
            approval.status = Approval.Status.APPROVED if approve else Approval.Status.REJECTED
            approval.decided_at = moment
            ended.append(approval)
            current_act().announce(
                f"automation.approval.{approval.status}", approval, {"number": approval.number}, key="1"
            )
    if upcoming:
        ApprovalStep.objects.filter(pk__in=upcoming).update(status=ApprovalStep.Status.WAITING)
    if ended:
        ids = [approval.pk for approval in ended]
        Approval.objects.filter(pk__in=ids).update(status=ended[0].status, decided_at=moment)
        if not approve:
            ApprovalStep.objects.filter(Q(approval__in=ids), status=ApprovalStep.Status.LATER).update(
                status=ApprovalStep.Status.DROPPED
            )


def _carry_out(
    approvals: list[Approval], documents: dict[tuple[str, int], Model], approve: bool, actor: Actor, note: str
) -> None:
    """Let the areas move the documents whose approval ended."""
    act = current_act()
    ended: dict[str, list[Model]] = defaultdict(list)
    for approval in approvals:
        document = documents[approval.kind, approval.object_id]
        act.audit(document, "approved" if approve else "rejected", {"note": ("", note)} if note else None)
        if approval.status != Approval.Status.WAITING:
            ended[approval.kind].append(document)
    for name, group in ended.items():
        kind = kinds.kind(name)
        (kind.on_approved if approve else kind.on_rejected)(group, actor=actor, note=note)
