"""Things to do: making, finishing, moving and handing on tasks, and reminding people of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import acting, current_act, save_changes, service
from suite.core.models import Company, Membership, User
from suite.core.said import again, cut, name_of
from suite.desk import search
from suite.desk.models import Task
from suite.desk.services import notifications

LEAD = dt.timedelta(minutes=30)  # how long before the due time the owner is reminded
BATCH = 200

Notified = Task.Notified


@dataclass(frozen=True)
class NewTask:
    """A task to be made; `key` makes it once and for all: a second one with the same key is not made.

    Of one that comes from history (`is_news` false) nobody is told.
    """

    title: str
    owner_id: int | None = None
    team_id: int | None = None
    due_at: dt.datetime | None = None
    note: str = ""
    subject: models.Model | None = None
    subject_label: str = ""
    source: str = ""
    key: str | None = None
    is_news: bool = True


@service
def create(*, tasks: Iterable[NewTask], actor: Actor) -> list[Task]:
    """Make tasks; owners other than the actor are told. Without an owner a task is the actor's own.

    The tasks whose key was used before are left as they are and not returned.
    """
    wanted = {each.key or number: each for number, each in enumerate(tasks)}
    for each in wanted.values():
        if not each.title.strip():
            raise ValidationError({"title": _("Say what is to be done")})
    keys = [key for key in wanted if isinstance(key, str)]
    known = set(Task.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True)) if keys else set()
    new = [each for key, each in wanted.items() if key not in known]
    owners = {owner for each in new if (owner := each.owner_id or actor.user_id)}
    teams = dict(Membership.objects.filter(company=actor.company_id, user__in=owners).values_list("user_id", "team_id"))
    if not owners <= set(teams):
        raise ValidationError({"owner": _("This person does not work here")})
    rows = [_row(each, actor, teams) for each in new]
    # Whoever used a key at the same time made the task; both get to know it.
    bulk.insert(rows, once="dedupe_key")
    _tell_owners((row for row, each in zip(rows, new, strict=True) if each.is_news), actor)
    for row, each in zip(rows, new, strict=True):
        current_act().audit(row, "created")
        if each.is_news:
            notifications.mention(row.note, actor=actor, key=f"task:{row.pk}", subject=row)
    search.index(rows)
    return rows


def _row(each: NewTask, actor: Actor, teams: Mapping[int, int | None]) -> Task:
    owner_id = each.owner_id or actor.user_id
    subject = each.subject
    return Task(
        company_id=actor.company_id,
        title=cut(each.title, 200),
        note=each.note,
        due_at=each.due_at,
        owner_id=owner_id,
        team_id=each.team_id or (teams.get(owner_id) if owner_id else None),
        created_by_id=actor.user_id,
        subject_kind=subject._meta.label_lower if subject else "",
        subject_id=subject.pk if subject else None,
        subject_label=cut(each.subject_label or name_of(subject), 200),
        source=each.source,
        dedupe_key=each.key,
        next_notice_at=first_notice(each.due_at),
    )


def first_notice(due_at: dt.datetime | None) -> dt.datetime | None:
    """When the first reminder of a due time is sent."""
    return due_at - LEAD if due_at else None


@service
def change(*, task: Task, values: Mapping[str, Any], actor: Actor, version: int | None = None) -> Task:
    """Change title, note, due time or owner; a new due time starts its reminders anew."""
    task.demand_version(version)
    values = dict(values)
    if "due_at" in values and values["due_at"] != task.due_at:
        values |= {"next_notice_at": first_notice(values["due_at"]), "notified": Notified.NOT_YET}
    if "owner" in values and values["owner"] is not None:
        values["team_id"] = _team_of(values["owner"].pk, actor.company_id)
    changes = save_changes(task, values)
    if "owner" in changes:
        _tell_owners([task], actor)
    if "note" in changes:
        notifications.mention(task.note, actor=actor, key=f"task:{task.pk}:{task.version}", subject=task)
    if changes:
        search.index([task])
    return task


@service
def complete(*, pks: Collection[int], actor: Actor) -> int:
    """Tick tasks off; those that are not open any more are left alone. Says how many were ticked off."""
    return _move(pks, Task.Status.DONE, "completed", done_at=clock.now(), next_notice_at=None)


@service
def cancel(*, pks: Collection[int], actor: Actor, reason: str = "") -> int:
    """Give tasks up."""
    return _move(pks, Task.Status.CANCELLED, "cancelled", next_notice_at=None)


@service
def reopen(*, pks: Collection[int], actor: Actor) -> int:
    """Open finished or cancelled tasks again."""
    return _move(pks, Task.Status.OPEN, "reopened", done_at=None)


def hint_of(task: Task) -> str:
    """What a task is about, and its state once there is nothing left to do."""
    state = "" if task.status == Task.Status.OPEN else str(task.get_status_display())
    return " · ".join(part for part in (again(task.subject_label), state) if part)


def _move(pks: Collection[int], status: str, action: str, **fields: Any) -> int:
    act = current_act()
    sources = [source for source, targets in Task.MOVES.items() if status in targets]
    rows = list(Task.objects.of(act.actor.company_id).filter(status__in=sources).lock(pks))
    before = {row.pk: row.status for row in rows}
    Task.move_to(rows, status, **fields)
    search.index(rows)
    for row in rows:
        act.audit(row, action, {"status": (before[row.pk], status)})
        announce(row, action)
    return len(rows)


def announce(row: Task, what: str) -> None:
    """Tell what became of a task, and of which record it is."""
    about = {"subject_kind": row.subject_kind, "subject_id": row.subject_id}
    current_act().announce(f"desk.task.{what}", row, about)


@service
def snooze(*, pks: Collection[int], due_at: dt.datetime, actor: Actor) -> int:
    """Put open tasks off to another due time, with reminders of its own."""
    act = current_act()
    rows = list(Task.objects.of(actor.company_id).filter(status=Task.Status.OPEN).lock(pks))
    for row in rows:
        act.audit(row, "snoozed", {"due_at": (row.due_at, due_at)})
        row.due_at, row.next_notice_at, row.notified = due_at, first_notice(due_at), Notified.NOT_YET
        row.version += 1
        row.updated_at = clock.now()
    Task.objects.bulk_update(rows, ["due_at", "next_notice_at", "notified", "version", "updated_at"])
    return len(rows)


@service
def reassign(*, pks: Collection[int], owner: User, actor: Actor) -> int:
    """Hand open tasks to somebody else, who is told."""
    act = current_act()
    team_id = _team_of(owner.pk, actor.company_id, required=True)
    rows = list(Task.objects.of(actor.company_id).filter(status=Task.Status.OPEN).lock(pks))
    for row in rows:
        act.audit(row, "reassigned", {"owner": (row.owner_id, owner.pk)})
        row.owner, row.team_id, row.updated_at = owner, team_id, clock.now()
        row.version += 1
    Task.objects.bulk_update(rows, ["owner", "team", "version", "updated_at"])
    _tell_owners(rows, actor)
    search.index(rows)
    return len(rows)


def _team_of(user_id: int, company_id: int, *, required: bool = False) -> int | None:
    row = Membership.objects.filter(user=user_id, company=company_id).values_list("team_id").first()
    if row is None and required:
        raise ValidationError({"owner": _("This person does not work here")})
    return row[0] if row else None


def _tell_owners(rows: Iterable[Task], actor: Actor) -> None:
    for row in rows:
        if row.owner_id and row.owner_id != actor.user_id:
            notifications.notify(
                [row.owner_id],
                "assigned",
                gettext_lazy("New task for you: %(title)s"),
                params={"title": row.title},
                key=f"task:{row.pk}:{row.owner_id}:{row.version}",
                subject=row,
            )


def waiting(actor: Actor) -> int:
    """How many open tasks of the actor are due by the end of today; the badge in the menu."""
    tomorrow = clock.day_starts(actor.company, clock.today(actor.company) + dt.timedelta(days=1))
    mine = Task.objects.of(actor.company_id).filter(owner=actor.user_id, status=Task.Status.OPEN, due_at__lt=tomorrow)
    return mine.count()


def remind(limit: int = BATCH) -> int:
    """Send the reminders that are due and say how many tasks were moved on.

    A portion of tasks is locked, its notices are written and the tasks are moved to their next reminder in one
    transaction: a worker that dies leaves all of it or nothing, two workers share the work, and the keys keep every
    reminder single.
    """
    moved = 0
    while True:
        done = _remind_portion(limit)
        moved += done
        if done < limit:
            return moved


def _remind_portion(limit: int) -> int:
    with transaction.atomic():
        moment = clock.now()
        due = Task.objects.filter(status=Task.Status.OPEN, next_notice_at__lte=moment)
        rows = list(due.order_by("next_notice_at", "id").select_for_update(skip_locked=True, of=("self",))[:limit])
        companies = Company.objects.in_bulk({row.company_id for row in rows})
        rows.sort(key=lambda row: row.company_id)
        for company_id, group in groupby(rows, key=lambda row: row.company_id):
            with acting(Actor.system(companies[company_id])):
                _remind_company(list(group), moment)
        Task.objects.bulk_update(rows, ["notified", "next_notice_at"])
    return len(rows)


def _remind_company(rows: list[Task], moment: dt.datetime) -> None:
    for row in rows:
        stage = stage_at(row, moment)
        if stage == Notified.DUE:
            _say(row, [row.owner_id], "due", gettext_lazy("Due soon: %(title)s"))
        elif row.notified != Notified.OVERDUE:
            _say(row, [row.owner_id], "overdue", gettext_lazy("Overdue: %(title)s"))
        row.notified, row.next_notice_at = stage, next_notice(row, stage)


def stage_at(row: Task, moment: dt.datetime) -> str:
    """How far the reminders of a task ought to be."""
    assert row.due_at is not None
    return Notified.OVERDUE if moment >= row.due_at else Notified.DUE


def next_notice(row: Task, stage: str) -> dt.datetime | None:
    """When the reminder after this stage is due."""
    assert row.due_at is not None
    return row.due_at if stage == Notified.DUE else None


def _say(row: Task, user_ids: list[int | None], kind: str, title: Any) -> None:
    due = row.due_at.isoformat(timespec="seconds") if row.due_at else ""
    notifications.notify(
        [user_id for user_id in user_ids if user_id],
        kind,
        title,
        params={"title": row.title},
        key=f"task:{row.pk}:{due}",
        subject=row,
    )
