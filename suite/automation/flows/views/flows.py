"""Pages of flows: the list, one flow as steps, its versions and its rehearsal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from suite.automation import subjects
from suite.automation.flows import graphs
from suite.automation.flows.lists import (
    CHANGE,
    SWITCH,
    FlowList,
    record_url,
    visible,
)
from suite.automation.flows.views.parts import VIEW, acts_on, crumbs, head, mine, steps_of
from suite.automation.models import FlowRun, FlowVersion
from suite.automation.services import flows, rehearsal
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk.forms import ActorForm
from suite.desk.lists import list_view
from suite.desk.pages import back, entry_page, render_page
from suite.desk.records import Tab, record_page


class FlowForm(ActorForm):
    """A flow to be."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    kind = forms.ChoiceField(
        label=gettext_lazy("Record"), help_text=gettext_lazy("What it is about; this cannot be changed later")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = subjects.choices()  # type: ignore[attr-defined]


class NameForm(ActorForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


@door(VIEW)
def flow_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, FlowList)


@door("automation.add_flow")
def flow_new(request: HttpRequest) -> HttpResponse:
    """A new flow: its name, and of which records it speaks."""
    actor = request.actor  # type: ignore[attr-defined]

    def do(typed: dict[str, Any], lines: list[Any]) -> str:
        flow = flows.create_flow(name=typed["name"], kind=typed["kind"], actor=actor)
        return reverse("automation:flow_node", args=[flow.pk, "start"])

    section, home = crumbs()[0]
    return entry_page(
        request, FlowForm(request.POST or None, actor=actor), do, heading=_("New flow"), section=section, back=home,
        submit=_("Next"),
    )  # fmt: skip


@door(CHANGE)
def flow_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for a flow."""
    actor, flow = request.actor, mine(request, pk, CHANGE)  # type: ignore[attr-defined]
    page = reverse("automation:flow", args=[pk])

    def do(typed: dict[str, Any], lines: list[Any]) -> str:
        flows.change_flow(flow=flow, name=typed["name"], actor=actor)
        return page

    form = NameForm(request.POST or None, actor=actor, initial={"name": flow.name}, record=flow)
    return entry_page(request, form, do, heading=_("Rename"), section=str(flow), back=page)


@door(VIEW)
def flow_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One flow as a list of steps."""
    actor, flow = request.actor, mine(request, pk)  # type: ignore[attr-defined]
    page = head(flow, actor)
    page.tabs = [
        Tab("steps", _("Steps"), template="suite/automation/flows/_steps.html"),
        Tab("runs", _("Log"), reverse("automation:flow_runs_of", args=[pk])),
        Tab("versions", _("Versions"), reverse("automation:flow_versions", args=[pk])),
    ]
    return record_page(request, page, steps_of(flow, actor), template="suite/automation/flows/flow.html")


ACTS: dict[str, tuple[str, Any, Any]] = {
    "on": (SWITCH, lambda flow, actor: flows.switch_on(flows=[flow.pk], actor=actor), gettext_lazy("Switched on")),
    "off": (SWITCH, lambda flow, actor: flows.switch_off(flows=[flow.pk], actor=actor), gettext_lazy("Switched off")),
    "force": (CHANGE, lambda flow, actor: flows.put_in_force(flow=flow, actor=actor), gettext_lazy("Put in force")),
    "discard": (
        CHANGE,
        lambda flow, actor: flows.change_flow(flow=flow, graph=flow.current.graph, actor=actor),
        gettext_lazy("The draft was discarded"),
    ),
    "remove": (
        "automation.delete_flow",
        lambda flow, actor: flows.remove_flows(flows=[flow.pk], actor=actor),
        gettext_lazy("Removed"),
    ),
}


@door(VIEW)
@require_POST
def flow_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Switch, put in force, discard the draft, or remove."""
    if name not in ACTS:
        raise Http404
    code, do, said = ACTS[name]
    actor = request.actor  # type: ignore[attr-defined]
    flow = mine(request, pk, code)
    if not actor.may(code) or (name == "discard" and not flow.current):
        raise Http404
    do(flow, actor)
    messages.success(request, f"{flow}: {said}")
    return (
        redirect("automation:flows")
        if name == "remove"
        else redirect(back(request, reverse("automation:flow", args=[pk])))
    )


@door(SWITCH)
@require_GET
def flow_rehearsal(request: HttpRequest, pk: int) -> HttpResponse:
    """What the draft would have done in the last 90 days."""
    actor, flow = request.actor, mine(request, pk, SWITCH)  # type: ignore[attr-defined]
    found, refused = None, []
    try:
        found = rehearsal.rehearse(flow=flow, actor=actor)
    except BusinessError as error:
        refused = [str(refusal) for refusal in error.refusals]
    subject = flows.subject_of(flow)
    seen = visible(subject, actor, [key for key, _label in found.labels]) if found else {}
    context = {
        "flow": flow,
        "found": found,
        "refused": refused,
        "crumbs": crumbs(flow),
        "on": [act for act in acts_on(flow, flows.is_changed(flow)) if act.primary],
        "records": [(str(row), record_url(FlowRun(kind=flow.kind, object_id=row.pk))) for row in seen.values()],
    }
    return render_page(request, "suite/automation/flows/rehearsal.html", context)


@door(VIEW)
def flow_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """The versions that were put in force, the latest first, each with what it changed."""
    actor, flow = request.actor, mine(request, pk)  # type: ignore[attr-defined]
    subject = flows.subject_of(flow)
    rows = list(
        FlowVersion.objects.visible_to(actor).filter(flow=flow).select_related("made_by").order_by("-number")[:50]
    )
    told = []
    if flow.current and flows.is_changed(flow):
        told.append((None, graphs.differences(flow.current.graph, flow.draft, subject, actor)))
    for number, row in enumerate(rows):
        before = rows[number + 1].graph if number + 1 < len(rows) else {"nodes": [], "edges": []}
        told.append((row, graphs.differences(before, row.graph, subject, actor)))
    return render_page(request, "suite/automation/flows/_versions.html", {"flow": flow, "versions": told})
