"""What comes of sources, and stages that let fewer deals through than usual."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.sales.models import Opportunity, StageAlert
from crm.sales.opportunity_forms import CostForm, DaysForm
from crm.sales.queries.sources import COSTS, Source, sources_of
from crm.sales.services.source_costs import set_cost
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import refusals
from suite.desk.lists import Column
from suite.desk.lists.export import FORMATS
from suite.desk.pages import render_page

ALERTS = 50  # the latest


@door("crm_sales.view_opportunity")
@require_GET
def sources(request: HttpRequest) -> HttpResponseBase:
    """Leads, deals, won, revenue and cost per won of each source; this year unless said otherwise; `?export=xlsx`."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = clock.today(actor.company)
    shown = {"first": str(today.replace(month=1, day=1)), "last": str(today)}
    form = DaysForm({name: request.GET.get(name) or shown[name] for name in shown}, actor=actor)
    context: dict[str, Any] = {
        "form": form, "may_cost": actor.may("crm_sales.add_sourcecost"),
        "sees_costs": actor.may(COSTS),
        "crumbs": [(_("Opportunities"), reverse("sales:opportunities"))],
    }  # fmt: skip
    if form.is_valid():
        typed = form.cleaned_data
        found = sources_of(actor, typed["first"], typed["last"])
        if request.GET.get("export") in FORMATS:
            return _file(request.GET["export"], found)
        context |= {"found": found, "export": f"?{urlencode(typed)}&export="}
    return render_page(request, "crm/sales/sources.html", context, status=200 if form.is_valid() else 400)


def _file(format_name: str, found: list[Source]) -> FileResponse:
    """What stands on the page, as a file."""
    write, content_type = FORMATS[format_name]
    columns = [
        Column("label", _("Source")), Column("leads", _("Leads"), "number"), Column("deals", _("Deals"), "number"),
        Column("won", _("Won"), "number"), Column("revenue", _("Won value"), "money"),
        Column("cost", _("Money spent"), "money"), Column("cost_per_won", _("Cost per won deal"), "money"),
    ]  # fmt: skip
    target = io.BytesIO()
    write(columns, ([column.of(row) for column in columns] for row in found), target)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{_('Sources')}.{format_name}", content_type=content_type)


@door("crm_sales.add_sourcecost")
def source_cost(request: HttpRequest) -> HttpResponse:
    """Say what a source cost in a month."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    shown = {"month": clock.today(actor.company).replace(day=1), "source": request.GET.get("source", "")}
    form, status = CostForm(data, actor=actor, initial=shown), 200 if data is None else 400
    if data is not None and form.is_valid():
        try:
            row = set_cost(**form.cleaned_data, actor=actor)
        except BusinessError as error:
            status = 409
            refusals.place(error, form)
        else:
            messages.success(request, _("%(name)s was saved") % {"name": row})
            return redirect("sales:sources")
    page = reverse("sales:sources")
    context = {"form": form, "heading": _("Cost of a source"), "crumbs": [(_("Sources"), page)], "back": page}
    return render_page(request, "suite/desk/form_page.html", context, status=status)


@door("crm_sales.view_stage")
@require_GET
def stage_alerts(request: HttpRequest) -> HttpResponse:
    """Stages that fell below their usual band, with the deals that did not go on, as far as one may see them."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = StageAlert.objects.visible_to(actor).select_related("stage__pipeline").order_by("-raised_at", "-pk")
    alerts = list(rows[:ALERTS])
    deals = Opportunity.objects.visible_to(actor).in_bulk({pk for alert in alerts for pk in alert.deals})
    shown = [(alert, [deals[pk] for pk in alert.deals if pk in deals]) for alert in alerts]
    context = {"shown": shown, "crumbs": [(_("Funnel"), reverse("sales:funnel"))]}
    return render_page(request, "crm/sales/stage_alerts.html", context)
