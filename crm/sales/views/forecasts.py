"""The forecast of a month."""

from __future__ import annotations

import io
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from crm.sales.opportunity_forms import ForecastForm
from crm.sales.queries.forecast import KINDS, SUMMED, Changes, Forecasted, changes_of, forecast_of
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.desk.lists import Column
from suite.desk.lists.export import FORMATS
from suite.desk.pages import render_page

LABELS = {
    "won": gettext_lazy("Won"),
    "commit": gettext_lazy("Commit"),
    "best": gettext_lazy("Best case"),
    "weighted": gettext_lazy("Weighted"),
    "open": pgettext_lazy("forecast", "All open"),
}
CHANGES = {
    "new": gettext_lazy("New"),
    "in": gettext_lazy("Moved into the month"),
    "out": gettext_lazy("Moved out of the month"),
    "won": gettext_lazy("Won"),
    "lost": gettext_lazy("Lost"),
    "changed": gettext_lazy("Other amount or category"),
}


@door("crm_sales.view_opportunity")
@require_GET
def forecast(request: HttpRequest) -> HttpResponseBase:
    """What a month is to bring, by person, product or month, and what changed since the week began; `?export=xlsx`."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    shown = {"month": f"{clock.today(actor.company):%Y-%m}", "by": "owner"}
    form = ForecastForm({name: request.GET.get(name) or shown[name] for name in shown}, actor=actor)
    context: dict[str, Any] = {"form": form, "crumbs": [(_("Opportunities"), reverse("sales:opportunities"))]}
    if form.is_valid():
        by = form.cleaned_data["by"]
        found = forecast_of(actor, form.first, by)
        heading = str(dict(form.fields["by"].choices)[by])  # type: ignore[attr-defined]
        if request.GET.get("export") in FORMATS:
            return _file(request.GET["export"], heading, found, form.cleaned_data["month"])
        changes = changes_of(actor, form.first)
        context |= {
            "found": found, "heading": heading, "heads": list(LABELS.values()),
            "changes": changes and _in_words(changes), "week": changes and changes.week,
            "change_heads": [LABELS[name] for name in SUMMED],
            "deals": _named(changes),
            "export": f"?{urlencode(form.cleaned_data)}&export=",
        }  # fmt: skip
    return render_page(request, "crm/sales/forecast.html", context, status=200 if form.is_valid() else 400)


def _named(changes: Changes | None) -> list[tuple[Any, Any, Any]]:
    """The deals that changed, what happened to each and what it did to what is open."""
    return [(each.deal, CHANGES[each.kind], each.amounts["open"]) for each in changes.deals] if changes else []


def _in_words(changes: Changes) -> list[tuple[Any, list[Any], bool]]:
    """The lines from then to now: label, amounts, whether it is a sum."""
    begun = (_("On %(day)s") % {"day": changes.week}, [changes.then[name] for name in SUMMED], True)
    between = [(CHANGES[kind], [changes.sums[kind][name] for name in SUMMED], False) for kind in KINDS]
    return [begun, *between, (_("Now"), [changes.now[name] for name in SUMMED], True)]


def _file(format_name: str, heading: str, found: Forecasted, month: str) -> FileResponse:
    """What stands on the page, as a file."""
    write, content_type = FORMATS[format_name]
    columns = [Column("label", heading), *(Column(name, label, "money") for name, label in LABELS.items())]
    target = io.BytesIO()
    write(
        columns,
        iter([[row.label, *(amount for amount, _url in row.cells)] for row in [*found.rows, found.total]]),
        target,
    )
    target.seek(0)
    name = f"{pgettext('report', 'Forecast')} {month}.{format_name}"
    return FileResponse(target, as_attachment=True, filename=name, content_type=content_type)
