"""Commitments: accepted with their task, kept by hand or by facts, broken by the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.customers.models import Commitment, Customer
from crm.customers.services.customers import teams_of
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.core.said import in_each, said
from suite.desk.models import Task
from suite.desk.services import notifications, todos
from suite.desk.services.todos import NewTask
from suite.masterdata.services.records import announce, fresh
from suite.masterdata.standards import check, standardised

Status, Deed = Commitment.Status, Commitment.Deed
HOUR_DUE = dt.timedelta(hours=17)  # of the day on which something is due, where only the day was said
BATCH = 500
# What becomes of the task; that of a broken promise stays: it may still be kept late.
FOLLOWING: dict[str, Callable[..., int]] = {
    Status.KEPT: todos.complete,
    Status.WITHDRAWN: todos.cancel,
    Status.OPEN: todos.reopen,
}


@service
def accept(*, commitments: Sequence[Mapping[str, Any]], actor: Actor, reason: str = "") -> list[Commitment]:
    """Write commitments, each with a task for its owner; a fixed number of statements for any number of them.

    Each is a mapping of `party`, `deed` and whatever else is known; `owner` is the actor unless named. What the
    customer is to do becomes a task to look after it. Raises ValidationError, and BusinessError `accepted` for what
    stands already: the same kind of thing from the same sentence of the same customer.
    """
    rows = [_row(values, actor) for values in commitments]
    teams = teams_of({row.owner for row in rows if row.owner}, actor)
    for row in rows:
        row.team_id = teams.get(row.owner_id) if row.owner_id else None
    _refuse_known(rows, actor)
    customers = Customer.objects.of(actor.company_id).filter(party__in={row.party_id for row in rows})
    subjects = {customer.party_id: customer for customer in customers.select_related("party")}
    tasks = todos.create(tasks=[_task(row, subjects.get(row.party_id), actor) for row in rows], actor=actor)
    for row, task in zip(rows, tasks, strict=True):
        row.task = task
    Commitment.objects.bulk_create(rows, batch_size=BATCH)
    for row in rows:
        current_act().audit(row, "accepted")
        announce(row, "accepted")
    return rows


def _row(values: Mapping[str, Any], actor: Actor) -> Commitment:
    values = standardised(Commitment, values)
    values["owner"] = values.get("owner") or actor.user
    row = Commitment(company_id=actor.company_id, **values)
    if row.contact and row.contact.party_id != row.party_id:
        raise ValidationError({"contact": _("This person belongs to somebody else")})
    if row.activity and row.activity.party_id != row.party_id:
        raise ValidationError({"activity": _("This was logged about somebody else")})
    if row.deed == Deed.DOCUMENT and not row.document:
        raise ValidationError({"document": _("Say which paper")})
    if row.deed != Deed.DOCUMENT:
        row.document = ""
    return check(row)


def _refuse_known(rows: Sequence[Commitment], actor: Actor) -> None:
    """What was accepted from a sentence is not accepted again, by a second click or by somebody else."""
    sentences = {row.sentence for row in rows if row.sentence}
    same = Commitment.objects.of(actor.company_id).filter(
        party__in={row.party_id for row in rows}, sentence__in=sentences, status=Status.OPEN
    )
    known = {_likeness(row) for row in same} if sentences else set()
    refusals = [
        Refusal("accepted", gettext_lazy("This was accepted already: %(what)s"), {"what": row.what}, line=index)
        for index, row in enumerate(rows)
        if row.sentence and _likeness(row) in known
    ]
    if refusals:
        raise BusinessError(*refusals)


def _likeness(row: Commitment) -> tuple[Any, ...]:
    return row.party_id, row.sentence, row.deed, row.document, row.by_them, row.product_id


def _task(row: Commitment, subject: Customer | None, actor: Actor) -> NewTask:
    theirs = said(gettext_lazy("%(party)s is to: %(what)s"), {"what": row, "party": row.party})
    return NewTask(
        title=theirs if row.by_them else in_each(lambda: row.what),
        owner_id=row.owner_id,
        team_id=row.team_id,
        due_at=clock.day_starts(actor.company, row.due_on) + HOUR_DUE if row.due_on else None,
        note=row.sentence,
        subject=subject or row.party,
        source="crm_customers.commitment",
    )


@service
def change_commitment(
    *, commitment: Commitment, actor: Actor, version: int | None = None, reason: str = "", **values: Any
) -> Commitment:
    """Correct what was promised; the task follows its day and owner. Only while it is open."""
    row = fresh(commitment, actor=actor, version=version)
    row.demand_status(Status.OPEN, Status.BROKEN)
    values = standardised(Commitment, values)
    for name, value in values.items():
        setattr(commitment, name, value)
    check(commitment)
    if values.get("owner"):
        values["team_id"] = teams_of({values["owner"]}, actor).get(values["owner"].pk)
    changes = save_changes(row, values)
    if row.status == Status.BROKEN and "due_on" in changes and _lies_ahead(row, actor):
        _move([row], Status.OPEN, "reopened", actor)
    if row.task_id and {"due_on", "owner"} & set(changes):
        task = Task.objects.get(pk=row.task_id)
        due = clock.day_starts(actor.company, row.due_on) + HOUR_DUE if row.due_on else None
        todos.change(task=task, values={"due_at": due, "owner": row.owner}, actor=actor)
    if changes:
        announce(row, "changed")
    return row


def _lies_ahead(row: Commitment, actor: Actor) -> bool:
    return row.due_on is None or row.due_on >= clock.today(actor.company)


@service
def keep(*, pks: Collection[int], actor: Actor, reason: str = "") -> int:
    """Say that commitments were kept, late ones too; their tasks are done. Says how many were not settled before."""
    return _settle(pks, Status.KEPT, "kept", actor)


@service
def break_off(*, pks: Collection[int], actor: Actor, reason: str = "") -> int:
    """Say that commitments will not be kept."""
    return _settle(pks, Status.BROKEN, "broken", actor)


@service
def withdraw(*, pks: Collection[int], actor: Actor, reason: str = "") -> int:
    """Take commitments back, because nobody holds to them or they were none; their tasks are given up."""
    return _settle(pks, Status.WITHDRAWN, "withdrawn", actor)


@service
def reopen(*, pks: Collection[int], actor: Actor, reason: str = "") -> int:
    """Open commitments again that were settled by mistake, with their tasks."""
    return _settle(pks, Status.OPEN, "reopened", actor)


def _settle(pks: Collection[int], status: str, action: str, actor: Actor) -> int:
    sources = [source for source, targets in Commitment.MOVES.items() if status in targets]
    rows = list(Commitment.objects.of(actor.company_id).filter(status__in=sources).lock(pks))
    _move(rows, status, action, actor)
    return len(rows)


def _move(rows: Sequence[Commitment], status: str, action: str, actor: Actor) -> None:
    before = {row.pk: row.status for row in rows}
    Commitment.move_to(rows, status, settled_at=None if status == Status.OPEN else clock.now())
    for row in rows:
        current_act().audit(row, action, {"status": (before[row.pk], status)})
        announce(row, action)
    tasks = {row.task_id for row in rows if row.task_id}
    if tasks and status in FOLLOWING:
        FOLLOWING[status](pks=tasks, actor=actor)


@service
def keep_by(*, proofs: Mapping[int, Any], actor: Actor, reason: str = "") -> int:
    """Commitments kept by facts: `proofs` maps each to the paper that keeps it, which is linked. Settled ones stay."""
    rows = list(Commitment.objects.of(actor.company_id).filter(status__in=(Status.OPEN, Status.BROKEN)).lock(proofs))
    for row in rows:
        current_act().link(row, proofs[row.pk], "kept")
    _move(rows, Status.KEPT, "kept", actor)
    return len(rows)


@service
def break_overdue(*, actor: Actor) -> int:
    """Break what is open past its day and tell each owner, once: run again nothing is left. Says how many."""
    today = clock.today(actor.company)
    late = Commitment.objects.of(actor.company_id).filter(status=Status.OPEN, due_on__lt=today)
    pks = list(late.order_by("due_on").values_list("pk", flat=True)[:BATCH])
    rows = list(
        Commitment.objects.of(actor.company_id)
        .filter(status=Status.OPEN, due_on__lt=today)
        .lock(pks)
        .select_related("party", "product", "unit")
    )
    _move(rows, Status.BROKEN, "broken", actor)
    for row in rows:
        if row.owner_id:
            title = (
                gettext_lazy("%(party)s did not keep: %(what)s")
                if row.by_them
                else gettext_lazy("Promise to %(party)s broken: %(what)s")
            )
            notifications.notify(
                [row.owner_id], "commitment", title, key=f"{row.pk}:{row.due_on}",
                params={"party": row.party, "what": row}, body=row.sentence, subject=row,
            )  # fmt: skip
    return len(rows)
