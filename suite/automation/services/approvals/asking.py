"""Asking for approval, answering a question about it, taking it back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from suite.automation import approvals as kinds
from suite.automation.models import Approval, ApprovalStep
from suite.automation.services.approvals import routing
from suite.automation.services.approvals.routing import People, Route, as_row
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.trail import Exact
from suite.desk import formats

UNDECIDED = (ApprovalStep.Status.WAITING, ApprovalStep.Status.LATER)

# One statement for any number of documents: the confirm of an order submits what it asks to buy.
WRITE = """
WITH asked AS (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
    object_id bigint, number text, amount numeric, status text, rule_id bigint, above numeric, because text,
    together text, terms jsonb, decided_at timestamptz, steps jsonb)
), made AS (
  INSERT INTO automation_approval (company_id, kind, object_id, number, amount, status, rule_id, above, because,
                                   together, terms, requested_by_id, requested_at, decided_at)
  SELECT %(company)s, %(kind)s, object_id, number, amount, status, rule_id, above, because, together, terms, %(user)s,
         %(now)s, decided_at
  FROM asked
  RETURNING id, object_id
), steps AS (
  INSERT INTO automation_approvalstep (company_id, approval_id, position, role_id, user_id, because, hours,
                                       then_role_id, status, next_at, from_rule, reminded, note, answer)
  SELECT %(company)s, made.id, step.position, step.role_id, step.user_id, step.because, step.hours, step.then_role_id,
         step.status, CASE step.status WHEN 'waiting' THEN %(now)s + step.hours * interval '1 hour' END, true, false,
         '', ''
  FROM made JOIN asked USING (object_id), jsonb_to_recordset(asked.steps) AS step(
    position smallint, role_id bigint, user_id bigint, because text, hours smallint, then_role_id bigint, status text)
)
SELECT id, object_id FROM made
"""


@service
def submit(*, documents: Sequence[Model], actor: Actor) -> list[Approval]:
    """Ask for the approval of documents of one kind; one statement for their lines, and one for any number of them
    where roles decide by amount.

    Where no rule of the company asks for an approval, the documents count as approved at once, and that is kept too.
    The documents must be saved, numbered, and in the state in which they wait; their kind must be registered.
    """
    if not documents:
        return []
    name = documents[0]._meta.label_lower
    kind = kinds.kind(name)
    amounts = {document.pk: kind.amount(document) for document in documents}
    routes, terms = routing.routes_for(name, amounts, actor), kind.terms(documents)
    people = People.of(actor.company_id) if routing.needs_people(routes.values()) else None
    asked = [
        _asked(document, name, amounts[document.pk], routes.get(document.pk), kind, people, actor)
        for document in documents
    ]
    for approval in asked:
        approval.terms = terms[approval.object_id]
    _write(name, asked, actor)
    waiting = [approval for approval in asked if approval.status == Approval.Status.WAITING]
    for approval in waiting:
        announce(approval, "requested")
    free = {approval.object_id for approval in asked} - {approval.object_id for approval in waiting}
    if free:
        kind.on_approved([document for document in documents if document.pk in free], actor=actor, note="")
    return asked


def announce(approval: Approval, what: str, *, key: str = "1") -> None:
    """Tell of an approval, and of which document it is."""
    told = {"number": approval.number, "subject_kind": approval.kind, "subject_id": approval.object_id}
    current_act().announce(f"automation.approval.{what}", approval, told, key=key)


def _asked(
    document: Any, name: str, amount: Any, route: Route | None, kind: kinds.Kind, people: People | None, actor: Actor
) -> Approval:
    steps = routing.steps_of(route, actor.user_id, people) if route else []
    first = min((step.position for step in steps), default=0)
    approval: Any = Approval(
        company_id=actor.company_id,
        kind=name,
        object_id=document.pk,
        number=str(document),
        amount=amount,
        status=Approval.Status.WAITING if steps else Approval.Status.APPROVED,
        rule_id=route.rule_id if route else None,
        above=route.above if route else None,
        because=route.words(kind, actor) if route else "",
        together=route.together if route else "all",
        requested_by=actor.user,
        requested_at=clock.now(),
        decided_at=None if steps else clock.now(),
    )
    approval.asked = [as_row(step, "waiting" if step.position == first else "later") for step in steps]
    return approval  # type: ignore[no-any-return]


def _write(name: str, asked: list[Approval], actor: Actor) -> None:
    columns = ("object_id", "number", "amount", "status", "rule_id", "above", "together", "terms", "decided_at")
    because, why = (model._meta.get_field("because").get_prep_value for model in (Approval, ApprovalStep))
    rows = [
        {column: getattr(approval, column) for column in columns}
        | {"because": because(approval.because)}
        | {"steps": [step | {"because": why(step["because"])} for step in approval.asked]}  # type: ignore[attr-defined]
        for approval in asked
    ]
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


def missing(documents: Sequence[Any], actor: Actor) -> Refusals:
    """Why documents of one kind may not go ahead: a rule asks for an approval that is not there, or waits.

    No statement where the company has no rule for the kind.
    """
    name = documents[0]._meta.label_lower if documents else ""
    if not documents or not routing.routes_of(actor.company_id, name):
        return {}
    kind = kinds.kind(name)
    routes = routing.routes_for(name, {document.pk: kind.amount(document) for document in documents}, actor)
    asked = [document for document in documents if document.pk in routes and routes[document.pk].places]
    if not asked:
        return {}
    known, holding = _standing(asked, kind)
    return {
        document.pk: _why_not(document, known.get((name, document.pk)), routes[document.pk], kind, actor)
        for document in asked
        if not holding[document.pk]
    }


def agreed(documents: Sequence[Any]) -> set[int]:
    """The keys of documents of one kind to which, as they now stand, somebody agreed; three statements at most.

    What counted as approved because no rule asked anybody is nobody's agreement.
    """
    if not documents:
        return set()
    _known, holding = _standing(documents, kinds.kind(documents[0]._meta.label_lower))
    signed = ApprovalStep.Status.APPROVED
    return {
        pk
        for pk, approvals in holding.items()
        if any(step.status == signed for approval in approvals for step in approval.steps.all())
    }


def agreed_terms(documents: Sequence[Any]) -> dict[int, dict[str, Any]]:
    """What the last approval of each document of one kind is about, by the key of the document."""
    name = documents[0]._meta.label_lower if documents else ""
    known = _latest(documents) if documents else {}
    agreed = {document.pk: known.get((name, document.pk)) for document in documents}
    return {pk: each.terms for pk, each in agreed.items() if each and each.status == Approval.Status.APPROVED}


def _standing(
    documents: Sequence[Any], kind: kinds.Kind
) -> tuple[dict[tuple[str, int], Approval], dict[int, list[Approval]]]:
    """The last approvals of documents and of what they stand for, and those of each document that hold for it."""
    terms, earlier = kind.terms(documents), {document.pk: kind.stands_for(document) for document in documents}
    known = _latest([*documents, *(each for each in earlier.values() if each)])
    holding = {}
    for document in documents:
        papers = filter(None, (document, earlier[document.pk]))
        either = filter(None, (known.get((each._meta.label_lower, each.pk)) for each in papers))
        holding[document.pk] = [
            each for each in either if each.status == "approved" and kinds.hold(each.terms, terms[document.pk])
        ]
    return known, holding


def _latest(documents: Sequence[Any]) -> dict[tuple[str, int], Approval]:
    """The last approval of each document, by kind and key."""
    keys = [(document._meta.label_lower, document.pk) for document in documents]
    rows = Approval.objects.filter(kind__in={kind for kind, _pk in keys}, object_id__in=[pk for _kind, pk in keys])
    rows = rows.exclude(status=Approval.Status.WITHDRAWN).order_by("pk").prefetch_related("steps__role", "steps__user")
    return {(row.kind, row.object_id): row for row in rows.select_related("requested_by")}


def _why_not(document: Any, own: Approval | None, route: Route, kind: kinds.Kind, actor: Actor) -> Refusal:
    if own and own.status in Approval.OPEN:
        told = {"number": document, "who": own.turn}
        return Refusal("waits_for_approval", _("%(number)s waits for the approval of %(who)s"), told)
    if own and own.status == Approval.Status.REJECTED and kinds.hold(own.terms, kind.terms([document])[document.pk]):
        return Refusal("approval_refused", _("%(number)s was rejected: change it and submit it again"), {
            "number": document,
        })  # fmt: skip
    why = route.words(kind, actor) or formats.money(kind.amount(document))
    sentence = _("%(number)s needs an approval first (%(why)s): submit it")
    return Refusal("needs_approval", sentence, {"number": document, "why": why})


@service
def ask_again(*, documents: Sequence[Model], actor: Actor) -> list[Approval]:
    """Ask anew for documents of one kind that changed while they waited; what did not change waits on."""
    waiting = waiting_for(documents)
    if not waiting:
        return []
    asked = [document for document in documents if document.pk in waiting]
    terms = kinds.kind(asked[0]._meta.label_lower).terms(asked)
    changed = [document for document in asked if not kinds.hold(waiting[document.pk].terms, terms[document.pk])]
    withdraw(documents=changed, actor=actor)
    return submit(documents=changed, actor=actor)


@service
def withdraw(*, documents: Collection[Model], actor: Actor) -> None:
    """Take the question back, for documents that changed or are not wanted any more; three statements."""
    waiting = waiting_for(documents)
    if waiting:
        _close([approval.pk for approval in waiting.values()])


def _close(pks: Collection[int]) -> None:
    ApprovalStep.objects.filter(approval__in=pks, status__in=UNDECIDED).update(status=ApprovalStep.Status.DROPPED)
    Approval.objects.filter(pk__in=pks).update(status=Approval.Status.WITHDRAWN, decided_at=clock.now())


@service
def take_back(*, approvals: Collection[int], actor: Actor, reason: str = "") -> None:
    """The requester does not ask any more; the documents go back to where they were. Raises BusinessError."""
    documents, locked = lock(approvals, actor)
    demand_asker(locked, actor, *Approval.OPEN)
    _close([approval.pk for approval in locked])
    for approval in locked:
        document = documents[approval.kind, approval.object_id]
        current_act().audit(document, "withdrawn")
        kinds.kind(approval.kind).on_withdrawn([document], actor=actor, note=reason)


@service
def answer(*, approvals: Collection[int], actor: Actor, note: str) -> None:
    """The requester answers a question; whoever asked it decides now. Raises BusinessError."""
    _documents, locked = lock(approvals, actor)
    demand_asker(locked, actor, Approval.Status.RETURNED)
    pks = [approval.pk for approval in locked]
    questions = ApprovalStep.objects.filter(approval__in=pks, status=ApprovalStep.Status.ASKED, answer="")
    moment, again = clock.now(), []
    for step in questions.order_by("pk"):
        again.append(
            ApprovalStep(
                company_id=step.company_id, approval_id=step.approval_id, position=step.position, role_id=step.role_id,
                user_id=step.user_id, because=step.because, hours=step.hours, then_role_id=step.then_role_id,
                status=ApprovalStep.Status.WAITING, next_at=later(moment, step.hours), from_rule=False,
            )
        )  # fmt: skip
    questions.update(answer=note[:500])
    ApprovalStep.objects.bulk_create(again)
    Approval.objects.filter(pk__in=pks).update(status=Approval.Status.WAITING)
    for approval in locked:
        step = next(step for step in again if step.approval_id == approval.pk)
        announce(approval, "requested", key=f"s{step.pk}")


def last_of(documents: Collection[Model]) -> dict[int, Approval]:
    """The last approval of each document of one kind, whatever came of it, by the document's key."""
    if not documents:
        return {}
    name = next(iter(documents))._meta.label_lower
    rows = Approval.objects.filter(kind=name, object_id__in=[document.pk for document in documents]).order_by("pk")
    known = rows.select_related("requested_by").prefetch_related("steps__role", "steps__user")
    return {row.object_id: row for row in known}


def demand_asker(approvals: Sequence[Approval], actor: Actor, *states: str) -> None:
    """Refuse whoever did not ask, and what is not in one of these states."""
    refused: Refusals = {}
    for approval in approvals:
        names = {"number": approval.number, "who": approval.requested_by or "–"}
        if approval.status not in states:
            state = approval.get_status_display()
            refused[approval.pk] = Refusal("wrong_state", _("%(number)s: %(status)s"), names | {"status": state})
        elif approval.requested_by_id != actor.user_id:
            refused[approval.pk] = Refusal("not_yours", _("%(number)s was asked for by %(who)s"), names)
    if refused:
        raise BusinessError(by_key=refused)


def later(moment: Any, hours: int | None) -> Any:
    """When the reminder of a step that is asked now is due."""
    return moment + dt.timedelta(hours=hours) if hours else None


def lock(approvals: Collection[int], actor: Actor) -> tuple[dict[tuple[str, int], Any], list[Approval]]:
    """The approvals with their documents, locked.

    Documents come before approvals in the order of locks, as in the acts that start from a document.
    """
    keys = Approval.objects.of(actor.company_id).filter(pk__in=approvals).values_list("kind", "object_id")
    pks: dict[str, list[int]] = {}
    for name, pk in keys:
        pks.setdefault(name, []).append(pk)
    documents = {
        (name, document.pk): document
        for name in sorted(pks)
        for document in kinds.kind(name).model._default_manager.of(actor.company_id).lock(pks[name])  # type: ignore[attr-defined]
    }
    locked = Approval.objects.of(actor.company_id).lock(approvals).select_related("requested_by")
    return documents, list(locked)


def waiting_for(documents: Collection[Model]) -> dict[int, Approval]:
    """The approvals that documents of one kind wait for, by the document's key."""
    if not documents:
        return {}
    name = next(iter(documents))._meta.label_lower
    rows = Approval.objects.filter(
        kind=name, object_id__in=[document.pk for document in documents], status__in=Approval.OPEN
    )
    return {approval.object_id: approval for approval in rows}
