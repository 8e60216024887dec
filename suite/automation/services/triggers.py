"""What starts flows: events that leave the outbox, dates of records that are reached, and the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from suite.automation import conditions, subjects
from suite.automation.flows.nodes.ways import DATE, EACH, EVENT, SCHEDULE, is_moment, last_slot, span, whole
from suite.automation.models import Flow, FlowRun
from suite.automation.services import runs
from suite.automation.services.flows import Live, live
from suite.automation.subjects import Subject
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import caused_by
from suite.core.models import OutboxEvent
from suite.core.said import in_each, said
from suite.desk import events as names
from suite.desk.own.filters import in_json

CATCH_UP = dt.timedelta(days=7)  # what was missed while nobody looked is made good no further back
OWN_CHANGED = "desk.own.changed"
DEPTH = 5  # so many flows may lead to each other
SELF = _("Stopped: what the flow did itself (%(event)s) would start it again")
DEEP = _("Stopped: flows have started each other %(count)s times in a row (%(event)s)")

START = """
INSERT INTO automation_flowrun (company_id, flow_id, flow_version_id, kind, object_id, key, cause, origin, status, node,
                                arrived_at, due_at, listens, error, started_at)
SELECT %s, %s, %s, %s, found.pk, found.flow_key, %s, '[]', 'open', 'start', %s, %s, false, '', %s
FROM ({found}) AS found(pk, flow_key)
ON CONFLICT DO NOTHING
"""


def on_events(events: Sequence[OutboxEvent], actor: Actor) -> None:
    """Start the flows that wait for such events, and wake the runs that do; called with events of one company."""
    flows = live(actor.company_id)
    news = [event for event in events if not event.is_history] if flows else []
    if not news:
        return
    started = sum(_start(flow, news, actor) for flow in flows)
    if any(flow.listens for flow in flows):
        started += _wake(news, actor)
    if started:
        transaction.on_commit(runs.ring)


def concerns(start: Mapping[str, Any], kind: str, event: OutboxEvent) -> bool:
    """Whether an event is what a flow on such records waits for."""
    params = start.get("params", {})
    if (
        params.get("on") != EVENT
        or event.kind != kind
        or event.event not in heard(params)
        or event.payload.get("beside")
    ):
        return False
    fields = params.get("fields_changed")
    if not fields or not event.event.endswith(".changed"):
        return True
    return bool(set(fields) & set(event.payload.get("changed", ())))


def heard(params: Mapping[str, Any]) -> set[str]:
    """The events that a flow waits for: a change is one of own fields, too."""
    named = set(params.get("events", ()))
    return named | {OWN_CHANGED} if any(name.endswith(".changed") for name in named) else named


def fitting(flow: Live, events: Sequence[OutboxEvent], actor: Actor) -> list[OutboxEvent]:
    """Those of the events on whose records the conditions hold. Raises Misunderstood."""
    subject = subjects.subject(flow.kind, actor.company_id)
    mine = [event for event in events if concerns(flow.start, flow.kind, event)] if subject else []
    if not mine or subject is None:
        return []
    found = conditions.holding(flow.start.get("when"), subject, actor, {event.object_id for event in mine})
    return [event for event in mine if event.object_id in found]


def _start(flow: Live, events: Sequence[OutboxEvent], actor: Actor) -> int:
    try:
        mine, why = fitting(flow, events, actor), ""
    except conditions.Misunderstood as error:
        mine, why = [event for event in events if concerns(flow.start, flow.kind, event)], str(error)
    return begin(flow, mine, actor, why)


def begin(flow: Live, events: Sequence[OutboxEvent], actor: Actor, error: str = "") -> int:
    """Make the runs that events start; those which the flow led to itself are kept as stopped, in words."""
    rows = [_run(flow, event, actor, error) for event in events]
    if not rows:
        return 0
    FlowRun.objects.bulk_create(rows, ignore_conflicts=True)
    stuck = next((row for row in rows if row.status != FlowRun.Status.OPEN), None)
    if stuck:
        text = _("The flow %(flow)s got stuck: %(why)s")
        runs.tell_of_trouble(Flow.objects.get(pk=flow.pk), text, stuck.error, actor)
    return len(rows)


def _run(flow: Live, event: OutboxEvent, actor: Actor, error: str) -> FlowRun:
    moment = clock.now()
    row = FlowRun(
        company_id=actor.company_id, flow_id=flow.pk, flow_version_id=flow.version_id, kind=flow.kind,
        object_id=event.object_id, key=key_of(flow.start, event.object_id, event.dedupe_key), cause=event.event,
        origin=list(event.origin), node="start", arrived_at=moment, due_at=moment, started_at=moment,
    )  # fmt: skip
    params = {"event": in_each(lambda: names.label_of(event.event)), "count": DEPTH}
    if flow.pk in event.origin or len(event.origin) >= DEPTH:
        row.key = f"{event.object_id}:loop"
        row.status, row.ended_at = FlowRun.Status.STOPPED, moment
        row.error = said(SELF if flow.pk in event.origin else DEEP, params)
    elif error:
        row.status, row.ended_at, row.error = FlowRun.Status.FAILED, moment, error[:500]
    return row


def key_of(start: Mapping[str, Any], object_id: int, cause: str) -> str:
    """Under which key a record comes into a flow: once, or once for each cause."""
    return f"{object_id}:{cause}"[:250] if start.get("params", {}).get("again") == EACH else str(object_id)


def _wake(events: Sequence[OutboxEvent], actor: Actor) -> int:
    """Look at once at the runs that wait for something which such events may have brought about."""
    kinds = {subject.name for event in events for subject in subjects.hearing(event.event)}
    concerned = Q(kind__in=kinds)
    for event in events:
        concerned |= Q(kind=event.kind, object_id=event.object_id)
        if about := event.payload.get("subject_id"):
            concerned |= Q(kind=event.payload["subject_kind"], object_id=about)
    listening = FlowRun.objects.of(actor.company_id).filter(status=FlowRun.Status.OPEN, listens=True)
    return listening.filter(concerned).update(due_at=clock.now())


def look() -> int:
    """Start the flows whose dates or hours have come; returns how many runs were made. Safe to run twice."""
    started = 0
    for pk in (
        Flow.objects.filter(status=Flow.Status.ON, current__isnull=False).order_by("pk").values_list("pk", flat=True)
    ):
        started += _look(pk)
    if started:
        runs.ring()
    return started


def _look(pk: int) -> int:
    with transaction.atomic():
        rows = Flow.objects.select_related("company", "current").select_for_update(skip_locked=True, of=("self",))
        flow = rows.filter(pk=pk, status=Flow.Status.ON).first()
        live_one = flow and next((each for each in live(flow.company_id) if each.pk == pk), None)
        if not flow or not live_one or live_one.start.get("params", {}).get("on") not in (DATE, SCHEDULE):
            return 0
        moment, actor = clock.now(), Actor.system(flow.company)
        since = max(flow.looked_until or moment, moment - CATCH_UP)
        started = 0
        try:
            started = start_all(live_one, actor, since, moment)
        except conditions.Misunderstood as error:
            runs.tell_of_trouble(flow, _("The flow %(flow)s got stuck: %(why)s"), str(error), actor)
        Flow.objects.filter(pk=pk).update(looked_until=moment)
        return started


def start_all(flow: Live, actor: Actor, since: dt.datetime, moment: dt.datetime, *, at_most: int | None = None) -> int:
    """Make the runs of all records whose time came after `since`, up to `moment`: one statement for any number.

    With `at_most`, of the latest records only.
    """
    subject, params = subjects.subject(flow.kind, actor.company_id), flow.start.get("params", {})
    if subject is None:
        return 0
    cause: Any
    if params.get("on") == SCHEDULE:
        slot = last_slot(params, actor.company, moment)
        if slot is None or slot <= since:
            return 0
        rows, cause, told = subject.rows(actor), Value(slot.isoformat()), SCHEDULE
    else:
        path = subject.dates[params["date"]].path
        rows, cause, told = reached(subject, params, actor, since, moment), Cast(F(path), TextField()), DATE
    asked = conditions.condition(flow.start.get("when"), subject, actor)
    own = Cast(F("pk"), TextField())
    key = Concat(own, Value(":"), cause, output_field=TextField()) if params.get("again") == EACH else own
    found = rows.filter(asked).order_by().annotate(flow_key=key).values_list("pk", "flow_key")
    found = found.order_by("-pk")[:at_most] if at_most else found
    text, values = found.query.sql_with_params()
    given: list[Any] = [actor.company_id, flow.pk, flow.version_id, flow.kind, told, moment, moment, moment]
    with caused_by(()), connection.cursor() as cursor:
        cursor.execute(START.replace("{found}", text), [*given, *values])
        return cursor.rowcount


def reached(
    subject: Subject, params: Mapping[str, Any], actor: Actor, since: dt.datetime, moment: dt.datetime
) -> QuerySet[Any]:
    """The records whose date, moved by so many hours or days, lies after `since` and not after `moment`."""
    path = subject.dates[params["date"]].path
    moved = span(whole(params.get("number", 0)), params.get("unit") or "days")
    moved = -moved if params.get("side") == "before" else moved
    if is_moment(subject, params["date"]):
        return subject.rows(actor).filter(**{f"{path}__gt": since - moved, f"{path}__lte": moment - moved})
    first, last = (clock.day_of(actor.company, each) - moved for each in (since, moment))
    asked = Q(**{f"{path}__gt": first, f"{path}__lte": last})
    return subject.rows(actor).filter(in_json(asked) if path.startswith("own__") else asked)
