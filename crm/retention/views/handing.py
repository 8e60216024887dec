"""Pages of hand-overs: what went from whom to whom, and a new one with its preview."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.retention.forms import HandOverForm
from crm.retention.models import HandOver
from crm.retention.services import handing
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import refusals
from suite.desk.lists import Act, Column, Create, ListSpec, list_view
from suite.desk.pages import render_page


def _undo(*, actor: Actor, pks: Collection[int]) -> int:
    return handing.undo(hand_overs=pks, actor=actor)


def _count(row: HandOver, kind: str) -> int:
    return len(row.moved.get(kind, ()))


class HandOverList(ListSpec):
    """Portfolios that went from one person to another."""

    model = HandOver
    page = "retention:hand_overs"
    title = gettext_lazy("Hand-overs")
    icon = "transfer"
    columns = (
        Column("who", gettext_lazy("Hand-over"), value=str, card="title"),
        Column("customers", gettext_lazy("Customers"), "number", value=lambda row: _count(row, "customers")),
        Column("deals", gettext_lazy("Opportunities"), "number", value=lambda row: _count(row, "opportunities")),
        Column("leads", gettext_lazy("Leads"), "number", value=lambda row: _count(row, "leads")),
        Column("tasks", gettext_lazy("Tasks"), "number", value=lambda row: _count(row, "tasks")),
        Column("made_by", gettext_lazy("By")),
        Column("made_at", gettext_lazy("When"), "datetime", card="side"),
        Column("reason", gettext_lazy("Reason"), shown=False),
        Column("undone_at", gettext_lazy("Taken back"), "datetime"),
    )
    acts = (
        Act("undo", gettext_lazy("Take back"), "crm_retention.change_handover", _undo, icon="arrow-back-up",
            when=lambda row: row.undone_at is None, in_row=True,
            confirm=gettext_lazy("What the other still looks after goes back. Take it back?")),
    )  # fmt: skip
    order = "-id"
    related = ("giver", "taker", "made_by")
    searchable = False
    create = Create(gettext_lazy("New hand-over"), "retention:hand_over_new", "crm_retention.add_handover")
    empty = gettext_lazy("Nothing was handed over yet.")
    export = False


@door("crm_retention.add_handover")
def hand_over_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, HandOverList)


@door("crm_retention.add_handover")
def hand_over_new(request: HttpRequest) -> HttpResponse:
    """Say who gives what to whom; what there is is counted before a job moves it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    form = HandOverForm(data, actor=actor)
    counts, status = None, 200 if data is None else 400
    if data is not None and form.is_valid():
        typed = form.cleaned_data
        if "go" in data:
            status = 409
            try:
                job = handing.start(actor=actor, **typed)
            except BusinessError as error:
                refusals.place(error, form)
            else:
                return redirect("desk:job", job.pk)
        else:
            found = handing.preview(giver=typed["giver"], actor=actor)
            counts = [(handing.KINDS[kind], found[kind]) for kind in handing.KINDS if kind in typed["kinds"]]
            status = 200
    context = {
        "form": form, "counts": counts, "heading": _("New hand-over"),
        "crumbs": [(_("Hand-overs"), reverse("retention:hand_overs"))], "back": reverse("retention:hand_overs"),
    }  # fmt: skip
    return render_page(request, "crm/retention/hand_over.html", context, status=status)
