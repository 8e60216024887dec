"""Deciding: agreeing, refusing, sending back with a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from suite.automation import approvals as kinds
from suite.automation.models import Approval, ApprovalStep, Together
from suite.automation.services.approvals.asking import UNDECIDED, announce, later, lock, waiting_for
from suite.automation.services.approvals.judging import Judge
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import User

Documents = dict[tuple[str, int], Model]
Step = ApprovalStep.Status


@dataclass
class Case:
    """An approval on the desk of somebody who decides: its steps, and the one that is theirs."""

    approval: Approval
    steps: list[ApprovalStep]
    mine: ApprovalStep = field(init=False)
    in_place_of: User | None = None

    @property
    def beside(self) -> list[ApprovalStep]:
        """The others who are asked at the same time."""
        same = [step for step in self.steps if step.position == self.mine.position and step is not self.mine]
        return [step for step in same if step.status == Step.WAITING]

    @property
    def upcoming(self) -> list[ApprovalStep]:
        """Those who are asked next."""
        left = [step for step in self.steps if step.status == Step.LATER]
        first = min((step.position for step in left), default=0)
        return [step for step in left if step.position == first]


@service
def decide(*, approvals: Collection[int], approve: bool, actor: Actor, note: str = "") -> list[Approval]:
    """Agree to, or refuse, the step that is due of each approval; any refusal ends the approval.

    Who may: whoever a step asks, who stands in for them, and those whose right to decide reaches everything; see
    `Judge.refusal`. What changed since it was submitted cannot be agreed to.
    Raises BusinessError naming every approval that the actor cannot decide; then nothing is decided.
    """
    documents, locked = lock(approvals, actor)
    cases = take(locked, actor)
    if approve:
        _refuse_changed(locked, documents)
    _write(cases, approve, actor, note)
    _carry_out(locked, documents, approve, actor, note)
    return locked


@service
def send_back(*, approvals: Collection[int], actor: Actor, note: str) -> list[Approval]:
    """Ask the requester something before deciding; the approval waits for the answer. Raises BusinessError."""
    _documents, locked = lock(approvals, actor)
    cases = take(locked, actor)
    for case in cases:
        sign(case, Step.ASKED, actor, note)
        case.approval.status = Approval.Status.RETURNED
        announce(case.approval, "questioned", key=f"s{case.mine.pk}")
    bulk.update([case.mine for case in cases], *SIGNED)
    bulk.update(locked, "status")
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


def take(approvals: Sequence[Approval], actor: Actor) -> list[Case]:
    """Each approval with the step that the actor decides. Raises BusinessError naming all that are not theirs."""
    judge, steps = Judge(actor), steps_of(approvals)
    refused = {
        approval.pk: refusal for approval in approvals if (refusal := judge.refusal(approval, steps[approval.pk]))
    }
    if refused:
        raise BusinessError(by_key=refused)
    cases = [Case(approval, steps[approval.pk]) for approval in approvals]
    for case in cases:
        mine, case.in_place_of = judge.step_of(case.steps)
        assert mine is not None
        case.mine = mine
    return cases


def undecidable(documents: Collection[Model], actor: Actor) -> dict[int, Refusal]:
    """Why the actor cannot decide now about documents of one kind, by key; those left out wait for this actor.

    A few statements for any number, one more for each role or person whose step the actor asked for.
    """
    waiting = waiting_for(documents)
    steps = steps_of(list(waiting.values())) if waiting else {}
    judge = Judge(actor)
    found = {
        document.pk: judge.refusal(waiting[document.pk], steps[waiting[document.pk].pk])
        if document.pk in waiting
        else _not_waiting(document)
        for document in documents
    }
    return {pk: refusal for pk, refusal in found.items() if refusal}


def why_not(approval: Approval, actor: Actor) -> str:
    """Why the actor cannot decide an approval now; blank when they can."""
    refusal = Judge(actor).refusal(approval, steps_of([approval])[approval.pk])
    return str(refusal) if refusal else ""


def steps_of(approvals: Sequence[Approval]) -> dict[int, list[ApprovalStep]]:
    """The steps of approvals in order, by the key of the approval; one statement."""
    steps: dict[int, list[ApprovalStep]] = defaultdict(list)
    rows = ApprovalStep.objects.filter(approval__in=approvals).select_related("role", "user")
    for step in rows.order_by("position", "pk"):
        steps[step.approval_id].append(step)
    return steps


def _not_waiting(document: Model) -> Refusal:
    return Refusal("not_waiting", _("%(number)s does not wait for an approval"), {"number": document})


def _refuse_changed(approvals: Sequence[Approval], documents: Documents) -> None:
    present: dict[tuple[str, int], dict[str, object]] = {}
    for name in {approval.kind for approval in approvals}:
        rows = [document for (kind, _pk), document in documents.items() if kind == name]
        present |= {(name, pk): terms for pk, terms in kinds.kind(name).terms(rows).items()}
    sentence = _("%(number)s changed since it was submitted: it has to be submitted again")
    refused = {
        approval.pk: Refusal("changed", sentence, {"number": approval.number})
        for approval in approvals
        if approval.terms and not kinds.hold(approval.terms, present.get((approval.kind, approval.object_id), {}))
    }
    if refused:
        raise BusinessError(by_key=refused)


SIGNED = ("status", "decided_by", "on_behalf_of", "decided_at", "note", "next_at")


def sign(case: Case, status: str, actor: Actor, note: str) -> None:
    """Put on the step of the actor what they did with it."""
    case.mine.status, case.mine.decided_by, case.mine.decided_at = status, actor.user, clock.now()
    case.mine.on_behalf_of, case.mine.note, case.mine.next_at = case.in_place_of, note[:500], None


def _write(cases: list[Case], approve: bool, actor: Actor, note: str) -> None:
    """Write the decision on the steps, turn to the next ones, end what has no next; two statements for any number."""
    moment, touched = clock.now(), []
    for case in cases:
        sign(case, Step.APPROVED if approve else Step.REJECTED, actor, note)
        beside, upcoming = case.beside, case.upcoming
        touched += [case.mine]
        if not approve:
            _drop([step for step in case.steps if step.status in UNDECIDED], touched)
            _end(case.approval, Approval.Status.REJECTED)
        elif beside and case.approval.together == Together.ALL:
            continue
        else:
            _drop(beside, touched)
            for step in upcoming:
                step.status, step.next_at = Step.WAITING, later(moment, step.hours)
            touched += upcoming
            if upcoming:
                announce(case.approval, "requested", key=f"s{upcoming[0].pk}")
            else:
                _end(case.approval, Approval.Status.APPROVED)
    bulk.update(touched, *SIGNED)
    bulk.update([case.approval for case in cases], "status", "decided_at")


def _drop(steps: list[ApprovalStep], touched: list[ApprovalStep]) -> None:
    for step in steps:
        step.status, step.next_at = Step.DROPPED, None
    touched += steps


def _end(approval: Approval, status: str) -> None:
    approval.status, approval.decided_at = status, clock.now()
    announce(approval, status)


def _carry_out(approvals: list[Approval], documents: Documents, approve: bool, actor: Actor, note: str) -> None:
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
