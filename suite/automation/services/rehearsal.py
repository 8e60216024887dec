"""Rehearsing a flow on the company's own past: everything is played, counted, and taken back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from suite.automation import conditions
from suite.automation.flows import graphs
from suite.automation.flows.nodes.acts import key_of_flow
from suite.automation.flows.nodes.ways import EVENT, SCHEDULE, last_slot
from suite.automation.models import Flow, FlowMail, FlowRun, FlowStep, FlowVersion, WebhookDelivery
from suite.automation.services import flows, runs, triggers
from suite.automation.services.flows import Live
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import undone
from suite.core.models import OutboxEvent
from suite.core.said import again
from suite.desk import events as names
from suite.desk.models import Notification, NotificationSending, Task

BACK = dt.timedelta(days=90)
AT_MOST = 1000  # runs that are played; of more the page says so
SHOWN = 100
PATIENCE = "5s"  # how long a rehearsal waits for a record that somebody is writing


@dataclass
class Rehearsal:
    """What a flow would have done: on which records, how often each step, what leaves the house, any loop."""

    since: dt.datetime
    objects: list[int] = field(default_factory=list)
    labels: list[tuple[int, str]] = field(default_factory=list)
    steps: list[tuple[str, dict[str, int]]] = field(default_factory=list)
    tasks: int = 0
    notices: int = 0
    mails: int = 0
    letters: int = 0
    messages: int = 0
    failures: list[tuple[str, int]] = field(default_factory=list)
    loop: str = ""
    is_cut: bool = False

    @property
    def records(self) -> int:
        return len(self.objects)


def rehearse(*, flow: Flow, actor: Actor) -> Rehearsal:
    """Play the draft of a flow over the events and dates of the last 90 days, and take all of it back.

    Conditions are asked of records as they stand today, and nobody waits. Raises BusinessError while the draft is
    incomplete.
    """
    subject = flows.subject_of(flow)
    flows.demand_whole(flow, actor)
    moment = clock.now()
    found = Rehearsal(since=moment - BACK)
    with undone():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        keep_numbers()
        last = OutboxEvent.objects.aggregate(last=Max("pk"))["last"] or 0
        copy = Flow.objects.create(
            company_id=flow.company_id, name=flow.name, kind=flow.kind, draft=flow.draft, owner_id=flow.owner_id
        )
        version = FlowVersion.objects.create(company_id=flow.company_id, flow=copy, number=1, graph=flow.draft)
        house, start = Actor.system(actor.company), graphs.node_of(flow.draft, "start") or {}
        live = Live(copy.pk, version.pk, flow.kind, start, False)
        _begin(live, house, found, moment)
        runs.play(copy, moves=AT_MOST * len(flow.draft["nodes"]))
        _count(copy, found, subject, actor)
        found.loop = _loop(live, house, last)
    return found


def _begin(live: Live, house: Actor, found: Rehearsal, moment: dt.datetime) -> None:
    params = live.start.get("params", {})
    if params.get("on") == EVENT:
        past = OutboxEvent.objects.of(house.company_id).filter(
            kind=live.kind, event__in=triggers.heard(params), created_at__gte=found.since
        )
        events = list(past.order_by("-id")[: AT_MOST + 1])
        for event in events:
            event.origin = []
        found.is_cut = len(events) > AT_MOST
        triggers.begin(live, triggers.fitting(live, events[:AT_MOST][::-1], house), house)
        return
    since = found.since
    if params.get("on") == SCHEDULE:
        slot = last_slot(params, house.company, moment)
        since = slot - dt.timedelta(seconds=1) if slot else moment
    triggers.start_all(live, house, since, moment, at_most=AT_MOST + 1)
    made = FlowRun.objects.filter(flow=live.pk).order_by("id")
    spare = list(made.values_list("pk", flat=True)[AT_MOST:])
    found.is_cut = bool(spare)
    FlowRun.objects.filter(pk__in=spare).delete()


def _count(flow: Flow, found: Rehearsal, subject: Any, actor: Actor) -> None:
    """Fill in what the flow did. What others make meanwhile stands in the same tables; the flow's carries its key."""
    found.objects = sorted(set(FlowRun.objects.filter(flow=flow).values_list("object_id", flat=True)))
    rows = subject.load(actor, found.objects[:SHOWN])
    found.labels = [(pk, str(rows[pk])) for pk in found.objects[:SHOWN] if pk in rows]
    went = FlowStep.objects.filter(run__flow=flow).values_list("node", "outcome")
    counts: dict[str, Counter[str]] = {}
    for node, outcome in went:
        counts.setdefault(node, Counter())[outcome] += 1
    words = dict(FlowStep.Outcome.choices)
    for node in flow.draft["nodes"]:
        if node["id"] in counts:
            outcomes = {str(words[outcome]): count for outcome, count in counts[node["id"]].items()}
            found.steps.append((graphs.text_of(node, subject, actor), outcomes))
    key = key_of_flow(flow)
    found.letters = FlowMail.objects.filter(run__flow=flow).count()
    found.tasks = Task.objects.filter(dedupe_key__startswith=key).count()
    found.messages = WebhookDelivery.objects.filter(event_key__startswith=key).count()
    told = Q(dedupe_key__startswith=f"flow:{key}") | Q(dedupe_key__startswith=f"flow_urgent:{key}")
    notices = list(Notification.objects.filter(told, company=flow.company_id).values_list("pk", flat=True))
    found.notices = len(notices)
    mail = NotificationSending.Channel.MAIL
    found.mails = NotificationSending.objects.filter(notification__in=notices, channel=mail).count()
    errors = Counter(
        again(text) for text in FlowRun.objects.filter(flow=flow).exclude(error="").values_list("error", flat=True)
    )
    found.failures = errors.most_common(20)


def _loop(live: Live, house: Actor, last: int) -> str:
    """Whether what the flow announced would start it again, in words."""
    made = [event for event in OutboxEvent.objects.of(house.company_id).filter(pk__gt=last) if live.pk in event.origin]
    try:
        own = triggers.fitting(live, made, house)
    except conditions.Misunderstood:
        own = []
    if not own:
        return ""
    return _("The flow starts itself: it brings about “%(event)s”, which is what it waits for") % {
        "event": names.label_of(own[0].event)
    }


def keep_numbers() -> None:
    """Let papers of this transaction take their numbers from copies of the sequences, which vanish with it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_namespace space ON space.oid = relnamespace WHERE relkind = 'S'"
            " AND nspname = current_schema() AND starts_with(relname, 'suite_number_')"
            " AND has_database_privilege(current_database(), 'TEMPORARY')"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT last_value + 1 FROM "{name}"')
            cursor.execute(f'CREATE TEMPORARY SEQUENCE "{name}" START {cursor.fetchone()[0]}')
