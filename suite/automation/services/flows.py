"""Making flows, putting versions of them in force, switching them on and off."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from suite.automation import subjects
from suite.automation.flows import graphs, nodes
from suite.automation.models import Flow, FlowVersion
from suite.automation.subjects import Subject
from suite.core import cached, clock, modules
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal, Stale
from suite.core.models import Company
from suite.core.said import Text, in_each

LIVE = "automation.flows"


@dataclass(frozen=True)
class Live:
    """A flow that is on, as every event asks for it."""

    pk: int
    version_id: int
    kind: str
    start: Mapping[str, Any]
    listens: bool


def live(company_id: int) -> list[Live]:
    """The flows of a company that are on; costs no statement as long as none changed."""
    return cached.rows(company_id, LIVE, _load)


def _load(company_id: int) -> list[Live]:
    company = Company.objects.get(pk=company_id)
    rows = Flow.objects.of(company_id).filter(status=Flow.Status.ON, current__isnull=False).select_related("current")
    found = []
    for flow in rows.order_by("pk"):
        if not modules.is_on(company, flow.kind.partition(".")[0]):
            continue
        graph = flow.current.graph  # type: ignore[union-attr]
        listens = any((kind := nodes.kind(node["kind"], None)) and kind.listens for node in graph["nodes"])
        found.append(Live(flow.pk, flow.current_id, flow.kind, graphs.node_of(graph, "start") or {}, listens))  # type: ignore[arg-type]
    return found


def subject_of(flow: Flow) -> Subject:
    """The kind of record a flow speaks of. Raises BusinessError where no area knows it any more."""
    subject = subjects.subject(flow.kind, flow.company_id)
    if subject is None:
        raise BusinessError(
            Refusal("unknown_kind", _("Nothing here knows records of the kind %(kind)s"), {"kind": flow.kind})
        )
    return subject


@service
def create_flow(*, name: str, kind: str, actor: Actor, graph: Any = None, reason: str = "") -> Flow:
    """Make a flow, switched off. Raises ValidationError."""
    if subjects.subject(kind) is None:
        raise ValidationError({"kind": _("Flows do not know such records")})
    flow = Flow(company=actor.company, owner_id=actor.user_id, name=name.strip(), kind=kind)
    if graph is not None:
        graphs.check_shape(graph, subject_of(flow), actor)
        flow.draft = graph
    flow.draft = _placed(flow.draft)
    flow.full_clean()
    flow.save()
    current_act().audit(flow, "created", {"name": (None, flow.name)})
    return flow


def _placed(graph: graphs.Graph) -> graphs.Graph:
    """Programs need not say where steps stand on the drawing."""
    return graph if all("x" in node and "y" in node for node in graph["nodes"]) else graphs.laid_out(graph)


@service
def change_flow(
    *,
    flow: Flow,
    actor: Actor,
    version: int | None = None,
    name: str | None = None,
    graph: Any = None,
    reason: str = "",
) -> Flow:
    """Change the name or the draft of a flow; what runs stays as it is. Raises Stale, ValidationError."""
    row = Flow.objects.of(actor.company_id).lock([flow.pk]).get()
    if version is not None and version != row.version:
        raise Stale(Refusal("stale", _("Somebody else changed this flow meanwhile")))
    values: dict[str, Any] = {}
    if name is not None and name != str(row.name):
        values["name"] = name.strip()
    if graph is not None:
        graphs.check_shape(graph, subject_of(row), actor)
        values["draft"] = _placed(graph)
    for field, value in values.items():
        setattr(flow, field, value)
    flow.full_clean()
    if values:
        save_changes(row, values | {"owner": actor.user or row.owner})
    flow.version = row.version
    return row


def problems(flow: Flow, actor: Actor) -> dict[str, list[str]]:
    """Why the draft cannot be put in force, by the name of the step."""
    return graphs.problems(flow.draft, subject_of(flow), actor)


def is_changed(flow: Flow) -> bool:
    """Whether the draft does something else than the version in force."""
    return flow.current is None or _meaning(flow.draft) != _meaning(flow.current.graph)


def _meaning(graph: graphs.Graph) -> Any:
    """A graph without where its nodes are drawn."""
    nodes = {node["id"]: {key: node.get(key) or None for key in ("kind", "params", "when")} for node in graph["nodes"]}
    return nodes, {(edge["from"], edge.get("exit", ""), edge["to"]) for edge in graph["edges"]}


@service
def put_in_force(*, flow: Flow, actor: Actor, reason: str = "") -> FlowVersion:
    """Make the draft the version that runs; runs under way end on the version on which they began.

    Raises BusinessError with what is still missing, or where the flow, being on, would start itself.
    """
    row = Flow.objects.of(actor.company_id).lock([flow.pk]).get()
    if row.current_id and not is_changed(row):
        return row.current  # type: ignore[return-value]
    demand_whole(row, actor)
    if row.is_on:
        _demand_no_loop(row, actor)
    last = row.versions.aggregate(last=Max("number"))["last"] or 0
    made = FlowVersion.objects.create(
        company_id=row.company_id, flow=row, number=last + 1, graph=row.draft, made_by_id=actor.user_id
    )
    current_act().audit(row, "changed", {"current": (last or None, made.number)})
    Flow.objects.filter(pk=row.pk).update(current=made, updated_at=clock.now())
    cached.forget(actor.company_id)
    flow.current = made
    return made


def demand_whole(flow: Flow, actor: Actor) -> None:
    """Refuse a draft in which something is missing or wrong. Raises BusinessError, one refusal for each step."""
    subject = subject_of(flow)
    refusals = [
        Refusal(
            "incomplete", "%(step)s: %(problem)s" if step else "%(problem)s", {"step": step, "problem": " ".join(told)}
        )
        for name, told in problems(flow, actor).items()
        for step in [_title(flow, name, subject, actor)]
    ]
    if refusals:
        raise BusinessError(*refusals)


def _title(flow: Flow, name: str, subject: Subject, actor: Actor) -> str:
    node = graphs.node_of(flow.draft, name)
    return graphs.text_of(node, subject, actor) if node else ""


def _demand_no_loop(flow: Flow, actor: Actor) -> None:
    from suite.automation.services import rehearsal

    found = rehearsal.rehearse(flow=flow, actor=actor)
    if found.loop:
        raise BusinessError(Refusal("loop", "%(text)s", {"text": found.loop}))


@service
def switch_on(*, flows: Collection[int], actor: Actor, reason: str = "") -> int:
    """Put drafts in force and let flows run from now on. Each is rehearsed first.

    Raises BusinessError for one that is incomplete, or that would start itself. Returns how many were off.
    """
    rows = list(Flow.objects.of(actor.company_id).filter(status=Flow.Status.OFF).lock(flows))
    for row in rows:
        put_in_force(flow=row, actor=actor)
        _demand_no_loop(row, actor)
        current_act().audit(row, "switched_on")
    moment = clock.now()
    Flow.objects.filter(pk__in=[row.pk for row in rows]).update(
        status=Flow.Status.ON, looked_until=moment, updated_at=moment
    )
    cached.forget(actor.company_id)
    return len(rows)


@service
def switch_off(*, flows: Collection[int], actor: Actor, reason: str = "") -> int:
    """Let flows start nothing any more; what is under way waits until they are on again."""
    rows = list(Flow.objects.of(actor.company_id).filter(status=Flow.Status.ON).lock(flows))
    for row in rows:
        current_act().audit(row, "switched_off")
    Flow.objects.filter(pk__in=[row.pk for row in rows]).update(status=Flow.Status.OFF, updated_at=clock.now())
    cached.forget(actor.company_id)
    return len(rows)


@service
def remove_flows(*, flows: Collection[int], actor: Actor, reason: str = "") -> int:
    """Delete flows with their log. Those that come with the house can only be switched off."""
    rows = list(Flow.objects.of(actor.company_id).lock(flows))
    for row in rows:
        if row.code:
            raise BusinessError(
                Refusal("comes_along", _("%(name)s comes with the house: switch it off instead"), {"name": str(row)})
            )
        current_act().audit(row, "deleted", {"name": (row.name, None)})
    Flow.objects.filter(pk__in=[row.pk for row in rows]).delete()
    cached.forget(actor.company_id)
    return len(rows)


@dataclass(frozen=True)
class Shipped:
    """A flow that every company starts with, switched on."""

    code: str
    name: Text
    kind: str
    nodes: tuple[dict[str, Any], ...]
    edges: tuple[tuple[str, str, str], ...]


_shipped: list[Shipped] = []


def ship(
    code: str, name: Text, kind: str, *nodes: dict[str, Any], edges: Collection[tuple[str, str, str]] = ()
) -> None:
    """Have every company start with a flow, which it may change. Without `edges` the nodes follow each other.

    Texts may be lazy: they are kept in every language.
    """
    names = [node["id"] for node in nodes]
    chain = tuple((one, "", other) for one, other in pairwise(names))
    _shipped.append(Shipped(code, name, kind, nodes, tuple(edges) or chain))


def name_of(code: str) -> Text:
    """What a flow that comes with the house is called; its code where none has it."""
    return next((each.name for each in _shipped if each.code == code), code)


def lay_down(company: Company) -> None:
    """Give a company the flows that come with the house and which it does not have yet."""
    known = set(Flow.objects.of(company.pk).exclude(code="").values_list("code", flat=True))
    wanted = [each for each in _shipped if each.code not in known]
    moment = clock.now()
    rows = Flow.objects.bulk_create(
        Flow(
            company=company, code=each.code, name=in_each(lambda each=each: str(each.name)), kind=each.kind,  # type: ignore[misc]
            status=Flow.Status.ON, draft=_graph_of(each), looked_until=moment,
        )
        for each in wanted
    )  # fmt: skip
    versions = FlowVersion.objects.bulk_create(
        FlowVersion(company=company, flow=row, number=1, graph=row.draft) for row in rows
    )
    for row, version in zip(rows, versions, strict=True):
        row.current = version
    Flow.objects.bulk_update(rows, ["current"])
    if rows:
        cached.forget(company.pk)


def _graph_of(each: Shipped) -> graphs.Graph:
    edges = [{"from": one, "exit": leaving, "to": other} for one, leaving, other in each.edges]
    return graphs.laid_out({"nodes": [_spoken(node) for node in each.nodes], "edges": edges})


def _spoken(node: dict[str, Any]) -> dict[str, Any]:
    params = dict(node.get("params", {}))
    if "text" in params:
        said = in_each(lambda: str(params["text"]))
        params["text"] = getattr(said, "kept", said)
    return {**node, "params": params}
