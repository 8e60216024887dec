"""What the pages of flows have in common: the flow of an address, the head of its page, its steps in words."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from suite.automation import conditions, subjects
from suite.automation.flows import graphs, nodes
from suite.automation.flows.lists import (
    CHANGE,
    COLOURS,
    SWITCH,
)
from suite.automation.models import Flow
from suite.automation.services import flows
from suite.core.access import Actor
from suite.desk import formats
from suite.desk.records import Fact, PageAct, RecordPage

VIEW = "automation.view_flow"


def crumbs(flow: Flow | None = None) -> list[tuple[str, str]]:
    found = [(_("Rules and flows"), reverse("automation:flows"))]
    return [*found, (str(flow), reverse("automation:flow", args=[flow.pk]))] if flow else found


def mine(request: HttpRequest, pk: int, code: str = "") -> Flow:
    actor = request.actor  # type: ignore[attr-defined]
    rows = Flow.objects.visible_to(actor, code).select_related("current", "owner")
    flow = get_object_or_404(rows, pk=pk)
    if subjects.subject(flow.kind) is None:
        raise Http404  # the area that knows such records is not here
    return flow


def head(flow: Flow, actor: Actor) -> RecordPage:
    """What stands at the head of a flow, on the list of its steps and over its drawing."""
    changed = flows.is_changed(flow)
    badges = [(str(flow.get_status_display()), COLOURS[flow.status])]
    if flow.current and changed:
        badges.append((_("Draft"), "warning"))
    number = str(flow.current) if flow.current else _("None yet")
    return RecordPage(
        str(flow),
        crumbs=crumbs(),
        badges=badges,
        acts=acts_on(flow, changed),
        facts=[
            Fact(_("Record"), flow.kind_label),
            Fact(_("Version in force"), number),
            Fact(_("Put in force"), formats.moment(flow.current.made_at) if flow.current else ""),
            Fact(_("Looked after by"), flow.owner or _("The house")),
        ],
    )


def acts_on(flow: Flow, changed: bool) -> list[PageAct]:
    def to(name: str) -> str:
        return reverse("automation:flow_act", args=[flow.pk, name])

    found = [
        PageAct(_("Rehearse"), reverse("automation:flow_rehearsal", args=[flow.pk]), "test-pipe", SWITCH, method="get")
    ]
    if flow.is_on:
        if changed:
            found.append(PageAct(_("Put in force"), to("force"), "check", CHANGE, primary=True))
        found.append(PageAct(_("Switch off"), to("off"), "player-pause", SWITCH))
    else:
        found.append(PageAct(_("Switch on"), to("on"), "player-play", SWITCH, primary=True))
    if flow.current and changed:
        ask = _("What was changed since the version in force is lost. Go back to it?")
        found.append(PageAct(_("Discard the draft"), to("discard"), "arrow-back-up", CHANGE, in_menu=True, confirm=ask))
    rename = reverse("automation:flow_edit", args=[flow.pk])
    found.append(PageAct(_("Rename"), rename, "pencil", CHANGE, method="get", in_menu=True))
    if not flow.code:
        ask = _("The log of what it did goes with it. Remove it?")
        remove = PageAct(
            _("Remove"), to("remove"), "trash", "automation.delete_flow", confirm=ask, danger=True, in_menu=True
        )
        found.append(remove)
    return found


def steps_of(flow: Flow, actor: Actor) -> dict[str, Any]:
    """The steps as the list shows them, each with its words, its conditions and what is wrong with it."""
    subject, wrong = flows.subject_of(flow), flows.problems(flow, actor)
    rows = []
    for line in graphs.lines(flow.draft, subject):
        kind, node = nodes.kind(line.node["kind"], subject), line.node
        rows.append(
            {
                "line": line,
                "node": node,
                "indent": min(line.depth, 6),
                "icon": kind.icon if kind else "help",
                "label": kind.label if kind else node["kind"],
                "words": graphs.text_of(node, subject, actor),
                "when": conditions.words(node.get("when"), subject, actor) if node["kind"] == "start" else [],
                "any": (node.get("when") or {}).get("match") == "any",
                "problems": wrong.get(node["id"], []),
                "adds": line.is_way or not kind or len(kind.exits) == 1,
            }
        )
    return {"flow": flow, "rows": rows, "wrong": wrong.get("", []), "kinds": kinds_of(subject),
            "may_change": actor.may(CHANGE)}  # fmt: skip


def kinds_of(subject: subjects.Subject) -> list[tuple[str, list[Any]]]:
    """What can be added, in two groups."""
    offered = list(nodes.offered(subject))
    return [
        (_("Do"), [kind for kind in offered if kind.group == "acts"]),
        (pgettext("flow", "Go on"), [kind for kind in offered if kind.group == "ways"]),
    ]
