"""The log: what flows did, record by record and step by step."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from suite.automation import subjects
from suite.automation.flows import graphs
from suite.automation.flows.lists import (
    RETRY,
    RUN_COLOURS,
    FlowRunList,
    cause_of,
    record_url,
    visible,
)
from suite.automation.flows.views.parts import crumbs, mine
from suite.automation.models import FlowRun
from suite.automation.services import runs
from suite.core.doors import door
from suite.desk import formats
from suite.desk.lists import list_view
from suite.desk.records import Fact, PageAct, RecordPage, record_page


@door("automation.view_flowrun")
def run_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, FlowRunList)


@door("automation.view_flowrun")
def runs_of(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The runs of one flow, for the tab of its page."""
    flow = mine(request, pk)
    return list_view(
        request, FlowRunList, where=Q(flow=flow.pk), template="suite/desk/_list.html", context={"embedded": True}
    )


@door("automation.view_flowrun")
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: every step with what it was given, what came of it and why."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = FlowRun.objects.visible_to(actor).select_related("flow", "flow_version")
    run = get_object_or_404(rows.prefetch_related("steps", "mails"), pk=pk)
    subject = subjects.subject(run.kind)
    record = visible(subject, actor, [run.object_id]).get(run.object_id) if subject else None
    node = graphs.node_of(run.flow_version.graph, run.node)
    is_open = run.status == FlowRun.Status.OPEN
    retry, stop = (reverse("automation:flow_run_act", args=[pk, each]) for each in ("retry", "stop"))
    page = RecordPage(
        str(record or run.object_id),
        crumbs=[*crumbs(run.flow), (_("Log"), reverse("automation:flow_runs"))],
        badges=[(str(run.get_status_display()), RUN_COLOURS[run.status])],
        acts=[
            PageAct(_("Try again"), retry, "refresh", RETRY, primary=True)
            if run.status == FlowRun.Status.FAILED
            else PageAct(
                _("Stop"), stop, "player-stop", RETRY, danger=True,
                disabled="" if is_open else _("This run has ended"),
            )
        ],
        facts=[
            Fact(_("Record"), record, record_url(run)),
            Fact(_("Flow"), run.flow, reverse("automation:flow", args=[run.flow_id])),
            Fact(_("Version"), run.flow_version.number),
            Fact(_("Started by"), cause_of(run)),
            Fact(_("Started"), formats.moment(run.started_at)),
            Fact(_("Goes on"), formats.moment(run.due_at) if is_open else ""),
            Fact(_("with"), graphs.text_of(node, subject, actor) if is_open and node and subject else ""),
            Fact(_("Ended"), formats.moment(run.ended_at) if run.ended_at else ""),
            Fact(_("Error"), run.error),
        ],
    )  # fmt: skip
    return record_page(request, page, {"run": run}, template="suite/automation/flows/run.html")


@door(RETRY)
@require_POST
def run_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Try a failed run again, or stop one."""
    actor = request.actor  # type: ignore[attr-defined]
    run = get_object_or_404(FlowRun.objects.visible_to(actor, RETRY), pk=pk)
    if name not in ("retry", "stop"):
        raise Http404
    (runs.retry if name == "retry" else runs.stop)(runs=[run.pk], actor=actor)
    messages.success(request, _("It is tried again in a moment") if name == "retry" else _("Stopped"))
    return redirect("automation:flow_run", pk)
