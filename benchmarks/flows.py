"""A rule over 100,000 records: conditions, a task and a notice for each of those that fit."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

from benchmarks import common, world
from crm.customers.services.customers import CustomerDraft, create_customers
from suite.automation.models import FlowRun, FlowStep
from suite.automation.services import flows, rehearsal, runs, triggers
from suite.core import clock
from suite.desk.models import Task
from suite.masterdata.services.parties import PartyDraft

ROWS = int(os.environ.get("BENCH_CUSTOMERS", "100000"))
BATCH = 5000
GRAPH: dict[str, Any] = {
    "nodes": [
        {
            "id": "start",
            "kind": "start",
            "params": {"on": "schedule", "every": "day", "at": "00:00"},
            "when": {"groups": [{"params": {"grade": "A"}}, {"match": "none", "params": {"stage": "lost"}}]},
        },
        {"id": "n1", "kind": "task", "params": {"who": "owner", "text": "Call {party}", "number": 1, "unit": "days"}},
    ],
    "edges": [{"from": "start", "exit": "", "to": "n1"}],
}  # fmt: skip


def run() -> None:
    place = world.make(products=1, parties=1)
    for start in range(0, ROWS, BATCH):
        create_customers(
            drafts=[
                CustomerDraft(PartyDraft({"name": f"客户{n}"}), {"grade": "A"}) for n in range(start, start + BATCH)
            ],
            actor=place.actor,
        )
    world.analyze()
    flow = flows.create_flow(name="Bench", kind="crm_customers.customer", graph=GRAPH, actor=place.actor)
    seconds = common.timed(lambda: rehearsal.rehearse(flow=flow, actor=place.actor))
    common.row(
        "G11",
        f"rehearsal, {rehearsal.AT_MOST:,} records played and taken back",
        seconds,
        None,
        "s",
        "<= 10",
        seconds <= 10,
    )
    flows.switch_on(flows=[flow.pk], actor=place.actor)
    with clock.at(clock.now() + dt.timedelta(days=1)):
        found = common.timed(triggers.look)
        counts = [common.statements(lambda: runs._portion(runs._due())) for _portion in range(2)]
        moved = common.timed(lambda: runs.advance(seconds=3600))
    made = Task.objects.filter(source=f"flow-{flow.pk}").count()
    if made != ROWS or FlowRun.objects.filter(flow=flow, status="done").count() != ROWS:
        raise RuntimeError(f"{made} tasks instead of {ROWS}")
    if FlowStep.objects.filter(run__flow=flow).count() != 2 * ROWS:
        raise RuntimeError("the log is not whole")
    common.row("G11", f"a rule finds {ROWS:,} records that fit", found, None, "s", "")
    common.row("G11", f"and makes a task for each, with its log ({2 * ROWS:,} steps)", moved, None, "s", "")
    common.row(
        "G11", "records a second", ROWS / (found + moved), None, "1/s", ">= 1,000", ROWS / (found + moved) >= 1000
    )
    most = max(counts)
    common.row("G11", f"statements for {runs.PORTION:,} records at a step", most, None, "", "<= 40", most <= 40)
