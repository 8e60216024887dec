"""Builders of flows for tests: by the services, as the pages and the API make them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from suite.automation.models import Flow, FlowRun
from suite.automation.services import flows, runs
from suite.core import outbox
from suite.core.access import Actor

CUSTOMER = "crm_customers.customer"
NOTICE = {"kind": "notice", "params": {"who": "owner", "text": "Look at {party}"}}
TASK = {"kind": "task", "params": {"who": "owner", "text": "Call {party}", "number": 2, "unit": "days"}}


def start(*events: str, when: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
    """A start by events, of which the short names of a customer's are enough."""
    names = [name if "." in name else f"crm.customers.customer.{name}" for name in events]
    given = {"on": "event", "events": names, **params} if events else params
    return {"id": "start", "kind": "start", "params": given, "when": when or {}}


def asks(match: str = "all", **params: str) -> dict[str, Any]:
    """One group of conditions."""
    return {"match": "all", "groups": [{"match": match, "params": params}]}


def graph(first: dict[str, Any], *nodes: dict[str, Any], edges: list[tuple[str, str, str]] | None = None) -> Any:
    """The nodes one after the other, called n1, n2..., or as the edges say."""
    named = [first, *({"id": f"n{number}", **node} for number, node in enumerate(nodes, start=1))]
    names = [node["id"] for node in named]
    ways = edges if edges is not None else [(a, "", b) for a, b in pairwise(names)]
    return {"nodes": named, "edges": [{"from": a, "exit": leaving, "to": b} for a, leaving, b in ways]}


def flow(actor: Actor, drawn: Any, *, kind: str = CUSTOMER, name: str = "Rule", on: bool = True) -> Flow:
    made = flows.create_flow(name=name, kind=kind, graph=drawn, actor=actor)
    if on:
        flows.switch_on(flows=[made.pk], actor=actor)
    return Flow.objects.get(pk=made.pk)


def work() -> None:
    """Let the workers do what waits: events out, runs on, until nothing moves."""
    while outbox.relay() + runs.advance():
        pass


def run_of(flow: Flow, record: Any = None) -> FlowRun:
    rows = FlowRun.objects.filter(flow=flow)
    return (rows.filter(object_id=record.pk) if record else rows).get()


def log(run: FlowRun) -> list[tuple[str, str]]:
    return [(step.node, step.outcome) for step in run.steps.all()]
