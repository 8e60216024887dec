"""Reports about deals."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.sales.models import ChanceModel, Pipeline
from crm.sales.models.opportunities import REASONS
from crm.sales.opportunity_forms import FunnelForm
from crm.sales.queries.funnel import funnel_of
from crm.sales.services import odds
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.desk.pages import render_page


@door("crm_sales.view_opportunity")
@require_GET
def funnel(request: HttpRequest) -> HttpResponse:
    """How many deals came to each stage, how many went on, how long it took; this year unless said otherwise."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = clock.today(actor.company)
    known = Pipeline.objects.visible_to(actor)
    shown = {
        "pipeline": known.values_list("pk", flat=True).first(),
        "first": today.replace(month=1, day=1),
        "last": today,
    }
    asked = {name: request.GET.get(name, "") for name in shown} if request.GET else shown
    form = FunnelForm({name: value or "" for name, value in asked.items()}, actor=actor)
    steps = []
    if form.is_valid():
        typed = form.cleaned_data
        pipeline = get_object_or_404(known, pk=typed["pipeline"])
        steps = funnel_of(actor, pipeline, typed["first"], typed["last"])
    context = {"form": form, "steps": steps, "crumbs": [(_("Opportunities"), reverse("sales:opportunities"))]}
    return render_page(request, "crm/sales/funnel.html", context, status=200 if form.is_valid() else 400)


@door("crm_sales.view_opportunity")
@require_GET
def win_probability(request: HttpRequest) -> HttpResponse:
    """What the closed deals of each pipeline taught, and how well it would have told of deals that were held back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    models = list(ChanceModel.objects.visible_to(actor).select_related("pipeline").order_by("pipeline__position", "pk"))
    shown = [
        {"model": model, "fields": [REASONS[name] for name in model.fields], "brier": model.tested.get("brier")}
        for model in models
    ]
    crumbs = [(_("Opportunities"), reverse("sales:opportunities"))]
    return render_page(
        request, "crm/sales/win_probability.html", {"shown": shown, "enough": odds.ENOUGH, "crumbs": crumbs}
    )
