"""Moving runs through their flows: all that stand at the same node at once.

A portion of runs, what is done for them, its log and where they have got to stand in one transaction: a worker that
dies leaves all of it or nothing, two workers share the work.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from suite.automation import subjects
from suite.automation.conditions import Misunderstood
from suite.automation.flows import graphs, nodes
from suite.automation.flows.nodes.acts import as_validation
from suite.automation.flows.nodes.base import Came, Item, Kind, Results, Setting
from suite.automation.models import Flow, FlowRun, FlowStep, FlowVersion
from suite.core import bulk, clock, doorbell, modules
from suite.core.access import Actor
from suite.core.acts import acting, caused_by, current_act, retrying, service
from suite.core.errors import BusinessError
from suite.core.models import User
from suite.core.said import Text, cut, in_each, said
from suite.desk.services import notifications

log = logging.getLogger(__name__)

PORTION = 2000
REST = dt.timedelta(hours=1)  # how long runs stand still before they ask again whether their module is on
AT_A_STRETCH = 50.0  # seconds; then others have their turn, and the clock rings again
Status, Outcome = FlowRun.Status, FlowStep.Outcome


def ring() -> None:
    """Wake a worker for the runs; losing the call does no harm."""
    from suite.automation.tasks import run_flows

    doorbell.ring(run_flows)


def advance(seconds: float = AT_A_STRETCH) -> int:
    """Move what is due, until nothing is or for so long; returns how many moves were made. Safe to run twice."""
    moved, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        done = retrying(lambda: _portion(_due()))
        if not done:
            break
        moved += done
    return moved


def play(flow: Flow, moves: int) -> None:
    """Move the runs of one flow to their ends at once, as if all waiting were over: for rehearsals."""
    open_runs = FlowRun.objects.filter(flow=flow, status=Status.OPEN)
    while moves > 0 and (done := _portion(open_runs, is_rehearsal=True)):
        moves -= done


def _due() -> QuerySet[FlowRun]:
    return FlowRun.objects.filter(status=Status.OPEN, due_at__lte=clock.now(), flow__status=Flow.Status.ON)


def _portion(waiting: QuerySet[FlowRun], *, is_rehearsal: bool = False) -> int:
    """Move runs that stand at the same node for the same reason; how many."""
    with transaction.atomic():
        free = waiting.select_for_update(skip_locked=True, of=("self",))
        first = free.order_by("due_at", "id").first()
        if first is None:
            return 0
        alike = free.filter(flow_version=first.flow_version_id, node=first.node, origin=first.origin)
        runs = list(alike.order_by("due_at", "id")[:PORTION])
        version = FlowVersion.objects.select_related("flow__company").get(pk=first.flow_version_id)
        with caused_by([*first.origin, version.flow_id]):
            _move(runs, version, is_rehearsal)
    return len(runs)


def _move(runs: list[FlowRun], version: FlowVersion, is_rehearsal: bool) -> None:
    """Lead runs on from the node at which they stand, each as far as it gets now; then write where they are."""
    flow, moment = version.flow, clock.now()
    actor, subject = Actor.system(flow.company), subjects.subject(flow.kind, flow.company_id)
    if subject and not modules.is_on(flow.company, subject.model._meta.app_label):
        _set(runs, due_at=moment + REST)
        return
    steps: list[FlowStep] = []
    rows: dict[int, Any] = {}
    waiting = {runs[0].node: runs}
    while waiting:
        here = next(iter(waiting))
        group, node = waiting.pop(here), graphs.node_of(version.graph, here)
        kind = nodes.kind(node["kind"], subject) if node else None
        if subject and node and kind:
            setting = Setting(flow, subject, actor, node, version.graph["nodes"], moment, is_rehearsal)
            rows |= subject.load(actor, unread) if (unread := {run.object_id for run in group} - rows.keys()) else {}
            items = [Item(run, rows[run.object_id]) for run in group if run.object_id in rows]
            results = _outcomes(kind, items, setting) if items else {}
            title = in_each(partial(graphs.text_of, node, subject, actor))
            rows = {} if kind.changes else rows
        else:
            results = {run.pk: Came(Outcome.FAILED, _("This step does not exist any more")) for run in group}
            title = here
        steps += _log(group, results, version, title, moment)
        for run in group:
            if run.status == Status.OPEN and not run.listens and run.due_at <= moment:
                waiting.setdefault(run.node, []).append(run)
    bulk.insert(steps)
    bulk.update(runs, "node", "due_at", "arrived_at", "listens", "status", "error", "ended_at")
    failed = [run for run in runs if run.status == Status.FAILED]
    if failed and not is_rehearsal:
        tell_of_trouble(flow, _("The flow %(flow)s got stuck: %(why)s"), failed[0].error, actor)


def _outcomes(kind: Kind, items: Sequence[Item], setting: Setting) -> Results:
    """What comes of the node for each run; one refusal costs the others nothing but a few more statements."""
    try:
        with transaction.atomic(), acting(setting.actor, str(setting.flow.name)):
            cleaned = kind.cleaned(setting.node.get("params", {}), setting.subject, setting.actor)
            return kind.run(items, cleaned, setting)
    except OperationalError:
        raise  # the database has trouble: the whole portion is tried again
    except Exception as error:
        if len(items) == 1:
            return {items[0].run.pk: Came(Outcome.FAILED, _told(error))}
        half = len(items) // 2
        return _outcomes(kind, items[:half], setting) | _outcomes(kind, items[half:], setting)


def _told(error: Exception) -> Text:
    if isinstance(error, BusinessError | ValidationError | Misunderstood):
        return in_each(lambda: as_validation(error))
    log.error("A step of a flow failed", exc_info=error)
    return f"{type(error).__name__}: {error}"


def _log(
    runs: list[FlowRun], results: Results, version: FlowVersion, title: str, moment: dt.datetime
) -> Iterator[FlowStep]:
    """What came of a node for each run, which is led on."""
    for run in runs:
        came = results.get(run.pk) or Came(Outcome.FAILED, _("The record is not here any more"))
        reason = _kept(came.reason)
        if not (came.again_at and run.listens):  # waiting on is no news
            yield FlowStep(
                company_id=run.company_id, run=run, node=run.node, title=title, input=dict(came.input),
                outcome=came.outcome, reason=reason, at=moment,
            )  # fmt: skip
        _lead_on(run, came, version, reason, moment)


def _kept(text: Text) -> str:
    return said(text) if isinstance(text, Promise) else cut(text, 500)


def _lead_on(run: FlowRun, came: Came, version: FlowVersion, reason: str, moment: Any) -> None:
    if came.again_at:
        run.due_at, run.listens = came.again_at, True
        return
    run.listens = False
    if came.outcome == Outcome.FAILED:
        run.status, run.error, run.ended_at = Status.FAILED, reason, moment
        return
    follows = graphs.after(version.graph, run.node, came.exit)
    if follows is None:
        run.status, run.ended_at = Status.DONE, moment
    else:
        run.node, run.arrived_at, run.due_at = follows, came.goes_on_at or moment, came.goes_on_at or moment


def tell_of_trouble(flow: Flow, text: Text, why: str, actor: Actor) -> None:
    """Tell whoever looks after a flow, or the administrators, once a day."""
    with acting(actor):
        owner = User.objects.filter(pk=flow.owner_id, is_active=True, memberships__company=flow.company_id).first()
        notifications.notify(
            [owner] if owner else notifications.holders(actor.company, "administrator"),
            "alert",
            text,
            params={"flow": flow.name, "why": why},
            key=f"flow:{flow.pk}:{clock.today(actor.company)}",
            subject=flow,
        )


@service
def retry(*, runs: Collection[int], actor: Actor, reason: str = "") -> int:
    """Try failed runs again from the step at which they stuck; returns how many."""
    rows = list(FlowRun.objects.of(actor.company_id).filter(status=Status.FAILED).lock(runs))
    for row in rows:
        current_act().audit(row, "retried")
    _set(rows, status=Status.OPEN, error="", ended_at=None, due_at=clock.now(), arrived_at=clock.now())
    transaction.on_commit(ring)
    return len(rows)


@service
def stop(*, runs: Collection[int], actor: Actor, reason: str = "") -> int:
    """Let runs that are under way, or stuck, go no further; returns how many."""
    waiting = FlowRun.objects.of(actor.company_id).filter(status__in=[Status.OPEN, Status.FAILED])
    rows = list(waiting.lock(runs))
    for row in rows:
        current_act().audit(row, "stopped")
    _set(rows, status=Status.STOPPED, ended_at=clock.now(), listens=False)
    return len(rows)


def _set(rows: Sequence[FlowRun], **values: Any) -> None:
    FlowRun.objects.filter(pk__in=[row.pk for row in rows]).update(**values)
