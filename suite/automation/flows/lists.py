"""The lists of flows and of their runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.automation import subjects
from suite.automation.flows import graphs
from suite.automation.models import Flow, FlowRun
from suite.automation.services import flows, runs
from suite.core.access import Actor
from suite.desk import documents
from suite.desk import events as names
from suite.desk.lists import Act, ChoiceFilter, Column, Create, DateFilter, ListSpec, View

CHANGE, SWITCH, RETRY = "automation.change_flow", "automation.switch_flow", "automation.retry_flowrun"
COLOURS = {"on": "success", "off": "secondary"}
RUN_COLOURS = {"open": "info", "done": "success", "failed": "danger", "stopped": "secondary"}


def switch_on(*, actor: Actor, pks: Collection[int]) -> int:
    return flows.switch_on(flows=pks, actor=actor)


def switch_off(*, actor: Actor, pks: Collection[int]) -> int:
    return flows.switch_off(flows=pks, actor=actor)


def remove(*, actor: Actor, pks: Collection[int]) -> int:
    return flows.remove_flows(flows=pks, actor=actor)


class FlowList(ListSpec):
    """Rules of the company."""

    model = Flow
    title = _("Rules and flows")
    icon = "schema"
    columns = (
        Column("name", _("Name"), card="title"),
        Column("status", _("Status"), "badge", card="side", colours=lambda row: COLOURS[row.status]),
        Column("kind_label", _("Record")),
        Column("when", pgettext_lazy("flow", "When"), value=lambda row: getattr(row, "when", "")),
        Column(
            "current", _("Version in force"), value=lambda row: row.current.number if row.current else "", kind="number"
        ),
        Column("owner", _("Looked after by"), shown=False),
        Column("updated_at", _("Changed"), "datetime", sort=True),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=Flow.Status),
        ChoiceFilter("kind", _("Record"), choices=lambda actor: subjects.choices()),
    )
    views = (
        View("on", pgettext_lazy("flows", "On"), {"status": "on"}),
        View("off", pgettext_lazy("flows", "Off"), {"status": "off"}),
    )
    acts = (
        Act("switch_on", _("Switch on"), SWITCH, switch_on, icon="player-play", undo="switch_off",
            when=lambda row: not row.is_on),
        Act("switch_off", _("Switch off"), SWITCH, switch_off, icon="player-pause", undo="switch_on",
            when=lambda row: row.is_on),
        Act("remove", _("Remove"), "automation.delete_flow", remove, icon="trash", danger=True,
            when=lambda row: not row.code, confirm=_("The log of what it did goes with it. Remove it?")),
    )  # fmt: skip
    order = "-updated_at"
    related = ("owner", "current")
    search_fields = ("name",)
    create = Create(_("New flow"), "automation:flow_new", "automation.add_flow")
    empty = _("No flows yet. Say what is to be done when something happens.")

    def url(self, row: Flow) -> str:
        return reverse("automation:flow", args=[row.pk])

    def complete(self, rows: Sequence[Any], actor: Actor) -> None:
        """When each begins, in words."""
        for row in rows:
            subject = subjects.subject(row.kind, row.company_id)
            start = graphs.node_of((row.current.graph if row.current else row.draft), "start")
            row.when = graphs.text_of(start, subject, actor) if subject and start else ""


class FlowRunList(ListSpec):
    """What flows did, record by record."""

    model = FlowRun
    title = _("Runs of flows")
    icon = "list-check"
    columns = (
        Column("record", _("Record"), value=lambda row: getattr(row, "record", row.object_id), card="title"),
        Column("flow", _("Flow"), url=lambda row: reverse("automation:flow", args=[row.flow_id])),
        Column("status", _("Status"), "badge", card="side", colours=lambda row: RUN_COLOURS[row.status]),
        Column("cause", _("Started by"), value=lambda row: cause_of(row)),
        Column("started_at", _("Started"), "datetime"),
        Column("due_at", _("Goes on"), "datetime", value=lambda row: row.due_at if row.status == "open" else None),
        Column("ended_at", _("Ended"), "datetime", shown=False),
        Column("error", _("Error")),
        Column("version", _("Version"), value=lambda row: row.flow_version.number, kind="number", shown=False),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=FlowRun.Status),
        ChoiceFilter("flow", _("Flow"), field="flow_id", choices=lambda actor: [
            (row.pk, row.name) for row in Flow.objects.visible_to(actor).order_by("pk")
        ]),
        ChoiceFilter("kind", _("Kind of record"), choices=lambda actor: subjects.choices()),
        DateFilter("started", _("Started"), field="started_at"),
    )  # fmt: skip
    views = (
        View("failed", _("Failed"), {"status": "failed"}),
        View("open", pgettext_lazy("flow run", "Under way"), {"status": "open"}),
    )
    acts = (
        Act("retry", _("Try again"), RETRY, lambda *, actor, pks: runs.retry(runs=pks, actor=actor), icon="refresh",
            in_row=True, when=lambda row: row.status == "failed"),
        Act("stop", _("Stop"), RETRY, lambda *, actor, pks: runs.stop(runs=pks, actor=actor), icon="player-stop",
            danger=True, when=lambda row: row.status in ("open", "failed")),
    )  # fmt: skip
    related = ("flow", "flow_version")
    searchable = False
    empty = _("No flow did anything yet")

    def url(self, row: FlowRun) -> str:
        return reverse("automation:flow_run", args=[row.pk])

    def complete(self, rows: Sequence[Any], actor: Actor) -> None:
        """What each run is about, by its name; one statement for each kind of record."""
        for kind in {row.kind for row in rows}:
            subject = subjects.subject(kind)
            mine = [row for row in rows if row.kind == kind]
            seen = visible(subject, actor, {row.object_id for row in mine}) if subject else {}
            for row in mine:
                row.record = str(seen[row.object_id]) if row.object_id in seen else f"{row.object_id}"


def visible(subject: subjects.Subject, actor: Actor, pks: Collection[int]) -> dict[int, Any]:
    """The records that the actor may see, by key."""
    rows = subject.model._default_manager.visible_to(actor).filter(pk__in=pks)  # type: ignore[attr-defined]
    return {row.pk: row for row in rows.select_related(*subject.related)}


def cause_of(run: FlowRun) -> str:
    """What started a run, in words."""
    if names.is_known(run.cause):
        return names.label_of(run.cause)
    return str({"date": _("A date was reached"), "schedule": _("The clock")}.get(run.cause, run.cause))


def record_url(run: FlowRun) -> str:
    return documents.url_of(run.kind, run.object_id)
