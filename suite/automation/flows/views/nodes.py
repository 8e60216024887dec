"""The steps of a flow: edited one by one, or together on the drawing."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from suite.automation import conditions
from suite.automation.flows import graphs, nodes
from suite.automation.flows.lists import (
    CHANGE,
)
from suite.automation.flows.nodes import texts
from suite.automation.flows.views.parts import VIEW, crumbs, head, kinds_of, mine
from suite.automation.models import Flow
from suite.automation.services import flows
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.core.texts import read_json
from suite.desk.pages import render_page
from suite.desk.records import record_page


@door(CHANGE)
def flow_node(request: HttpRequest, pk: int, node: str) -> HttpResponse:
    """A step of the draft: what it needs, and its conditions. The drawing shows it in a panel beside."""
    actor, flow = request.actor, mine(request, pk, CHANGE)  # type: ignore[attr-defined]
    subject, found = flows.subject_of(flow), graphs.node_of(flow.draft, node)
    kind = nodes.kind(found["kind"], subject) if found else None
    if found is None or kind is None:
        raise Http404
    params = found.get("params", {})
    asked = found.get("when")
    data: QueryDict | None = request.POST if request.method == "POST" else None
    shown = {name: texts.shown(value) if texts.is_template(value) else value for name, value in params.items()}
    form = kind.form(subject, actor, data, shown)
    if data is not None:
        asked = conditions.read(data, subject, actor) if kind.asks else None
        wrong = conditions.problems(asked, subject, actor) if kind.asks else []
        if form.is_valid() and not wrong:
            typed = kind.params(form.cleaned_data)
            typed = {name: texts.kept(value, params.get(name)) for name, value in typed.items()}
            graph = graphs.with_node(flow.draft, node, typed, asked)
            flows.change_flow(flow=flow, graph=graph, actor=actor)
            target = reverse("automation:flow_node", args=[pk, node]) if "more" in data else _return(request, flow)
            return redirect(target)
        for sentence in wrong:
            form.add_error(None, sentence)
    context = {
        "flow": flow, "node": found, "kind": kind, "form": form, "crumbs": crumbs(flow),
        "groups": conditions.controls(asked, subject, actor) if kind.asks else [],
        "match": (asked or {}).get("match", "all"), "back": _return(request, flow), "drawn": _is_drawn(request),
    }  # fmt: skip
    return render_page(
        request, "suite/automation/flows/node.html", context, part="suite/automation/flows/_node.html",
        status=400 if form.is_bound and form.errors else 200,
    )  # fmt: skip


def _return(request: HttpRequest, flow: Flow) -> str:
    """The page from which a step was opened: the list of steps, or the drawing."""
    return reverse("automation:flow_drawing" if _is_drawn(request) else "automation:flow", args=[flow.pk])


def _is_drawn(request: HttpRequest) -> bool:
    return request.GET.get("from") == "drawing"


@door(CHANGE)
@require_POST
def flow_node_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a step behind an exit of another, and go on to fill it in."""
    actor, flow = request.actor, mine(request, pk, CHANGE)  # type: ignore[attr-defined]
    kind = nodes.kind(request.POST.get("kind", ""), flows.subject_of(flow))
    behind = request.POST.get("behind", "")
    if kind is None or kind.name == "start" or graphs.node_of(flow.draft, behind) is None:
        raise Http404
    graph, name = graphs.with_new(flow.draft, kind, behind, request.POST.get("exit", ""))
    flows.change_flow(flow=flow, graph=graph, actor=actor)
    needs = bool(kind.form(flows.subject_of(flow), actor).fields) or kind.asks
    return redirect("automation:flow_node", pk, name) if needs else redirect("automation:flow", pk)


@door(CHANGE)
@require_POST
def flow_node_remove(request: HttpRequest, pk: int, node: str) -> HttpResponse:
    """Take a step out of the draft; what comes after closes up."""
    actor, flow = request.actor, mine(request, pk, CHANGE)  # type: ignore[attr-defined]
    if node == "start" or graphs.node_of(flow.draft, node) is None:
        raise Http404
    flows.change_flow(flow=flow, graph=graphs.without(flow.draft, node), actor=actor)
    return redirect(_return(request, flow))


@door(VIEW)
def flow_drawing(request: HttpRequest, pk: int) -> HttpResponse:
    """One flow as a drawing."""
    actor, flow = request.actor, mine(request, pk)  # type: ignore[attr-defined]
    page = head(flow, actor)
    page.crumbs = crumbs(flow)
    page.facts = []
    context = {"flow": flow, "drawing": drawing(flow, actor), "kinds": kinds_of(flows.subject_of(flow))}
    return record_page(request, page, context, template="suite/automation/flows/drawing.html")


def drawing(flow: Flow, actor: Actor) -> dict[str, Any]:
    """What the drawing is made of: the graph with the words, exits and problems of its steps."""
    subject, wrong = flows.subject_of(flow), flows.problems(flow, actor)
    told = {}
    for node in flow.draft["nodes"]:
        kind = nodes.kind(node["kind"], subject)
        told[node["id"]] = {
            "text": graphs.sentence(node, subject, actor),
            "label": str(kind.label) if kind else node["kind"],
            "exits": [[name, str(label)] for name, label in kind.exits] if kind else [["", ""]],
            "problems": wrong.get(node["id"], []),
        }
    exits = {
        kind.name: [[name, str(label)] for name, label in kind.exits]
        for _group, offered in kinds_of(subject)
        for kind in offered
    }
    return {
        "graph": flow.draft, "told": told, "exits": exits, "version": flow.version, "may": actor.may(CHANGE),
        "save": reverse("automation:flow_graph", args=[flow.pk]),
        "node": reverse("automation:flow_node", args=[flow.pk, "NODE"]),
    }  # fmt: skip


@door(CHANGE)
@require_POST
def flow_graph(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep the drawing as the draft; answers what its steps say now."""
    actor, flow = request.actor, mine(request, pk, CHANGE)  # type: ignore[attr-defined]
    try:
        sent = read_json(request.body)
        graph, version = sent["graph"], int(sent["version"])
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": _("This is no drawing")}, status=400)
    try:
        kept = flows.change_flow(flow=flow, graph=graph, version=version, actor=actor)
    except (BusinessError, ValidationError) as error:
        sentences = error.messages if isinstance(error, ValidationError) else [str(error)]
        return JsonResponse({"error": " ".join(sentences)}, status=409)
    return JsonResponse(drawing(kept, actor))
